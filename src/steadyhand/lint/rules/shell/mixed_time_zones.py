"""# mixed-time-zones

## What it does

Finds `date` in the operator's own time zone where the other side counts in UTC: a format that ends
in `Z` without `-u`; and, in a document that uses `date -u` elsewhere, a time option of `aws` and,
as a note, a key or path that is looked up by its date.

## Why it is bad

For some hours of each day the local date is another one than the server's: the key of today is
looked up under yesterday's name, and the answer is "nothing there". An option without a zone is
read as UTC, so the window lies hours off.

## Bad

```bash
aws cloudwatch describe-alarm-history --end-date "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
redis-cli -h cache.example.org GET "spend:$(date +%Y-%m-%d)"
```

## Good

```bash
aws cloudwatch describe-alarm-history --end-date "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
redis-cli -h cache.example.org GET "spend:$(date -u +%Y-%m-%d)"
pg_dump shop > "shop-$(date +%Y%m%d-%H%M).sql"
```

## How to fix

Write `date -u`.

## Source

https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-parameters-types.html
"""

import re
from collections.abc import Iterator

from msgspec.structs import replace

from steadyhand.lint.rule import Rule
from steadyhand.lint.shell.dates import DateCall, calls, date_calls
from steadyhand.lint.subject import Subject, Used
from steadyhand.model.document.finding import Confidence, Finding, Severity
from steadyhand.model.effect import Effect

_TIME_OPTIONS = frozenset(
    "--start-time --end-time --since --until --from --to --start --end --start-date --end-date "
    "--restore-time --restore-to-time --after --before".split()
)
_LOOKS_UP = frozenset({"redis-cli", "valkey-cli", "aws", "gsutil", "gcloud", "mc", "s3cmd", "curl"})


def check(subject: Subject) -> Iterator[Finding]:
    """Report each call once for each statement."""
    utc = any(call.utc for step in subject.runbook.steps() for call in calls(step.text))
    made = _made(subject) if utc else frozenset()
    seen: set[tuple[str, str]] = set()
    for used in subject.used:
        for call, said in _wrong(used, utc):
            if (used.step.id, call.text) not in seen:
                seen.add((used.step.id, call.text))
                yield _finding(subject, used, call, said)
        for call in _looked_up(used) if utc else ():
            if call.text not in made and (used.step.id, call.text) not in seen:
                seen.add((used.step.id, call.text))
                said = "looks up the local date, and the rest of the document counts in UTC"
                yield replace(_finding(subject, used, call, said), severity=Severity.NOTE)


def _wrong(used: Used, utc: bool) -> Iterator[tuple[DateCall, str]]:
    option = ""
    for word in used.words:
        for call in date_calls(word):
            if not call.local:
                continue
            if call.format.endswith("Z"):
                yield call, "prints local time, and the `Z` behind it says UTC"
            elif utc and used.name == "aws" and option in _TIME_OPTIONS:
                yield call, f"gives `{option}` local time, which is read as UTC"
        option = word.shown.partition("=")[0]


def _looked_up(used: Used) -> Iterator[DateCall]:
    """Give local dates in the name of what is read, which something else may have written."""
    if used.name in _LOOKS_UP and used.classified.effect is Effect.READ:
        yield from (call for word in used.words for call in date_calls(word) if call.local)


def _made(subject: Subject) -> frozenset[str]:
    """Give the dates in the names of what this document makes: they are read the same way."""
    return frozenset(
        call.text
        for used in subject.used
        if used.classified.effect is not Effect.READ
        for word in used.words
        for call in date_calls(word)
    )


def _finding(subject: Subject, used: Used, call: DateCall, said: str) -> Finding:
    better = re.sub(r"\bdate\b", "date -u", call.text, count=1)
    return RULE.finding(
        used.step.span,
        f"`{call.text}` {said}",
        f"write `{better}`",
        mark=subject.mark(used.step.span, call.text),
        fix=subject.replace(used.step.span, call.text, better),
    )


RULE = Rule("mixed-time-zones", Severity.WARNING, Confidence.MEDIUM, check)
