"""A document's lines in, what it says of itself out: owner, team, dates, version, status.

Looked for in front matter, in fields of any kind, and in sentences such as "Last reviewed on …".
"""

import re
from collections.abc import Collection, Iterator, Sequence

from steadyhand.compile.facts.contacts import is_filled
from steadyhand.compile.facts.said import plain
from steadyhand.model.document.facts import Metadata
from steadyhand.model.document.span import Span

_KEYS: tuple[tuple[str, str], ...] = (
    ("owner", r"(?:document |doc |runbook |page |service |primary |code )?owners?(?: team)?"
              r"|maintain(?:er|ed by)s?|owned by|owning team|responsible(?: team| person)?"),
    ("author", r"authors?|written by|created by"),
    ("team", r"team|squad"),
    ("next review", r"next (?:review|revision)(?: date| due)?|review (?:due|by|before)"
                    r"|due for review"),
    ("reviewed", r"(?:last|date) reviewed?(?: date| on| by)?|last review(?: date)?"
                 r"|reviewed(?: on| by)?|last (?:verified|tested|validated|exercised)(?: on)?"),
    ("updated", r"(?:date )?(?:last[- ]?)?(?:updated?|modified|changed|edited|revised|revision)"
                r"(?: date| on| at)?|lastmod|last[_-](?:updated?|modified)|date"),
    ("created", r"created(?: on| at| date)?|creation date"),
    ("review cycle", r"review (?:cycle|frequency|cadence|interval|schedule)"),
    ("version", r"(?:document |runbook |doc )?version|revision number"),
    ("status", r"status|state"),
    ("service", r"service|system|application|component"),
    ("environment", r"environments?|env"),
    ("approved by", r"approve[dr](?: by)?|approvers?|sign(?:ed)? off(?: by)?"),
)  # fmt: skip
# Said of a document only in its head or foot; anywhere else it speaks of something else.
_EDGES_ONLY = frozenset(
    {"team", "version", "status", "service", "environment", "created", "author", "approved by"}
)
_FIELD = re.compile(
    r"(?P<key>" + "|".join(f"(?:{pattern})" for _, pattern in _KEYS) + r")"
    r"\s*(?::|\||=|—|–|(?<= on)(?= )|(?<= by)(?= ))\s*(?P<value>.*)",
    re.IGNORECASE,
)
_PATTERNS = tuple((name, re.compile(pattern, re.IGNORECASE)) for name, pattern in _KEYS)
_COMMENT = re.compile(r"^\s*<!--\s*(.*?)\s*(?:-->)?\s*$")
_MAYBE = re.compile(
    r"[\W_]*(?:own|maintain|author|written|team|squad|next|review|updat|modif|chang|edit|revis|"
    r"creat|version|stat|service|system|applic|compon|env|approv|sign|respons|date|due|last|"
    r"document|doc|runbook|page|primary|code)",
    re.IGNORECASE,
)
_MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july",
         "aug august", "sep sept september", "oct october", "nov november", "dec december"), 1)
    for name in names.split()
}  # fmt: skip
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_ISO = re.compile(r"\b((?:19|20)\d\d)[-/.](\d{1,2})[-/.](\d{1,2})\b")
_DAY_FIRST = re.compile(
    rf"\b(\d{{1,2}})(?:st|nd|rd|th)?[ .-](?:of )?({_MONTH})\.?,?[ -]((?:19|20)\d\d)\b", re.I
)
_MONTH_FIRST = re.compile(
    rf"\b({_MONTH})\.? (\d{{1,2}})(?:st|nd|rd|th)?,? ((?:19|20)\d\d)\b", re.IGNORECASE
)
_MONTH_ONLY = re.compile(rf"\b({_MONTH})\.?,? ((?:19|20)\d\d)\b", re.IGNORECASE)
_YEAR_MONTH = re.compile(r"\b((?:19|20)\d\d)-(\d\d)\b(?!-)|\b(?:Q[1-4] )((?:19|20)\d\d)\b")
_SLASHED = re.compile(r"\b(\d{1,2})[/.](\d{1,2})[/.]((?:19|20)\d\d)\b")
_EDGE = 30  # lines at either end that are a document's head and foot


