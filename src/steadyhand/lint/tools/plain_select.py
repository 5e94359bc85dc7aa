"""A SELECT from one relation in, its names out; None for SQL that is written in any other way.

Most queries of runbooks are of this kind, and a parser of all of SQL takes longer to load than a
document to check. What is not surely understood is left to the parser. Knows no relation.
"""

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

_NAME = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)?")
_TOKEN = re.compile(
    rf"\s*({_NAME.pattern}|'[^'\\]*'(?!')|\d+(?:\.\d+)?(?!\w)|<=|>=|<>|!=|\|\||[-+*/%=<>(),])"
)
_CLAUSES = ("select", "from", "where", "group", "having", "order", "limit", "offset")
_ORDERED = frozenset({"group", "order"})  # `by` follows
_CONSTANTS = frozenset({"null", "true", "false"})
_INFIX = frozenset("like ilike = <> != < <= > >= || / %".split())
# Words that are no name of a column, or not for certain.
# https://www.postgresql.org/docs/current/sql-keywords-appendix.html
_RESERVED = frozenset(
    "all analyse analyze and any array as asc asymmetric at authorization between binary both "
    "by case cast check collate collation column concurrently constraint create cross "
    "current_catalog current_date current_role current_schema current_time current_timestamp "
    "current_user default deferrable desc distinct do else end escape except exists extract "
    "false fetch filter for foreign freeze from full grant group having ilike in initially "
    "inner intersect interval into is isnull join lateral leading left like limit localtime "
    "localtimestamp natural not notnull null nulls offset on only or order outer over overlaps "
    "placing primary references returning right row select session_user similar some symmetric "
    "system_user table tablesample then to trailing true union unique user using values "
    "variadic verbose when where window with within".split()
)
_CALLED = frozenset({"left", "right"})  # functions, before a parenthesis
# Kinds of tokens. Operands: N a name, F one of a function, V a value. Between two of them: B any
# operator, A `and` and `or`, I `is`, E `in`, M `not`, X a star. P a sign, before one too; so is T,
# `not`. S a star for everything; D a direction; $ the end. What may stand behind what:
_KINDS = {
    **dict.fromkeys(_CONSTANTS, "V"), **dict.fromkeys(_INFIX, "B"), **dict.fromkeys("+-", "P"),
    "and": "A", "or": "A", "is": "I", "in": "E", "asc": "D", "desc": "D",
    **{sign: sign for sign in "(),"},
}  # fmt: skip
_OPERAND, _BEHIND = "NFV(P", "BPXAIEM),D$"
_FOLLOW = {
    **dict.fromkeys("NV)", _BEHIND), **dict.fromkeys("BXT", _OPERAND), "A": f"{_OPERAND}T",
    **dict.fromkeys(("", ","), f"{_OPERAND}TS"), "(": f"{_OPERAND}TS)",
    "P": "NFV(", "F": "(", "M": "BE", "I": "VT", "E": "(", "S": "),$", "D": ",$",
}  # fmt: skip


class PlainSelect(Struct, frozen=True):
    """What a SELECT names, in small letters. `columns` stand with their clauses, as `a.b` or `b`.

    `outputs` are the names that it gives; `unnamed`: to some of what it selects it gives none.
    """

    relation: str
    alias: str
    columns: tuple[tuple[str, str], ...]
    outputs: frozenset[str]
    unnamed: bool


def plain_select(statement: str) -> PlainSelect | None:
    """Read a statement. Pure."""
    clauses = _clauses(_tokens(statement))
    table, alias = _named(clauses.pop("from", ()))
    if len(table) == 2:  # `as` may be left out
        table, alias = _named([table[0], "as", table[1]])
    counts = [clauses.pop(name, ("1",)) for name in ("limit", "offset")]
    if len(table) != 1 or not _is_name(table[0]) or not all(map(_is_number, counts)):
        return None
    items = [_named(item) for item in _items(clauses.pop("select", ()))]
    said = [*(("select", item) for item, _ in items), *clauses.items()]
    if not all(_is_understood(tokens) for _, tokens in said):
        return None
    columns = tuple((name, place) for place, tokens in said for name in _columns(tokens))
    outputs = frozenset(name for _, name in items if name)
    unnamed = any(not name and not _names_itself(item) for item, name in items)
    return PlainSelect(table[0], alias or table[0].rpartition(".")[2], columns, outputs, unnamed)


