"""A step of the document and `[run]` in; the step as it will be run here, out. Pure.

Variables whose value is secret stay for bash to expand; SQL becomes a call of psql.
"""

import shlex

from msgspec.structs import replace

from steadyhand.model.document.runbook import Procedure, SourceKind, Step, StepKind
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
    if step.kind is StepKind.SQL and run.sql and not shown:
        return _connected(step, run.sql)
    return replace(step, parameters=shown)


def _connected(step: Step, variable: str) -> Step:
    """Give SQL to psql; what only reads is given to a session that can do nothing else."""
    reads = step.effect is Effect.READ
    words = (
        _word("psql"),
        Word((Part(PartKind.DYNAMIC, f"${variable}", quoted=True),)),
        *map(_word, (*_PSQL, step.text)),
    )
    command = Command(words, assigns=("PGOPTIONS",) if reads else ())
    text = f'psql "${variable}" {" ".join(_PSQL)} {shlex.quote(step.text)}'
    if reads:
        text = f"PGOPTIONS={shlex.quote(_READS_ONLY)} {text}"
    return replace(step, parameters=(), text=text, statement=Statement((command,)))


def _word(text: str) -> Word:
    return Word((Part(PartKind.LITERAL, text),))
