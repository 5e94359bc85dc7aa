r"""# whole-secret-overwritten

## What it does

Finds a command that replaces a secret, which is a JSON document, by one with a few keys written out
in the command; and `vault kv put` where something that exists is changed.

## Why it is bad

Both replace the document as a whole. Keys that are not in the new one (host, port, other settings)
are gone from the current version, and whatever starts next lacks them.

## Bad

```bash
# Update the limit
aws secretsmanager update-secret --secret-id shop/config --secret-string '{"DAILY_LIMIT": "200"}'
```

## Good

```bash
# Update the limit, and keep the other keys
aws secretsmanager get-secret-value --secret-id shop/config --query SecretString --output text |
  jq '.DAILY_LIMIT = "200"' |
  aws secretsmanager put-secret-value --secret-id shop/config --secret-string file:///dev/stdin

# Update the limit
vault kv patch secret/shop/config DAILY_LIMIT=200
```

## How to fix

Read the document, change the one key with `jq`, and write the result; with Vault use `kv patch`.

## Source

https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_update-secret-value.html
"""

import json
import re
from collections.abc import Iterator

from steadyhand.actions.aws.argv import parse_aws
from steadyhand.actions.words import as_argv
from steadyhand.lint.rule import Rule
from steadyhand.lint.secrets.flows import Kept, kept
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity
from steadyhand.model.document.runbook import Procedure

_FEW = 3  # a document with more keys is likely to be written out in full
_CHANGES = re.compile(
    r"\b(?:updat|rotat|chang|renew|increas|rais|lower|replac|reset|set a new|edit)\w*", re.I
)


def check(subject: Subject) -> Iterator[Finding]:
    """Report each such command."""
    for procedure in subject.runbook.procedures:
        for one in kept(procedure.steps):
            match one.command.name:
                case "aws":
                    yield from _document(subject, one)
                case "vault":
                    yield from _vault(subject, procedure, one)


def _document(subject: Subject, one: Kept) -> Iterator[Finding]:
    value = parse_aws(as_argv(one.command)).get("--secret-string")
    keys = _keys(value or "")
    if 0 < len(keys) <= _FEW:
        named = " and ".join(f"`{key}`" for key in keys)
        yield RULE.finding(
            one.step.span,
            f"this replaces the whole document `{one.name}`: afterwards it holds {named} alone",
            "read the document, change the key with `jq`, and write the result",
            mark=subject.mark(one.step.span, "--secret-string"),
        )


def _keys(text: str) -> list[str]:
    try:
        document = json.loads(text)
    except ValueError:
        return []
    return list(document) if isinstance(document, dict) else []


def _vault(subject: Subject, procedure: Procedure, one: Kept) -> Iterator[Finding]:
    words = [word.shown for word in one.command.words]
    says = any(_CHANGES.search(text) for text in (procedure.title, one.step.title))
    pairs = [word for word in words if re.match(r"[\w.-]+=", word)]
    if "put" in words[:3] and says and 0 < len(pairs) <= _FEW:
        yield RULE.finding(
            one.step.span,
            f"`vault kv put` replaces everything in `{one.name}`: its other keys are gone",
            "use `vault kv patch`",
            mark=subject.mark(one.step.span, "vault kv put"),
            fix=subject.replace(one.step.span, "vault kv put", "vault kv patch"),
        )


RULE = Rule("whole-secret-overwritten", Severity.WARNING, Confidence.MEDIUM, check)
