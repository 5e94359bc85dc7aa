"""Procedures in, what an incident follows out: the parts of one heading put together. Pure.

Some documents give a trouble one heading with the steps below it; others give it a heading with
parts, “Diagnosis”, “Resolution”, “Rollback”, each of which compiles to a procedure.
"""

import re
from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from steadyhand.model.document.runbook import Phase, Procedure, StepKind
from steadyhand.model.effect import Effect

_PART = re.compile(
    r"(?:(?:diagnos[ei]s|investigation|immediate|resolution|remedy|recovery|roll-?back|verification"
    r"|verify|steps?|actions?)\b[\W\d]*)+",
    re.IGNORECASE,
)


def wholes(procedures: Iterable[Procedure]) -> list[Procedure]:
    """Put the parts of one heading together: those whose titles say so, with its symptoms.

    What is made has the heading's title and all steps; it goes by the id of the part that is
    looked at first.
    """
    parts: dict[object, list[Procedure]] = {}
    for one in procedures:
        part = bool(one.parents and one.symptoms and _PART.fullmatch(one.title))
        parts.setdefault((one.parents, one.symptoms) if part else one.id, []).append(one)
    return [_whole(each) for each in parts.values()]


def _whole(parts: Sequence[Procedure]) -> Procedure:
    first = next((p for p in parts if any(s.phase is Phase.ASSESS for s in p.steps)), parts[0])
    if not (first.parents and first.symptoms and _PART.fullmatch(first.title)):
        return first
    steps = tuple(step for part in parts for step in part.steps)
    causes = tuple(dict.fromkeys(cause for part in parts for cause in part.causes))
    return replace(first, title=first.parents[-1], steps=steps, causes=causes)


def whole_of(procedures: Sequence[Procedure], part: str) -> Procedure:
    """Give what a procedure belongs to, by the procedure's id. Raises LookupError."""
    for whole in wholes(procedures):
        parts = {step.id.rpartition("/")[0] for step in whole.steps}
        if part == whole.id or part in parts:
            return whole
    raise LookupError(f"there is no procedure {part}")


def part_with(procedures: Sequence[Procedure], whole: Procedure, section: str) -> str:
    """Name the procedure that a section of a whole stands in; the whole's own id for none."""
    ids = {step.id.rpartition("/")[0] for step in whole.section(section)}
    return next((one.id for one in procedures if one.id in ids), whole.id)


def remedies(whole: Procedure) -> dict[str, list[str]]:
    """List the parts that hold commands with an effect, with the titles of those commands."""
    found: dict[str, list[str]] = {}
    for step in whole.steps:
        mends = step.phase in {Phase.ACT, Phase.ROLL_BACK} and step.effect > Effect.READ
        if step.section and mends and step.kind in {StepKind.COMMAND, StepKind.SQL}:
            found.setdefault(step.section, []).append(step.title)
    return found
