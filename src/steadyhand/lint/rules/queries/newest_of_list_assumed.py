r"""# newest-of-list-assumed

## What it does

Finds a `--query` that takes the first or last of a list (`DBSnapshots[0]`, `Images[-1]`) whose
order AWS does not promise, without `sort_by`, and where nothing else has left only one.

## Why it is bad

The list may come in any order, so the one that is taken is some snapshot, not the newest. Who
restores from it, or reads that "the last backup" is fine, is wrong without noticing.

## Bad

```bash
aws rds describe-db-snapshots --db-instance-identifier shop \
  --query 'DBSnapshots[0].DBSnapshotIdentifier' --output text
```

## Good

```bash
aws rds describe-db-snapshots --db-instance-identifier shop \
  --query 'sort_by(DBSnapshots, &SnapshotCreateTime)[-1].DBSnapshotIdentifier' --output text
```

## How to fix

Sort in the query: `sort_by(DBSnapshots, &SnapshotCreateTime)[-1]`, or `max_by(…)`. Where the
operation sorts by itself, say so to it: `--sort DESC`, `--order-by LastEventTime --descending`.

## Source

https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-filter.html
"""

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

from steadyhand.lint.asked import Asked, asked
from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity


class Unordered(Struct, frozen=True):
    """A list without a promised order; `one` are the options that leave one element or sort."""

    key: str
    by: str  # the field with the time
    one: tuple[str, ...]


# Each operation's page in https://docs.aws.amazon.com/cli/latest/reference/ says what it returns;
# none of these says in which order.
LISTS: Mapping[tuple[str, str], Unordered] = {
    ("rds", "describe-db-snapshots"): Unordered(
        "DBSnapshots", "SnapshotCreateTime", ("--db-snapshot-identifier",)
    ),
    ("rds", "describe-db-cluster-snapshots"): Unordered(
        "DBClusterSnapshots", "SnapshotCreateTime", ("--db-cluster-snapshot-identifier",)
    ),
    ("docdb", "describe-db-cluster-snapshots"): Unordered(
        "DBClusterSnapshots", "SnapshotCreateTime", ("--db-cluster-snapshot-identifier",)
    ),
    ("redshift", "describe-cluster-snapshots"): Unordered(
        "Snapshots", "SnapshotCreateTime", ("--snapshot-identifier", "--sorting-entities")
    ),
    ("elasticache", "describe-snapshots"): Unordered(
        "Snapshots", "NodeSnapshots[0].SnapshotCreateTime", ("--snapshot-name",)
    ),
    ("ec2", "describe-snapshots"): Unordered("Snapshots", "StartTime", ("--snapshot-ids",)),
    ("ec2", "describe-images"): Unordered("Images", "CreationDate", ("--image-ids",)),
    ("ecr", "describe-images"): Unordered("imageDetails", "imagePushedAt", ("--image-ids",)),
    ("backup", "list-recovery-points-by-backup-vault"): Unordered(
        "RecoveryPoints", "CreationDate", ()
    ),
    # by name, unless it is told otherwise
    ("logs", "describe-log-streams"): Unordered(
        "logStreams", "lastEventTimestamp", ("--order-by", "--log-stream-name-prefix")
    ),
}
SORTED = re.compile(r"\b(?:sort_by|max_by|min_by|reverse|sort)\s*\(")


def check(subject: Subject) -> Iterator[Finding]:
    """Report each query that takes one of an unordered list by its place."""
    for (service, operation), listed in LISTS.items():
        for command in asked(subject, service, operation):
            place = _place(command.text("--query"), listed.key)
            if place is None or not command.lacks(*listed.one) or _named(command):
                continue
            yield RULE.finding(
                command.used.step.span,
                f"`{place}` is some element of `{listed.key}`: `{operation}` promises no order",
                f"sort it: sort_by({listed.key}, &{listed.by})[-1] is the newest",
                mark=command.mark(subject, place),
            )


def _place(query: str | None, key: str) -> str | None:
    """Find `Key[0]`, `Key[-1]`, or an index behind a pipe over all of `Key`."""
    if query is None or SORTED.search(query):
        return None
    direct = re.match(rf"{key}\[(?:0|-1)\]", query)
    if direct is not None:
        return direct.group()
    piped = re.match(rf"{key}\[\*?\](?:[^|]*)\|\s*(\[(?:0|-1)\])", query)
    return piped[1] if piped is not None else None


def _named(command: Asked) -> bool:
    """Tell whether a filter names one element, or may: a name without a wildcard."""
    for word in command.words("--filters") or ():
        text = word.literal
        if text is None:
            return True
        found = re.search(r"Name=(?:name|tag:Name|image-id|snapshot-id),Values=(.*)", text)
        if found is not None and not re.search(r"[*?,]", found[1]):
            return True
    return False


RULE = Rule("newest-of-list-assumed", Severity.WARNING, Confidence.MEDIUM, check)
