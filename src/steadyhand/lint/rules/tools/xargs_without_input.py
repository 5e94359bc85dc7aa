"""# xargs-without-input

## What it does

Finds `… | xargs COMMAND` where COMMAND changes something and xargs is not told what to do when
nothing comes in (`-r`).

## Why it is bad

GNU xargs runs the command once even when its input is empty, then without arguments.
`redis-cli DEL` answers with an error, `kubectl delete` with its usage, a script of one's own
perhaps with everything.

## Bad

```bash
redis-cli -h cache.example.org --scan --pattern "page:*" |
  xargs redis-cli -h cache.example.org DEL
```

## Good

```bash
redis-cli -h cache.example.org --scan --pattern "page:*" |
  xargs -r redis-cli -h cache.example.org DEL
```

## How to fix

Write `xargs -r`. On macOS and the BSDs that is what xargs does anyway, and the option is accepted.

## Source

https://www.gnu.org/software/findutils/manual/html_node/find_html/xargs-options.html
"""

import re
from collections.abc import Iterator

from steadyhand.actions.words import as_argv
from steadyhand.actions.wrappers import RUNNERS
from steadyhand.lint.changes.calls import short
from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity
from steadyhand.model.effect import Effect

# With these, an empty input runs nothing.
_EMPTY_IS_SAFE = re.compile(r"-r|-\w*r\w*|-[Ii].*|--no-run-if-empty|--replace.*|-J|-o?r")


def check(subject: Subject) -> Iterator[Finding]:
    """Report each xargs that runs a change with nothing, if nothing comes in."""
    for used in subject.named("xargs"):
        argv = as_argv(used.command)
        runs = RUNNERS["xargs"](argv)
        inner = runs.argv[:-1] if runs else ()  # the last word is what the input will be
        own = argv[1 : len(argv) - len(inner)]
        quiet = any(_EMPTY_IS_SAFE.fullmatch(word) for word in own)
        if quiet or used.classified.effect is Effect.READ or _forgives(inner):
            continue
        yield RULE.finding(
            used.step.span,
            f"when nothing comes in, xargs runs `{short(inner)}` once with no argument",
            "write `xargs -r`",
            mark=subject.mark(used.step.span, "xargs"),
            fix=subject.replace(used.step.span, "xargs", "xargs -r"),
        )


def _forgives(inner: tuple[str, ...]) -> bool:
    """Tell whether the command does nothing, without an error, when it has no argument."""
    return inner[:1] == ("rm",) and any(re.fullmatch(r"-\w*f\w*", word) for word in inner[1:])


RULE = Rule("xargs-without-input", Severity.NOTE, Confidence.HIGH, check)
