"""A code block in, its pieces out: commands, SQL, comments, and lines that are none of these.

Told apart by what a line begins with, never by "it parses": JSON and prose parse as shell too.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from steadyhand.compile.fence.programs import PROGRAMS
from steadyhand.compile.markdown import Fence
from steadyhand.compile.shell import end_of_statement, find_placeholders, masked
from steadyhand.model.runbook import Reason

SHELL = frozenset(
    "bash sh shell zsh ksh dash ash console shell-session shellsession terminal".split()
)
SESSIONS = frozenset("console shell-session shellsession terminal".split())
SQL = frozenset("sql postgresql postgres psql pgsql mysql plpgsql".split())
DIAGRAMS = frozenset("mermaid dot graphviz plantuml puml ditaa svgbob d2".split())


class PieceKind(StrEnum):
    COMMAND = "command"
    SQL = "sql"
    COMMENT = "comment"
    OUTPUT = "output"


@dataclass(frozen=True)
class Piece:
    """Consecutive lines of a block; `first` is the index of the first of them.

    `close` says that no blank line stands between it and the piece before.
    """

    kind: PieceKind
    first: int
    lines: tuple[str, ...]
    close: bool = False

    @property
    def text(self) -> str:
        return "\n".join(self.lines).rstrip()


_PROMPT = re.compile(r"^\s*(?:\([\w.-]+\)\s*)?(?:[\w.-]+@[\w.-]+[:\s][^$#]*)?[$❯]\s+(?=\S)")
_ROOT_PROMPT = re.compile(r"^\s*(?:[\w.-]+@[\w.-]+[:\s]\S*)[#]\s+(?=\S)")
_SQL_START = re.compile(
    r"^\s*(?:SELECT\b(?! \w+ in\b)|WITH\s+\w+\s+AS\b|INSERT\s+INTO\b|UPDATE\s+\S+\s+SET\b|"
    r"DELETE\s+FROM\b|ALTER\s+(?:TABLE|SYSTEM|ROLE|USER|DATABASE|INDEX)\b|"
    r"(?:CREATE|DROP)\s+(?:TABLE|INDEX|ROLE|USER|DATABASE|VIEW|EXTENSION|UNIQUE)\b|"
    r"TRUNCATE\s+(?:TABLE\s+)?\w+\s*;|VACUUM\b[\w\s()]*;|ANALYZE\b[\w\s]*;|EXPLAIN\s+\w+|"
    r"REINDEX\s+\w+|(?:BEGIN|COMMIT|ROLLBACK)\s*;|SHOW\s+\w+\s*;|\\(?:d\w*\+?|l|x|conninfo)\s*(?:\s\w+)?$)",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\s;|&()<>]+")
_LONGEST = 400  # lines of one piece of JSON
_KEYWORDS = frozenset("if for while until case select function time ! { ( [ [[ ((".split())
_BOX = re.compile("[─-╿▀-▟]|-->|<--|\\+--")


def language_reason(fence: Fence) -> Reason | None:
    """Say why a block of this language holds no steps; None when it may hold some."""
    if not any(line.strip() for line in fence.lines):
        return Reason.EMPTY
    if fence.language in SHELL or fence.language in SQL:
        return None
    if fence.language in DIAGRAMS:
        return Reason.DIAGRAM
    if not fence.language and any(_BOX.search(line) for line in fence.lines):
        return Reason.DIAGRAM
    if not fence.language:
        return None if _is_shell(fence.lines) else Reason.EXAMPLE
    plain = {"text", "txt", "plain", "plaintext", "output", "log", "none"}
    return Reason.EXAMPLE if fence.language in plain else Reason.OTHER_LANGUAGE


def pieces(fence: Fence) -> tuple[Piece, ...]:
    """Cut a block into its pieces; blank lines belong to none. Pure."""
    if fence.language in SQL:
        return tuple(_sql_block(fence.lines))
    prompted = [bool(_PROMPT.match(line) or _ROOT_PROMPT.match(line)) for line in fence.lines]
    if any(prompted) and (fence.language in SESSIONS or _first(prompted, fence.lines)):
        return tuple(_session(fence.lines, prompted))
    return tuple(_script(fence.lines))


def _first(prompted: Sequence[bool], lines: Sequence[str]) -> bool:
    """Tell whether the first line that is no comment shows a prompt."""
    for shown, line in zip(prompted, lines, strict=True):
        if line.strip() and not line.lstrip().startswith("#"):
            return shown
    return False


def _is_shell(lines: Sequence[str]) -> bool:
    for line in lines:
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if _PROMPT.match(line):
            return True
        words = line.split()
        return words[0].rpartition("/")[2] in PROGRAMS or words[0].startswith("./")
    return False


def _script(lines: Sequence[str]) -> Iterator[Piece]:
    text = "\n".join(lines)
    clean = masked(text, find_placeholders(text)).split("\n")
    at = 0
    while at < len(lines):
        line = clean[at]
        close = at > 0 and bool(lines[at - 1].strip())
        if not line.strip():
            at += 1
            continue
        if line.lstrip().startswith("#"):
            kind, end = PieceKind.COMMENT, at + 1
        elif (json_end := _json_end(clean, at)) is not None:
            kind, end = PieceKind.OUTPUT, json_end
        elif _SQL_START.match(line):
            kind, end = PieceKind.SQL, _sql_end(clean, at)
        elif looks_like_command(line):
            kind, end = PieceKind.COMMAND, end_of_statement(clean, at) or _minimal(clean, at)
        else:
            kind, end = PieceKind.OUTPUT, _output_end(clean, at)
        yield Piece(kind, at, tuple(lines[at:end]), close)
        at = end


def _minimal(lines: Sequence[str], at: int) -> int:
    """Give the end of a statement that never ends: this line, and those it continues on."""
    while at + 1 < len(lines) and lines[at].endswith("\\"):
        at += 1
    return at + 1


def looks_like_command(line: str) -> bool:
    """Tell whether a line begins as a command does; its placeholders are masked already. Pure."""
    match = _WORD.match(line.lstrip())
    if match is None:
        return line.lstrip()[:1] in {"(", ">", "<"}
    word = match.group()
    if word in _KEYWORDS or word.rpartition("/")[2] in PROGRAMS:
        return True
    if re.match(r"[A-Za-z_]\w*(\[[^\]]*\])?\+?=", word) or word.startswith(("$", '"$', "[")):
        return True
    if word.startswith(("./", "../", "/", "~/")) or re.fullmatch(r"Q{3,}", word):
        return True
    return re.fullmatch(r"[a-z][a-z0-9._+-]*(/[\w./+-]+)?(\(\))?", word) is not None


def _json_end(lines: Sequence[str], at: int) -> int | None:
    """Give the end of JSON that begins here; None when it does not look like JSON."""
    line = lines[at].strip()
    after = next((x.strip() for x in lines[at + 1 : at + 9] if x.strip()), "")
    opens = line in {"{", "["} and after[:1] in {'"', "{", "[", "}", "]"} and after[:2] != "[ "
    inline = re.match(r'[\[{]\s*["\[{]\S*|\{\s*\}$|\[\s*\]$', line) is not None
    member = re.match(r'"[^"]*"\s*:|[}\]],?$', line) is not None
    if not (opens or inline or member):
        return None
    depth = 0
    for end in range(at, min(len(lines), at + _LONGEST)):
        bare = re.sub(r'"(?:[^"\\]|\\.)*"', "", lines[end])
        depth += len(re.findall(r"[\[{]", bare)) - len(re.findall(r"[\]}]", bare))
        if depth <= 0:
            return end + 1
    return at + 1


def _sql_end(lines: Sequence[str], at: int) -> int:
    if lines[at].lstrip().startswith("\\"):
        return at + 1
    for end in range(at, len(lines)):
        if end > at and (not lines[end].strip() or lines[end].lstrip().startswith("#")):
            return end
        if re.sub(r"--.*", "", lines[end]).rstrip().endswith(";"):
            return end + 1
    return len(lines)


def _output_end(lines: Sequence[str], at: int) -> int:
    end = at + 1
    while end < len(lines) and lines[end].strip():
        line = lines[end]
        if line.lstrip().startswith("#") or looks_like_command(line) or _SQL_START.match(line):
            break
        end += 1
    return end


def _session(lines: Sequence[str], prompted: Sequence[bool]) -> Iterator[Piece]:
    """Cut a recorded session: what follows a prompt is a command, the rest is what it printed."""
    at = 0
    while at < len(lines):
        close = at > 0 and bool(lines[at - 1].strip())
        if prompted[at]:
            end = at + 1
            said = [_ROOT_PROMPT.sub("", _PROMPT.sub("", lines[at]))]
            while end < len(lines) and (said[-1].endswith("\\") or lines[end].startswith("> ")):
                said.append(lines[end].removeprefix("> "))
                end += 1
            kind = PieceKind.COMMENT if said[0].startswith("#") else PieceKind.COMMAND
            yield Piece(kind, at, tuple(said), close)
        elif not lines[at].strip():
            end = at + 1
        else:
            end = at + 1
            comment = lines[at].lstrip().startswith("#")
            while not comment and end < len(lines) and lines[end].strip() and not prompted[end]:
                end += 1
            kind = PieceKind.COMMENT if comment else PieceKind.OUTPUT
            yield Piece(kind, at, tuple(lines[at:end]), close)
        at = end


def _sql_block(lines: Sequence[str]) -> Iterator[Piece]:
    at = 0
    while at < len(lines):
        line = lines[at].lstrip()
        close = at > 0 and bool(lines[at - 1].strip())
        if not line:
            at += 1
            continue
        if line.startswith(("--", "#")):
            yield Piece(PieceKind.COMMENT, at, (lines[at],), close)
            at += 1
            continue
        end = _statement_of_sql(lines, at)
        yield Piece(PieceKind.SQL, at, tuple(lines[at:end]), close)
        at = end


def _statement_of_sql(lines: Sequence[str], at: int) -> int:
    if lines[at].lstrip().startswith("\\"):
        return at + 1
    for end in range(at, len(lines)):
        if re.sub(r"--.*", "", lines[end]).rstrip().endswith(";"):
            return end + 1
    end = len(lines)
    while end > at + 1 and not lines[end - 1].strip():
        end -= 1
    return end
