"""Steps in, where they make a secret, keep it and give it to what it opens out.

Reads names of variables, never values; follows a variable from the step that sets it to those that
use it.
"""

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

from steadyhand.actions.aws.argv import parse_aws
from steadyhand.actions.words import HOLE, as_argv
from steadyhand.lint.shell.quotes import COMMENT, ESCAPED, SINGLE, expansions
from steadyhand.lint.shell.variables import Setting, settings
from steadyhand.model.document.runbook import Step, StepKind
from steadyhand.model.document.shell import Command

# What draws a secret at random.
_DRAWS = re.compile(
    r"\bopenssl\s+rand\b|/dev/u?random\b|\bpwgen\b|\bapg\b|\buuidgen\b|\bget-random-password\b|"
    r"\bmakepasswd\b|\bsecrets\.token_"
)
# What changes the password of the thing that the secret opens.
_OPENS = re.compile(
    r"\bmodify-(?:db-instance|db-cluster|cluster)\b[\s\S]*--master-user-password\b|"
    r"\bmodify-replication-group\b[\s\S]*--auth-token\b|"
    r"\bALTER\s+(?:USER|ROLE)\b[\s\S]*\b(?:PASSWORD|IDENTIFIED)\b|\bSET\s+PASSWORD\b|"
    r"\bsql\s+users\s+set-password\b|\brequirepass\b|\bACL\s+SETUSER\b|\bchange_password\b|"
    r"\bchangeUserPassword\b|\bmysqladmin\b[\s\S]*\bpassword\b|\\password\b|\bchpasswd\b|"
    r"\b(?:server|flexible-server)\s+update\b[\s\S]*--admin-password\b",
    re.IGNORECASE,
)
_SAID = ("pass", "auth-token", "identified", "setuser")  # one of them stands in each of those


class Kept(Struct, frozen=True):
    """A command that writes a secret into a store; `name` is what it is called there, "…" within
    it for what is not known."""

    step: Step
    command: Command
    name: str


def drawn(steps: Iterable[Step]) -> Iterator[Setting]:
    """Give the variables that are set to something random. Pure."""
    for setting in settings(steps):
        if _DRAWS.search(setting.value):
            yield setting


def used_in(step: Step) -> frozenset[str]:
    """Name the variables that bash expands in a step. Pure."""
    silent = {SINGLE, ESCAPED, COMMENT}
    return frozenset(one.name for one in expansions(step.text) if one.context not in silent)


def opens(step: Step) -> bool:
    """Tell whether a step changes a password where it is asked for: in the database. Pure."""
    if step.kind is StepKind.CHECK:
        return False
    lower = step.text.lower()
    return any(word in lower for word in _SAID) and _OPENS.search(step.text) is not None


def kept(steps: Iterable[Step]) -> Iterator[Kept]:
    """Give the commands that write secrets into a store, a version that only waits left out."""
    for step in steps:
        for command in step.commands:
            name = _store(command)
            if name:
                yield Kept(step, command, name.replace(HOLE, "…"))


def _store(command: Command) -> str:
    """Say what the secret is called in the store that a command writes to; "" for another one."""
    argv = as_argv(command)
    words = [word for word in argv[1:] if not word.startswith("-")]
    match argv[:1]:
        case ("aws",):
            return _aws_store(argv)
        case ("vault",) if words[:2] in (["kv", "put"], ["kv", "patch"]):
            return words[2] if len(words) > 2 else ""
        case ("kubectl",) if words[:2] in (["create", "secret"], ["patch", "secret"]):
            return words[3 if words[0] == "create" else 2] if len(words) > 3 else ""
        case ("gcloud",) if words[:3] == ["secrets", "versions", "add"]:
            return words[3] if len(words) > 3 else ""
        case ("gh",) if words[:2] == ["secret", "set"]:
            return words[2] if len(words) > 2 else ""
        case ("az",) if words[:3] == ["keyvault", "secret", "set"]:
            return parse_aws(argv).get("--name") or "…"
        case _:
            return ""


def _aws_store(argv: tuple[str, ...]) -> str:
    aws = parse_aws(argv)
    match aws.service, aws.operation:
        case "secretsmanager", "put-secret-value" | "update-secret":
            writes = aws.has("--secret-string") or aws.has("--secret-binary")
            waits = "AWSPENDING" in aws.values("--version-stages")
            return (aws.get("--secret-id") or "…") if writes and not waits else ""
        case "ssm", "put-parameter":
            return aws.get("--name") or "…"
        case _:
            return ""
