"""# endless-command

## What it does

Finds a command that never ends by itself: `--follow`, `watch`, `ping` without a count, a consumer
without a limit, `while true`. Not reported: what runs in the background, behind `timeout`, into
`head` or `grep -m`, and where the text says to stop it with Ctrl-C.

## Why it is bad

Whoever runs the procedure waits for an end that does not come, and a machine that runs it hangs
there. The text does not say what is looked for, nor when it has been seen.

## Bad

```bash
aws logs tail /ecs/shop --follow
```

## Good

```bash
# The last half hour
aws logs tail /ecs/shop --since 30m

# Until the rollout is through, five minutes at most
timeout 300 kubectl get pods -l app=web --watch
```

## How to fix

Look once, or bound it: a count, a time (`timeout 300 …`), or a wait for the state that is wanted
(`aws ecs wait`, `kubectl rollout status`, `kubectl wait`). Where somebody is to look on, write down
for what, and that Ctrl-C ends it.

## Source

https://www.gnu.org/software/coreutils/manual/html_node/timeout-invocation.html
"""

import re
from collections.abc import Iterator

from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.lint.tools.lasting import Lasting, lasting
from steadyhand.model.document.finding import Confidence, Finding, Severity

_HOW_TO_STOP = re.compile(r"ctrl[\s+-]?c|\^C\b|control[\s+-]c", re.I)


def check(subject: Subject) -> Iterator[Finding]:
    """Report each, unless the text around it says how to stop it."""
    for one in lasting(subject):
        if not _is_told(subject, one):
            yield RULE.finding(
                one.step.span,
                f"`{one.name}` never ends by itself",
                one.bound,
                mark=subject.mark(one.step.span, one.word, one.nth),
            )


def _is_told(subject: Subject, one: Lasting) -> bool:
    """Tell whether the block, or the lines around it, name Ctrl-C."""
    around = range(one.step.fence - 3, one.step.span.end_line + 6)
    return any(_HOW_TO_STOP.search(subject.line(number)) for number in around)


RULE = Rule("endless-command", Severity.NOTE, Confidence.HIGH, check)
