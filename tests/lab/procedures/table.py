"""Rows of every document in, docs/procedures.md out. What differs from run to run is left out."""

from collections import Counter
from collections.abc import Mapping, Sequence

from tests.lab.commands.lines import lines_of
from tests.lab.procedures.driving import Ran
from tests.lab.procedures.expected import LAB, Stop, stop_of

from steadyhand.model.document.runbook import Procedure, Step, StepKind

HEAD = """# Every procedure of the five runbooks, run in the lab

Written by

    python -m pytest -m soak tests/lab/procedures/test_every_procedure.py

(`make soak` does it too). Each procedure is planned whole, started and driven to its end, from the
document as it is: every statement in the bash of a run, every command through the gate, against a
lab with that system up at factor 60. A person signs whatever is asked: two for what destroys, one
for a change, one for each step that is done by hand. What placeholders are bound to stands in
tests/lab/commands/bindings.py, what an operator has at hand in tests/lab/procedures/driving.py.

Alternatives are run too, one after the other: here each of them is named. Conditional steps are
not run by default; they have a row of their own, chosen by their ids. Where the document's safety
rules ask for a checklist, it is one step more. What a
procedure leaves behind is there for the next one; where it stops half-way through its changes, or
leaves the system unhealthy, the next one gets a new lab. *Calls* are the different commands that
the world was asked to do; one without an end of its own is looked at for 5 s.

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
    """Count the procedures that hold a command: how they ended, by default and where chosen."""
    lines = [
        "| Runbook | procedures | of them with commands | complete | stop at own defect | lab |"
        " conditional parts | complete | stop at own defect |",
        f"|---|{8 * '---:|'}",
    ]
    everything = [(name, ran) for name, rows in documents.items() for ran in rows]
    for name in (*documents, "all"):
        mine = [pair for pair in everything if name in ("all", pair[0])]
        procedures = {(document, ran.procedure.id): ran.procedure for document, ran in mine}
        commands = [key for key, procedure in procedures.items() if has_commands(procedure)]
        whole = Counter(
            _kind(*pair) for pair in mine if not pair[1].part and has_commands(pair[1].procedure)
        )
        parts = Counter(_kind(*pair) for pair in mine if pair[1].part)
        cells = (
            name, len(procedures), len(commands),
            whole["complete"], whole["defect"], whole["lab"],
            parts.total(), parts["complete"], parts["defect"],
        )  # fmt: skip
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join([*lines, "", _lines_run([ran for _, ran in everything])])


def has_commands(procedure: Procedure) -> bool:
    return any(step.kind in {StepKind.COMMAND, StepKind.SQL} for step in procedure.steps)


def _lines_run(rows: Sequence[Ran]) -> str:
    """Count command lines: in the documents, and in the statements that bash was given."""
    begun = {(ran.procedure.span.path, step) for ran in rows for step in ran.begun}
    procedures = {(ran.procedure.span.path, ran.procedure.id): ran.procedure for ran in rows}
    count = Counter[str]()
    for (path, _), procedure in procedures.items():
        for step in procedure.steps:
            for nested in _nested(step):
                where = "inside" if nested else "lines"
                count[where] += 1
                count[f"{where} run"] += (path, step.id) in begun
    return (
        f"Of {count['lines']} command lines (SQL among them) and {count['inside']} inside `$( )`, "
        f"{count['lines run']} and {count['inside run']}\nwere run, those of conditional steps "
        "too; the others stand behind a stop. What holds no command is\ndone and signed by people, "
        "and completes."
    )


def _nested(step: Step) -> list[bool]:
    """Say of each command line of a step whether it stands inside another."""
    if step.kind is StepKind.SQL:
        return [False]
    return [line.nested for line in lines_of(step)] if step.kind is StepKind.COMMAND else []


def stop(name: str, ran: Ran) -> Stop | None:
    """Find the known stop that this one is."""
    said = f"{ran.reason}\n{ran.said}"
    return stop_of(name, ran.procedure.id, ran.part, ran.line, said)


def _kind(name: str, ran: Ran) -> str:
    if ran.outcome == "completed":
        return "complete"
    known = stop(name, ran)
    return "defect" if known is not None and known.defect != LAB else "lab"


def _row(name: str, ran: Ran) -> str:
    known = stop(name, ran)
    title = ran.procedure.title + (": its conditional steps" if ran.part else "")
    where, why = "", ""
    if ran.outcome != "completed":
        where = str(ran.line)
        why = _why(known) if known is not None else ran.reason
    calls = len({call.argv for call in ran.calls if not call.refused})
    cells = (ran.procedure.span.line, title, ran.steps, calls, ran.outcome, where, why)
    return f"| {' | '.join(str(cell).replace('|', chr(92) + '|') for cell in cells)} |"


def _why(known: Stop) -> str:
    return f"{'lab' if known.defect == LAB else f'defect {known.defect}'}: {known.why}"
