"""What happened in, Terraform's way of printing it out."""

import json
from collections.abc import Mapping
from typing import Any


def error(summary: str, *details: str) -> list[str]:
    return _boxed("Error", summary, details)


def warning(summary: str, *details: str) -> list[str]:
    return _boxed("Warning", summary, details)


def _boxed(kind: str, summary: str, details: tuple[str, ...]) -> list[str]:
    lines = [f"{kind}: {summary}", *details]
    return ["╷", *(f"│ {line}" for line in lines), "╵"]


def plain(lines: list[str]) -> list[str]:
    """As `-no-color` has it: without the box."""
    inside = [line.removeprefix("│ ") for line in lines if line not in ("╷", "╵")]
    return ["", *inside]


def value(given: Any) -> str:
    return "(known after apply)" if given is ... else json.dumps(given)


def attributes(sign: str, rows: Mapping[str, str]) -> list[str]:
    """The lines of a resource: names as wide as the widest."""
    width = max((len(name) for name in rows), default=0)
    return [f"      {sign} {name:<{width}} = {text}" for name, text in rows.items()]


LOCKED = (
    "Terraform acquires a state lock to protect the state from being written",
    "by multiple users at the same time. Please resolve the issue above and try",
    'again. For most commands, you can disable locking with the "-lock=false"',
    "flag, but this is not recommended.",
)

UNINITIALISED = (
    'Backend initialization required, please run "terraform init"',
    "",
    'Reason: Initial configuration of the requested backend "s3"',
    "",
    'The "backend" is the interface that Terraform uses to store state,',
    "perform operations, etc. If this message is showing up, it means that the",
    "Terraform configuration you're using is using a custom configuration for",
    "the Terraform backend.",
)

NO_CHANGES = (
    "",
    "No changes. Your infrastructure matches the configuration.",
    "",
    "Terraform has compared your real infrastructure against your configuration",
    "and found no differences, so no changes are needed.",
)

INITIALISED = (
    "",
    "Terraform has been successfully initialized!",
    "",
    'You may now begin working with Terraform. Try running "terraform plan" to see',
    "any changes that are required for your infrastructure. All Terraform commands",
    "should now work.",
)

NOT_SAVED = (
    "",
    "─" * 77,
    "",
    "Note: You didn't use the -out option to save this plan, so Terraform can't",
    'guarantee to take exactly these actions if you run "terraform apply" now.',
)

UNLOCKED = (
    "Terraform state has been successfully unlocked!",
    "",
    "The state has been unlocked, and Terraform commands should now be able to",
    "obtain a new lock on the remote state.",
)
