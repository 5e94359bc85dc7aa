"""Procedures in, those that are steps of one way together out: headings "Step 1", "Step 2"."""

import re
from collections.abc import Iterator
from itertools import groupby

from steadyhand.lint.subject import Subject
from steadyhand.model.document.runbook import Procedure, Step

_STEP = re.compile(r"\W*(?:step|phase|part|stage)\s*#?\d+", re.IGNORECASE)
_NUMBER = re.compile(r"\W*\d+[.):]")
Sequence = tuple[Procedure, ...]


def sequences(subject: Subject, *, numbers: bool = False) -> Iterator[Sequence]:
    """Give the procedures of a document, neighbours with numbered titles together. Pure.

    Their blocks are pasted into one shell, so that the variables of one hold in the next. A bare
    number may also count incidents; `numbers` says that it is enough.
    """

    def place(one: tuple[int, Procedure]) -> tuple[object, ...]:
        index, procedure = one
        counted = _STEP.match(procedure.title) or (numbers and _NUMBER.match(procedure.title))
        return (procedure.parents, procedure.level) if counted and procedure.parents else (index,)

    for _, group in groupby(enumerate(subject.runbook.procedures), place):
        yield tuple(procedure for _, procedure in group)


def steps_of(sequence: Sequence) -> tuple[Step, ...]:
    """Give all steps of a sequence in their order. Pure."""
    return tuple(step for procedure in sequence for step in procedure.steps)
