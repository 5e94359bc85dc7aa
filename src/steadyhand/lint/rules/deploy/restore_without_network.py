"""# restore-without-network

## What it does

Finds an RDS restore without `--db-subnet-group-name` or `--vpc-security-group-ids`. A later
`modify-db-instance` that sets the security groups counts.

## Why it is bad

What is not given is not taken from the lost database: the restored one gets the default security
group, in the default subnet group. The application cannot reach it, and that is found out when the
restore has run for half an hour.

## Bad

```bash
aws rds restore-db-instance-from-db-snapshot --db-instance-identifier shop-db-restored \\
  --db-snapshot-identifier before-migration
```

## Good

```bash
aws rds restore-db-instance-from-db-snapshot --db-instance-identifier shop-db-restored \\
  --db-snapshot-identifier before-migration \\
  --db-subnet-group-name shop-db --vpc-security-group-ids sg-0a1b2c3d
```

## How to fix

Read the groups of the database that is lost (`describe-db-instances`), or write them down where the
backups are described, and give both options.

## Source

https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RestoreDBInstanceToPointInTime.html
"""

from collections.abc import Iterator

from steadyhand.lint.changes.calls import Call, calls
from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity

# Operation → the option that names what it makes.
RESTORES = {
    "restore-db-cluster-from-snapshot": "--db-cluster-identifier",
    "restore-db-cluster-to-point-in-time": "--db-cluster-identifier",
    "restore-db-instance-from-db-snapshot": "--db-instance-identifier",
    "restore-db-instance-from-s3": "--db-instance-identifier",
    "restore-db-instance-to-point-in-time": "--target-db-instance-identifier",
}
_WANTED = {
    "--db-subnet-group-name": "the default subnet group",
    "--vpc-security-group-ids": "the default security group",
}


def check(subject: Subject) -> Iterator[Finding]:
    """Report each restore that leaves the network to the defaults."""
    every = calls(subject)
    for call in every:
        named_by = RESTORES.get(call.operation[1])
        if named_by is None or call.has("--cli-input-json"):
            continue
        target = call.get(named_by)
        later = [one for one in every if _modifies(one, target)]
        missing = [w for w in _WANTED if not any(one.has(w) for one in (call, *later))]
        if missing:
            yield RULE.finding(
                call.step.span,
                f"the restored database gets {' and '.join(_WANTED[one] for one in missing)}",
                f"add {' and '.join(f'`{one}`' for one in missing)}",
                mark=subject.mark(call.step.span, call.last_verb),
            )


def _modifies(call: Call, target: str | None) -> bool:
    """Tell whether a command changes the restored database."""
    return call.operation[1].startswith("modify-db-") and target in (
        call.get("--db-instance-identifier"),
        call.get("--db-cluster-identifier"),
    )


RULE = Rule("restore-without-network", Severity.WARNING, Confidence.HIGH, check)