def iso_date(text: str) -> str:
    """Read the first date in a text as ISO, as exact as it is; "" where it holds none, or where
    day and month cannot be told apart. Pure.
    """
    if (match := _ISO.search(text)) is not None:
        return _date(match.group(1), int(match.group(2)), int(match.group(3)))
    if (match := _DAY_FIRST.search(text)) is not None:
        return _date(match.group(3), _MONTHS[match.group(2).lower()], int(match.group(1)))
    if (match := _MONTH_FIRST.search(text)) is not None:
        return _date(match.group(3), _MONTHS[match.group(1).lower()], int(match.group(2)))
    if (match := _SLASHED.search(text)) is not None:
        first, second = int(match.group(1)), int(match.group(2))
        if "." in match.group():  # 12.03.2026: only where the day comes first are there dots
            return _date(match.group(3), second, first)
        if first == second or (first > 12) is not (second > 12):
            month, day = (second, first) if first > 12 else (first, second)
            return _date(match.group(3), month, day)
        return ""
    if (match := _MONTH_ONLY.search(text)) is not None:
        return f"{match.group(2)}-{_MONTHS[match.group(1).lower()]:02}"
    if (match := _YEAR_MONTH.search(text)) is not None and match.group(1):
        return f"{match.group(1)}-{match.group(2)}" if 1 <= int(match.group(2)) <= 12 else ""
    return ""


def _date(year: str, month: int, day: int) -> str:
    return f"{year}-{month:02}-{day:02}" if 1 <= month <= 12 and 1 <= day <= 31 else ""


def metadata(
    path: str, lines: Sequence[str], passed: Collection[int], front: Collection[int]
) -> Iterator[Metadata]:
    """Give what lines say of the document. `passed` are lines of code blocks, `front` those of
    its front matter. Pure.
    """
    written = [number for number, line in enumerate(lines, 1) if line.strip()]
    head, foot = frozenset(written[:_EDGE]), frozenset(written[-_EDGE // 2 :])
    for number in written:
        line = lines[number - 1]
        if number in passed or len(line) > 300 or not _MAYBE.match(line):
            continue
        if (comment := _COMMENT.match(line)) is not None:
            line = comment.group(1)
        edge = number in front or number in head or number in foot
        if number in front:
            line = re.sub(r"^[\w-]+(?=\s*:)", lambda m: re.sub(r"[_-]", " ", m.group()), line)
        one = _field(plain(line).strip("| "), edge, number in front)
        if one is not None:
            key, value = one
            date = iso_date(value) if "$" not in value else ""
            filled = is_filled(value) and not value.startswith("$(")
            yield Metadata(key, value, date, filled, Span(path, number, number))


def _field(text: str, edge: bool, front: bool) -> tuple[str, str] | None:
    """Read one line as a field; None for one that is no field of a document."""
    match = _FIELD.match(text)
    if match is None:
        return None
    name = next(n for n, pattern in _PATTERNS if pattern.fullmatch(match.group("key")))
    value = re.split(r"\.\s+(?=[A-Z])", match.group("value"))[0].strip(" |*_\"'").rstrip(".")
    if match.group("key").lower() == "date" and not (front and iso_date(value)):
        return None
    if not front and (len(value.split()) > 12 or (name in _EDGES_ONLY and not edge)):
        return None
    dated = name in {"updated", "reviewed", "next review", "created"}
    if dated and is_filled(value) and not re.search(r"\b(?:19|20)\d\d\b|^\$", value):
        return None  # "Changes: …" and "Reviewed by: …" of something else
    if name in {"status", "service", "environment", "team"} and not front and not is_field(text):
        return None
    return name, value


def is_field(text: str) -> bool:
    """Tell whether a line is a key and a short value, and no sentence. Pure."""
    key, _, value = text.partition(":")
    return bool(value.strip()) and len(key.split()) <= 3 and len(value.split()) <= 6
