"""SQL text in, its effect and the reason out. Knows no schema and no connection.

A word list, not a grammar: what it does not know counts as the worst, so a mistake only costs an
approval. A `SELECT` is a read only when every function in it is known to be one.
"""

import re

from steadyhand.actions.sql.functions import DEEDS, effect_of
from steadyhand.actions.words import HOLE, change, destroy, read
from steadyhand.model.effect import Aspect, Aspects, Classified, Effect, worst

_READS = frozenset(
    "select show table values with explain fetch \\d \\l \\conninfo \\timing".split()
)
_CHANGES = frozenset(
    "insert update create alter vacuum analyze analyse grant revoke comment refresh reindex "
    "cluster set reset merge begin commit rollback end start savepoint release lock notify "
    "checkpoint discard abort close move deallocate listen unlisten declare prepare reassign "
    "security import".split()
)
_DESTROYS = frozenset("delete drop truncate".split())
_ASPECTS: dict[str, Aspects] = {
    "delete": (Aspect.DESTRUCTIVE,),
    "drop": (Aspect.DESTRUCTIVE,),
    "truncate": (Aspect.DISRUPTIVE, Aspect.DESTRUCTIVE),
    "grant": (Aspect.REVERSIBLE,),
    "revoke": (Aspect.REVERSIBLE, Aspect.DISRUPTIVE),
    "set": (Aspect.REVERSIBLE,),
}
# Others wait while it works. https://www.postgresql.org/docs/current/explicit-locking.html
_LOCKS = frozenset("alter cluster lock refresh reindex".split())
_LIGHT = [[what] for what in "role user group default database system function view".split()]
# Words before a parenthesis that call nothing.
_NOT_CALLS = frozenset(
    "in values and or not exists over filter from select as using on any all some where having "
    "case when then else with by join lateral array row union except intersect between like ilike "
    "within recursive materialized distinct limit offset explain is key returning char varchar "
    "numeric decimal timestamp".split()
)


def classify_sql(text: str) -> Classified:
    """Classify SQL; several statements count as the worst of them. Pure."""
    statements = [s for s in ENDS.sub(";", _plain(text)).split(";") if s.strip()]
    if not statements:
        return read("the SQL is empty")
    return worst(_one(s.strip()) for s in statements)


# mysql's and psql's other ways to end a statement: `SHOW REPLICA STATUS\G`. With an argument psql's
# writes into a file or a program, and is no end.
ENDS = re.compile(r"\\[gG][ \t]*(?=[;\n]|$)")
# Whichever begins first wins, so that a `--` in a string is no comment and a quote in a comment
# opens no string.
NOT_CODE = re.compile(
    r"""(?P<string>\be'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$)"""
    r"""|"(?P<name>(?:[^"]|"")*)"|--[^\n]*|/\*.*?\*/""",
    re.DOTALL | re.IGNORECASE,
)


def _plain(text: str) -> str:
    """Blank out comments and strings, so that their words and semicolons do not count."""

    def blank(match: re.Match[str]) -> str:
        if match["string"] is not None:
            return "''"
        return re.sub(r"\W", "_", match["name"]) if match["name"] is not None else " "

    return NOT_CODE.sub(blank, text)


def _one(statement: str) -> Classified:
    words = re.findall(r"\\?[a-z_]\w*\+?", statement.lower())
    first = (words[0].rstrip("+") if words else "") if statement[0] not in HOLE else ""
    if first == "\\copy" and "program" not in words:
        return _copied(words)
    if first.startswith("\\") and "`" in statement:
        return destroy("unknown: psql runs what stands between backquotes on this machine")
    if first.startswith("\\") and "\\" not in statement[1:]:  # another begins another command
        return _meta(first)
    if "\\" in statement:
        return destroy("unknown: psql's own commands do not belong into SQL")
    if first == "explain" and not {"analyze", "analyse"}.intersection(words):
        return read("SQL explain shows how a query would run")
    if first == "copy":
        return _copy(statement, words)
    if first in {"declare", "prepare", "create"} and (inner := _inner(first, statement)):
        return worst((_changed(first, statement.lower(), words), _one(inner)))
    if first in _DESTROYS or first in _CHANGES:
        return worst((_changed(first, statement.lower(), words), _called(statement.lower())))
    if first in {"do", "call", "execute", "load"}:
        return destroy(f"unknown: SQL {first} runs code that nobody here has read")
    if first not in _READS:
        return destroy(f"unknown: nobody here knows what SQL `{first or '…'}` does")
    return _query(first, statement.lower(), words)


def _inner(first: str, statement: str) -> str:
    """Give the query of `DECLARE … FOR`, `PREPARE … AS` and `CREATE TABLE … AS`; "" for none."""
    if first == "create" and not re.match(r"create\s+(\w+\s+)*?table\b", statement, re.IGNORECASE):
        return ""  # a view's query runs when somebody asks the view
    mark = "for" if first == "declare" else "as"
    found = re.search(
        rf"\b{mark}\s+((?:select|with|table|values|insert|update|delete|merge)\b.*)",
        statement,
        re.IGNORECASE | re.DOTALL,
    )
    return found.group(1) if found else ""


