"""# promote-what-is-no-replica

## What it does

Finds `promote-read-replica` on a database that the same document makes by a restore, or makes new.

## Why it is bad

Only a read replica can be promoted. A restored instance is a database of its own from the
beginning; the call is refused, and whoever reads the error looks for a fault that is not there.

## Bad

```bash
aws rds restore-db-instance-to-point-in-time --source-db-instance-identifier shop-db \\
  --target-db-instance-identifier shop-db-restored --use-latest-restorable-time
aws rds promote-read-replica --db-instance-identifier shop-db-restored
```

## Good

```bash
aws rds create-db-instance-read-replica --source-db-instance-identifier shop-db \\
  --db-instance-identifier shop-db-replica
aws rds promote-read-replica --db-instance-identifier shop-db-replica
```

## How to fix

Leave the promotion out: point the application at the restored instance instead.

## Source

https://docs.aws.amazon.com/cli/latest/reference/rds/promote-read-replica.html
"""

from collections.abc import Iterator

from steadyhand.actions.words import known
from steadyhand.lint.changes.calls import calls
from steadyhand.lint.rule import Rule
from steadyhand.lint.rules.deploy.restore_without_network import RESTORES
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity

_MAKES = {**RESTORES, "create-db-instance": "--db-instance-identifier"}


def check(subject: Subject) -> Iterator[Finding]:
    """Report each promotion of what was never a replica."""
    made: dict[str, int] = {}
    for call in calls(subject):
        operation = call.operation[1]
        name = call.get(_MAKES.get(operation, "--db-instance-identifier")) or ""
        if operation in _MAKES:
            made[name] = call.step.span.line
        elif operation == "create-db-instance-read-replica":
            made.pop(name, None)
        elif operation == "promote-read-replica" and name in made and known(name):
            yield RULE.finding(
                call.step.span,
                f"`{name}` is no read replica: line {made[name]} makes it a database of its own",
                "leave it out; a restored database needs no promotion",
                mark=subject.mark(call.step.span, call.last_verb),
            )


RULE = Rule("promote-what-is-no-replica", Severity.ERROR, Confidence.HIGH, check)
