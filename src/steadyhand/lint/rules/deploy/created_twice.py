"""# created-twice

## What it does

Finds two commands of one code block that make something of the same kind under the same name: two
restores into one database, two containers, two users. Alternatives that are called so ("or",
"alternatively"), or in blocks of their own, are not reported, nor is what is deleted in between.

## Why it is bad

Whoever runs the block gets the first and a refusal for the second, and then works on the one they
did not mean: last night's snapshot instead of the point in time an hour ago.

## Bad

```bash
aws rds restore-db-instance-to-point-in-time --source-db-instance-identifier shop-db \\
  --target-db-instance-identifier shop-db-restored --use-latest-restorable-time
aws rds restore-db-instance-from-db-snapshot --db-instance-identifier shop-db-restored \\
  --db-snapshot-identifier before-migration
```

## Good

```bash
aws rds restore-db-instance-to-point-in-time --source-db-instance-identifier shop-db \\
  --target-db-instance-identifier shop-db-restored --use-latest-restorable-time
aws rds wait db-instance-available --db-instance-identifier shop-db-restored
```

## How to fix

Give each its own name, or each its own block under a heading that says when it is the right one.

## Source

https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RestoreDBInstanceFromDBSnapshot.html
"""

import re
from collections.abc import Iterator

from steadyhand.actions.words import known, option
from steadyhand.lint.changes.calls import Call, calls
from steadyhand.lint.rule import Rule
from steadyhand.lint.rules.deploy.restore_without_network import RESTORES
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity

# Operation → the option whose value has to be new. https://docs.aws.amazon.com/cli/latest/reference/
_MAKES = {
    **{("rds", operation): name for operation, name in RESTORES.items()},
    ("dynamodb", "create-table"): "--table-name",
    ("ecs", "create-service"): "--service-name",
    ("elasticache", "create-snapshot"): "--snapshot-name",
    ("logs", "create-log-group"): "--log-group-name",
    ("rds", "create-db-cluster"): "--db-cluster-identifier",
    ("rds", "create-db-cluster-snapshot"): "--db-cluster-snapshot-identifier",
    ("rds", "create-db-instance"): "--db-instance-identifier",
    ("rds", "create-db-instance-read-replica"): "--db-instance-identifier",
    ("rds", "create-db-snapshot"): "--db-snapshot-identifier",
    ("secretsmanager", "create-secret"): "--name",
}
_KIND = re.compile(r"(?:create|restore)-(db-instance|db-cluster)(?:-(?:from|to|read).*)?$")
_CHOICE = re.compile(
    r"\b(?:or|alternativ\w+|either|otherwise|instead|option|variant|again|retry|second|one of)\b",
    re.IGNORECASE,
)
_REMOVES = re.compile(r"\b(?:delete|rm|remove|drop|destroy|down|userdel|dropdb)\b|\bdelete-")
_SCOPE = ("-n", "--namespace", "--region", "--profile", "--context", "-h", "--host", "--cluster")


def check(subject: Subject) -> Iterator[Finding]:
    """Report each command that makes what an earlier one of its block has made."""
    made: dict[tuple[str, ...], Call] = {}
    for call in calls(subject):
        if not call.step.fence:
            continue
        if _REMOVES.search(" ".join(call.argv)):
            made = {key: first for key, first in made.items() if key[-1] not in call.argv}
            continue
        key = _key(call)
        if key is None:
            continue
        first = made.setdefault(key, call)
        if first.step is not call.step and not _chosen(first) and not _chosen(call):
            yield RULE.finding(
                call.step.span,
                f"`{key[-1]}` is made in line {first.step.span.line} already",
                "give it a name of its own, or put it into a block of its own that says when",
                mark=subject.mark(call.step.span, key[-1]),
            )


def _key(call: Call) -> tuple[str, ...] | None:
    """Say what a command makes: its block, where it makes it, kind and name."""
    kind, name = _makes(call)
    if not name or not known(name):
        return None
    where = tuple(option(call.argv, one) or "" for one in _SCOPE)
    return (call.procedure.id, str(call.step.fence), *where, kind, name)


def _makes(call: Call) -> tuple[str, str]:
    words = call.words
    if call.operation in _MAKES:
        match = _KIND.match(call.operation[1])
        kind = match[1] if match is not None else call.operation[1]
        return kind, call.get(_MAKES[call.operation]) or ""
    if call.name in {"docker", "podman"} and words[:1] in {("run",), ("create",)}:
        return "container", option(call.argv, "--name") or ""
    if call.name in {"kubectl", "oc"} and words[:1] == ("create",) and len(words) > 2:
        dry = any(word.startswith("--dry-run") for word in call.argv)
        return words[1], "" if dry else words[-1]
    if call.name in {"createdb", "useradd", "adduser", "createuser"} and words:
        return call.name, words[-1]
    return "", ""


def _chosen(call: Call) -> bool:
    """Tell whether the words above call it one of several ways."""
    return bool(call.step.condition) or _CHOICE.search(call.step.title) is not None


RULE = Rule("created-twice", Severity.WARNING, Confidence.HIGH, check)