# `ALTER COLUMN c DROP NOT NULL` and the like take a rule away and no data.
_DROPS = re.compile(r"\bdrop\s+(?!not\b|default\b|identity\b|expression\b)")


def _changed(first: str, statement: str, words: list[str]) -> Classified:
    """Classify a statement that changes something, by its first word and what it does to whom."""
    if first == "reset" and words[1:2] in (["master"], ["slave"], ["replica"], ["binary"]):
        return destroy("SQL reset drops what is to be replicated", Aspect.DESTRUCTIVE)  # MySQL's
    if first == "alter" and _DROPS.search(statement):
        return destroy("SQL alter drops something", Aspect.DISRUPTIVE, Aspect.DESTRUCTIVE)
    if first in _DESTROYS:
        return destroy(f"SQL {first} changes the database", *_ASPECTS.get(first, ()))
    said = list(_ASPECTS.get(first, ()))
    online = "concurrently" in words
    index = first == "create" and "index" in words[:3]
    if (first == "vacuum" and "full" in words) or (
        first in _LOCKS and not online and words[1:2] not in _LIGHT
    ):
        said.append(Aspect.DISRUPTIVE)
    if index and not online:
        said.append(Aspect.DISRUPTIVE)  # nobody writes into the table while it is made
    if first == "update" and "where" not in words:
        said.append(Aspect.DESTRUCTIVE)  # what stood in every row before
    if first == "alter" and "system" in words[:2]:
        return change("SQL alter system changes the server's settings", Aspect.REVERSIBLE)
    return change(f"SQL {first} changes the database", *said)


def _called(statement: str) -> Classified:
    """Classify what the functions do that stand in a change; their own names are not all calls."""
    calls = {call for call in _calls(statement) if call in DEEDS}
    return _deeds(calls) if calls else read("SQL calls nothing of note")


def _calls(statement: str) -> set[str]:
    return {c for c in re.findall(r"([a-z_]\w*)\s*\(", statement) if c not in _NOT_CALLS}


def _deeds(calls: set[str]) -> Classified:
    """Classify calls of known functions; there is at least one."""
    by_effect = {Effect.READ: read, Effect.CHANGE: change, Effect.DESTROY: destroy}
    does = {
        Effect.READ: "reads",
        Effect.CHANGE: "changes something",
        Effect.DESTROY: "ends or removes something, or runs what nobody here has read",
    }
    known = {call: deed for call in sorted(calls) if (deed := effect_of(call)) is not None}
    return worst(
        by_effect[effect](f"SQL calls {call}, which {does[effect]}", *aspects)
        for call, (effect, aspects) in known.items()
    )


def _query(first: str, statement: str, words: list[str]) -> Classified:
    for group, make in ((_DESTROYS, destroy), (frozenset({"insert", "update", "merge"}), change)):
        hidden = group.intersection(words)
        if hidden and not (hidden == {"update"} and "for update" in " ".join(words)):
            said = _ASPECTS.get(min(hidden), ())
            return make(f"SQL {min(hidden)} inside a query changes the database", *said)
    calls = _calls(statement) - _named_tables(statement)
    strange = sorted(call for call in calls if effect_of(call) is None)
    if strange:
        return destroy(f"unknown: SQL calls {', '.join(strange)}, which nobody here knows")
    if HOLE in statement:
        return destroy("unknown: part of the SQL is known only when bash expands it")
    found = [read(f"SQL {first} reads the database")]
    if "into" in words:
        found.append(change("SQL select into makes a table"))
    if re.search(r"\bfor\s+(no\s+key\s+)?(update|share|key\s+share)\b", statement):
        found.append(change("SQL select for update locks rows", Aspect.DISRUPTIVE))
    if done := calls & DEEDS.keys():
        found.append(_deeds(done))
    return worst(found)


def _named_tables(statement: str) -> set[str]:
    """Names that `WITH name (columns) AS` defines look like calls."""
    return set(
        re.findall(r"(?:\bwith\s+(?:recursive\s+)?|,\s*)([a-z_]\w*)\s*\([^()]*\)\s*as\b", statement)
    )


def _meta(command: str) -> Classified:
    if command == "\\watch":
        return read("psql's \\watch repeats the query", endless=True)
    if re.fullmatch(r"\\(d\w*|l|z|conninfo|timing|x|encoding|sf|sv|echo|q|pset|a|t)", command):
        return read(f"psql's {command} shows something")
    return destroy(f"unknown: psql's {command} may run a program or write a file")


def _copy(statement: str, words: list[str]) -> Classified:
    if "program" in words:
        return destroy("SQL copy runs a program on the database's machine")
    query = re.match(r"copy\s*\((.*)\)\s*to\b(.*)", statement, re.IGNORECASE | re.DOTALL)
    if query is not None:
        tail = re.findall(r"[a-z_]+", query[2].lower())
        return worst((_one(query[1].strip()), _copied(["to", *tail])))
    return _copied(words)


def _copied(words: list[str]) -> Classified:
    if "from" in words and ("to" not in words or words.index("from") < words.index("to")):
        return change("SQL copy from adds rows")
    return read("SQL copy to reads rows") if "stdout" in words else change("SQL copy writes a file")
