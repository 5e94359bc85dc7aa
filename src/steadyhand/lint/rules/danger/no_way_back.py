"""# no-way-back

## What it does

Finds a change that no command brings back, before which nothing is saved: `DROP TABLE`, a migration
taken back, a volume or a database deleted, an engine's version raised with `--apply-immediately`.
A backup, a dump or a snapshot counts wherever the procedure, the text above it, or a part of the
same chapter before it makes one or tells to. What can be undone with trouble (another instance
class at once) is a note.

## Why it is bad

The step is taken under pressure, and sometimes on the wrong thing. Five minutes for a snapshot
are cheap against a restore of last night's backup, or against nothing to restore.

## Bad

```bash
# The migration was wrong: take it back
alembic downgrade -1
```

## Good

```bash
# Save the database as it is now
pg_dump --format=custom --file=before-downgrade.dump shop

# The migration was wrong: take it back
alembic downgrade -1
```

## How to fix

Put the command that saves before the one that destroys, in the same procedure, and the command that
waits until it is complete. Where the data is not worth saving, say so and allow the finding.

## Source

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_CreateSnapshot.html
"""

import re
from collections.abc import Iterator

from msgspec.structs import replace

from steadyhand.lint.changes.calls import calls, calls_in
from steadyhand.lint.changes.harm import Loss, loss, saves, sql_loss
from steadyhand.lint.changes.said import (
    earlier,
    headings,
    in_english,
    label,
    mark_first,
    prose,
    rehearses,
    told_before,
)
from steadyhand.lint.changes.sql import sql_in
from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity
from steadyhand.model.document.runbook import Procedure, Step

_SAVED = re.compile(
    r"\b(?:back(?:ed|s|ing)?[- ]?ups?|snapshots?|dump(?:s|ed)?|restore points?|cop(?:y|ies|ied)|"
    r"sav(?:e|es|ed)|archived?|export(?:s|ed)?|pitr|point-in-time|versioned|replicated)\b",
    re.IGNORECASE,
)
# What was deleted comes from elsewhere.
_MADE_ANEW = re.compile(
    r"\brestor\w+|\bre-?build\w*|\bre-?sync\w*|\breplicas?\b|\bstandby\b|\bpg_basebackup\b|"
    r"\bpg_rewind\b|\bre-?(?:creat|init|seed|import|populat)\w*",
    re.IGNORECASE,
)
# Nobody wants it back.
_UNWANTED = re.compile(
    r"\bclean(?:ing)?[- ]?ups?\b|\btear(?:ing)?[- ]?down\b|\bdecommission\w*|\buninstall\w*|"
    r"\borphan\w*|\bunused\b|\bstale\b|\bobsolete\b|\bleft[- ]?overs?\b|\btemporary\b|"
    r"\bno longer (?:needed|used)\b",
    re.IGNORECASE,
)


def check(subject: Subject) -> Iterator[Finding]:
    """Report what is gone for good after a step, where nothing keeps it."""
    if not in_english(subject):
        return
    for call in calls(subject):
        found = loss(call.argv)
        if found is not None and not _kept(subject, call.procedure, call.step):
            yield _finding(subject, call.step, call.last_verb, found, f"`{call.short}`")
    for sql in sql_in(subject):
        found = sql_loss(sql.text)
        if found is not None and not _kept(subject, sql.procedure, sql.step):
            yield _finding(subject, sql.step, sql.verb, found, f"`{sql.verb}`")


def _finding(subject: Subject, step: Step, word: str, found: Loss, named: str) -> Finding:
    made = RULE.finding(
        step.span,
        f"{named} {found.does}, and nothing was saved before",
        found.save,
        mark=mark_first(subject, step, word, word.lower()),
    )
    return made if found.grave else replace(made, severity=Severity.NOTE)


def _kept(subject: Subject, procedure: Procedure, step: Step) -> bool:
    """Tell whether something is saved before a step, or comes back from elsewhere."""
    before = procedure.steps[: procedure.steps.index(step) + 1]
    return (
        rehearses(procedure)
        or _SAVED.search(told_before(subject, procedure, step)) is not None
        or any(saves(call.argv) for each in before for call in calls_in(procedure, each))
        or _MADE_ANEW.search(_whole(subject, procedure)) is not None
        or _UNWANTED.search(f"{headings(procedure)}\n{label(step)}") is not None
        or any(_saving(subject, other) for other in earlier(subject, procedure))
    )


def _whole(subject: Subject, procedure: Procedure) -> str:
    lines = range(procedure.span.line, procedure.span.end_line + 1)
    return "\n".join((*procedure.parents, *(subject.line(number) for number in lines)))


def _saving(subject: Subject, procedure: Procedure) -> bool:
    return _SAVED.search(prose(subject, procedure)) is not None or any(
        saves(call.argv) for step in procedure.steps for call in calls_in(procedure, step)
    )


RULE = Rule("no-way-back", Severity.WARNING, Confidence.MEDIUM, check)
