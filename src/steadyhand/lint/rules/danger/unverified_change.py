"""# unverified-change

## What it does

Finds the last change of a procedure when nothing looks afterwards: no command that reads or waits,
no instruction to check, no section that verifies. Only changes count that take effect after the
command has returned: a new deployment, another instance class, a restarted service. One finding for
each procedure; a note where the command itself waits and fails when it could not start what it
should, as `systemctl restart` and `docker compose up` do.

## Why it is bad

"Accepted" is not "done". A deployment that never becomes stable, or a service that dies a second
after its restart, is found by the users.

## Bad

```bash
# Roll back
kubectl rollout undo deployment/web
```

## Good

```bash
# Roll back
kubectl rollout undo deployment/web

# Wait until every pod runs the older version
kubectl rollout status deployment/web --timeout=5m
```

## How to fix

Add the command that waits (`aws … wait`, `kubectl rollout status`, `systemctl is-active`) or shows
the state that is wanted, and say what it has to print. Where a person looks, write that down.

## Source

https://docs.aws.amazon.com/cli/latest/reference/ecs/wait/services-stable.html
"""

import re
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from steadyhand.lint.changes.calls import Call, calls, calls_in, calls_of
from steadyhand.lint.changes.running import changes_what_runs, looks
from steadyhand.lint.changes.said import (
    in_english,
    later,
    lists_commands,
    prose,
    rehearses,
    titles_after,
    titles_behind,
)
from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity
from steadyhand.model.document.runbook import Phase, Procedure, Step, StepKind

# What waits or shows, for the tools where one command does.
_LOOK_WITH = {
    "aws ecs update-service": "`aws ecs wait services-stable`",
    "aws ecs create-service": "`aws ecs wait services-stable`",
    "aws ecs stop-task": "`aws ecs wait services-stable`",
    "docker compose up": "`docker compose ps`",
    "docker-compose up": "`docker-compose ps`",
    "gh workflow run": "`gh run watch --exit-status`",
    "helm rollback": "`helm status`",
    "helm upgrade": "`helm status`",
    "kubectl rollout restart": "`kubectl rollout status`",
    "kubectl rollout undo": "`kubectl rollout status`",
    "kubectl set": "`kubectl rollout status`",
    "kubectl scale": "`kubectl rollout status`",
    "systemctl restart": "`systemctl is-active`",
    "systemctl start": "`systemctl is-active`",
}
# These wait until it is started, and fail when it could not be; the others hand in a request.
_SAY_SO = ("systemctl", "service", "docker", "podman", "supervisorctl", "pm2", "rc-service")
_CHECKING = re.compile(
    r"\b(?:verif\w+|check\w*|confirm\w*|monitor\w*|watch\w*|test\w*|validat\w+|ensur\w+|make sure|"
    r"should|observ\w+|wait\w*|look\w*|expect\w*|healthy|status|see|review|inspect|until|smoke|"
    r"if (?:that|this|it|they|not)|help\w*|follow|continue with|go (?:back )?to|back to|proceed|"
    r"repeat|recover(?:s|ed)|resolve[sd])\b",
    re.IGNORECASE,
)
_VERIFIES = re.compile(
    r"\b(?:verif\w+|validat\w+|confirm\w*|post[- ]\w+|after\w*|smoke|results?|expected|outcome|"
    r"follow[- ]?up|success\w*)\b",
    re.IGNORECASE,
)
_VERIFICATION = re.compile(r"\b(?:verif\w+|validat\w+|smoke)\b", re.IGNORECASE)
_COMMON = frozenset("after before procedure procedures steps tests checks with from your".split())
_MAY_VERIFY = re.compile(r"\b(?:check\w*|monitor\w*|health\w*|tests?|testing|observ\w+)\b", re.I)
_IN_TITLE = re.compile(r"\b(?:and|then|until)\b.*\b(?:verify|check|confirm|wait|see|test)\b", re.I)


def check(subject: Subject) -> Iterator[Finding]:
    """Report the last change of each procedure behind which nobody looks."""
    if not in_english(subject):
        return
    changes: dict[str, list[Call]] = {}
    for call in calls(subject):
        if not call.nested and changes_what_runs(call.argv):
            changes.setdefault(call.procedure.id, []).append(call)
    for found in changes.values():
        last = _last(found)
        if not _judged(last.procedure) or _looked_at(subject, last):
            continue
        look = _LOOK_WITH.get(last.short, "the command that shows the new state")
        found_here = RULE.finding(
            last.step.span,
            f"nothing looks whether `{last.short}` took effect",
            f"look with {look}, and say what it has to print",
            mark=subject.mark(last.step.span, last.last_verb),
        )
        severity = Severity.NOTE if last.short.startswith(_SAY_SO) else Severity.WARNING
        yield replace(found_here, severity=severity)


def _last(found: Sequence[Call]) -> Call:
    """Take the last change, but not the way back of a procedure that has one."""
    forward = [call for call in found if call.step.phase is not Phase.ROLL_BACK]
    return (forward or found)[-1]


def _judged(procedure: Procedure) -> bool:
    return not lists_commands(procedure) and not rehearses(procedure)


def _looked_at(subject: Subject, last: Call) -> bool:
    procedure = last.procedure
    behind = procedure.steps[procedure.steps.index(last.step) + 1 :]
    return (
        _IN_TITLE.search(last.step.title) is not None
        or _followed(last)
        or any(_shows(procedure, step) for step in behind)
        or _CHECKING.search(prose(subject, procedure, last.step.span.end_line + 1)) is not None
        or _verified_by_title(subject, procedure)
        or any(_verifies(other) for other in later(subject, procedure))
    )


def _verified_by_title(subject: Subject, procedure: Procedure) -> bool:
    """Tell whether a later part verifies by its title; "Monitoring" has to be the next one."""
    behind = list(titles_behind(subject, procedure))
    return (
        any(_MAY_VERIFY.search(title) for title in behind[:1])
        or any(_VERIFIES.search(title) for title in behind)
        or any(_verifies_this(title, procedure) for title in titles_after(subject, procedure))
    )


def _verifies_this(title: str, procedure: Procedure) -> bool:
    """Tell whether a chapter further down verifies everything, or what is done here."""
    if _VERIFICATION.search(title) is None:
        return False
    of = _contents(_VERIFICATION.sub(" ", title))
    return not of or bool(of & _contents(" ".join((procedure.title, *procedure.parents[1:]))))


def _contents(text: str) -> set[str]:
    return {word for word in re.findall(r"[a-z]{4,}", text.lower()) if word not in _COMMON}


def _followed(last: Call) -> bool:
    """Tell whether a later command of the same statement looks."""
    commands = [c for c in last.step.commands if not c.nested]
    inside = [call.argv for call in calls_of(last.procedure, last.step, last.outer)]
    behind = inside[inside.index(last.argv) + 1 :]
    for command in commands[commands.index(last.outer) + 1 :]:
        behind += [call.argv for call in calls_of(last.procedure, last.step, command)]
    return any(looks(argv) is not False for argv in behind)


def _shows(procedure: Procedure, step: Step) -> bool:
    """Tell whether a step looks, or may: what nobody knows gets the benefit of the doubt."""
    if step.kind is StepKind.COMMAND:
        return any(looks(call.argv) is not False for call in calls_in(procedure, step))
    return step.kind is StepKind.SQL or _CHECKING.search(step.text) is not None


def _verifies(procedure: Procedure) -> bool:
    return any(step.phase is Phase.VERIFY for step in procedure.steps)


RULE = Rule("unverified-change", Severity.WARNING, Confidence.MEDIUM, check)
