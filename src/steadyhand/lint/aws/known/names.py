"""A name of the API in, the AWS CLI's spelling of it out; and of known names the nearest.

Knows no service.
"""

import re
from collections.abc import Iterable
from difflib import SequenceMatcher, get_close_matches

_PLURAL_ACRONYM = re.compile(r"(?=[A-Z]{2,}s$)")
_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=.)(?=[A-Z][a-z])")
_ONE_WORD = re.compile(r"iSCSI|OTel|OAuth2|WhatsApp|PartiQL|HITs")
_NEAR = 0.75


def cli_name(name: str) -> str:
    """Spell a name of the API as the CLI does: `DescribeDBInstances` → `describe-db-instances`.

    The rule is botocore's; it is the CLI's contract with its users, so it does not change:
    https://github.com/boto/botocore/blob/develop/botocore/__init__.py (`xform_name`).
    """
    if "-" in name:
        return name
    if (plural := _PLURAL_ACRONYM.search(name)) is not None:
        head, tail = name[: plural.start()], name[plural.start() :]
        return f"{_BOUNDARY.sub('-', head)}-{tail}".lower()
    return _BOUNDARY.sub("-", name).lower()


def operation_name(name: str) -> str:
    """Spell an operation of the API as the CLI does. Trade names stay one word, here alone."""
    return cli_name(_ONE_WORD.sub(lambda match: match.group().capitalize(), name))


def nearest(wrong: str, known: Iterable[str]) -> str | None:
    """Give the known name that was most likely meant, or None when none is near."""
    names = list(known)
    folded = {name.casefold(): name for name in reversed(names)}
    for same in (wrong.casefold(), f"{wrong}s".casefold(), wrong.casefold().removesuffix("s")):
        if same in folded:
            return folded[same]
    for name in names:
        if len(name) == len(wrong) and sorted(name) == sorted(wrong):
            return name  # two letters that changed places
    if found := get_close_matches(wrong.casefold(), folded, n=1, cutoff=_NEAR):
        return folded[found[0]]
    longer = [name for name in names if name.startswith(wrong) or wrong.startswith(name)]
    return max(longer, key=lambda n: SequenceMatcher(None, wrong, n).ratio(), default=None)
