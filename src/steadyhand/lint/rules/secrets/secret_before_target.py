"""# secret-before-target

## What it does

Finds a procedure that writes a new password into the store of secrets first and sets it in the
database afterwards.

## Why it is bad

Whatever starts in between reads the new password and cannot log in. When the database refuses the
password, or the operator is called away, it stays like that: the store holds a password that opens
nothing, and the old one has to be found first.

## Bad

```bash
aws secretsmanager put-secret-value --secret-id shop/db --secret-string "$NEW_PASSWORD"
aws rds modify-db-instance --db-instance-identifier shop --master-user-password "$NEW_PASSWORD"
```

## Good

```bash
aws rds modify-db-instance --db-instance-identifier shop --master-user-password "$NEW_PASSWORD"
sleep 60 && aws rds wait db-instance-available --db-instance-identifier shop
aws secretsmanager put-secret-value --secret-id shop/db --secret-string "$NEW_PASSWORD"
```

## How to fix

Set the password in the database, wait, log in with it once, and store it then. Without a gap it
goes with two users in turn, or with a version that waits (`--version-stages AWSPENDING`).

## Source

https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets_strategies.html
"""

from collections.abc import Iterator

from steadyhand.lint.rule import Rule
from steadyhand.lint.secrets.flows import kept, opens, used_in
from steadyhand.lint.shell.sequences import sequences, steps_of
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity


def check(subject: Subject) -> Iterator[Finding]:
    """Report where the secret is stored, if the same variable is set in the database below."""
    for sequence in sequences(subject, numbers=True):
        steps = steps_of(sequence)
        for one in kept(steps):
            stored = used_in(one.step)
            at = steps.index(one.step)
            if any(opens(s) and used_in(s) & stored for s in steps[:at]):
                continue
            later = next((s for s in steps[at + 1 :] if opens(s) and used_in(s) & stored), None)
            if later is None:
                continue
            yield RULE.finding(
                one.step.span,
                f"`{one.name}` is changed before the password itself, in line {later.span.line}: "
                "what starts in between cannot log in",
                "set the password where it is asked for first, wait, and store it then",
                mark=subject.mark(one.step.span, one.name),
            )


RULE = Rule("secret-before-target", Severity.WARNING, Confidence.MEDIUM, check)
