"""A document's facts and settings in, one row for everything that is to be watched or held, out.

Each row says which line it comes from and what it is bound to, or why it is bound to nothing. No
row of the document is dropped. Pure.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from steadyhand.model.alarm import spelled
from steadyhand.model.document.facts import Facts, Metric, Objective, Schedule
from steadyhand.model.document.span import Span
from steadyhand.model.duty.derive import Derived
from steadyhand.model.settings.probes import HeartbeatProbe
from steadyhand.model.settings.whole import Settings
from steadyhand.watch.bindings import OWN, Watched, describe
from steadyhand.watch.measured import Measured, others, said

_ORIGINS = {
    "alarm": "alarm", "mention": "named alarm", "settings": "own alarm", "objective": "objective",
    "symptom": "limit (symptom)", "cause": "limit (cause)", "statement": "limit (statement)",
}  # fmt: skip


class Row(Struct, frozen=True):
    """`binding` is "" where there is none; `unbound` says why then."""

    kind: str
    name: str
    says: str
    span: Span
    binding: str = ""
    unbound: str = ""
    threshold: str = ""  # the limit or the time, short
    action: str = ""  # of an alarm: the document's words


class Known(Struct, frozen=True):
    """What was made of a document: alarms and metrics by name, duties by their schedule's line."""

    watched: Mapping[str, Watched]
    measured: Mapping[str, Measured]
    duties: Mapping[int, Derived]


def rows(facts: Facts, settings: Settings, known: Known, factor: float) -> list[Row]:
    """Derive the rows, in the order of their kinds. Pure."""
    return [
        *(row for one in known.watched.values() for row in _alarm(one, factor)),
        *_severities(facts),
        *_escalation(facts, settings),
        *(_schedule(one, settings, known.duties) for one in facts.schedules),
        *(_objective(one) for one in facts.objectives if one.name.upper() != "RPO"),
        *_retention(facts, settings),
        *_windows(facts, settings),
        *_metrics(facts, known.measured, settings, factor),
    ]


def _alarm(one: Watched, factor: float) -> Iterator[Row]:
    """Give a row for each row of the document: each holds one limit of the alarm."""
    said = describe(one, factor)
    binding = "" if one.unbound else said.partition(" = ")[2]
    for rule in (*one.milder, one.rule):
        action = f" → {rule.action}" if rule.action else ""
        says = f"{rule.threshold.text}{action}"
        yield Row(
            _ORIGINS[one.origin], rule.name, says, rule.span, binding, one.unbound,
            rule.threshold.text, rule.action,
        )  # fmt: skip


def _severities(facts: Facts) -> Iterator[Row]:
    for one in facts.severities:
        if one.response_seconds is not None or "business day" in one.text.casefold():
            bound = "the clock of its incidents"
            response = _minutes(one.response_seconds)
            yield Row("severity", one.name, one.text, one.span, bound, threshold=response)
        else:
            why = f"no response time can be read from “{one.text}”"
            yield Row("severity", one.name, one.text, one.span, unbound=why)


def _minutes(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds / 60:g} min"


def _escalation(facts: Facts, settings: Settings) -> Iterator[Row]:
    for level in facts.escalation:
        bound, why = _reached([level.contact], settings)
        says = f"{level.contact}: {level.when}" if level.when else level.contact
        after = _minutes(level.after_seconds)
        yield Row("escalation", level.name, says, level.span, bound, why, after)
    for path in facts.paths:
        bound, why = _reached(path.contacts, settings)
        yield Row("escalation", path.severity, " → ".join(path.contacts), path.span, bound, why)
    for box in facts.timeline:
        until = "" if box.until_seconds is None else f"{box.until_seconds / 60:g}"
        name = f"{box.from_seconds / 60:g}–{until} min"
        yield Row("time box", name, box.text, box.span, "a time box of its incidents")


def _reached(contacts: Sequence[str], settings: Settings) -> tuple[str, str]:
    """Say who every contact is and how reached, or which one is not."""
    missing = [
        f'[contacts."{name}"]'
        for name in contacts
        if settings.contact(name) is None and not settings.people_of(name)
    ]
    if missing:
        return "", f"{OWN} says nothing of {', '.join(missing)}"
    told = [(name, *_told(name, settings)) for name in contacts]
    if lost := [f"{name}: {said}" for name, said, anybody in told if not anybody]:
        return "", "; ".join(lost)
    return "; ".join(f"{name}: {said}" for name, said, _ in told), ""


def _told(name: str, settings: Settings) -> tuple[str, bool]:
    """Say who a contact is, with the channels, and whether anybody is told at all."""
    contact = settings.contact(name)
    people = contact.people if contact else settings.people_of(name)
    schedules = contact.schedules if contact else ()
    if contact and not (people or schedules):
        return ", ".join(contact.notices) or "no channel", bool(contact.notices)
    groups = [_people(people, settings)] if people else []
    groups += [_on_call(one, settings) for one in schedules]
    return " and ".join(groups), bool(schedules) or any(map(settings.channels, people))


