"""Lines of a code block in, the language they are written in out; "" for shell and for no language.

By what a line of that language must look like. JSON and YAML parse as shell commands too, so that
nothing here asks whether it parses as shell.
"""

import json
import re
from collections.abc import Sequence

_KEY = re.compile(r"\s*(?:- )?[\w./-]+:(?:\s|$)")
_YAML = re.compile(rf"{_KEY.pattern}|\s*- \S|---\s*$")
_MEMBER = re.compile(r"^\s*\"[^\"]*\"\s*:", re.MULTILINE)
# How the first line of a file begins.
_STARTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("Python", re.compile(r"import \w[\w.]*(?: as \w+)?$|from [\w.]+ import |(?:def|class) \w+\(")),
    ("HCL", re.compile(r"(?:resource|data|module|variable|provider)\s+(?:\"[\w-]+\"\s*)+\{$")),
    ("INI", re.compile(r"\[[A-Z]\w+\]$")),
    ("Dockerfile", re.compile(r"FROM \S+(?: AS \w+)?$")),
    ("HTTP", re.compile(r"HTTP/\d")),
    ("PowerShell", re.compile(r"[A-Z]\w+-[A-Z]\w+(?=\s|$)")),
)


def language_of_file(first: str, otherwise: str = "") -> str:
    """Name the language by the first line of code, where that is enough. Pure."""
    return next((name for name, pattern in _STARTS if pattern.match(first.strip())), otherwise)


def language_of_data(code: Sequence[str], otherwise: str = "") -> str:
    """Tell JSON, also when it is cut short, and YAML. Pure."""
    text = "\n".join(code)
    if text.lstrip().startswith(("{", "[")):
        try:
            json.loads(text)
        except ValueError:
            return "JSON" if _MEMBER.search(text) else otherwise
        return "JSON"
    keys = sum(_KEY.match(line) is not None for line in code)
    return "YAML" if keys > 1 and all(_YAML.match(line) for line in code) else otherwise
