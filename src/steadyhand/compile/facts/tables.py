"""A table in, the facts that its headers mean out. Synonyms, any order, columns to spare.

A table whose meaning is not known is kept nowhere but in the account.
"""

import re
from collections.abc import Callable, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from steadyhand.compile.facts.contacts import contact, path, timed
from steadyhand.compile.facts.quantities import called_after, duration, ends_after, threshold
from steadyhand.compile.facts.recovery import objective, objective_of, retention
from steadyhand.compile.facts.safety import log_location
from steadyhand.compile.facts.schedules import schedule
from steadyhand.compile.markdown import Row, Table
from steadyhand.compile.wording import severity_name
from steadyhand.model.document.facts import (
    AlarmRule,
    Cause,
    ContactPoint,
    Dependency,
    EscalationLevel,
    EscalationPath,
    LogLocation,
    Objective,
    Retention,
    Schedule,
    SeverityLevel,
    TableFact,
    TimedAction,
)

Fact = (
    AlarmRule | Cause | ContactPoint | Dependency | EscalationLevel | EscalationPath | LogLocation
    | Objective | Retention | Schedule | SeverityLevel | TableFact | TimedAction
)  # fmt: skip
# What each is called in the account.
FACT_NAMES: dict[type, str] = {
    AlarmRule: "alarms",
    Cause: "causes",
    EscalationLevel: "escalation",
    SeverityLevel: "severities",
    TableFact: "table",
    ContactPoint: "contacts",
    Dependency: "dependencies",
    EscalationPath: "paths",
    LogLocation: "logs",
    Objective: "objectives",
    Retention: "retention",
    Schedule: "schedules",
    TimedAction: "timeline",
}


class Meaning(Struct, frozen=True):
    """What a table is when it has these columns; `some` needs one of several."""

    name: str
    needs: tuple[str, ...]
    some: tuple[str, ...] = ()
    never: tuple[str, ...] = ()


# What a header means. A header may mean several things; the table's meaning decides.
COLUMNS: dict[str, re.Pattern[str]] = {
    name: re.compile(pattern, re.IGNORECASE)
    for name, pattern in {
        "alarm": r"\b(alarm|alert|monitor|metric|signal|indicator|check)s?\b",
        "threshold": r"\b(threshold|limit|trigger|fires? (at|when)|condition|breach)s?\b",
        "warning": r"^warn(ing)?\b",
        "critical": r"^crit(ical)?\b",
        "action": r"\b(action|response|notif\w*|then|reaction|route|do)s?\b",
        "level": r"\b(level|tier|rung|line|escalation)\b|^l$",
        "severity": r"\b(severity|priority|sev|level|class)\b",
        "contact": r"\b(contact|who|owner|person|people|role|team|responsible|notify|page)s?\b",
        "when": r"\b(when|after|time|timeframe|within|delay|condition|trigger|wait|if)\b",
        "response": r"\b(response|respond|sla|acknowledge\w*|ack|react\w*)\b",
        "path": r"\b(escalat\w*|path|contact)\b",
        "cause": r"\b(cause|issue|symptom|problem|reason|fault|failure|error|situation)s?\b",
        "fix": r"\b(fix(es)?|solution|resolution|remed\w+|mitigation|action|what to do|repair|step|"
        r"response)s?\b",
        "health": r"\b(health|probe|liveness|how to check|health check)\b",
        "thing": r"\b(service|dependency|component|system|name|provider|vendor|resource|company|"
        r"partner|supplier|organi[sz]ation)s?\b",
        "purpose": r"\b(purpose|description|role|used for|what for|health|impact|type)\b",
        "task": r"\b(task|job|activity|what|maintenance|duty|check)s?\b",
        "schedule": r"\b(schedule|frequency|cron|cadence|interval|how often|runs?|period)\b",
        "target": r"\b(target|objective|goal)s?\b",
        "slo": r"\b(slo|sli|rpo|rto)s?\b",
        "recovery": r"\bR[TP]O\b|\brecovery (time|point) objectives?\b",
        "actual": r"\b(actual|current|achieved|measured)\b",
        "retention": r"\b(retention|retained|kept|keep)\b",
        "place": r"\b(location|path|where|url|link|stored|log group|bucket|address)\b",
        "log": r"\blogs?\b",
        "elapsed": r"^(t|time ?(line|frame|elapsed|box|since .*)?|elapsed( time)?|minutes?|when)$",
        "reach": r"\b(portal|phone|e-?mail|support|slack|channel|contact|handle|hotline)\b",
    }.items()
}
# In this order: the first that fits is what the table is.
MEANINGS = (
    Meaning("recovery by thing", ("recovery",)),
    Meaning("alarms", ("alarm", "threshold"), never=("cause",)),
    Meaning("two-step alarms", ("warning", "critical")),
    Meaning("severities", ("severity", "response"), never=("alarm", "cause")),
    Meaning("escalation", ("level", "contact")),
    Meaning("escalation", ("contact", "when"), never=("schedule", "cause", "task")),
    Meaning("recovery targets", ("target",), some=("actual", "alarm", "thing", "slo")),
    Meaning("causes", ("cause", "fix")),
    Meaning("retention", ("retention",)),
    Meaning("schedule", ("schedule",), some=("task", "thing", "purpose")),
    Meaning("log locations", ("log", "place")),
    Meaning("contacts", ("reach",), some=("thing", "contact")),
    Meaning("timeline", ("elapsed", "action")),
    Meaning("dependencies", ("thing", "purpose")),
    Meaning("locations", ("place", "thing")),
)


