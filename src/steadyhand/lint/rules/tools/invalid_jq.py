"""# invalid-jq

## What it does

Compiles every `jq` program of the document, without running it. A program with a part that is known
only when the command runs is left alone.

## Why it is bad

jq prints an error and nothing else; what reads its output gets an empty answer.

## Bad

```bash
curl -s https://shop.example.org/health | jq '.checks[] | select(.state == "down"'
```

## Good

```bash
curl -s https://shop.example.org/health | jq '.checks[] | select(.state == "down")'
```

## How to fix

Correct the program; `jq -n 'PROGRAM'` tells whether it compiles. A key with a dash is written
`.["max-age"]`, a variable of the shell comes in with `--arg name "$NAME"`.

## Source

https://jqlang.org/manual/
"""

from collections.abc import Iterator

from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.lint.tools.jq import check_jq, jq_help
from steadyhand.lint.tools.named import calls_named
from steadyhand.model.document.finding import Confidence, Finding, Severity


def check(subject: Subject) -> Iterator[Finding]:
    """Report each program that jq's compiler refuses."""
    for call in calls_named(subject.runbook, {"jq"}):
        if said := check_jq(call.argv):
            yield RULE.finding(
                call.step.span,
                f"jq does not compile this: {said}",
                jq_help(said),
                mark=subject.mark(call.step.span, "jq"),
            )


RULE = Rule("invalid-jq", Severity.ERROR, Confidence.HIGH, check)
