"""# unmade-snapshot

## What it does

Finds a restore from a snapshot whose name no command of the document can have given: the document
makes `manual-backup-…`, and restores `shop-db-snapshot-…`. A name that is filled in later, one of
an automated snapshot (`rds:…`), and a document that makes no snapshots are not reported.

## Why it is bad

The restore fails with "DBSnapshot not found", in the one hour in which it is needed.

## Bad

````markdown
# Backup

```bash
aws rds create-db-snapshot --db-instance-identifier shop-db \\
  --db-snapshot-identifier "manual-backup-$(date +%Y%m%d)"
```

# Restore

```bash
aws rds restore-db-instance-from-db-snapshot --db-instance-identifier shop-db-restored \\
  --db-snapshot-identifier "shop-db-snapshot-$(date +%Y%m%d)"
```
````

## Good

````markdown
# Backup

```bash
aws rds create-db-snapshot --db-instance-identifier shop-db \\
  --db-snapshot-identifier "manual-backup-$(date +%Y%m%d)"
```

# Restore

```bash
# Which snapshots are there?
aws rds describe-db-snapshots --db-instance-identifier shop-db

aws rds restore-db-instance-from-db-snapshot --db-instance-identifier shop-db-restored \\
  --db-snapshot-identifier <snapshot-id>
```
````

## How to fix

List the snapshots first and take the name from there, or use the name that the backup gives.

## Source

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_RestoreFromSnapshot.html
"""

from collections.abc import Iterator
from itertools import pairwise

from steadyhand.lint.changes.calls import Call, calls
from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity
from steadyhand.model.document.shell import PartKind, Word

_RESTORES = {
    "restore-db-cluster-from-snapshot": "--snapshot-identifier",
    "restore-db-instance-from-db-snapshot": "--db-snapshot-identifier",
}
_MAKES = {
    "copy-db-cluster-snapshot": "--target-db-cluster-snapshot-identifier",
    "copy-db-snapshot": "--target-db-snapshot-identifier",
    "create-db-cluster-snapshot": "--db-cluster-snapshot-identifier",
    "create-db-snapshot": "--db-snapshot-identifier",
    "delete-db-cluster": "--final-db-snapshot-identifier",
    "delete-db-instance": "--final-db-snapshot-identifier",
}
_AUTOMATED = ("rds:", "awsbackup:", "arn:")
_SHORTEST = 4  # letters of a name that are enough to tell it from another


def check(subject: Subject) -> Iterator[Finding]:
    """Report each restore from a snapshot that nothing here makes."""
    every = calls(subject)
    for call in every:
        name = _beginning(call, _RESTORES)
        if name is None or len(name) < _SHORTEST or name.startswith(_AUTOMATED):
            continue
        made = [other for one in every if (other := _made(one, call)) is not None]
        if not made or any(_may_be(name, one) for one in made) or _named_elsewhere(subject, name):
            continue
        yield RULE.finding(
            call.step.span,
            f"no command here makes a snapshot `{name}…`; the one made is `{made[0]}…`",
            "list the snapshots first, and take the name from there",
            mark=subject.mark(call.step.span, name),
        )


def _made(call: Call, restore: Call) -> str | None:
    """Give the name of a snapshot that a command makes, of the kind that a restore wants."""
    of_cluster = "cluster" in call.operation[1]
    if of_cluster is not ("cluster" in restore.operation[1]):
        return None
    return _beginning(call, _MAKES)


def _beginning(call: Call, options: dict[str, str]) -> str | None:
    """Give the part of a snapshot's name that is known from its beginning; None for no name."""
    if call.operation[0] != "rds" or call.operation[1] not in options:
        return None
    word = _value(call.used.command.words, options[call.operation[1]])
    if word is None or any(part.kind is PartKind.PARAMETER for part in word.parts):
        return None if word is None else ""
    known = ""
    for part in word.parts:
        if part.kind is not PartKind.LITERAL:
            break
        known += part.text
    return known


def _value(words: tuple[Word, ...], option: str) -> Word | None:
    return next((value for name, value in pairwise(words) if name.literal == option), None)


def _may_be(name: str, other: str) -> bool:
    return name.startswith(other) or other.startswith(name)


def _named_elsewhere(subject: Subject, name: str) -> bool:
    return sum(name in line for line in subject.runbook.lines) > 1


RULE = Rule("unmade-snapshot", Severity.WARNING, Confidence.MEDIUM, check)
