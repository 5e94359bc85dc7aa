"""Rows of every document in, docs/procedures.md out. What differs from run to run is left out."""

from collections import Counter
from collections.abc import Mapping, Sequence

from tests.lab.procedures.driving import Ran
from tests.lab.procedures.expected import LAB, STOPS, Stop

HEAD = """# Every procedure of the five runbooks, run in the lab

Written by

    python -m pytest -m soak tests/lab/procedures/test_every_procedure.py

(`make soak` does it too). Each procedure is planned whole, started and driven to its end, from the
document as it is: every statement in the bash of a run, every command through the gate, against a
lab with that system up at factor 60. A person signs whatever is asked: two for what destroys, one
for a change, one for each step that is done by hand. What placeholders are bound to stands in
tests/lab/commands/bindings.py, what an operator has at hand in tests/lab/procedures/driving.py.

Conditional steps are not run by default; they have a row of their own, chosen by their ids. What a
procedure leaves behind is there for the next one; where it leaves the system unhealthy, the next
one gets a new lab. *Calls* are the different commands that the world was asked to do.

Why a procedure stops: the number of the known defect in tests/lint/defects.toml, or *lab* where
what stops it is a limit of the lab.
"""


def write(documents: Mapping[str, Sequence[Ran]]) -> str:
    parts = [HEAD, totals(documents)]
    for name, rows in documents.items():
        lines = [
            f"\n## {name}\n",
            "| Line | Procedure | Steps | Calls | Outcome | Stops at | Why |",
            "|---:|---|---:|---:|---|---:|---|",
        ]
        order = sorted(rows, key=lambda ran: (ran.procedure.span.line, ran.part))
        parts.append("\n".join([*lines, *(_row(name, ran) for ran in order)]))
    return "\n".join(parts) + "\n"


def totals(documents: Mapping[str, Sequence[Ran]]) -> str:
    lines = [
        "| Runbook | procedures | with commands | complete | own defect | lab |"
        " conditional: complete | own defect |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    everything = [(name, ran) for name, rows in documents.items() for ran in rows]
    for name in (*documents, "all"):
        mine = [pair for pair in everything if name in ("all", pair[0])]
        procedures = {(document, ran.procedure.id): ran.procedure for document, ran in mine}
        commands = sum(any(s.statement for s in p.steps) for p in procedures.values())
        whole = Counter(_kind(*pair) for pair in mine if not pair[1].part)
        parts = Counter(_kind(*pair) for pair in mine if pair[1].part)
        cells = (
            name, len(procedures), commands, whole["complete"], whole["defect"], whole["lab"],
            parts["complete"], parts["defect"],
        )  # fmt: skip
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines)


def stop_of(name: str, ran: Ran) -> Stop | None:
    return STOPS.get((name, ran.procedure.id, ran.part))


def _kind(name: str, ran: Ran) -> str:
    if ran.outcome == "completed":
        return "complete"
    stop = stop_of(name, ran)
    return "defect" if stop is not None and stop.defect != LAB else "lab"


def _row(name: str, ran: Ran) -> str:
    stop = stop_of(name, ran)
    title = ran.procedure.title + (": its conditional steps" if ran.part else "")
    where, why = "", ""
    if ran.outcome != "completed":
        where = str(ran.line)
        why = _why(stop) if stop is not None else ran.reason
    calls = len({call.argv for call in ran.calls if not call.refused})
    cells = (ran.procedure.span.line, title, ran.steps, calls, ran.outcome, where, why)
    return f"| {' | '.join(str(cell).replace('|', chr(92) + '|') for cell in cells)} |"


def _why(stop: Stop) -> str:
    return f"{'lab' if stop.defect == LAB else f'defect {stop.defect}'}: {stop.why}"
