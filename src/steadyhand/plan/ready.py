"""A step of the document and `[run]` in; the step as it will be run here, out. Pure.

Variables whose value is secret stay for bash to expand; SQL becomes a call of psql.
"""

import shlex

from msgspec.structs import replace

from steadyhand.model.document.runbook import Occurrence, Procedure, SourceKind, Step, StepKind
from steadyhand.model.document.shell import Command, Part, PartKind, Statement, Word
from steadyhand.model.effect import Effect
from steadyhand.model.settings.running import Running

# https://www.postgresql.org/docs/current/runtime-config-client.html
_READS_ONLY = "-c default_transaction_read_only=on"
# https://www.postgresql.org/docs/current/app-psql.html
_PSQL = ("-X", "-v", "ON_ERROR_STOP=1", "-c")


def ready(step: Step, procedure: Procedure, run: Running) -> Step:
    """Take out what nobody has to give a value to; hand SQL to the connection that is named."""
    hidden = {
        p.name
        for p in procedure.parameters
        if p.name in run.secrets and p.source.kind is SourceKind.ENVIRONMENT
    }
    shown = tuple(o for o in step.parameters if o.parameter not in hidden)
    if step.kind is StepKind.SQL and run.sql:
        return _connected(replace(step, parameters=shown), run.sql)
    return replace(step, parameters=shown)


def _connected(step: Step, variable: str) -> Step:
    """Give SQL to psql; what only reads is given to a session that can do nothing else."""
    reads = step.effect is Effect.READ
    before = f'psql "${variable}" {" ".join(_PSQL)} '
    if reads:
        before = f"PGOPTIONS={shlex.quote(_READS_ONLY)} {before}"
    text, parts, moved = f"{before}'", list[Part](), list[Occurrence]()
    at = 0
    for one in sorted(step.parameters, key=lambda each: each.start):
        literal, spelled = step.text[at : one.start], step.text[one.start : one.end]
        text += _in_quotes(literal)
        moved.append(replace(one, start=len(text), end=len(text) + len(spelled)))
        text += spelled
        parts += [Part(PartKind.LITERAL, literal), Part(PartKind.PARAMETER, one.parameter)]
        at = one.end
    text += f"{_in_quotes(step.text[at:])}'"
    parts.append(Part(PartKind.LITERAL, step.text[at:]))
    words = (
        _word("psql"),
        Word((Part(PartKind.DYNAMIC, f"${variable}", quoted=True),)),
        *map(_word, _PSQL),
        Word(tuple(part for part in parts if part.text)),
    )
    command = Command(words, assigns=("PGOPTIONS",) if reads else ())
    return replace(step, parameters=tuple(moved), text=text, statement=Statement((command,)))


def _in_quotes(text: str) -> str:
    return text.replace("'", "'\"'\"'")


def _word(text: str) -> Word:
    return Word((Part(PartKind.LITERAL, text),))
