"""# unreachable-command

## What it does

Finds a command that stands in one block behind a command that never ends. Where a comment or an
empty line sets it apart, it may be meant as another way to look, and the finding is a note. Lines
with a prompt (`$ …`) were typed one by one and are not judged.

## Why it is bad

Nobody gets there: a block that is pasted or run stops at the command before. What was to be checked
last is never checked.

## Bad

```bash
kubectl get pods -l app=web --watch
curl -fsS https://shop.example.org/health
```

## Good

```bash
kubectl rollout status deployment/web --timeout=5m
curl -fsS https://shop.example.org/health
```

## How to fix

Bound the command before, put it into the background with `&`, or give each its own block.

## Source

https://www.gnu.org/software/bash/manual/bash.html#Lists
"""

import re
from collections.abc import Iterator

from msgspec.structs import replace

from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.lint.tools.lasting import Lasting, lasting
from steadyhand.model.document.finding import Confidence, Finding, Severity
from steadyhand.model.document.runbook import Step, StepKind

# Two lines, the first one empty or a comment; or a comment at the end of one.
_APART = re.compile(r"\A\s*(?:#.*)?\n|\s# ")
_PROMPT = re.compile(r"\s*(?:\$|#|%|>|[\w.-]+@[\w.-]+[:~\w/ -]*[$#])\s")


def check(subject: Subject) -> Iterator[Finding]:
    """Report the first command behind each command without an end."""
    for one in lasting(subject):
        behind = _behind(one)
        if behind is None or _PROMPT.match(subject.line(behind.span.line)):
            continue  # a transcript shows what was typed, after Ctrl-C or in another window
        found = RULE.finding(
            behind.span,
            f"`{one.name}` in line {one.step.span.line} never ends, so this is never run",
            f"put it into a block of its own, or bound the one before: {one.bound}",
        )
        yield replace(found, severity=Severity.NOTE) if _set_apart(subject, behind) else found


def _behind(one: Lasting) -> Step | None:
    steps = one.procedure.steps
    later = steps[steps.index(one.step) + 1 :]
    same = (s for s in later if s.fence == one.step.fence and s.kind is StepKind.COMMAND)
    return next(same, None)


def _set_apart(subject: Subject, step: Step) -> bool:
    number = step.span.line
    return _APART.search(f"{subject.line(number - 1)}\n{subject.line(number)}") is not None


RULE = Rule("unreachable-command", Severity.WARNING, Confidence.HIGH, check)
