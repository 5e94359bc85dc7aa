"""Text of a command or a sentence in, the placeholders in it out, before any shell parsing.

Before, because `-h <endpoint> ping` parses well, as two redirections. Nothing here depends on what
a placeholder is called, but for bare UPPERCASE words, which nothing else marks.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum


class Form(StrEnum):
    """How a placeholder is spelled."""

    ANGLE = "angle"  # <task-id>
    UPPERCASE = "uppercase"  # TASK_ID
    STUB = "stub"  # sg-xxx, your-domain.com, new-key-here
    BRACKET = "bracket"  # [Insert contact]
    VARIABLE = "variable"  # $DB_HOST, from outside


@dataclass(frozen=True)
class Found:
    """A placeholder at text[start:end]."""

    name: str
    spelling: str
    start: int
    end: int
    form: Form
    default: str | None = None


_ANGLE = re.compile(r"(?<!<)<([^\W\d_](?:[\w./@-]| (?=[\w(]))*)>(?!>)")
_UPPERCASE = re.compile(r"(?<![\w$.{%\\-])[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+(?![\w=({.])")
_XXX = re.compile(r"(?<![\w.-])[\w.-]*(?<![A-Za-z0-9])(?:x{3,}|X{3,})(?![A-Za-z0-9])[\w.-]*")
_YOUR = re.compile(r"(?<![\w-])your-?[a-z]+(?:-[a-z]+)*(?:\.(?:com|org|net|io|dev|app|cloud))?\b")
_HERE = re.compile(r"(?<![\w-])(?:[\w]+-)+here\b|\b(?:CHANGE|REPLACE)_?ME\b|\bchangeme\b")
_BRACKET = re.compile(
    r"\[((?:insert|configure|add|enter|fill in|your|tbd|todo|name of|phone of)\b[^\[\]\n]*)\]"
    r"(?!\()",
    re.IGNORECASE,
)
# What a bare UPPERCASE word says of itself when it waits for a value: its last word, or its first.
_LAST = frozenset(
    "ID IDS ARN NAME HOST HOSTNAME PORT URL URI VERSION REVISION TAG TOKEN KEY PASSWORD SECRET "
    "REGION ACCOUNT BUCKET IP ADDRESS ENDPOINT USER USERNAME EMAIL DATE TIME TIMESTAMP PATH FILE "
    "NUMBER COUNT HASH SHA COMMIT BRANCH IMAGE CLUSTER SERVICE TASK INSTANCE DATABASE TABLE GROUP "
    "ROLE DOMAIN ZONE SUBNET VALUE HERE".split()
)
_FIRST = frozenset("YOUR MY PREVIOUS PREV NEW OLD TARGET REPLACE INSERT LAST SOME EXAMPLE".split())
_FAR = 4000  # characters; no command is longer in front of its argument
_SQL_WORDS = frozenset(
    "CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER SESSION_USER LOCAL_TIME".split()
)
# An UPPERCASE word that these are given is what they look for or name, no placeholder.
_TAKES_NAMES = frozenset(
    "grep egrep fgrep rg awk sed jq printenv env echo printf export unset read declare "
    "local".split()
)


def find_placeholders(text: str, assigned: Collection[str] = ()) -> tuple[Found, ...]:
    """Find what waits for a value in shell text; `assigned` are variables that it sets. Pure."""
    found: list[Found] = []
    taken = bytearray(len(text))
    for one in (*_angles(text), *_stubs(text), *_uppercase(text, assigned)):
        if not any(taken[one.start : one.end]):
            taken[one.start : one.end] = b"\1" * (one.end - one.start)
            found.append(one)
    return tuple(sorted(found, key=lambda f: f.start))


def find_in_prose(text: str) -> tuple[Found, ...]:
    """Find what a person was to fill in, in a sentence: `[Insert …]`. Pure."""
    return tuple(
        Found(_named(m.group(1)), m.group(), m.start(), m.end(), Form.BRACKET)
        for m in _BRACKET.finditer(text)
    )


def masked(text: str, found: Collection[Found]) -> str:
    """Put a plain word of the same length over each placeholder, so that all columns stay."""
    pieces: list[str] = []
    at = 0
    for one in sorted(found, key=lambda f: f.start):
        pieces += [text[at : one.start], "Q" * (one.end - one.start)]
        at = one.end
    return "".join([*pieces, text[at:]])


def _angles(text: str) -> Iterator[Found]:
    closed = set(re.findall(r"</([^\s>]+)", text))
    for match in _ANGLE.finditer(text):
        inner = match.group(1)
        if inner.split()[0] in closed or inner.endswith(" ") or "//" in inner:
            continue  # markup
        yield Found(inner.replace(" ", "-"), match.group(), match.start(), match.end(), Form.ANGLE)


def _stubs(text: str) -> Iterator[Found]:
    for match in _XXX.finditer(text):
        spelling = match.group().strip(".-")
        start = match.start() + match.group().index(spelling)
        name = _named(re.sub(r"(?<![A-Za-z0-9])[xX]{3,}(?![A-Za-z0-9])", "", spelling)) or "xxx"
        yield Found(name, spelling, start, start + len(spelling), Form.STUB)
    for pattern in (_YOUR, _HERE):
        for match in pattern.finditer(text):
            name = match.group().removesuffix("-here")
            yield Found(name, match.group(), match.start(), match.end(), Form.STUB)


def _uppercase(text: str, assigned: Collection[str]) -> Iterator[Found]:
    for match in _UPPERCASE.finditer(text):
        word = match.group()
        parts = word.split("_")
        if word in assigned or word in _SQL_WORDS:
            continue
        if parts[-1] not in _LAST and parts[0] not in _FIRST:
            continue
        if re.match(r"\\?[\"']\s*:", text[match.end() :]):
            continue  # a key of JSON
        command = _command_before(text, match.start())
        if not command or command in _TAKES_NAMES:
            continue
        yield Found(word, word, match.start(), match.end(), Form.UPPERCASE)


def _command_before(text: str, at: int) -> str:
    """Name the command that the word at an offset is given to; "" when it is itself the command."""
    before = re.sub(r"\\\n", "  ", text[max(0, at - _FAR) : at])
    tail = re.split(r"[|;&\n]|\$\(", before)[-1].strip()
    words = [w for w in tail.split() if not re.fullmatch(r"\w+=\S*", w)]
    return words[0].rpartition("/")[2] if words else ""


def _named(text: str) -> str:
    return re.sub(r"[^\w]+", "-", text.lower()).strip("-")
