r"""# near-miss-name

## What it does

Finds the name of a resource that is used once and differs by one letter from a name of the same
kind that is used more often: `shop-databse` beside `shop-database`.

Names that differ in a number, in a short part (`-a`, `-b`) or in a word that the document uses
elsewhere are different names.

## Why it is bad

The command fails with "not found", or, worse, creates what nobody looks at.

## Bad

```bash
aws rds describe-db-instances --db-instance-identifier shop-database
aws rds describe-db-snapshots --db-instance-identifier shop-database
aws rds reboot-db-instance --db-instance-identifier shop-databse
```

## Good

```bash
aws rds describe-db-instances --db-instance-identifier shop-database
aws rds describe-db-snapshots --db-instance-identifier shop-database
aws rds reboot-db-instance --db-instance-identifier shop-database-2
```

## How to fix

Correct the spelling.

## Source

https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBInstances.html
"""

import re
from collections.abc import Iterator, Sequence

from steadyhand.lint.names import Name, names, tokens
from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.model.finding import Confidence, Finding, Severity

SHORTEST = 5  # letters of a part that can be mistyped and still be recognized


def check(subject: Subject) -> Iterator[Finding]:
    """Report each name once that is used once and looks like one used more often."""
    every = names(subject)
    for rare in every:
        if len(rare.lines) != 1:
            continue
        for usual in every:
            if usual.kind != rare.kind or len(usual.lines) < 2:
                continue
            parts = _mistyped(rare.text, usual.text)
            if parts is not None and not _used_elsewhere(subject, rare, parts[0]):
                yield RULE.finding(
                    rare.span,
                    f"`{rare.text}` looks like `{usual.text}`, which {len(usual.lines)} other "
                    f"lines name, the first line {usual.lines[0]}",
                    f"write `{usual.text}`, if that is meant",
                    mark=subject.mark(rare.span, rare.text),
                )
                break


def _mistyped(rare: str, usual: str) -> tuple[str, str] | None:
    """Give the one part in which two names differ by one letter; None where they differ more."""
    one, other = tokens(rare), tokens(usual)
    if len(one) != len(other):
        return None
    different = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
    if len(different) != 1:
        return None
    a, b = different[0]
    long_enough = min(len(a), len(b)) >= SHORTEST
    plain = a.isalpha() and b.isalpha() and a.casefold() != b.casefold()
    plural = {a.rstrip("s"), b.rstrip("s")} == {a.rstrip("s")}
    return (a, b) if long_enough and plain and not plural and _one_apart(a, b) else None


def _one_apart(a: str, b: str) -> bool:
    """Tell whether one letter added, left out, changed or swapped makes one of the other."""
    start = 0
    while start < min(len(a), len(b)) and a[start] == b[start]:
        start += 1
    rest, other = a[start:], b[start:]
    if len(rest) == len(other):
        return rest[1:] == other[1:] or (rest[:2] == other[1::-1] and rest[2:] == other[2:])
    return rest[1:] == other or rest == other[1:]


def _used_elsewhere(subject: Subject, rare: Name, part: str) -> bool:
    """Tell whether the document has the rarer word in another line: then it means it."""
    whole = re.compile(rf"(?<![^\W_]){re.escape(part)}(?![^\W_])", re.IGNORECASE)
    own: Sequence[int] = rare.lines
    return any(
        number not in own and whole.search(line)
        for number, line in enumerate(subject.runbook.lines, 1)
    )


RULE = Rule("near-miss-name", Severity.WARNING, Confidence.MEDIUM, check)
