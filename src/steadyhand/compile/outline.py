"""A runbook in, its outline out: as text for a person, as JSON for a program."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from steadyhand.model.canonical import plain
from steadyhand.model.finding import Finding
from steadyhand.model.runbook import (
    SCHEMA,
    Accounted,
    Parameter,
    Procedure,
    Runbook,
    SourceKind,
    Step,
)  # fmt: skip


def outline(runbook: Runbook) -> str:
    """Write a runbook as text: procedures, sections, steps, parameters, facts, the account."""
    return "\n".join(_lines(runbook)) + "\n"


def as_json(runbook: Runbook, findings: Sequence[Finding]) -> dict[str, Any]:
    """Write a runbook as one JSON object. Each entry of `account` says what became of a block."""
    whole = plain(runbook)
    return {
        "schema": SCHEMA,
        "path": runbook.path,
        "digest": runbook.digest,
        "title": runbook.title,
        "procedures": whole["procedures"],
        "parameters": whole["parameters"],
        "facts": whole["facts"],
        "inventory": whole["inventory"],
        "findings": [plain(finding) for finding in findings],
        "account": [_entry(entry) for entry in runbook.account],
    }


def _entry(entry: Accounted) -> dict[str, Any]:
    outcome: dict[str, Any] = {"made": list(entry.made)}
    if entry.reason is not None:
        outcome = {"reason": entry.reason.value}
    return {"kind": entry.kind.value, "span": plain(entry.span), "outcome": outcome}


def _lines(runbook: Runbook) -> Iterator[str]:
    yield f"{runbook.title}"
    for procedure in runbook.procedures:
        yield ""
        yield from _procedure(procedure)
    yield from _beside(runbook)
    yield from _facts(runbook)
    if runbook.inventory:
        yield ""
        yield "Inventory"
        yield from (f"  {resource.kind} {resource.name}" for resource in runbook.inventory)
    yield ""
    yield from _account(runbook)


def _procedure(procedure: Procedure) -> Iterator[str]:
    severity = f" [{procedure.severity}]" if procedure.severity else ""
    yield f"{procedure.id} “{procedure.title}”{severity} line {procedure.span.line}"
    for symptom in procedure.symptoms:
        yield f"  symptom: {symptom}"
    for cause in procedure.causes:
        yield f"  cause: {cause.cause} → {cause.fix}"
    for parameter in procedure.parameters:
        yield f"  parameter {_parameter(parameter)}"
    section = None
    for step in procedure.steps:
        if step.section != section:
            section = step.section
            yield f"  {section} ({step.phase.value})"
        yield from _step(step)


def _step(step: Step) -> Iterator[str]:
    number = step.id.rpartition("/")[2]
    classified = step.classified
    marks = [
        word
        for word, said in (
            ("endless", classified.endless),
            ("interactive", classified.interactive),
            ("prints a secret", classified.secret_output),
        )
        if said
    ]
    effect = ", ".join([classified.effect.word, *marks])
    yield f"    {number}. {step.kind.value}, {effect}: {step.title}"
    if step.condition:
        yield f"       only: {step.condition}"
    if step.parameters:
        names = ", ".join(dict.fromkeys(o.parameter for o in step.parameters))
        yield f"       needs: {names}"
    if step.expects:
        yield f"       expects: {step.expects.splitlines()[0]}"
    if step.statement is not None and step.statement.problem:
        yield f"       problem: {step.statement.problem}"


def _parameter(parameter: Parameter) -> str:
    source = parameter.source
    where = source.kind.value
    if source.step and source.kind is SourceKind.STEP:
        where = f"step {source.step}"
    if source.rule:
        where += f" by {source.rule}" + (f" of {source.scope}" if source.scope else "")
    secret = ", secret" if parameter.secret and parameter.kind.value != "secret" else ""
    default = f", default {parameter.default}" if parameter.default is not None else ""
    return f"{parameter.spelling}: {parameter.kind.value}{secret}, from {where}{default}"


def _beside(runbook: Runbook) -> Iterator[str]:
    if runbook.parameters:
        yield ""
        yield "To fill in"
        yield from (f"  {p.name}: {p.spelling}" for p in runbook.parameters)


def _facts(runbook: Runbook) -> Iterator[str]:
    facts = runbook.facts
    said = [
        *(f"  severity {s.name}: {_seconds(s.response_seconds)}" for s in facts.severities),
        *(
            f"  escalation {e.name}: {e.contact}, {_after(e.after_seconds)}"
            for e in facts.escalation
        ),
        *(f"  alarm {_alarm(a.name, a.threshold.text, a.action)}" for a in facts.alarms),
        *(f"  cause: {c.cause} → {c.fix}" for c in facts.causes if not c.procedure),
        *(f"  table: {t.kind}, {len(t.rows)} rows" for t in facts.tables),
    ]
    if said:
        yield ""
        yield "Facts"
        yield from said


def _alarm(name: str, threshold: str, action: str) -> str:
    return f"{name}: {threshold}" + (f" → {action}" if action else "")


def _seconds(seconds: float | None) -> str:
    return "no time stated" if seconds is None else f"{seconds:g} s"


def _after(seconds: float | None) -> str:
    return "only as written" if seconds is None else f"after {seconds:g} s"


def _account(runbook: Runbook) -> Iterator[str]:
    procedures = len(runbook.procedures)
    steps = Counter(step.kind.value for step in runbook.steps())
    told = ", ".join(f"{count} {kind}" for kind, count in steps.items())
    yield f"{procedures} procedures, {steps.total()} steps" + (f" ({told})" if told else "")
    made = Counter(entry.kind.value for entry in runbook.account if entry.reason is None)
    left = Counter(entry.reason.value for entry in runbook.account if entry.reason is not None)
    yield "made something: " + (", ".join(f"{n} {kind}" for kind, n in made.items()) or "nothing")
    yield "left as it is: " + (", ".join(f"{n} {why}" for why, n in left.items()) or "nothing")
