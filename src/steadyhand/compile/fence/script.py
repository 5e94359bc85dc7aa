"""Lines of a script in, its pieces out. SQL, JSON and what programs print are told apart."""

import re
from collections.abc import Iterator, Sequence

from steadyhand.compile.fence.language import SQL_START
from steadyhand.compile.fence.line.opened import LEAVES, SQL_CLIENTS, client_of, is_for
from steadyhand.compile.fence.line.outputs import begins_as_known, looks_like_command
from steadyhand.compile.fence.piece import Piece, PieceKind
from steadyhand.compile.shell import end_of_statement, find_placeholders, masked
from steadyhand.compile.shell.extent import LONGEST
from steadyhand.compile.shell.trouble import joined

_TEST = re.compile(r"\[\s(?:.*\$|!?\s*-[a-z]\s|.*\s(?:=|==|!=|-(?:eq|ne|lt|le|gt|ge))\s)[^,]*\s\]")
# Behind a text in brackets, a comma or the end is JSON's; an operator is a test's.
_INLINE = re.compile(
    r"""\{\s*["\[{] | \[\s*[\[{] | \{\s*\}$ | \[\s*\]$
    |\[\s*"(?:[^"\\]|\\.)*"\s*(?:,|\]\s*,?$|$)""",
    re.VERBOSE,
)
_CLOSES_SQL = re.compile(r";\s*(?:--.*)?$|\\(?:g|gx|G|gset|watch)\b[^;]*$")
_DOLLARS = re.compile(r"\$\w*\$")
_LEAST = 20  # lines that a statement may have where many have turned out to have no end


def cut_script(lines: Sequence[str], declared: bool) -> Iterator[Piece]:
    """Cut a script into its pieces; blank lines belong to none. Pure.

    In a block that is not `declared` as shell, only programs that are known here are commands.
    """
    begins = looks_like_command if declared else begins_as_known
    text = "\n".join(lines)
    clean = joined(masked(text, find_placeholders(text))).split("\n")
    client, at = "", 0
    most = most_json = LONGEST
    while at < len(lines):
        line = clean[at]
        close = at > 0 and bool(lines[at - 1].strip())
        if not line.strip():
            at += 1
            continue
        asked = ""
        if line.lstrip().startswith("#"):
            kind, end = PieceKind.COMMENT, at + 1
        elif client and is_for(client, line):
            asked = client
            kind = PieceKind.SQL if client in SQL_CLIENTS else PieceKind.TYPED
            end = _sql_end(clean, at) if client in SQL_CLIENTS else at + 1
        elif _is_json(clean, at):
            kind, found = PieceKind.OUTPUT, _json_end(clean, at, most_json)
            end = found or at + 1
            most_json = most_json if found else max(_LEAST, most_json // 2)
        elif SQL_START.match(line):
            kind, end = PieceKind.SQL, _sql_end(clean, at)
        elif client and LEAVES.fullmatch(line.strip()):
            kind, end, client = PieceKind.COMMAND, at + 1, ""
        elif begins(line):
            kind, found = PieceKind.COMMAND, end_of_statement(clean, at, most)
            end = found or _minimal(clean, at)
            most = most if found else max(_LEAST, most // 2)
            client = client_of("\n".join(clean[at:end]))
        else:
            kind, end = PieceKind.OUTPUT, _output_end(clean, at)
        yield Piece(kind, at, tuple(lines[at:end]), close, asked)
        at = end


def cut_sql(lines: Sequence[str]) -> Iterator[Piece]:
    """Cut a block of SQL into its pieces. Pure."""
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


def _minimal(lines: Sequence[str], at: int) -> int:
    """Give the end of a statement that never ends: this line, and those it continues on."""
    while at + 1 < len(lines) and lines[at].endswith("\\"):
        at += 1
    return at + 1


def _is_json(lines: Sequence[str], at: int) -> bool:
    """Tell whether JSON begins here, or a part of some."""
    line = lines[at].strip()
    if line[:1] not in '{["}]' or line.startswith("[[") or _TEST.match(line):
        return False
    after = next((x.strip() for x in lines[at + 1 : at + 9] if x.strip()), "")
    opens = line in {"{", "["} and after[:1] in {'"', "{", "[", "}", "]"} and after[:2] != "[ "
    inline = _INLINE.match(line) is not None
    member = re.match(r'"[^"]*"\s*:|[}\]],?$', line) is not None
    return opens or inline or member


def _json_end(lines: Sequence[str], at: int, most: int) -> int | None:
    """Give the end of JSON that begins here; None where it has none within `most` lines."""
    depth = 0
    for end in range(at, min(len(lines), at + most)):
        bare = re.sub(r'"(?:[^"\\]|\\.)*"', "", lines[end])
        depth += len(re.findall(r"[\[{]", bare)) - len(re.findall(r"[\]}]", bare))
        if depth <= 0:
            return end + 1
    return None


def _sql_end(lines: Sequence[str], at: int) -> int:
    """Give the end of SQL in a script: a blank line or a comment ends it at the latest."""
    if lines[at].lstrip().startswith("\\"):
        return at + 1
    quoted = False
    for end in range(at, len(lines)):
        if end > at and (not lines[end].strip() or lines[end].lstrip().startswith("#")):
            return end
        quoted ^= _opens_quote(lines[end])
        if not quoted and _CLOSES_SQL.search(lines[end]):
            return end + 1
    return len(lines)


def _statement_of_sql(lines: Sequence[str], at: int) -> int:
    if lines[at].lstrip().startswith("\\"):
        return at + 1
    quoted = False
    for end in range(at, len(lines)):
        quoted ^= _opens_quote(lines[end])
        if not quoted and _CLOSES_SQL.search(lines[end]):
            return end + 1
    end = len(lines)
    while end > at + 1 and not lines[end - 1].strip():
        end -= 1
    return end


def _opens_quote(line: str) -> bool:
    """Tell whether a line opens or closes a `$$` quote, inside of which `;` ends nothing."""
    return len(_DOLLARS.findall(line)) % 2 == 1


def _output_end(lines: Sequence[str], at: int) -> int:
    end = at + 1
    while end < len(lines) and lines[end].strip():
        line = lines[end]
        if line.lstrip().startswith("#") or looks_like_command(line) or SQL_START.match(line):
            break
        end += 1
    return end