def read_table(table: Table) -> tuple[str, tuple[Fact, ...]]:
    """Say what a table means, and its facts; ("", ()) for one of unknown meaning. Pure."""
    meaning = meaning_of(table.headers)
    if meaning is None:
        return "", ()
    whole = TableFact(meaning.name, table.headers, tuple(r.cells for r in table.rows), table.span)
    read = _READERS.get(meaning.name)
    if read is None:
        return meaning.name, (whole,)
    at = _columns(table.headers, meaning.needs)
    facts = tuple(read(table, at))
    if meaning.name == "severities" and any(COLUMNS["path"].search(h) for h in table.headers):
        facts = (*facts, *_paths(table, at), replace(whole, kind="escalation by severity"))
    elif meaning.name in _KEPT_WHOLE:
        facts = (*facts, whole)
    return meaning.name.removeprefix("two-step "), facts


def meaning_of(headers: tuple[str, ...]) -> Meaning | None:
    """Say what a table with these headers is; None when nobody knows. Pure."""
    for meaning in MEANINGS:
        if (
            len(_needed(headers, meaning.needs)) == len(meaning.needs)
            and not _has(headers, meaning.never)
            and (not meaning.some or _has(headers, meaning.some))
        ):
            return meaning
    return None


def _has(headers: tuple[str, ...], names: tuple[str, ...]) -> bool:
    return any(COLUMNS[name].search(h) for name in names for h in headers)


def _needed(headers: tuple[str, ...], needs: tuple[str, ...]) -> dict[str, int]:
    """Give each needed meaning a column of its own, the one that means the fewest others first."""
    given: dict[str, int] = {}
    fits = {n: [i for i, h in enumerate(headers) if COLUMNS[n].search(h)] for n in needs}
    for name in sorted(needs, key=lambda n: len(fits[n])):
        free = [i for i in fits[name] if i not in given.values()]
        if free:
            given[name] = min(free, key=lambda i: sum(i in others for others in fits.values()))
    return given


def _columns(headers: tuple[str, ...], needs: tuple[str, ...]) -> Mapping[str, int]:
    """Say which column means what: the needed ones first, the others where a column is left."""
    at = _needed(headers, needs)
    taken = set(at.values())
    for name, pattern in COLUMNS.items():
        free = [i for i, h in enumerate(headers) if i not in taken and pattern.search(h)]
        if name not in at and free:
            at[name] = free[0]
    return at


def _cell(row: Row, at: Mapping[str, int], name: str) -> str:
    index = at.get(name, -1)
    return row.cells[index] if 0 <= index < len(row.cells) else ""


def _alarms(table: Table, at: Mapping[str, int]) -> Iterator[Fact]:
    for row in table.rows:
        name = _cell(row, at, "alarm")
        limit = _cell(row, at, "threshold")
        action = _cell(row, at, "action")
        yield AlarmRule(name, threshold(limit, name), action, row.span)


def _two_steps(table: Table, at: Mapping[str, int]) -> Iterator[Fact]:
    for row in table.rows:
        name = row.cells[0] if row.cells else ""
        for level in ("warning", "critical"):
            if limit := _cell(row, at, level):
                yield AlarmRule(name, threshold(limit, name), level, row.span)


def _escalation(table: Table, at: Mapping[str, int]) -> Iterator[Fact]:
    for index, row in enumerate(table.rows):
        contact = _cell(row, at, "contact")
        when = _cell(row, at, "when")
        level = _cell(row, at, "level") or f"L{index + 1}"
        after = called_after(when, index == 0)
        yield EscalationLevel(level, contact, when, after, row.span, ends_after(when))


def _severities(table: Table, at: Mapping[str, int]) -> Iterator[Fact]:
    for row in table.rows:
        name = _cell(row, at, "severity")
        yield SeverityLevel(
            severity_name(name) or name,
            duration(_cell(row, at, "response")),
            " | ".join(row.cells),
            row.span,
        )


def _paths(table: Table, at: Mapping[str, int]) -> Iterator[Fact]:
    index = at.get(
        "path", next(i for i, h in enumerate(table.headers) if COLUMNS["path"].search(h))
    )
    for row in table.rows:
        name = _cell(row, at, "severity")
        text = row.cells[index] if index < len(row.cells) else ""
        if (one := path(severity_name(name) or name, text, row.span)) is not None:
            yield one