def _tokens(statement: str) -> list[str]:
    """Cut a statement; nothing where something in it is not known here."""
    found, at = [], 0
    statement = statement.rstrip()
    while at < len(statement):
        match = _TOKEN.match(statement, at)
        if match is None:
            return []
        found.append(match[1].lower())
        at = match.end()
    return found


def _clauses(tokens: Sequence[str]) -> dict[str, list[str]]:
    """Give each clause its tokens; nothing unless they stand in their order, each once."""
    clauses: dict[str, list[str]] = {}
    current: list[str] = []
    depth = 0
    if tokens[:1] != ["select"]:
        return {}
    for token in tokens:
        depth += (token == "(") - (token == ")")
        if depth < 0 or (token in _CLAUSES and (depth or token in clauses)):
            return {}
        if token in _CLAUSES:
            current = clauses[token] = []
        else:
            current.append(token)
    if depth or list(clauses) != [name for name in _CLAUSES if name in clauses]:
        return {}
    if any(clauses[name][:1] != ["by"] for name in _ORDERED & clauses.keys()):
        return {}
    return {name: own[1:] if name in _ORDERED else own for name, own in clauses.items()}


def _items(tokens: Sequence[str]) -> Iterator[list[str]]:
    """Cut what is selected at the commas between its items."""
    item: list[str] = []
    depth = 0
    for token in tokens:
        depth += (token == "(") - (token == ")")
        if token == "," and not depth:
            yield item
            item = []
        else:
            item.append(token)
    yield item


def _named(item: Sequence[str]) -> tuple[Sequence[str], str]:
    """Take the name off what is given one: `count(*) AS busy`, `pg_class AS c`."""
    if item[-2:-1] == ["as"] and _is_name(item[-1]) and "." not in item[-1]:
        return item[:-2], item[-1]
    return item, ""


def _names_itself(item: Sequence[str]) -> bool:
    return len(item) == 1 and (item[0] == "*" or _is_name(item[0]))


def _is_understood(tokens: Sequence[str]) -> bool:
    """Tell whether each token may stand behind the one before it."""
    kinds = [""]
    for token, behind in _pairs(tokens):
        kinds.append(_kind(token, behind, kinds[-1]))
    return all(behind in _FOLLOW[kind] for kind, behind in _pairs(kinds, "$"))


def _kind(token: str, behind: str, before: str) -> str:
    operand = before in {"N", "V", ")"}
    if token == "*":
        return "X" if operand else "S"
    if token == "not":
        return "M" if operand else "T"
    if token in _KINDS:
        return _KINDS[token]
    if not _NAME.fullmatch(token):
        return "V"
    if behind == "(":
        return "F" if _is_name(token) or token in _CALLED else "?"
    return "N" if _is_name(token) else "?"  # which stands behind nothing


def _is_name(token: str) -> bool:
    return _NAME.fullmatch(token) is not None and token not in _RESERVED


def _is_number(tokens: Sequence[str]) -> bool:
    return len(tokens) == 1 and tokens[0].isdigit()


def _columns(tokens: Sequence[str]) -> Iterator[str]:
    for token, behind in _pairs(tokens):
        if behind != "(" and _is_name(token):
            yield token


def _pairs(tokens: Sequence[str], end: str = "") -> Iterator[tuple[str, str]]:
    """Give each token with the one behind it, the last one with the end."""
    return zip(tokens, [*tokens[1:], end], strict=False)
