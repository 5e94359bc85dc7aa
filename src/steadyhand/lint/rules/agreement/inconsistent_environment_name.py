r"""# inconsistent-environment-name

## What it does

Notes that the commands of a document spell one environment in two ways: a cluster `prod-shop` and
a log group `/ecs/production/shop`. Where two names of one kind differ in nothing else
(`prod-api`, `production-api`), it is a warning.

## Why it is bad

Either both exist, and everybody has to remember which is spelled how, or one of them does not, and
its command fails when it is needed.

## Bad

```bash
aws ecs describe-services --cluster prod-shop --services web
aws logs tail /ecs/production/web --since 10m
```

## Good

```bash
aws ecs describe-services --cluster prod-shop --services web
aws logs tail /ecs/prod/web --since 10m
```

## How to fix

Look up what the resource is called. If it is right, rename it when there is time, or write
`<!-- steadyhand: allow inconsistent-environment-name it is really called so -->`.

## Source

https://docs.aws.amazon.com/whitepapers/latest/tagging-best-practices/tagging-best-practices.html
"""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from steadyhand.lint.names import Name, names
from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity

SPELLINGS = (("prod", "production"), ("stg", "staging"), ("stage", "staging"),
             ("dev", "development"))  # fmt: skip
# Words that are half of a name that has nothing to do with an environment.
_AT_AN_END = frozenset({"stage", "dev"})


def check(subject: Subject) -> Iterator[Finding]:
    """Report each pair of spellings once, where the rarer one stands first."""
    every = names(subject)
    for short, long in SPELLINGS:
        one = [name for name in every if _has(name, short)]
        other = [name for name in every if _has(name, long)]
        if one and other:
            yield _finding(subject, (short, one), (long, other))


def _has(name: Name, word: str) -> bool:
    parts = [part.lower() for part in name.parts]
    if word in _AT_AN_END:
        parts = [*parts[:1], *parts[-1:]]
    return len(name.parts) > 1 and word in parts


def _finding(
    subject: Subject, one: tuple[str, Sequence[Name]], other: tuple[str, Sequence[Name]]
) -> Finding:
    (rare, few), (usual, many) = sorted((one, other), key=_weight)
    first = few[0]
    found = RULE.finding(
        first.span,
        f"`{first.text}` says `{rare}`, where {len(many)} other names say `{usual}`: "
        f"`{many[0].text}` in line {many[0].lines[0]}",
        f"look up whether it is called so; if not, write `{usual}`",
        mark=subject.mark(first.span, first.text),
    )
    twins = {_shape(name, rare) for name in few} & {_shape(name, usual) for name in many}
    return replace(found, severity=(Severity.NOTE, Severity.WARNING)[bool(twins)])


def _weight(spelling: tuple[str, Sequence[Name]]) -> tuple[int, int]:
    return len(spelling[1]), sum(len(name.lines) for name in spelling[1])


def _shape(name: Name, spelling: str) -> tuple[str, str]:
    return name.kind, "-".join(name.parts).lower().replace(spelling, "*")


RULE = Rule("inconsistent-environment-name", Severity.NOTE, Confidence.MEDIUM, check)
