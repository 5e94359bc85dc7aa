"""What is fed to psql in, its single statements out; and the mistakes that no server accepts.

Knows how SQL is written, not what it means. What is filled in later (`$X`, `<x>`, `:x`, holes)
becomes one name, `LATER`.
"""

import re
from collections.abc import Iterator

from steadyhand.actions.sql import NOT_CODE
from steadyhand.actions.words import HOLE
from steadyhand.lint.tools.catalogue import nearest

LATER = "steadyhand_later"
_LATER = re.compile(
    HOLE
    + r"""+|\$\{[^}]*\}|\$\([^)]*\)|\$\w+|\{\{[^}]*\}\}|\{\w[\w.-]*\}|<[A-Za-z][\w .-]*>"""
    + r"""|%\(\w+\)s|%s|(?<![:\w]):[A-Za-z_]\w*|\.\.\.|…|\?"""
)
_META = re.compile(r"\\[a-zA-Z!?][^\n]*")
_COPIED = re.compile(
    r"^(\s*copy\b[^;\n]*\bfrom\s+stdin\b[^;\n]*;)[^\n]*\n.*?^\\\.[ \t]*$", re.I | re.M | re.S
)
# https://www.postgresql.org/docs/current/sql-commands.html
COMMANDS = frozenset(
    "abort alter analyze begin call checkpoint close cluster comment commit copy create deallocate "
    "declare delete discard do drop end execute explain fetch grant import insert listen load lock "
    "merge move notify prepare reassign refresh reindex release reset revoke rollback savepoint "
    "security select set show start table truncate unlisten update vacuum values with".split()
)


def statements(text: str) -> Iterator[str]:
    """Give the SQL statements of psql's input, without its own commands and copied rows. Pure."""
    text = _COPIED.sub(r"\1", text)
    for meta in reversed(list(_META.finditer(_blanked(text)))):
        text = text[: meta.start()] + ";" + text[meta.end() :]
    code = _blanked(text)
    start = 0
    for end in [*(m.start() for m in re.finditer(";", code)), len(code)]:
        if code[start:end].strip():
            yield text[start:end]
        start = end + 1


def settled(statement: str) -> str:
    """Put `LATER` for whatever is filled in later; dollar-quoted text becomes a string. Pure."""

    def one(match: re.Match[str]) -> str:
        found = match[0]
        if match["string"] is None:
            return " " if match["name"] is None else _LATER.sub(LATER, found)
        return "'x'" if found.startswith("$") else _LATER.sub("x", found)

    statement = re.sub(r"(?<![:\w]):(['\"])\w+\1", LATER, statement)
    parts, at = [], 0
    for match in NOT_CODE.finditer(statement):
        parts += [_LATER.sub(f" {LATER} ", statement[at : match.start()]), one(match)]
        at = match.end()
    return "".join(parts) + _LATER.sub(f" {LATER} ", statement[at:])


def _blanked(text: str) -> str:
    """Cross out strings and names in quotes, blank out comments; every place stays as it was."""

    def one(match: re.Match[str]) -> str:
        sign = " " if match["string"] is None and match["name"] is None else "x"
        return re.sub(r"[^\n]", sign, match[0])

    return NOT_CODE.sub(one, text)


def refused(statement: str) -> tuple[str, str, str] | None:
    """Find what every server refuses: the text, what is wrong, what to do; None where unsure.

    A closed list of mistakes, not a parser's verdict: parsers reject SQL that servers accept. Pure.
    """
    code = _blanked(statement)
    comment = re.search(r"(?m)^[ \t]*(#[^\n]*)", code)
    if comment is not None and not re.search(r"[\w)]\s*$", code[: comment.start()]):
        return comment[1].strip(), "`#` begins no comment in SQL", "write `--` for `#`"
    if _LATER.search(code):
        return None
    for pattern, wrong, help in _NEVER:
        if (match := pattern.search(code)) is not None:
            return statement[match.start() : match.end()].strip(), wrong, help
    return _unclosed(code) or _misspelled(code)


_NEVER = (
    (
        re.compile(r",\s*(?:from|where|group\s+by|order\s+by|\))(?!\w)", re.I),
        "a comma is followed by no further item",
        "take the comma out, or write the item that is missing",
    ),
    (
        re.compile(r"\blimit\s+\d+\s*,\s*\d+", re.I),
        "PostgreSQL knows no `LIMIT offset, count`",
        "write `LIMIT count OFFSET offset`",
    ),
    (
        re.compile(r"`\w+`"),
        "PostgreSQL does not quote names with backticks",
        'write "name" in double quotes, or no quotes at all',
    ),
    (
        re.compile(r"^\s*(?:desc|describe)\s+\w+\s*$", re.I),
        "PostgreSQL has no DESCRIBE",
        r"in psql, `\d name` describes a table",
    ),
    (
        re.compile(r"^\s*show\s+(?:full\s+)?processlist\b", re.I),
        "PostgreSQL has no process list to SHOW",
        "read `pg_stat_activity`",
    ),
)


def _unclosed(code: str) -> tuple[str, str, str] | None:
    if (quote := re.search(r"['\"]|/\*|\$\$", code)) is not None:
        return quote[0], f"`{quote[0]}` is never closed", "close it"
    opened, closed = code.count("("), code.count(")")
    if opened > closed:
        return "(", "a parenthesis is never closed", "write the `)` that is missing"
    if closed > opened:
        return ")", "a parenthesis closes none that is open", "take the `)` out"
    return None


def _misspelled(code: str) -> tuple[str, str, str] | None:
    match = re.match(r"\s*([A-Za-z]{4,})\s+\S", code)
    if match is None or (word := match[1].lower()) in COMMANDS:
        return None
    meant = nearest(word, COMMANDS, 0.8)
    if not meant or word[0] != meant[0] or word.startswith(meant) or meant.startswith(word):
        return None
    return match[1], f"SQL has no statement `{match[1]}`", f"did you mean `{meant.upper()}`?"
