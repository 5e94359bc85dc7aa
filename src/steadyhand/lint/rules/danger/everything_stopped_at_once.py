"""# everything-stopped-at-once

## What it does

Finds a command that stops, restarts or deletes everything of a kind in one go: a loop or `xargs`
over a list of all tasks, pods, containers or machines with no pause between two, `docker stop
$(docker ps -q)`, `kubectl delete pods --all`. A list that is filtered (`grep`, `--filter`,
`--field-selector`, a selector) is not everything; a heading that announces a shutdown makes it
meant.

## Why it is bad

Until the first replacement answers, nobody answers: a restart that could have gone one by one
becomes an outage.

## Bad

```bash
# Restart the tasks
for task in $(aws ecs list-tasks --cluster shop --query 'taskArns[]' --output text); do
  aws ecs stop-task --cluster shop --task "$task"
done
```

## Good

```bash
# Restart the tasks, a few at a time
aws ecs update-service --cluster shop --service web --force-new-deployment

# Wait until all are replaced
aws ecs wait services-stable --cluster shop --services web
```

## How to fix

Let the scheduler replace them in turn (`--force-new-deployment`, `kubectl rollout restart`), or
wait in the loop until the replacement is healthy.

## Source

https://kubernetes.io/docs/reference/kubectl/generated/kubectl_rollout/kubectl_rollout_restart/
"""

import re
from collections.abc import Iterator

from steadyhand.actions.words import flag, known, letter
from steadyhand.lint.changes.calls import Call, calls
from steadyhand.lint.changes.said import in_english, label
from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity
from steadyhand.model.document.runbook import Step
from steadyhand.model.document.shell import Command, Part, PartKind

# Sub-command or operation → what to do instead.
_ONE_BY_ONE = "take one after the other"
_STOPS = {
    "aws ecs stop-task": "use `aws ecs update-service … --force-new-deployment`",
    "aws ec2 reboot-instances": _ONE_BY_ONE,
    "aws ec2 stop-instances": _ONE_BY_ONE,
    "aws ec2 terminate-instances": "use `aws autoscaling start-instance-refresh`",
    "aws rds reboot-db-instance": _ONE_BY_ONE,
    "docker kill": _ONE_BY_ONE,
    "docker restart": _ONE_BY_ONE,
    "docker rm": _ONE_BY_ONE,
    "docker stop": _ONE_BY_ONE,
    "kubectl delete": "use `kubectl rollout restart`",
    "oc delete": "use `oc rollout restart`",
    "podman kill": _ONE_BY_ONE,
    "podman restart": _ONE_BY_ONE,
    "podman stop": _ONE_BY_ONE,
}
# What a list of everything is read with.
_LISTS = re.compile(
    r"\baws ecs list-tasks\b|\baws ec2 describe-instances\b|\baws rds describe-db-instances\b|"
    r"\b(?:docker|podman) (?:container )?(?:ps|ls)\b|\b(?:kubectl|oc) get (?:-\S+ )*(?:po|pods?)\b"
)
_FILTERED = re.compile(
    r"\be?grep\b|\bawk\b[^|]*(?:/|==|~)|\bhead\b|\btail\b(?! -n ?\+)|select\(|"
    r"\s-l[ =]|--selector|--field-selector|--filters?\b|"
    r"\s-f[ =]|\[\?|\[\d|\[:\d|--desired-status|--container-instance|--max-items|-lq|--latest|"
    r"--family|--limit|--status"
)
_PAUSE = re.compile(
    r"\b(?:sleep|wait|read|rollout status|is-active|until|\w*health\w*)\b|--interactive|\s-p\b"
)
_MEANT = re.compile(
    r"\b(?:shut(?:ting)?\b[^\n]*\bdown|shutdown|"
    r"tear(?:ing)?[- ]?down|clean(?:ing)?[- ]?up|uninstall|remove|"
    r"decommission|kill[- ]?switch|emergency stop|maintenance|power(?:ing)?[- ]?(?:off|down)|prune|"
    r"stop(?:ping)? (?:all|every|the)|destroy|reset|wipe|evict\w*)\b",
    re.IGNORECASE,
)
_PODS = frozenset({"pod", "pods", "po"})


def check(subject: Subject) -> Iterator[Finding]:
    """Report each command that stops everything of its kind."""
    if not in_english(subject):
        return
    for call in calls(subject):
        gentler = _STOPS.get(call.short)
        if gentler is None or not _everything(call) or _meant(call):
            continue
        yield RULE.finding(
            call.step.span,
            f"`{call.short}` takes down everything at once",
            f"{gentler}, and wait in between until the replacement is healthy",
            mark=subject.mark(call.step.span, call.last_verb),
        )


def _everything(call: Call) -> bool:
    if call.last_verb == "rm" and not (letter(call.argv, "f") or flag(call.argv, "--force")):
        return False
    if call.last_verb == "delete":
        kind = call.words[1].partition("/")[0].lower() if len(call.words) > 1 else ""
        if known(kind) and kind not in _PODS | {""}:
            return False
        if kind in _PODS and flag(call.argv, "--all"):
            return _FILTERED.search(_written(call.used.command)) is None
    return _looped(call) or _listed(call)


def _written(command: Command) -> str:
    return " ".join(word.shown for word in command.words)


def _looped(call: Call) -> bool:
    """Tell whether a loop runs the command for each of a list of everything, without a pause."""
    text = call.step.text
    loop = re.search(r"\bfor\s+(\w+)\s+in\s+(.*?)\s*[;\n]\s*do\b(.*)\bdone\b", text, re.S) or (
        re.search(r"\bread\s+(?:-r\s+)?(\w+)()\s*[;\n]\s*do\b(.*)\bdone\b", text, re.S)
    )
    if loop is None:
        return False
    variable, source, body = loop.group(1), loop.group(2), loop.group(3)
    source = source or text[: loop.start()] + text[loop.end() :]
    return (
        _of_all(source)
        and _PAUSE.search(body) is None
        and any(_names(part, variable) for word in call.used.words for part in word.parts)
    )


def _names(part: Part, variable: str) -> bool:
    return (
        part.kind is PartKind.DYNAMIC and re.search(rf"\$\{{?{variable}\b", part.text) is not None
    )


def _listed(call: Call) -> bool:
    """Tell whether `xargs` or a substitution gives the command everything at once."""
    if call.fed:
        at = call.step.commands.index(call.outer)
        return _of_all(_before(call.step, at)) and _PAUSE.search(_written(call.outer)) is None
    inside = [
        part.text
        for word in call.used.words
        for part in word.parts
        if part.kind is PartKind.DYNAMIC and part.text.startswith(("$(", "`"))
    ]
    return any(_of_all(text) for text in inside)


def _before(step: Step, at: int) -> str:
    """Write what comes through the pipe into a command."""
    pieces: list[str] = []
    while at > 0 and step.commands[at].piped:
        at -= 1
        pieces.append(_written(step.commands[at]))
    return " | ".join(reversed(pieces))


def _of_all(source: str) -> bool:
    return _LISTS.search(source) is not None and _FILTERED.search(source) is None


def _meant(call: Call) -> bool:
    said = "\n".join((label(call.step), call.procedure.title))
    return _MEANT.search(said) is not None


RULE = Rule("everything-stopped-at-once", Severity.WARNING, Confidence.HIGH, check)
