"""A runbook in, its outline out: as text for a person, as JSON for a program."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from steadyhand.model.canonical import plain
from steadyhand.model.document.facts import (
    AlarmRule,
    ContactPoint,
    ExpectedResponse,
    Limit,
    Metadata,
    Metric,
    Objective,
    Schedule,
    SeverityLevel,
    TimedAction,
    Window,
)
from steadyhand.model.document.finding import Finding
from steadyhand.model.document.runbook import (
    SCHEMA,
    Accounted,
    Parameter,
    Procedure,
    Runbook,
    SourceKind,
    Step,
    StepKind,
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
        "aliases": whole["aliases"],
        "facts": whole["facts"],
        "inventory": whole["inventory"],
        "headings": whole["headings"],
        "links": whole["links"],
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
    by_hand = step.kind in {StepKind.MANUAL, StepKind.CHECK}  # nobody knows what it does
    is_what = [step.kind.value, *([] if by_hand else [classified.effect.word]), *marks]
    yield f"    {number}. {', '.join(is_what)}: {step.title}"
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
    if runbook.aliases:
        yield ""
        yield "One value under two names"
        yield from (f"  {' = '.join(a.names)}, by {a.where}" for a in runbook.aliases)


def _facts(runbook: Runbook) -> Iterator[str]:
    said = [
        f"  {write(fact)}"
        for name, write in _WRITE.items()
        for fact in getattr(runbook.facts, name)
        if name not in {"causes", "symptoms"} or not fact.procedure
    ]
    if said:
        yield ""
        yield "Facts"
        yield from said


def _alarm(fact: AlarmRule) -> str:
    return f"alarm {fact.name}: {fact.threshold.text}" + (
        f" → {fact.action}" if fact.action else ""
    )


def _limit(fact: Limit) -> str:
    limit = fact.threshold
    words = [fact.subject, limit.operator, f"{limit.value:g}", limit.unit]
    words += [f"for {limit.for_seconds:g} s"] if limit.for_seconds is not None else []
    words += [f"({fact.level})"] if fact.level else []
    return f"limit, {fact.origin}: " + " ".join(filter(None, words))


def _timed(fact: TimedAction) -> str:
    until = "" if fact.until_seconds is None else f" until {fact.until_seconds:g} s"
    return f"{_after(fact.from_seconds)}{until}: {fact.text}"


def _schedule(fact: Schedule) -> str:
    return f"schedule {fact.task}: {_cron(fact.cron, fact.zone)}"


def _window(fact: Window) -> str:
    return f"window {fact.name}: {_cron(fact.cron, fact.zone)} for {_seconds(fact.seconds)}"


def _cron(cron: str | None, zone: str) -> str:
    return " ".join(filter(None, (cron or "no cron line", zone)))


def _objective(fact: Objective) -> str:
    value = "no number" if fact.value is None else f"{fact.value:g} {fact.unit}"
    actual = "" if fact.actual is None else f", actually {fact.actual:g} {fact.unit}"
    of = f" of {fact.of}" if fact.of else ""
    return f"{fact.name}{of}: {value}{actual}"


def _contact(fact: ContactPoint) -> str:
    if not fact.filled:
        return f"contact {fact.role}: not filled in"
    return f"contact {fact.role}: {fact.reach} ({', '.join(fact.kinds) or 'words only'})"


def _expected(fact: ExpectedResponse) -> str:
    parts = [f"status {fact.status}"] if fact.status else []
    parts += [f"fields {', '.join(field.path for field in fact.fields)}"] if fact.fields else []
    first = fact.text.split("\n")[0]
    return f"answer of {fact.step or 'no step'}: {'; '.join(parts) or first}"


def _metadata(fact: Metadata) -> str:
    value = fact.value if fact.filled else "not filled in"
    return f"{fact.key}: {value}" + (f" ({fact.date})" if fact.date else "")


def _severity(fact: SeverityLevel) -> str:
    rank = "" if fact.rank is None else f", rank {fact.rank}"
    return f"severity {fact.name}: {_seconds(fact.response_seconds)}{rank}"


def _metric(fact: Metric) -> str:
    group = f" ({fact.group})" if fact.group else ""
    stated = "" if fact.value is None else f", {fact.value:g} {fact.unit}".rstrip()
    said = f": {fact.text}" if fact.kind != "metric" else ""
    return f"{fact.kind} {fact.name}{group}{said}{stated}"


# How each kind of fact is written, in the order in which they are shown.
_WRITE: dict[str, Callable[[Any], str]] = {
    "metadata": _metadata,
    "severities": _severity,
    "escalation": lambda f: f"escalation {f.name}: {f.contact}, {_after(f.after_seconds)}",
    "paths": lambda f: f"path {f.severity}: {' → '.join(f.contacts)}",
    "timeline": _timed,
    "contacts": _contact,
    "alarms": _alarm,
    "mentions": lambda f: f"alarm kept elsewhere: {f.name}",
    "limits": _limit,
    "causes": lambda f: f"cause: {f.cause} → {f.fix}",
    "symptoms": lambda f: f"symptom: {f.text}",
    "dependencies": lambda f: f"dependency {f.name}: {f.purpose}; health: {f.health or 'not said'}",
    "schedules": _schedule,
    "windows": _window,
    "objectives": _objective,
    "retention": lambda f: f"kept {f.what}: {f.text}",
    "traits": lambda f: f"{f.kind} {f.attribute} = {f.expected}",
    "metrics": _metric,
    "logs": lambda f: f"logs {f.what}: {f.place}",
    "safety": lambda f: f"rule, {f.force}: {f.text}",
    "checklists": lambda f: f"checklist {f.title}: {len(f.items)} boxes",
    "expected": _expected,
    "tables": lambda f: f"table: {f.kind}, {len(f.rows)} rows",
}


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
