"""# unwaited-task

## What it does

Finds a task or job that a procedure starts and whose end and exit code nobody waits for: `aws ecs
run-task`, `kubectl create job`, `aws batch submit-job` without the command that waits. Where a
person is only shown the state once, it is a note.

## Why it is bad

`run-task` returns when the task is accepted. The next step then deploys code for a schema that is
not there yet, or never will be: the migration failed, and nobody read its exit code.

## Bad

```bash
# Migrate, then deploy
aws ecs run-task --cluster shop --task-definition migrate
aws ecs update-service --cluster shop --service web --force-new-deployment
```

## Good

```bash
# Migrate, then deploy
TASK=$(aws ecs run-task --cluster shop --task-definition migrate \\
  --query 'tasks[0].taskArn' --output text)
aws ecs wait tasks-stopped --cluster shop --tasks "$TASK"
aws ecs describe-tasks --cluster shop --tasks "$TASK" --query 'tasks[0].containers[0].exitCode'
aws ecs update-service --cluster shop --service web --force-new-deployment
```

## How to fix

Keep the task's ARN, wait for its end, and go on with exit code 0 alone.

## Source

https://docs.aws.amazon.com/cli/latest/reference/ecs/wait/tasks-stopped.html
"""

import re
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from steadyhand.lint.changes.calls import Call, calls, calls_in
from steadyhand.lint.changes.running import looks
from steadyhand.lint.changes.said import in_english, prose
from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity
from steadyhand.model.effect import Effect

_WAITED = re.compile(
    r"\bwait\w*\b|\bexit code\b|\bstopped\b|\bcomplet\w+|\bfinish\w*|\bsucceed", re.I
)


class _Job(Struct, frozen=True):
    waits: str  # pattern of a command that waits for the end
    shows: str  # pattern of a command that shows the state once
    help: str


_JOBS = {
    "aws ecs run-task": _Job(
        r"ecs wait tasks-stopped|logs tail .*--follow|exitCode|stoppedReason",
        r"ecs (?:describe-tasks|list-tasks)|logs (?:tail|filter|get)",
        "wait with `aws ecs wait tasks-stopped`, and read the exit code",
    ),
    "aws batch submit-job": _Job(
        r"\bwait\b", r"batch (?:describe|list)-jobs", "read the job's status until it has ended"
    ),
    "kubectl create job": _Job(
        r"kubectl wait|logs .*(?:-f\b|--follow)|get (?:jobs?|pods?|po) .*(?:-w\b|--watch)",
        r"kubectl (?:get|describe|logs)",
        "wait with `kubectl wait --for=condition=complete`",
    ),
}


# Whether its state is shown afterwards, and the worst that follows.
_SEVERITY = {
    **{(shown, effect): Severity.WARNING for shown in (False, True) for effect in Effect},
    (True, Effect.READ): Severity.NOTE,
}


def check(subject: Subject) -> Iterator[Finding]:
    """Report each task that is started and forgotten."""
    if not in_english(subject):
        return
    for call in calls(subject):
        job = _JOBS.get(call.short)
        if job is None or _in_loop(call):
            continue
        behind = list(_behind(call))
        # `kubectl -n shop wait` is `kubectl wait` too.
        texts = [call.step.text, *(" ".join((o.short, *o.argv)) for o in behind)]
        said = prose(subject, call.procedure, call.step.span.end_line + 1)
        if _WAITED.search(said) or any(re.search(job.waits, text) for text in texts):
            continue
        if any(looks(other.argv) is None for other in behind):
            continue  # a script may well wait
        found = RULE.finding(
            call.step.span,
            "nothing waits until this has ended, or reads how it ended",
            job.help,
            mark=subject.mark(call.step.span, call.last_verb),
        )
        shown = any(re.search(job.shows, text) for text in texts[1:])
        worst = max((other.classified.effect for other in behind), default=Effect.READ)
        yield replace(found, severity=_SEVERITY[shown, worst])


def _behind(call: Call) -> Iterator[Call]:
    """Give what runs behind a command in its procedure."""
    steps = call.procedure.steps
    for step in steps[steps.index(call.step) + 1 :]:
        yield from calls_in(call.procedure, step)


def _in_loop(call: Call) -> bool:
    return re.search(r"\b(?:until|while)\b", call.step.text) is not None


RULE = Rule("unwaited-task", Severity.WARNING, Confidence.HIGH, check)
