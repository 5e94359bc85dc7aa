"""Text in, a key, a string or a comment of TOML out. https://toml.io/en/v1.0.0"""

import re

_BARE = re.compile(r"[A-Za-z0-9_-]+")
# What TOML allows in no comment and in no string, and what other readers take for a line's end.
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029\ud800-\udfff]")


def comment(text: str) -> str:
    """Write a comment of one line."""
    return "# " + _CONTROL.sub(" ", text)


def key(name: str) -> str:
    """Write a key, bare where it can be."""
    return name if _BARE.fullmatch(name) else quoted(name)


def quoted(text: str) -> str:
    """Write a basic string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + _CONTROL.sub(_escaped, escaped) + '"'


def _escaped(match: re.Match[str]) -> str:
    code = ord(match.group())
    return "\\uFFFD" if 0xD800 <= code <= 0xDFFF else f"\\u{code:04X}"
