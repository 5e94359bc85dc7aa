"""A step's statement in, the worst that its commands may do out. `actions` knows the commands."""

from collections.abc import Iterable, Mapping

from steadyhand.actions import classify, classify_sql
from steadyhand.actions.local.files import outside
from steadyhand.compile.shell.trouble import ELIDED
from steadyhand.model.document.runbook import StepKind
from steadyhand.model.document.shell import Command, Statement
from steadyhand.model.effect import Classified, Effect, worst

BY_A_PERSON = Classified(Effect.READ, "a person does it", repeatable=True)
_WRITES = frozenset({">", ">>", ">|", "&>", "&>>", "1>", "1>>", "2>", "2>>", "<>"})


def classify_step(
    kind: StepKind,
    text: str,
    statement: Statement | None,
    functions: Mapping[str, Classified],
) -> Classified:
    """Classify a step by the worst command in it, however deep. Pure.

    `functions` are those that the procedure has defined before, with the effect of their bodies.
    """
    if kind is StepKind.SQL:
        return classify_sql(text)
    if statement is None:
        return BY_A_PERSON
    each = [_classify(command, functions) for command in statement.commands]
    each += [c for command in statement.commands for c in _written(command)]
    if statement.problem and not statement.problem.startswith(ELIDED):
        each.append(Classified(Effect.DESTROY, f"unknown: {statement.problem}"))
    if not each:
        return Classified(Effect.READ, "sets variables of the session only", repeatable=True)
    return worst(each)


def _classify(command: Command, functions: Mapping[str, Classified]) -> Classified:
    known = functions.get(command.name or "")
    return classify(command) if known is None else known


def _written(command: Command) -> Iterable[Classified]:
    for redirect in command.redirects:
        if redirect.operator in _WRITES and redirect.target is not None:
            shown = redirect.target.shown
            if shown not in {"/dev/null", "/dev/stdout", "/dev/stderr"}:
                elsewhere = outside(shown)
                where = ", outside of the run's folder" if elsewhere else ""
                effect = Effect.DESTROY if elsewhere else Effect.CHANGE
                yield Classified(effect, f"writes the file {shown}{where}")
