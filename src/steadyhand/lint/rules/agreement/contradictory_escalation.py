r"""# contradictory-escalation

## What it does

Finds somebody who by the document's escalation ladder is called at once, or after so many minutes,
and only later by the timeline of a procedure for an outage (its heading says "down", "critical",
"P1"); and two general ladders of one document that differ in who is called, or when. A procedure
that calls somebody earlier than the ladder is fine.

## Why it is bad

In the first quarter of an hour people do what the page in front of them says. By one page somebody
is already at work; by the other nobody has been called.

## Bad

````markdown
# Shop

## Shop down

**Escalation steps:**
1. **0-10 min**: Look for the cause
2. **10-20 min**: Call the release manager

```bash
systemctl status shop
```

## Escalation

1. **Level 1** (0-15 min): Release manager
2. **Level 2** (15+ min): Head of operations
````

## Good

````markdown
# Shop

## Shop down

**Escalation steps:**
1. **0-10 min**: Call the release manager
2. **15+ min**: Call the head of operations

```bash
systemctl status shop
```

## Escalation

1. **Level 1** (0-15 min): Release manager
2. **Level 2** (15+ min): Head of operations
````

## How to fix

Keep one ladder and link to it. Where a procedure needs another, say in it that the general one
does not hold.

## Source

https://sre.google/sre-book/managing-incidents/
"""

import re
from collections.abc import Iterator

from steadyhand.lint.changes.said import headings
from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.lint.writing.places import is_general, section
from steadyhand.model.document.facts import EscalationLevel, TimedAction
from steadyhand.model.document.finding import Confidence, Finding, Severity

_CALLS = re.compile(
    r"\b(?:contact|call|page|escalate|engage|involve|wake|notify|alert|inform|phone|ring)\b",
    re.IGNORECASE,
)
# What a procedure's headings say when no slower ladder can be meant for it.
_SERIOUS = re.compile(
    r"\b(?:critical|down|outage|emergency|disaster|unavailable|unreachable|P[01]|SEV-?[01])\b",
    re.IGNORECASE,
)
_NO_NAME = frozenset("the a an escalation to and or of team person on call oncall".split())


def check(subject: Subject) -> Iterator[Finding]:
    """Report each timed call that is later than its rung, and each rung that another denies."""
    serious = {p.id for p in subject.runbook.procedures if _SERIOUS.search(headings(p))}
    for action in subject.runbook.facts.timeline:
        if action.procedure not in serious:
            continue
        rungs = [rung for rung in subject.runbook.facts.escalation if _calls(action, rung)]
        if rungs and action.from_seconds > max(rung.after_seconds or 0 for rung in rungs):
            rung = rungs[0]
            yield RULE.finding(
                action.span,
                f"“{rung.contact}” is called later here than by the ladder: {rung.name}, "
                f"“{rung.when}”, in line {rung.span.line}",
                "keep one ladder, or say here that the general one does not hold",
                mark=subject.mark(action.span, action.text),
            )
    yield from _ladders(subject)


def _calls(action: TimedAction, rung: EscalationLevel) -> bool:
    """Tell whether an action calls whom a rung with a time names."""
    who = _words(rung.contact)
    return (
        rung.after_seconds is not None
        and _CALLS.search(action.text) is not None
        and bool(who)
        and who <= _words(action.text)
    )


def _ladders(subject: Subject) -> Iterator[Finding]:
    """Report the first rung of each general ladder that an earlier general ladder denies."""
    known: list[EscalationLevel] = []
    ladders: dict[str, list[EscalationLevel]] = {}
    for rung in subject.runbook.facts.escalation:
        heading = section(subject.runbook, rung.span.line)
        if is_general(heading):
            ladders.setdefault(heading, []).append(rung)
    for rungs in ladders.values():
        denied = [(rung, other) for rung in rungs for other in known if _denies(rung, other)]
        if denied:
            rung, other = denied[0]
            yield RULE.finding(
                rung.span,
                f"{rung.name} is “{rung.contact}”, “{rung.when}”; by line {other.span.line} "
                f"{other.name} is “{other.contact}”, “{other.when}”",
                "keep one ladder and link to it",
                mark=subject.mark(rung.span, rung.name),
            )
        known += rungs


def _denies(rung: EscalationLevel, other: EscalationLevel) -> bool:
    """Tell whether two rungs name one person at two times, or two people for one number."""
    who, whom = _words(rung.contact), _words(other.contact)
    if who == whom:
        times = {rung.after_seconds, other.after_seconds}
        return None not in times and len(times) > 1
    return _number(rung) == _number(other) != "" and not who & whom


def _number(rung: EscalationLevel) -> str:
    return "".join(re.findall(r"\d", rung.name))


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z0-9]+", text.lower())) - _NO_NAME


RULE = Rule("contradictory-escalation", Severity.WARNING, Confidence.MEDIUM, check)
