"""A code block in, what language it is in out, or why it holds no steps.

The word behind the fence decides; a block without one is shell where its lines begin as commands.
"""

import re
from collections.abc import Sequence

from steadyhand.compile.fence.line.programs import reads_as_command
from steadyhand.compile.fence.line.prompts import is_prompted, is_root
from steadyhand.compile.markdown import Fence
from steadyhand.model.document.runbook import Reason

SESSIONS = frozenset(
    "console shell-session shellsession sh-session bash-session bashsession terminal term".split()
)
SHELL = SESSIONS | frozenset("bash sh shell shellscript zsh ksh dash ash".split())
SQL = frozenset("sql postgresql postgres psql pgsql mysql mariadb plpgsql tsql sqlite".split())
_DIAGRAMS = frozenset("mermaid dot graphviz plantuml puml ditaa svgbob d2 ascii".split())
_MARKDOWN = frozenset("markdown md mdx gfm".split())
_PLAIN = frozenset("text txt plain plaintext output log logs none raw".split())
_BOX = re.compile("[─-╿▀-▟]|-->|<--|\\+--")
_ASSIGNMENT = re.compile(r"(?:export\s+)?[A-Za-z_]\w*=\S*$|(?:export\s+)?[A-Za-z_]\w*=\"[^\"]*\"$")
_STRUCTURE = re.compile(
    r"(?:for|select)\s+\w+\s+in\b|for\s*\(\(|(?:if|while|until)\s+(?:!\s+)?(?:\[|\(|[\w./-]+\s.*;)|"
    r"case\s+\S+\s+in\b|[\w-]+\s*\(\)\s*\{?$|sudo\s|\(\s*cd\s|"
    r"\$\{?[A-Z][A-Z_]*\}?\s+[a-z][a-z-]*\s+-"
)
SQL_START = re.compile(
    r"^\s*(?:SELECT\b(?!-| \w+ in\b)|WITH\s+\w+\s+AS\b|INSERT\s+INTO\b|UPDATE\s+\S+\s+SET\b|"
    r"DELETE\s+FROM\b|ALTER\s+(?:TABLE|SYSTEM|ROLE|USER|DATABASE|INDEX)\b|"
    r"(?:CREATE|DROP)\s+(?:TABLE|INDEX|ROLE|USER|DATABASE|VIEW|EXTENSION|UNIQUE)\b|"
    r"TRUNCATE\s+(?:TABLE\s+)?\w+\s*;|VACUUM\b[\w\s()]*;|ANALYZE\b[\w\s]*;|EXPLAIN\s+\w+|"
    r"REINDEX\s+\w+|(?:BEGIN|COMMIT|ROLLBACK)\s*;|SHOW\s+\w+\s*;|"
    r"\\(?:d\w*\+?|l|x|conninfo)\s*(?:\s\w+)?$)",
    re.IGNORECASE,
)


def language_reason(fence: Fence) -> Reason | None:
    """Say why a block of this language holds no steps; None when it may hold some."""
    if not any(line.strip() for line in fence.lines):
        return Reason.EMPTY
    if fence.language in SHELL or fence.language in SQL:
        return None
    if fence.language in _DIAGRAMS:
        return Reason.DIAGRAM
    if fence.language in _MARKDOWN:
        return Reason.TEMPLATE
    if fence.language in _PLAIN:
        return None if _is_recorded(fence.lines) else Reason.EXAMPLE
    if fence.language:
        return Reason.OTHER_LANGUAGE
    if any(_BOX.search(line) for line in fence.lines):
        return Reason.DIAGRAM
    shell = _is_recorded(fence.lines) or _is_shell(fence.lines) or is_sql(fence)
    return None if shell else Reason.EXAMPLE


def is_sql(fence: Fence) -> bool:
    """Tell whether a block is SQL: it says so, or says nothing and begins with a statement."""
    if fence.language:
        return fence.language in SQL
    first = next((x for x in fence.lines if x.strip() and not x.lstrip().startswith("--")), "")
    whole = any(line.rstrip().endswith(";") for line in fence.lines)
    return SQL_START.match(first) is not None and whole


def _is_recorded(lines: Sequence[str]) -> bool:
    """Tell whether lines show a session: a prompt on the first that is no comment."""
    for line in lines:
        if not line.strip() or (line.lstrip().startswith("#") and not is_root(line)):
            continue
        return is_prompted(line) or is_root(line)
    return False


def _is_shell(lines: Sequence[str]) -> bool:
    """Tell whether the first line that does something begins as a command does."""
    assigned = False
    for line in lines:
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        if _ASSIGNMENT.match(text):
            assigned = True
            continue
        return _STRUCTURE.match(text) is not None or reads_as_command(text)
    return assigned and any(line.lstrip().startswith("export ") for line in lines)
