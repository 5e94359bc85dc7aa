"""# unguarded-remove

## What it does

Finds `rm -r` below a variable that may be empty (`rm -rf "$DIR/"*`, where an empty `DIR` leaves
`/*`), and `rm -r` or `find … -delete` of whatever is in the current folder, after a `cd` whose
failure nothing notices.

## Why it is bad

With an empty variable the command removes the root of the machine or one of its system folders.
After a `cd` that failed, the folder is emptied in which the operator happened to be.

## Bad

```bash
rm -rf "$CACHE_DIR"/*
```

```bash
cd /var/cache/shop
rm -rf ./*
```

## Good

```bash
rm -rf "${CACHE_DIR:?}"/*
```

```bash
cd /var/cache/shop && rm -rf ./*
```

## How to fix

Write `"${DIR:?}/"`, which stops the command while `DIR` is empty; join `cd` and `rm` with `&&`, or
name the folder in the command itself.

## Source

https://www.gnu.org/software/bash/manual/bash.html#Shell-Parameter-Expansion
"""

import re
from collections.abc import Iterator
from itertools import groupby

from steadyhand.lint.rule import Rule
from steadyhand.lint.shell.places import mark_of, span_of
from steadyhand.lint.shell.quotes import CODE, contexts
from steadyhand.lint.shell.variables import Setting, settings
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity
from steadyhand.model.document.runbook import Procedure, Step, StepKind

_RM = re.compile(
    r"(?:^|[;&|({]|\b(?:sudo|then|do|else|time)\b)[ \t]*(?P<rm>rm)[ \t]+"
    r"(?P<options>(?:--?[\w-]+[ \t]+)*)(?P<what>(?:[^\n;&|]|\\\n)*)",
    re.MULTILINE,
)
_RECURSIVE = re.compile(r"(?:^|\s)(?:-\w*[rR]\w*|--recursive)\s")
# What is left of the path when the variable is empty.
_BELOW = re.compile(
    r"(?<![\w/.}])(?<![\w/.}]\")\"?\$(?:(?P<plain>\w+)|\{(?P<braced>\w+)\})\"?"
    r"(?P<rest>/(?:\"?\*|\"?(?=[\s\"]|$)|(?:bin|boot|dev|etc|home|lib|lib64|media|mnt|opt|proc|root|run|"
    r"sbin|srv|sys|tmp|usr|var)(?=[/*\s\"]|$)))"
)
_HERE = re.compile(r"(?:^|\s)(?:\./|\"\./\")?(?:\*|\.\*|\.)/?(?=\s|$)")
_EMPTIES = re.compile(r"(?<![\w./-])find[ \t]+\.[ \t/][^\n;|]*-delete\b")
_CD = re.compile(r"(?<![\w./(-])cd[ \t]+(?!-)(?P<to>\S+)[ \t]*(?P<then>\|\||&&|;|$)", re.MULTILINE)
_STOPS = re.compile(r"\bset[ \t]+-\w*e|\bset[ \t]+-o[ \t]+errexit")
_SURE = re.compile(r"\"?\$\((?:.*\|\s*)?mktemp\b.*\)\"?|[\"']?[\w./~-][^$`]*[\"']?", re.DOTALL)
_SHELLS_OWN = frozenset({"HOME", "PWD", "TMPDIR", "OLDPWD"})


def check(subject: Subject) -> Iterator[Finding]:
    """Report both kinds, a removal at most once."""
    for procedure in subject.runbook.procedures:
        shell = [s for s in procedure.steps if s.kind is StepKind.COMMAND]
        if any("rm" in step.text or "find" in step.text for step in shell):
            yield from _below_variables(subject, procedure, shell)
            for _, block in groupby(shell, lambda step: step.fence):
                yield from _after_cd(subject, list(block))


def _below_variables(
    subject: Subject, procedure: Procedure, shell: list[Step]
) -> Iterator[Finding]:
    held: dict[str, list[Setting]] = {}
    for setting in settings(procedure.steps):
        if not setting.prefix:
            held.setdefault(setting.name, []).append(setting)
    for step in shell:
        for start, what in _removals(step):
            for match in _BELOW.finditer(what):
                name = match["plain"] or match["braced"]
                sure = held.get(name) and all(_SURE.fullmatch(s.value) for s in held[name])
                if sure or name in _SHELLS_OWN:
                    continue
                at = start + match.start()
                left = match["rest"].replace('"', "")
                yield RULE.finding(
                    span_of(step, at),
                    f"while `${name}` is empty, this removes `{left}`",
                    f'write `"${{{name}:?}}"{left}`, which stops the command then',
                    mark=mark_of(subject, step, at, start + match.end()),
                )


def _removals(step: Step) -> Iterator[tuple[int, str]]:
    """Give what `rm -r` is told to remove, and at which offset that begins."""
    where = contexts(step.text)
    for match in _RM.finditer(step.text):
        recursive = _RECURSIVE.search(" " + match["options"]) is not None
        if recursive and where[match.start("rm")] == CODE:
            yield match.start("what"), match["what"]


def _after_cd(subject: Subject, block: list[Step]) -> Iterator[Finding]:
    folder = ""
    for step in block:
        if _STOPS.search(step.text):
            return
        places = [(start, _HERE.search(what)) for start, what in _removals(step)]
        emptied = [start for start, found in places if found is not None]
        emptied += [m.start() for m in _EMPTIES.finditer(step.text)]
        moves = [(m.start(), m["to"], m["then"]) for m in _CD.finditer(step.text)]
        for at in emptied:
            before = [to if then == ";" else "" for start, to, then in moves if start < at]
            target = before[-1] if before else folder
            if target:
                yield RULE.finding(
                    span_of(step, at),
                    f"when `cd {target}` fails, this empties the folder one was in before",
                    f"write `cd {target} && …`, or name the folder in the command itself",
                    mark=subject.mark(span_of(step, at), step.text.split("\n")[0].strip()),
                )
        if moves:
            _, to, then = moves[-1]
            folder = to if then in {"", ";"} else ""


RULE = Rule("unguarded-remove", Severity.ERROR, Confidence.MEDIUM, check)
