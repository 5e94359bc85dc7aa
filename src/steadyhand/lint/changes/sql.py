"""Steps in, the SQL statements that they run out, each in lower case and without strings.

SQL is found in SQL blocks, behind a client's option, and in the heredoc that a client reads.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from msgspec import Struct

from steadyhand.actions.sql import NOT_CODE
from steadyhand.actions.words import Argv
from steadyhand.lint.changes.calls import Call, calls_in
from steadyhand.lint.subject import Subject
from steadyhand.model.document.runbook import Procedure, Step, StepKind

_CLIENTS = {
    "psql": ("-c", "--command"),
    "mysql": ("-e", "--execute"),
    "mariadb": ("-e", "--execute"),
    "sqlcmd": ("-Q", "-q"),
    "cockroach": ("-e", "--execute"),
    "clickhouse-client": ("-q", "--query"),
}
_QUOTED = re.compile(r"[`\"\[\]]")


class Sql(Struct, frozen=True):
    """One statement where it stands: `text` folded to one line, strings blanked out."""

    procedure: Procedure
    step: Step
    text: str

    @property
    def verb(self) -> str:
        return self.text.split()[0].upper()


def sql_in(subject: Subject) -> tuple[Sql, ...]:
    """Give every SQL statement of the document, in its order."""
    return subject.derived(_every)


def _every(subject: Subject) -> tuple[Sql, ...]:
    return tuple(_sql(subject))


def _sql(subject: Subject) -> Iterator[Sql]:
    for procedure in subject.runbook.procedures:
        for step in procedure.steps:
            for text in sql_texts(procedure, step):
                yield from (Sql(procedure, step, one) for one in _statements(text))


def sql_texts(procedure: Procedure, step: Step) -> Iterator[str]:
    """Give the texts of SQL that a step runs."""
    if step.kind is StepKind.SQL:
        yield step.text
    for call in calls_in(procedure, step):
        if call.name in _CLIENTS:
            yield from _given(call.argv, _CLIENTS[call.name])
            yield from _heredocs(call)


def _given(argv: Argv, options: tuple[str, ...]) -> Iterator[str]:
    for word, following in pairwise((*argv, "")):
        if word in options:
            yield following
        elif word.startswith("--") and word.partition("=")[0] in options:
            yield word.partition("=")[2]


def _heredocs(call: Call) -> Iterator[str]:
    for redirect in call.used.command.redirects:
        if redirect.body is not None:
            yield redirect.body.shown


def _statements(text: str) -> Iterator[str]:
    for one in NOT_CODE.sub(lambda m: m["name"] or ("''" if m["string"] else " "), text).split(";"):
        if plain := " ".join(_QUOTED.sub("", one).lower().split()):
            yield plain
