"""A bucket's policy and a request in, what the policy says of it out. Pure.

Everybody of the account is taken to be allowed by IAM, which the lab does not have: for them only
a Deny counts. A condition that is not known here is not met.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from fnmatch import fnmatchcase
from ipaddress import ip_address, ip_network
from typing import Any


class Verdict(Enum):
    SILENT = "silent"
    ALLOWED = "allowed"
    DENIED = "denied"


@dataclass(frozen=True)
class Wish:
    """`principal` is the ARN of who asks; "" for nobody in particular."""

    principal: str
    action: str  # "s3:GetObject"
    resource: str  # an ARN
    context: Mapping[str, str]  # "aws:SourceIp" → …


def judge(policy: str | bytes | None, wish: Wish) -> Verdict:
    """One Deny outweighs all that is allowed."""
    if not policy:
        return Verdict.SILENT
    given = json.loads(policy).get("Statement", [])
    statements = [given] if isinstance(given, dict) else given
    effects = {str(one.get("Effect")) for one in statements if _concerns(one, wish)}
    if "Deny" in effects:
        return Verdict.DENIED
    return Verdict.ALLOWED if "Allow" in effects else Verdict.SILENT


def _concerns(statement: Mapping[str, Any], wish: Wish) -> bool:
    return (
        _either(statement, "Principal", lambda given: _is_principal(given, wish.principal))
        and _either(statement, "Action", lambda given: _like(given, wish.action, lower=True))
        and _either(statement, "Resource", lambda given: _like(given, wish.resource))
        and all(
            _met(operator, key, wanted, wish.context)
            for operator, tests in (statement.get("Condition") or {}).items()
            for key, wanted in tests.items()
        )
    )


def _either(statement: Mapping[str, Any], name: str, fits: Callable[[Any], bool]) -> bool:
    """`Action` fits, or `NotAction` does not."""
    if f"Not{name}" in statement:
        return not fits(statement[f"Not{name}"])
    return name in statement and fits(statement[name])


def _is_principal(given: Any, principal: str) -> bool:
    if given == "*":
        return True
    named = _list(given.get("AWS", [])) if isinstance(given, dict) else []
    if "*" in named:
        return True
    account = principal.split(":")[4] if principal else "none"
    # The account stands for everybody in it, by its number or by its root.
    return principal in named or account in named or f"arn:aws:iam::{account}:root" in named


def _like(given: Any, value: str, lower: bool = False) -> bool:
    patterns = [str(one) for one in _list(given)]
    if lower:
        patterns, value = [one.lower() for one in patterns], value.lower()
    # Brackets mean nothing in a policy.
    return any(fnmatchcase(value, one.replace("[", "[[]")) for one in patterns)


def _list(given: Any) -> list[Any]:
    return given if isinstance(given, list) else [given]


def _met(operator: str, key: str, wanted: Any, context: Mapping[str, str]) -> bool:
    known = {name.lower(): value for name, value in context.items()}.get(key.lower())
    if known is None:
        return operator.endswith("IfExists")
    test = CONDITIONS.get(operator.removesuffix("IfExists"))
    return test is not None and test(known, [str(one) for one in _list(wanted)])


def _in_networks(value: str, wanted: list[str]) -> bool:
    return any(ip_address(value) in ip_network(one, strict=False) for one in wanted)


# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
CONDITIONS: dict[str, Callable[[str, list[str]], bool]] = {
    "StringEquals": lambda value, wanted: value in wanted,
    "StringNotEquals": lambda value, wanted: value not in wanted,
    "StringLike": lambda value, wanted: _like(wanted, value),
    "StringNotLike": lambda value, wanted: not _like(wanted, value),
    "ArnEquals": lambda value, wanted: _like(wanted, value),
    "ArnLike": lambda value, wanted: _like(wanted, value),
    "ArnNotLike": lambda value, wanted: not _like(wanted, value),
    "Bool": lambda value, wanted: value.lower() in [one.lower() for one in wanted],
    "IpAddress": _in_networks,
    "NotIpAddress": lambda value, wanted: not _in_networks(value, wanted),
}
