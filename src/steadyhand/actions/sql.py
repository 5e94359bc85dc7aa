"""SQL text in, its effect and the reason out. Knows no schema and no connection.

A word list, not a grammar: what it does not know counts as the worst, so a mistake only costs an
approval. A `SELECT` is a read only when every function in it is known to be one.
"""

import re

from steadyhand.actions.words import HOLE, change, destroy, read
from steadyhand.model.effect import Classified, Effect

_READS = frozenset(
    "select show table values with explain fetch \\d \\l \\conninfo \\timing".split()
)
_CHANGES = frozenset(
    "insert update create alter vacuum analyze grant revoke comment refresh reindex cluster set "
    "reset merge begin commit rollback end start savepoint release lock notify checkpoint "
    "discard".split()
)
_DESTROYS = frozenset("delete drop truncate".split())
# Words before a parenthesis that call nothing.
_NOT_CALLS = frozenset(
    "in values and or not exists over filter from select as using on any all some where having "
    "case when then else with by join lateral array row union except intersect between like ilike "
    "within recursive materialized distinct limit offset explain is key returning char varchar "
    "numeric decimal timestamp".split()
)
# https://www.postgresql.org/docs/current/functions.html: those that only compute or look.
_PURE = frozenset(
    "abs age array_agg avg bool_and bool_or cardinality cast ceil char_length clock_timestamp "
    "coalesce concat concat_ws count cume_dist current_database current_setting current_timestamp "
    "current_user date date_bin date_part date_trunc dense_rank extract first_value floor format "
    "generate_series greatest inet_server_addr json_agg json_build_object jsonb_agg "
    "jsonb_array_length jsonb_build_object jsonb_extract_path jsonb_object_agg jsonb_pretty "
    "justify_interval lag last_value lead least left length ln log lower ltrim make_interval max "
    "md5 min mod mode now ntile nullif obj_description octet_length percent_rank percentile_cont "
    "percentile_disc pg_blocking_pids pg_column_size pg_current_wal_lsn pg_database_size "
    "pg_get_expr pg_get_indexdef pg_get_viewdef pg_indexes_size pg_is_in_recovery "
    "pg_last_wal_receive_lsn pg_last_wal_replay_lsn pg_last_xact_replay_timestamp "
    "pg_postmaster_start_time pg_relation_size pg_size_pretty pg_table_size "
    "pg_total_relation_size pg_wal_lsn_diff position power random rank regexp_match "
    "regexp_replace repeat replace reverse right round row_number row_to_json rtrim sign "
    "split_part sqrt stddev strpos string_agg substr substring sum to_char to_date to_json "
    "to_number to_regclass to_timestamp trim trunc txid_current_snapshot unnest upper variance "
    "version width_bucket".split()
)
_WORSE_CALLS = {
    "pg_cancel_backend": Effect.CHANGE,
    "pg_reload_conf": Effect.CHANGE,
    "set_config": Effect.CHANGE,
    "nextval": Effect.CHANGE,
    "setval": Effect.CHANGE,
    "pg_stat_statements_reset": Effect.CHANGE,
    "pg_terminate_backend": Effect.DESTROY,
    "pg_promote": Effect.DESTROY,
    "lo_unlink": Effect.DESTROY,
}


def classify_sql(text: str) -> Classified:
    """Classify SQL; several statements count as the worst of them. Pure."""
    statements = [s for s in _plain(text).split(";") if s.strip()]
    if not statements:
        return read("the SQL is empty")
    return max((_one(s.strip()) for s in statements), key=lambda c: c.effect)


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
    if first.startswith("\\"):
        return _meta(first)
    if "\\" in statement:
        return destroy("unknown: psql's own commands do not belong into SQL")
    if first == "explain" and "analyze" not in words:
        return read("SQL explain shows how a query would run")
    if first == "copy":
        return _copy(words)
    for group, make in ((_DESTROYS, destroy), (_CHANGES, change)):
        if first in group:
            return make(f"SQL {first} changes the database")
    if first not in _READS:
        return destroy(f"unknown: nobody here knows what SQL `{first or '…'}` does")
    return _query(first, statement.lower(), words)


def _query(first: str, statement: str, words: list[str]) -> Classified:
    for group, make in ((_DESTROYS, destroy), (frozenset({"insert", "update", "merge"}), change)):
        hidden = group.intersection(words)
        if hidden and not (hidden == {"update"} and "for update" in " ".join(words)):
            return make(f"SQL {min(hidden)} inside a query changes the database")
    if "into" in words:
        return change("SQL select into makes a table")
    if re.search(r"\bfor\s+(no\s+key\s+)?(update|share|key\s+share)\b", statement):
        return change("SQL select for update locks rows")
    calls = {c for c in re.findall(r"([a-z_]\w*)\s*\(", statement) if c not in _NOT_CALLS}
    worst = max((_WORSE_CALLS.get(c, Effect.READ) for c in calls), default=Effect.READ)
    named = ", ".join(sorted(calls.intersection(_WORSE_CALLS)))
    strange = sorted(calls - _PURE - _WORSE_CALLS.keys() - _named_tables(statement))
    if strange:
        return destroy(f"unknown: SQL calls {', '.join(strange)}, which nobody here knows")
    if HOLE in statement:
        return destroy("unknown: part of the SQL is known only when bash expands it")
    match worst:
        case Effect.READ:
            return read(f"SQL {first} reads the database")
        case Effect.CHANGE:
            return change(f"SQL calls {named}, which changes something")
        case Effect.DESTROY:
            return destroy(f"SQL calls {named}, which ends something")


def _named_tables(statement: str) -> set[str]:
    """Names that `WITH name (columns) AS` defines look like calls."""
    return set(
        re.findall(r"(?:\bwith\s+(?:recursive\s+)?|,\s*)([a-z_]\w*)\s*\([^()]*\)\s*as\b", statement)
    )


def _meta(command: str) -> Classified:
    if re.fullmatch(r"\\(d\w*|l|z|conninfo|timing|x|encoding|sf|sv|echo|q|pset|a|t)", command):
        return read(f"psql's {command} shows something")
    return destroy(f"unknown: psql's {command} may run a program or write a file")


def _copy(words: list[str]) -> Classified:
    if "program" in words:
        return destroy("SQL copy runs a program on the database's machine")
    if "from" in words and ("to" not in words or words.index("from") < words.index("to")):
        return change("SQL copy from adds rows")
    return read("SQL copy to reads rows") if "stdout" in words else change("SQL copy writes a file")
