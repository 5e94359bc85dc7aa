"""# unknown-curl-option

## What it does

Finds an option that curl does not have (up to 8.17), and an option at the end of a command whose
value is missing.

## Why it is bad

curl prints a line about it and sends nothing. In a pipeline that is easily taken for an empty
answer.

## Bad

```bash
curl --fial --max-time 5 https://shop.example.org/health
```

## Good

```bash
curl --fail --max-time 5 https://shop.example.org/health
```

## How to fix

Take the name that the message offers; `curl --help all` lists the options of your version.

## Source

https://curl.se/docs/manpage.html
"""

from collections.abc import Iterator

from steadyhand.actions.curl import parse_curl
from steadyhand.actions.curl.options import FLAGS, VALUES
from steadyhand.lint.changes.calls import Call
from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.lint.tools.catalogue import nearest
from steadyhand.lint.tools.named import calls_named
from steadyhand.model.finding import Confidence, Finding, Severity


def check(subject: Subject) -> Iterator[Finding]:
    """Report each unknown option, and one without its value."""
    for call in calls_named(subject.runbook, {"curl"}):
        if not _unreadable(call):
            yield from _of(subject, call)


def _unreadable(call: Call) -> bool:
    statement = call.step.statement
    return call.fed or (statement is not None and bool(statement.problem))


def _of(subject: Subject, call: Call) -> Iterator[Finding]:
    curl, span = parse_curl(call.argv), call.step.span
    for option in curl.unknown:
        meant = nearest(option.lstrip("-"), [*FLAGS.split(), *VALUES.split()], 0.7)
        named = option.startswith("--") and meant
        help = f"did you mean `--{meant}`?" if named else "`curl --help all` lists the options"
        mark = subject.mark(span, option)
        yield RULE.finding(span, f"curl has no option `{option}`", help, mark=mark)
    if curl.wanting:
        mark = subject.mark(span, curl.wanting)
        message = f"the value of `{curl.wanting}` is missing"
        yield RULE.finding(span, message, "write the value behind it", mark=mark)


RULE = Rule("unknown-curl-option", Severity.ERROR, Confidence.HIGH, check)
