"""# unattached-input

## What it does

Finds `kubectl exec`, `docker exec` and the like that are given an input, by a pipe, a file or a
heredoc, and do not pass it on: without `-i` what they start has no standard input.

## Why it is bad

The program inside finds its input empty and ends well: exit code 0, no message. A restore has
restored nothing, a repair has repaired nothing, and the next step begins.

## Bad

```bash
kubectl exec db-0 -- psql -d shop < backup.sql
```

## Good

```bash
kubectl exec -i db-0 -- psql -d shop < backup.sql
```

## How to fix

Add `-i` behind `exec`; without `-t`, which would put a terminal between the file and the program.
`docker compose exec` passes its input on by itself, and wants `-T` for a file.

## Source

https://kubernetes.io/docs/reference/kubectl/generated/kubectl_exec/ and
https://docs.docker.com/reference/cli/docker/container/exec/
"""

import re
from collections.abc import Iterator, Sequence

from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject, Used
from steadyhand.model.document.finding import Confidence, Finding, Severity

_TOOLS = frozenset("kubectl oc docker podman nerdctl".split())
_FEEDS = frozenset(("<", "0<", "<<", "<<<"))
_PASSES_ON = re.compile(r"-[a-z]*i[a-z]*|--(?:stdin|interactive)(?:=true)?")


def check(subject: Subject) -> Iterator[Finding]:
    """Report each command that is fed and does not pass it on."""
    for used in subject.used:
        before = _options(used.argv)
        if before is None or any(_PASSES_ON.fullmatch(word or "") for word in before):
            continue
        if by := _fed_by(used):
            name = used.name
            span = used.step.span
            yield RULE.finding(
                span,
                f"`{name} exec` does not pass on its input, {by}: what it starts finds it empty",
                f"write `{name} exec -i`",
                mark=subject.mark(span, "exec"),
                fix=subject.replace(span, f"{name} exec ", f"{name} exec -i "),
            )


def _options(argv: Sequence[str | None]) -> Sequence[str | None] | None:
    """Give what stands between `exec` and the command; None where nothing is executed."""
    if not argv or (argv[0] or "").rpartition("/")[2] not in _TOOLS or "exec" not in argv:
        return None
    at = argv.index("exec")
    if "compose" in argv[:at] or any(word == "--" for word in argv[:at]):
        return None
    rest = argv[at + 1 :]
    return rest[: rest.index("--")] if "--" in rest else rest[:_FEW]


_FEW = 4  # words in which docker's options stand, before the container and the command


def _fed_by(used: Used) -> str:
    """Say what the input is; "" where there is none."""
    if used.command.piped:
        return "which comes through a pipe"
    found = next((r for r in used.command.redirects if r.operator in _FEEDS), None)
    if found is None:
        return ""
    return "which is a text here" if found.body is not None else "which is a file"


RULE = Rule("unattached-input", Severity.ERROR, Confidence.HIGH, check)
