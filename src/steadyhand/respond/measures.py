"""A document and the action of one of its alarms in; what carries that action out, out. Pure.

By closed lists of commands and words. Nothing is made up: where the document has no step for it, or
several that differ, the reason is given and a person chooses.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from steadyhand.actions.aws.argv import AwsCommand, parse_aws
from steadyhand.model.alarm.deed import Deed, deed_of
from steadyhand.model.document.runbook import AlarmRule, Phase, Procedure, Runbook, Step, StepKind
from steadyhand.model.document.shell import expanded
from steadyhand.model.effect import Effect
from steadyhand.model.incident.measure import Measure, Offer
from steadyhand.model.run.plan import PlannedStep
from steadyhand.model.settings.binding import Binding
from steadyhand.respond.match import words

# service, operation → the option that says how much, the kind of thing, the option of its name
_SCALES = {
    ("ecs", "update-service"): ("--desired-count", "container", "--service"),
    ("autoscaling", "set-desired-capacity"): (
        *("--desired-capacity", "instance", "--auto-scaling-group-name"),
    ),
    ("rds", "modify-db-instance"): (
        *("--db-instance-class", "database", "--db-instance-identifier"),
    ),
    ("elasticache", "modify-replication-group"): (
        *("--cache-node-type", "redis", "--replication-group-id"),
    ),
    ("elasticache", "increase-replica-count"): (
        *("--new-replica-count", "redis", "--replication-group-id"),
    ),
    ("kafka", "update-broker-count"): (
        *("--target-number-of-broker-nodes", "kafka", "--cluster-arn"),
    ),
}
_KINDS = frozenset(kind for _, kind, _ in _SCALES.values())
_LESS = re.compile(
    r"\bscal\w*\s+(?:\w+\s+){0,2}(?:down|in|back)\b|\b(?:reduc|shrink|decreas|fewer\b|less\b)", re.I
)
_MORE = re.compile(
    r"\bscal\w*\s+(?:\w+\s+){0,2}(?:up|out)\b"
    r"|\b(?:increas|rais|enlarg|add\b|adding\b|more\b|larger\b|bigger\b)",
    re.I,
)
# What takes access away, wherever the document has it.
_FREEZES = {
    ("iam", "update-access-key"), ("iam", "delete-access-key"), ("iam", "delete-login-profile"),
    ("cognito-idp", "admin-disable-user"), ("cognito-idp", "admin-user-global-sign-out"),
    ("ec2", "revoke-security-group-ingress"), ("wafv2", "update-ip-set"),
    ("secretsmanager", "rotate-secret"),
}  # fmt: skip
# What does where that is what the procedure is for: a restore puts secrets, too.
_ROTATES = {
    ("secretsmanager", "put-secret-value"), ("secretsmanager", "update-secret"),
    ("ssm", "put-parameter"),
}  # fmt: skip
_IS_FOR = re.compile(r"\brotat|\brevok|\bdisabl|\bfreez|\block", re.I)
_GROUP = re.compile(r"/[\w.#/-]+")  # in "CloudWatch Logs, group /ecs/api"
_SECURITY = re.compile(r"\bsecur|\bbreach|\bintrusion|\bcompromis", re.I)
_ANSWER = re.compile(r"\bincident|\bresponse|\bbreach|\bcompromis|\bintrusion", re.I)
_LOOKS = re.compile(r"\bmonitor|\breview|\baudit|\baccess|\blogs?\b|\bsuspicious|\blogin", re.I)


def measure(rule: AlarmRule, binding: Binding | None, runbook: Runbook) -> Measure | None:
    """Say what the action of an alarm asks for; None where that is telling people."""
    match deed_of(rule.action):
        case Deed.SCALE:
            return _scaling(rule, binding, runbook)
        case Deed.SECURITY:
            return _securing(rule, binding, runbook)
        case _:
            return None


# --- capacity -----------------------------------------------------------------------------------


def _scaling(rule: AlarmRule, binding: Binding | None, runbook: Runbook) -> Measure:
    wanted = words(rule.name) & _KINDS
    named = binding.service.name if binding is not None and binding.service is not None else ""
    found: dict[str, tuple[Procedure, Step]] = {}
    for procedure in runbook.procedures:
        for step in procedure.steps:
            kind, name = _scales(step)
            other = wanted and kind not in wanted
            if not kind or other or (named and kind == "container" and name != named):
                continue
            found.setdefault(" ".join(step.text.split()), (procedure, step))
    said = f"“{rule.action}”"
    if not found:
        return Measure(Deed.SCALE, f"{said}: no step of the document does that for {rule.name}")
    if len(found) > 1:
        places = ", ".join(f"{step.span}" for _, step in found.values())
        return Measure(Deed.SCALE, f"{said}: several steps of the document do that: {places}")
    ((procedure, step),) = found.values()
    return Measure(
        Deed.SCALE,
        f"{said}, as the document does it: {step.span}",
        procedure=procedure.id,
        steps=(step.id,),
        title=step.section or step.title,
    )


def _scales(step: Step) -> tuple[str, str]:
    """Say of what a step gives more, and the name of it: ("container", "api"); or ("", "")."""
    if step.kind is not StepKind.COMMAND or step.effect is not Effect.CHANGE:
        return "", ""
    if _LESS.search(_words(step)) or step.phase is Phase.ROLL_BACK:
        return "", ""
    for command in _scaling_commands(step):
        much, kind, name = _SCALES[command.service, command.operation]
        value = command.get(much) or "0"
        # A number is held against the one that is there, by `falls_short`; a class cannot be.
        if value != "0" and (value.isdigit() or _says_more(step)):
            return kind, command.get(name) or ""
    return "", ""


def falls_short(planned: PlannedStep) -> str:
    """Say why nothing shows that a planned step gives more; "" where it does. Pure.

    A number has to be higher than the one that is there. Where that was not read, or it is no
    number, the document's words have to say it.
    """
    counts = [
        (int(change.before), int(change.after))
        for change in planned.changes
        if change.before.isdigit() and change.after.isdigit()
    ]
    same = bool(planned.resource) and not planned.changes
    if counts and all(after > before for before, after in counts):
        return ""
    if not counts and not same and _says_more(planned.step):
        return ""
    shown = ", ".join(f"{one.field} {one.before} → {one.after}" for one in planned.changes)
    seen = "it is so already" if same else shown or "what is there is not known"
    return f"{planned.step.span} may not give more: {seen}"


def _words(step: Step) -> str:
    return f"{step.title} {step.section} {step.condition}"


def _says_more(step: Step) -> bool:
    operations = " ".join(command.operation for command in _scaling_commands(step))
    return _MORE.search(f"{_words(step)} {operations}") is not None


def _scaling_commands(step: Step) -> list[AwsCommand]:
    commands = (parse_aws(argv) for argv in _argv(step) if argv[0] == "aws")
    return [one for one in commands if (one.service, one.operation) in _SCALES]


def _argv(step: Step) -> Iterator[tuple[str, ...]]:
    for command in step.commands:
        if command.words and (argv := expanded(command, {})):
            yield argv


# --- security -----------------------------------------------------------------------------------


def _securing(rule: AlarmRule, binding: Binding | None, runbook: Runbook) -> Measure:
    """The document's own procedure for it, what is evidence, and what takes access away."""
    about = [one for one in runbook.procedures if _SECURITY.search(_path(one))]
    answer = next((one for one in about if _ANSWER.search(one.title)), None)
    looks = [one for one in about if one is answer or _LOOKS.search(one.title)]
    assess = next((one for one in looks if any(_reads(step) for step in one.steps)), None)
    offers = tuple(Offer(one.id, one.title) for one in _freezing(runbook.procedures, about))
    groups = [
        found[0]
        for place in runbook.facts.logs
        if place.kind == "log group" and (found := _GROUP.search(place.place)) is not None
    ]
    if binding is not None and binding.service is not None and binding.service.log_group:
        groups.insert(0, binding.service.log_group)
    named = ", ".join(f"“{offer.title}”" for offer in offers)
    why = f"“{rule.action}”: evidence is kept; access is frozen by a person alone: "
    why += f"`steadyhand incidents remedy` with {named}" if named else "the document says no how"
    return Measure(
        Deed.SECURITY,
        why,
        procedure=answer.id if answer else "",
        title=answer.title if answer else "",
        assess=assess.id if assess else "",
        log_groups=tuple(dict.fromkeys(groups)),
        offers=offers,
    )


def _path(procedure: Procedure) -> str:
    return " ".join((*procedure.parents[1:], procedure.title))


def _reads(step: Step) -> bool:
    return step.kind is StepKind.COMMAND and step.effect is Effect.READ and not step.condition


def _freezing(every: Iterable[Procedure], about: Sequence[Procedure]) -> Iterator[Procedure]:
    for one in every:
        changes = [step for step in one.steps if step.effect > Effect.READ]
        takes = _FREEZES | _ROTATES if _IS_FOR.search(one.title) else _FREEZES
        if changes and (one in about or any(_is_among(takes, step) for step in changes)):
            yield one


def _is_among(operations: set[tuple[str, str]], step: Step) -> bool:
    commands = (parse_aws(argv) for argv in _argv(step) if argv[0] == "aws")
    return any((one.service, one.operation) in operations for one in commands)


def checklist(one: Measure, runbook: Runbook) -> tuple[str, ...]:
    """Give what the document's own procedure has people do, in its order."""
    if one.deed is not Deed.SECURITY or not one.procedure:
        return ()
    steps = runbook.procedure(one.procedure).steps
    return tuple(step.title or step.text for step in steps if step.kind is StepKind.MANUAL)