def _dependencies(table: Table, at: Mapping[str, int]) -> Iterator[Fact]:
    health = at.get("health", -1)
    if health == at.get("purpose"):  # its own header is "Health check"
        health = next(
            (i for i, h in enumerate(table.headers)
             if i != at["thing"] and i != at["purpose"] and COLUMNS["health"].search(h)), health,
        )  # fmt: skip
    for row in table.rows:
        probe = row.cells[health] if 0 <= health < len(row.cells) else ""
        yield Dependency(_cell(row, at, "thing"), _cell(row, at, "purpose"), probe, row.span)


def _schedules(table: Table, at: Mapping[str, int]) -> Iterator[Fact]:
    for row in table.rows:
        text = _cell(row, at, "schedule")
        task = _cell(row, at, "task") or _cell(row, at, "thing") or _first(row, at, "schedule")
        yield schedule(task, text, row.span) or Schedule(task, text, None, "", None, row.span)


def _objectives(table: Table, at: Mapping[str, int]) -> Iterator[Fact]:
    for row in table.rows:
        one = objective(
            _first(row, at, "target"),
            _cell(row, at, "target"),
            _cell(row, at, "actual"),
            row.span,
        )
        if one is not None:
            yield one


def _objectives_by_thing(table: Table, at: Mapping[str, int]) -> Iterator[Fact]:
    """Read a table with a column for each target, and a row for each thing that has them."""
    for row in table.rows:
        of = _first(row, at, "recovery")
        cells = dict(zip(table.headers, row.cells, strict=False))
        achieved = {objective_of(h): cells[h] for h in cells if COLUMNS["actual"].search(h)}
        for header, cell in cells.items():
            if not COLUMNS["recovery"].search(header) or COLUMNS["actual"].search(header):
                continue
            one = objective(header, cell, achieved.get(objective_of(header), ""), row.span)
            if one is not None and one.value is not None:
                yield replace(one, of=of)
    if "retention" in at:
        yield from _retention(table, at)


def _retention(table: Table, at: Mapping[str, int]) -> Iterator[Fact]:
    for row in table.rows:
        what, place = _first(row, at, "retention"), _cell(row, at, "place")
        cells = zip(row.cells, table.headers, strict=False)
        said = [cell for cell, header in cells if COLUMNS["retention"].search(header)] or [""]
        lasting = next((c for c in said if retention("", c, "", row.span).seconds), said[0])
        yield retention(what, lasting, place, row.span)


def _timeline(table: Table, at: Mapping[str, int]) -> Iterator[Fact]:
    for row in table.rows:
        one = timed(_cell(row, at, "elapsed"), _cell(row, at, "action"), row.span)
        if one is not None:
            yield one


def _logs(table: Table, at: Mapping[str, int]) -> Iterator[Fact]:
    for row in table.rows:
        yield log_location(_cell(row, at, "log"), _cell(row, at, "place"), row.span)


def _contacts(table: Table, at: Mapping[str, int]) -> Iterator[Fact]:
    reached = [
        i for i, h in enumerate(table.headers)
        if COLUMNS["reach"].search(h) and i != at.get("thing") and i != at.get("contact", -1)
    ] or [at["reach"]]  # fmt: skip
    for row in table.rows:
        who = _cell(row, at, "thing") or _cell(row, at, "contact") or _first(row, at, "reach")
        reach = ", ".join(row.cells[i] for i in reached if i < len(row.cells) and row.cells[i])
        yield contact(who, reach, row.span)


def _first(row: Row, at: Mapping[str, int], but: str) -> str:
    """Give the first cell of a row that is not in the column meaning `but`."""
    return next((cell for i, cell in enumerate(row.cells) if i != at.get(but)), "")


def _causes(table: Table, at: Mapping[str, int]) -> Iterator[Fact]:
    for row in table.rows:
        yield Cause(_cell(row, at, "cause"), _cell(row, at, "fix"), row.span)


_READERS: dict[str, Callable[[Table, Mapping[str, int]], Iterator[Fact]]] = {
    "alarms": _alarms,
    "two-step alarms": _two_steps,
    "escalation": _escalation,
    "severities": _severities,
    "causes": _causes,
    "dependencies": _dependencies,
    "schedule": _schedules,
    "recovery targets": _objectives,
    "recovery by thing": _objectives_by_thing,
    "retention": _retention,
    "log locations": _logs,
    "timeline": _timeline,
    "contacts": _contacts,
}
# Those whose other columns may matter to somebody as well.
_KEPT_WHOLE = frozenset(
    {
        "dependencies",
        "schedule",
        "recovery targets",
        "recovery by thing",
        "retention",
        "log locations",
        "contacts",
    }
)
