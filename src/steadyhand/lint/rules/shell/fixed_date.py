"""# fixed-date

## What it does

Finds a point in time that is written into a command as an option's value and has passed: the time
to restore a database to, the window of a log search. Not where a comment says that it is an
example.

## Why it is bad

It was right on the day the document was written. The restore brings back the database of that day,
or is refused because the backups do not go back so far; the search finds nothing.

## Bad

```bash
aws rds restore-db-instance-to-point-in-time --source-db-instance-identifier shop \\
  --target-db-instance-identifier shop-restored --restore-time 2025-01-27T12:00:00Z
```

## Good

```bash
aws rds restore-db-instance-to-point-in-time --source-db-instance-identifier shop \\
  --target-db-instance-identifier shop-restored --restore-time "$RESTORE_TIME"

# For example the hour of the incident
journalctl -u nginx --since "2025-01-27 12:00" --until "2025-01-27 13:00"
```

## How to fix

Write a placeholder or a variable and say how to find the time, or compute it: `date -u -d …`.

## Source

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIT.html
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime

from msgspec.structs import replace

from steadyhand.lint.rule import Rule
from steadyhand.lint.shell.told import told_example
from steadyhand.lint.shell.variables import Setting, settings
from steadyhand.lint.subject import Subject, Used
from steadyhand.model.document.finding import Confidence, Finding, Severity
from steadyhand.model.document.shell import PartKind, Word
from steadyhand.model.document.span import Span
from steadyhand.model.effect import Effect

_OPTIONS = frozenset(
    "--restore-time --restore-to-time --start-time --end-time --since-time --recovery-target-time "
    "--target-time --point-in-time --stop-datetime --start-datetime".split()
)
# These mean a time that somebody looks for or goes back to with these tools alone.
_PERIOD = frozenset(
    "--since --until --from --to --start-date --end-date --start --end --time".split()
)
_TAKE_PERIODS = frozenset(
    "aws az gcloud journalctl kubectl docker podman logcli stern barman pgbackrest".split()
)
_ISO = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ]\d{2}:\d{2}.*)?")
_EPOCH = re.compile(r"1[0-9]{9}(?:000|\d{3})?")


def check(subject: Subject) -> Iterator[Finding]:
    """Report the first of each command; for one that only reads it is worth a note."""
    written = {s.name: s for s in settings(subject.runbook.steps()) if not s.loop}
    for used in subject.used:
        for option, value in _given(used):
            name = value.strip('${}"')
            setting = written.get(name) if value != name else None
            day = _day(setting.value.strip("\"'") if setting else value)
            if day is not None and day < subject.today and not told_example(subject, used.step):
                yield _finding(subject, used, f"{option} {value}", setting)
                break


def _given(used: Used) -> Iterator[tuple[str, str]]:
    options = _OPTIONS | _PERIOD if used.name in _TAKE_PERIODS else _OPTIONS
    option = ""
    for word in used.words:
        text = _written(word)
        name, equals, value = text.partition("=")
        if equals and name in options:
            yield name, value
        elif option in options:
            yield option, text
        option = text


def _written(word: Word) -> str:
    """Write a word as it stands there, a variable from outside as `$NAME`."""
    return "".join(
        f"${part.text}" if part.kind is PartKind.PARAMETER else part.text for part in word.parts
    )


def _day(value: str) -> date | None:
    try:
        if (match := _ISO.fullmatch(value)) is not None:
            return date.fromisoformat(match.group(1))
        if _EPOCH.fullmatch(value):
            return datetime.fromtimestamp(int(value[:10]), UTC).date()
    except ValueError:
        return None
    return None


def _finding(subject: Subject, used: Used, what: str, setting: Setting | None) -> Finding:
    span, marked = used.step.span, what.partition(" ")[2]
    if setting is not None:
        span, marked = Span(span.path, setting.line, setting.line), setting.value
    found = RULE.finding(
        span,
        f"`{what}` is fixed, and has passed",
        "write a placeholder or a variable without a value, and say how to find the time",
        mark=subject.mark(span, marked),
    )
    reads = used.classified.effect is Effect.READ
    return replace(found, severity=Severity.NOTE) if reads else found


RULE = Rule("fixed-date", Severity.WARNING, Confidence.HIGH, check)
