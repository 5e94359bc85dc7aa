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

from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.lint.tools.curl import check_curl
from steadyhand.lint.tools.named import calls_named
from steadyhand.model.document.finding import Confidence, Finding, Severity


def check(subject: Subject) -> Iterator[Finding]:
    """Report each unknown option, and one without its value, in what bash can read."""
    for call in calls_named(subject.runbook, {"curl"}):
        statement, span = call.step.statement, call.step.span
        if statement and statement.problem:
            continue
        for problem in check_curl(call.argv):
            mark = subject.mark(span, problem.subject)
            yield RULE.finding(span, problem.message, problem.help, mark=mark)


RULE = Rule("unknown-curl-option", Severity.ERROR, Confidence.HIGH, check)