def _people(names: Iterable[str], settings: Settings) -> str:
    said = ((name, ", ".join(settings.channels(name))) for name in names)
    return ", ".join(f"{name} ({channels or 'no channel'})" for name, channels in said)


def _on_call(schedule: str, settings: Settings) -> str:
    """Say who takes turns; a calendar, which is no setting, may name others."""
    turns = settings.schedules[schedule].rotations
    names = dict.fromkeys(name for one in turns for name in one.people)
    told = f": {_people(names, settings)}" if names else ""
    return f"whoever is on call by {schedule}{told}"


def _schedule(one: Schedule, settings: Settings, duties: Mapping[int, Derived]) -> Row:
    """A task is heard of by a heartbeat with an alarm, else somebody answers for it as a duty."""
    duty = duties.get(one.span.line)
    for name in filter(None, (one.task, duty.name if duty else "")):
        for key, probe in settings.probes.items():
            if spelled(key) != spelled(name) or not isinstance(probe, HeartbeatProbe):
                continue
            if alarm := _alarm_on(key, settings):
                bound = f"heartbeat {key}, late by {probe.grace_seconds:g} s at most: alarm {alarm}"
                return Row("schedule", one.task, one.text, one.span, bound)
            why = f"heartbeat {key} is heard, and no alarm in {OWN} is on it"
            return Row("schedule", one.task, one.text, one.span, unbound=why)
    if duty is not None and duty.definition is not None:
        owner = duty.definition.owner
        told = f"{owner} is told when it is late" if owner else "nobody is told when it is late"
        return Row("schedule", one.task, one.text, one.span, f"the duty {duty.name}: {told}")
    why = f'nothing reports it here: {OWN} says nothing of [probes."{one.task}"]'
    if duty is not None and duty.reason:
        why = duty.reason
    return Row("schedule", one.task, one.text, one.span, unbound=why)


def _alarm_on(probe: str, settings: Settings) -> str:
    return next((name for name, one in settings.alarms.items() if one.probe == probe), "")


def _objective(one: Objective) -> Row:
    says = f"{one.text} (actual {one.actual_text})" if one.actual_text else one.text
    if one.name.upper() == "RTO":
        why = "measured by a restore test, not watched: `steadyhand duties`"
    else:
        why = f'{OWN} says nothing of [alarms."{one.name}"]'
    return Row("objective", one.name, says, one.span, unbound=why)


def _retention(facts: Facts, settings: Settings) -> Iterator[Row]:
    checks = {(check.span.rpartition(":")[2], check.resource): check for check in settings.drift}
    for one in facts.retention:
        says = f"{one.text}, {one.place}" if one.place else one.text
        check = next((c for (line, _), c in checks.items() if line == str(one.span.line)), None)
        why = f"no [[drift]] in {OWN} names this line"
        if check is not None:
            stated = f"{check.attribute} = {check.expected} of {check.kind} {check.resource}"
            why = f"[[drift]] states it ({stated}), and nothing holds a target against that yet"
        yield Row("retention", one.what, says, one.span, unbound=why)


def _windows(facts: Facts, settings: Settings) -> Iterator[Row]:
    for one in facts.windows:
        if one.cron is None or one.seconds is None:
            why = f"no time can be read from “{one.text}”"
        elif not settings.respond.maintenance:
            why = f"maintenance is false in [respond] of {OWN}"
        else:
            yield Row("window", one.name, one.text, one.span, "silences what it names, each time")
            continue
        yield Row("window", one.name, one.text, one.span, unbound=why)


def _metrics(
    facts: Facts, measured: Mapping[str, Measured], settings: Settings, factor: float
) -> Iterator[Row]:
    """Give a row for each line that names a metric; then those of the settings alone."""
    for metric in facts.metrics:
        if metric.kind != "dashboard" and (one := measured.get(metric.name)):
            group = f" ({metric.group.casefold()})" if metric.group else ""
            bound = said(one, settings, factor)
            yield _metric(metric, f"{metric.kind}{group}", bound, one.unbound)
    for metric, bound, why in others(facts, measured):
        yield _metric(metric, metric.kind, bound, why)
    for one in measured.values():
        if one.metric.span.path == OWN:
            yield _metric(one.metric, "own metric", said(one, settings, factor), one.unbound)


def _metric(metric: Metric, kind: str, bound: str, why: str) -> Row:
    stated = "" if metric.value is None else f"{metric.value:g} {metric.unit}".strip()
    return Row(kind, metric.name, metric.text or metric.name, metric.span, bound, why, stated)
