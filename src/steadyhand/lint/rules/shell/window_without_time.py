"""# window-without-time

## What it does

Finds a window of minutes or hours whose start or end is printed as a date without a time:
`date -d '1 hour ago' --iso-8601`, `date -I`, `date +%F`.

## Why it is bad

`date -I` and `--iso-8601` print the day and nothing else. An hour ago is mostly the same day, so
both ends are midnight: the window is empty, and the service refuses it or finds nothing, which
reads as if nothing had happened.

## Bad

```bash
aws cloudwatch get-metric-statistics --namespace AWS/SQS --metric-name NumberOfMessagesSent \\
  --start-time "$(date -u -d '1 hour ago' --iso-8601)" --end-time "$(date -u --iso-8601)" \\
  --period 300 --statistics Sum
```

## Good

```bash
aws cloudwatch get-metric-statistics --namespace AWS/SQS --metric-name NumberOfMessagesSent \\
  --start-time "$(date -u -d '1 hour ago' +%Y-%m-%dT%H:%M:%SZ)" \\
  --end-time "$(date -u +%Y-%m-%dT%H:%M:%SZ)" --period 300 --statistics Sum
```

## How to fix

Print the time as well: `--iso-8601=seconds`, or `+%Y-%m-%dT%H:%M:%SZ` with `-u`.

## Source

https://www.gnu.org/software/coreutils/manual/html_node/Options-for-date.html
"""

import re
from collections.abc import Iterator

from steadyhand.lint.rule import Rule
from steadyhand.lint.shell.dates import DateCall, date_calls
from steadyhand.lint.subject import Subject, Used
from steadyhand.model.document.finding import Confidence, Finding, Severity

_STARTS = frozenset("--start-time --since --from --start --after".split())
_DAY = re.compile(r"-I(?:date)?|--iso-8601(?:=date)?|\+(?:%Y-%m-%d|%F)")
_LESS_THAN_A_DAY = re.compile(r"\b(?:min(?:ute)?s?|hours?|sec(?:ond)?s?)\b|-v-\d+[HMS]")


def check(subject: Subject) -> Iterator[Finding]:
    """Report each start of a window that is less than a day ago and has no time."""
    for used in subject.used:
        for call in _starts(used):
            if _is_day(call) and _LESS_THAN_A_DAY.search(call.text):
                yield RULE.finding(
                    used.step.span,
                    f"`{call.text}` prints a date without a time: the window begins at midnight, "
                    "or is empty",
                    "print the time too: `--iso-8601=seconds`, or `+%Y-%m-%dT%H:%M:%SZ` with `-u`",
                    mark=subject.mark(used.step.span, call.text),
                )


def _starts(used: Used) -> Iterator[DateCall]:
    option = ""
    for word in used.words:
        name = word.shown.partition("=")[0]
        if option in _STARTS or name in _STARTS:
            yield from date_calls(word)
        option = name


def _is_day(call: DateCall) -> bool:
    return any(_DAY.fullmatch(word) for word in call.words)


RULE = Rule("window-without-time", Severity.WARNING, Confidence.HIGH, check)
