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
from collections.abc import Iterator

from steadyhand.lint.names import Name, names
from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity

SHORTEST = 5  # letters of a part that can be mistyped and still be recognized


def check(subject: Subject) -> Iterator[Finding]:
    """Report each name once that is used once and looks like one used more often."""
    often: dict[str, list[Name]] = {}
    for name in names(subject):
        if len(name.lines) > 1:
            often.setdefault(name.kind, []).append(name)
    for rare in names(subject):
        alike = [usual for usual in often.get(rare.kind, ()) if _mistyped(subject, rare, usual)]
        if len(rare.lines) == 1 and alike:
            usual = alike[0]
            yield RULE.finding(
                rare.span,
                f"`{rare.text}` looks like `{usual.text}`, which {len(usual.lines)} other lines "
                f"name, the first line {usual.lines[0]}",
                f"write `{usual.text}`, if that is meant",
                mark=subject.mark(rare.span, rare.text),
            )


def _mistyped(subject: Subject, rare: Name, usual: Name) -> bool:
    """Tell whether two names differ in one part, by one letter, that nothing else explains."""
    if len(rare.parts) != len(usual.parts):
        return False
    different = [(a, b) for a, b in zip(rare.parts, usual.parts, strict=True) if a != b]
    if len(different) != 1:
        return False
    a, b = different[0]
    long_enough = min(len(a), len(b)) >= SHORTEST
    plain = a.isalpha() and b.isalpha()
    plural = a.rstrip("s") == b.rstrip("s")
    likely = long_enough and plain and not plural
    return likely and _one_apart(a, b) and not _used_elsewhere(subject, rare, a)


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
    return any(
        number not in rare.lines and whole.search(line)
        for number, line in enumerate(subject.runbook.lines, 1)
    )


RULE = Rule("near-miss-name", Severity.WARNING, Confidence.MEDIUM, check)
