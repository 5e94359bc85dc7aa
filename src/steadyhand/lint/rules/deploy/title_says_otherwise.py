"""# title-says-otherwise

## What it does

Finds a command that cannot show what the comment above it announces: "recent deployments" above
`aws ecs list-tasks`, "memory usage" above `describe-services`, "slow queries" above a list of log
files, "disk space" above `free`. It knows a short list of such pairs and nothing else.

## Why it is bad

Whoever follows the step sees an answer, takes it for the one that was announced, and rules the true
cause out.

## Bad

```bash
# Check the memory usage
kubectl get pods
```

## Good

```bash
# Check the memory usage
kubectl top pods
```

## How to fix

Use the command that shows it, or let the comment say what the command shows.

## Source

https://kubernetes.io/docs/reference/kubectl/generated/kubectl_top/
"""

import re
from collections.abc import Iterator

from msgspec import Struct

from steadyhand.lint.changes.calls import Call, calls
from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity


class _Pair(Struct, frozen=True):
    """What a title announces, and the commands that do not show it."""

    title: str
    heading: str  # what the title, its section or the procedure has to say besides
    command: str
    shows: str  # what the command shows
    better: str


_PAIRS = (
    _Pair(
        r"\bdeployments\b",
        "",
        r"aws ecs list-tasks$",
        "the tasks that run now, not deployments",
        "`aws ecs describe-services --query 'services[].deployments'` shows those",
    ),
    _Pair(
        r"\b(?:cpu|memory)\b",
        r"\b(?:usage|utili[sz]ation|pressure|consumption)\b",
        r"aws ecs (?:describe-services|list-tasks|describe-tasks|list-services)$|"
        r"aws ec2 describe-instances$|aws rds describe-db-instances$",
        "counts and settings, not what is used",
        "`aws cloudwatch get-metric-statistics` shows that",
    ),
    _Pair(
        r"\b(?:cpu|memory)\b",
        r"\b(?:usage|utili[sz]ation|pressure|consumption)\b",
        r"(?:kubectl|oc) get (?:po|pods?|deploy\w*|nodes?|no|all)$|docker ps$",
        "what runs, not what it uses",
        "`kubectl top` and `docker stats` show that",
    ),
    _Pair(
        r"^(?!.*\blogs?\b).*\b(?:slow|blocking|blocked|long[- ]running)\b.*\bquer(?:y|ies)\b",
        "",
        r"aws rds describe-(?:db-log-files|db-instances|events)$",
        "no query",
        "ask `pg_stat_activity`, or read a log with `download-db-log-file-portion`",
    ),
    _Pair(r"\bdisk\b", "", r"free$", "memory, not disks", "`df -h` shows those"),
    _Pair(r"\b(?:memory|ram|cpu)\b", "", r"df$", "disks", "`free -m` or `top` shows that"),
    _Pair(
        r"\blogs\b",
        "",
        r"(?:kubectl|oc) get (?:po|pods?)$|docker ps$",
        "what runs, not what it logs",
        "`kubectl logs` and `docker logs` show that",
    ),
)


def check(subject: Subject) -> Iterator[Finding]:
    """Report each command that shows something else than its comment says."""
    for call in calls(subject):
        if call.nested or not _titled(subject, call) or _joined(call):
            continue
        for pair in _PAIRS:
            if _differs(call, pair):
                yield RULE.finding(
                    call.step.span,
                    f"the comment says “{_announced(call)}”; `{call.short}` shows {pair.shows}",
                    pair.better,
                    mark=subject.mark(call.step.span, call.last_verb),
                )


def _titled(subject: Subject, call: Call) -> bool:
    """Tell whether the step's title is the comment right above it, and no label further up."""
    above = subject.line(call.step.span.line - 1).strip()
    return above.startswith("#") and call.step.title in above


def _joined(call: Call) -> bool:
    """Tell whether other commands of the statement help to show it."""
    return sum(not command.nested for command in call.step.commands) > 1


def _differs(call: Call, pair: _Pair) -> bool:
    title = call.step.title
    besides = "\n".join((title, call.step.section, call.procedure.title))
    return (
        re.search(pair.title, title, re.IGNORECASE) is not None
        and re.search(pair.heading, besides, re.IGNORECASE) is not None
        and re.match(pair.command, _command(call)) is not None
    )


def _command(call: Call) -> str:
    """Write a command by its program and sub-command; kubectl's with what it gets, if plainly."""
    if call.name in {"kubectl", "oc"} and call.words[:1] == ("get",):
        chosen = any(re.match(r"-o|--output|-w|--watch", word) for word in call.argv)
        return "" if chosen else " ".join((call.name, *call.words[:2]))
    return call.short


def _announced(call: Call) -> str:
    return call.step.title.strip(" .:")


RULE = Rule("title-says-otherwise", Severity.NOTE, Confidence.LOW, check)
