"""A document in, the SQL in it out: given to psql, fed to it, or in steps of its own."""

import re
from collections.abc import Iterator

from msgspec import Struct

from steadyhand.actions.psql import parse_psql
from steadyhand.actions.words import HOLE
from steadyhand.lint.subject import Subject
from steadyhand.lint.tools.fed import fed_to
from steadyhand.lint.tools.named import calls_named
from steadyhand.model.document.runbook import Step, StepKind

# They speak PostgreSQL's protocol and dialect, and have catalogues of their own.
_RELATIVES = ("redshift", "cockroach", "greenplum", "yugabyte", "crunchy bridge", "materialize")


class Sql(Struct, frozen=True):
    """SQL and the step it stands in; `psql`: it goes to a PostgreSQL server for certain."""

    step: Step
    text: str
    psql: bool


def queries(subject: Subject) -> Iterator[Sql]:
    """Give the SQL of a document; nothing of one that speaks of PostgreSQL's relatives. Pure."""
    found = list(_queries(subject))
    if found:
        text = subject.runbook.text.lower()
        if not any(name in text for name in _RELATIVES):
            yield from found


def _queries(subject: Subject) -> Iterator[Sql]:
    for call in calls_named(subject.runbook, {"psql"}):
        if call.fed:
            continue
        given = parse_psql(call.argv)
        text = fed_to(call)
        if text is not None and not given.commands and "f" not in given.options:
            yield Sql(call.step, text, True)
        for command in given.commands:
            yield Sql(call.step, command, True)
    for procedure in subject.runbook.procedures:
        for step in procedure.steps:
            if step.kind is StepKind.SQL:
                yield Sql(step, _with_holes(step), _for_psql(subject, step))


def _with_holes(step: Step) -> str:
    text, at = "", 0
    for one in sorted(step.parameters, key=lambda o: o.start):
        text += step.text[at : one.start] + HOLE
        at = one.end
    return text + step.text[at:]


def _for_psql(subject: Subject, step: Step) -> bool:
    """Tell whether psql was opened before it, or the code block says so."""
    opened = re.search(r"\bpsql$", step.context) is not None
    return opened or re.search(r"psql|postgres|pgsql", subject.line(step.fence), re.I) is not None
