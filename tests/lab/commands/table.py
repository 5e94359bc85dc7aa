"""Rows of every document in, docs/lab-commands.md out. What differs from run to run is left out."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from tests.lab.commands.expected import REFUSED
from tests.lab.commands.verdicts import Row, Verdict

HEAD = """# Every command line of the five runbooks, in the lab

Written by `make soak` (tests/lab/commands/test_every_line.py), which runs each line for real: the
statement in the bash of a run, each program through the live world, against a lab with that system
up at factor 60, in the order of the document. What placeholders are bound to stands in
tests/lab/commands/bindings.py.

Where a line leaves something broken, as it would in production, an operator's mending comes before
a later one; what is mended stands in the same file.

*Answered*: the tool did it and ended with its exit code 0 (endless ones are ended after 3 s).
*Refused*: AWS, or the real tool, refuses it too; why stands in the last column. *Not offered*: the
lab cannot do it. Indented with `$(` are commands inside a substitution.
"""

# Ids, times, addresses and ports are new in each lab.
_CHANGING = (
    (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)?", "…"),
    (r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}\b", "…"),
    (r"\b(sg-|subnet-)?[0-9a-f]{16,40}\b", "…"),
    (r"http://127\.[\d.:]+", "http://…"),
    (r"\b127\.77\.[\d.:]+", "…"),
    (r"\b\d{8}-\d{6}\b|\b\d{13}\b|\b1[78]\d{8}\b|\b20\d{6}\b", "…"),
    (r"(backend|api|[\w-]+-engine)/\1/\S+", r"\1/\1/…"),
    (r"\d+\.\d{4,}", "…"),
    (r"-[A-Za-z]{6}\"", '-…"'),
)


def write(documents: Mapping[str, Sequence[Row]]) -> str:
    parts = [HEAD, _totals(documents)]
    for name, rows in documents.items():
        lines = [
            f"\n## {name}\n",
            "| Line | Command | | Exit | What it said | Why refused |",
            "|---:|---|---|---:|---|---|",
        ]
        parts.append("\n".join([*lines, *(_row(name, row) for row in rows)]))
    return "\n".join(parts) + "\n"


def _totals(documents: Mapping[str, Sequence[Row]]) -> str:
    kinds = [*Verdict]
    lines = [
        f"| Runbook | lines | inside `$( )` | {' | '.join(kinds)} |",
        f"|---|{'---:|' * (len(kinds) + 2)}",
    ]
    everything = [row for rows in documents.values() for row in rows]
    for name, rows in [*documents.items(), ("all", everything)]:
        counted = Counter(row.verdict for row in rows)
        nested = sum(row.line.nested for row in rows)
        cells = [name, str(len(rows) - nested), str(nested), *(str(counted[k]) for k in kinds)]
        lines.append(f"| {' | '.join(cells)} |")
    sql = sum(row.line.command is None and "=…" not in row.line.shown for row in everything)
    return "\n".join([*lines, "", f"Among the lines are {sql} SQL statements, given to `psql`."])


def _row(name: str, row: Row) -> str:
    refusal = REFUSED.get((name, row.line.number))
    why = refusal.why if refusal and row.verdict is Verdict.REFUSED else ""
    shown = ("$( " if row.line.nested else "") + row.line.shown
    said = _cell(_steady(row.evidence))
    said = said.replace("<", "&lt;")  # in a code span it would be shown as it stands
    cells = (
        str(row.line.number), f"`{_cell(shown)}`", row.verdict, str(row.code), said, _bars(why)
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


def _steady(text: str) -> str:
    for pattern, instead in _CHANGING:
        text = re.sub(pattern, instead, text)
    return text


def _cell(text: str) -> str:
    return _bars(re.sub(r"\s+", " ", text)).replace("`", "'")


def _bars(text: str) -> str:
    return text.replace("|", "\\|")
