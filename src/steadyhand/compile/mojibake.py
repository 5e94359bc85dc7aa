"""Text that was UTF-8 and was read as something else: found, and read again. Pure."""

import re

# What editors take UTF-8 for by mistake.
_MISTAKEN_FOR = ("mac_roman", "cp1252")


def repair(text: str) -> str:
    """Give the text as it was meant; text that is well comes back as it is."""
    return re.sub(r"[^\x00-\x7f]{2,}", lambda match: _again(match.group()), text)


def _again(run: str) -> str:
    for codec in _MISTAKEN_FOR:
        try:
            return run.encode(codec).decode("utf-8")
        except UnicodeError:
            continue
    return run
