"""# secret-changed-in-one-place

## What it does

Finds a procedure that draws a new password for a database, a cache or a broker, writes it into the
store of secrets, and never sets it in the database.

## Why it is bad

The database still wants the old password. The next restart of the services, mostly the next step of
the same procedure, reads the new one and breaks every connection.

## Bad

```bash
new_password=$(openssl rand -hex 20)
aws ssm put-parameter --name /shop/db/password --value "$new_password" --overwrite
aws ecs update-service --cluster shop --service web --force-new-deployment
```

## Good

```bash
new_password=$(openssl rand -hex 20)
aws rds modify-db-instance --db-instance-identifier shop --master-user-password "$new_password"
sleep 60 && aws rds wait db-instance-available --db-instance-identifier shop
aws ssm put-parameter --name /shop/db/password --value "$new_password" --overwrite
aws ecs update-service --cluster shop --service web --force-new-deployment
```

## How to fix

Set the new password in the database first (`ALTER ROLE … PASSWORD`, `aws rds modify-db-instance
--master-user-password`), or let the store rotate both: `aws secretsmanager rotate-secret`.

## Source

https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets.html
"""

import re
from collections.abc import Iterator, Sequence

from steadyhand.lint.rule import Rule
from steadyhand.lint.secrets.flows import Kept, drawn, kept, opens, used_in
from steadyhand.lint.shell.sequences import sequences, steps_of
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity
from steadyhand.model.document.runbook import Procedure, Step

_OPENED_BY_IT = re.compile(
    r"(?<![a-z])(?:db|database|postgres(?:ql)?|pg|mysql|mariadb|rds|aurora|redis|valkey|"
    r"mongo(?:db)?|rabbitmq|sql)(?![a-z])",
    re.IGNORECASE,
)
_PASSWORD = re.compile(r"pass|pw\b|auth|cred|secret", re.IGNORECASE)
# Words of the procedure that say that somebody sets it there after all.
_SAID = re.compile(
    r"\bmaster (?:user )?password\b|\b(?:in|on|at) (?:the )?(?:database|rds|server|instance)\b|"
    r"\balter (?:user|role)\b|\bset (?:it|the (?:new )?password)\b|"
    r"\brotation (?:function|lambda)\b",
    re.IGNORECASE,
)


def check(subject: Subject) -> Iterator[Finding]:
    """Report where the secret is stored."""
    for sequence in sequences(subject, numbers=True):
        steps = steps_of(sequence)
        found = list(_stored(steps))
        if not found or any(opens(step) for step in steps):
            continue
        for one in [] if any(_says(subject, each) for each in sequence) else found:
            yield RULE.finding(
                one.step.span,
                f"`{one.name}` gets a new password that the procedure never sets where it is asked "
                "for",
                "set it in the database first, wait, and store it then",
                mark=subject.mark(one.step.span, one.name),
            )


def _stored(steps: Sequence[Step]) -> Iterator[Kept]:
    """Give what stores a password of a database that was drawn here."""
    new = {setting.name for setting in drawn(steps)}
    for one in kept(steps):
        named = _OPENED_BY_IT.search(one.name) and _PASSWORD.search(one.name)
        if named and new & used_in(one.step):
            yield one


def _says(subject: Subject, procedure: Procedure) -> bool:
    lines = range(procedure.span.line, procedure.span.end_line + 1)
    return any(_SAID.search(subject.line(number)) for number in lines)


RULE = Rule("secret-changed-in-one-place", Severity.WARNING, Confidence.MEDIUM, check)
