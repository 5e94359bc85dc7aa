"""Compiled documents with what the journal knows of them in; systems and their services with
owners, dependencies, procedures and gaps, out. Pure.

Nothing is kept here: the catalog is made anew from documents, settings and journal each time.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct, field

from steadyhand.model.document.facts import Dependency
from steadyhand.model.document.freshness import Age, Freshness, freshness
from steadyhand.model.document.places import stated_owner
from steadyhand.model.document.runbook import Procedure, Resource, Runbook
from steadyhand.model.table import Table

# How long a drill proves anything: the field's custom of once a quarter, and a little.
DRILLED = timedelta(days=100)


class ServiceSetting(Table, frozen=True):
    """`[services."NAME"]`: what a document does not say of a service."""

    owner: str = ""
    about: str = ""
    depends_on: tuple[str, ...] = ()


class Drilled(Struct, frozen=True):
    """A drill that a procedure was part of."""

    procedure: str
    drill: str
    at: datetime
    passed: bool


class Happened(Struct, frozen=True):
    """What the journal knows of one document's system."""

    drills: tuple[Drilled, ...] = ()
    runs: Mapping[str, datetime] = field(default_factory=dict)  # the last one, by procedure
    open_incidents: tuple[str, ...] = ()
    incidents: Mapping[str, int] = field(default_factory=dict)  # how many, by procedure
    restored: datetime | None = None  # the last restore test that was completed
    overdue: tuple[str, ...] = ()  # names of duties


class Given(Struct, frozen=True):
    """One document with what is set and known. `unbound` names alarms that mean nothing here."""

    runbook: Runbook
    system: str
    services: Mapping[str, ServiceSetting]
    reached: tuple[str, ...]  # contacts that the settings say how to reach
    unbound: tuple[str, ...]
    restores: bool  # the document has a procedure that restores
    happened: Happened


class Known(Struct, frozen=True):
    """A procedure, and how far it is proven."""

    id: str
    title: str
    severity: str
    for_incidents: bool  # it has symptoms, causes or a severity
    drilled: Drilled | None
    ran: datetime | None
    incidents: int


class Service(Struct, frozen=True):
    """Something that runs. `procedures` are those whose commands name it."""

    name: str
    owner: str
    about: str
    depends_on: tuple[str, ...]
    used_by: tuple[str, ...]
    procedures: tuple[str, ...]
    declared: bool  # the document names it; else only the settings do


class Gap(Struct, frozen=True):
    """What is missing, and where it would stand; line 0 for no place."""

    about: str
    text: str
    line: int = 0


class System(Struct, frozen=True):
    """All that one document is about."""

    name: str
    title: str
    runbook: str
    owner: str
    freshness: Freshness
    services: tuple[Service, ...]
    dependencies: tuple[Dependency, ...]
    procedures: tuple[Known, ...]
    open_incidents: tuple[str, ...]
    gaps: tuple[Gap, ...]

    @property
    def proven(self) -> tuple[int, int]:
        """How many of the procedures for incidents a drill has proven, of how many."""
        meant = [one for one in self.procedures if one.for_incidents]
        good = [one for one in meant if one.drilled is not None and one.drilled.passed]
        return len(good), len(meant)


def catalog(everything: Sequence[Given], now: datetime) -> tuple[System, ...]:
    """Make the catalog, by system."""
    used = _used_by(everything)
    found = [_system(given, used, now) for given in everything]
    return tuple(sorted(found, key=lambda one: one.name))


def _system(given: Given, used: Mapping[str, tuple[str, ...]], now: datetime) -> System:
    facts = given.runbook.facts
    owner, _where = stated_owner(given.runbook)
    known = tuple(_known(procedure, given.happened) for procedure in given.runbook.procedures)
    fresh = freshness(facts.metadata, now.date())
    services = tuple(_services(given, owner, used))
    return System(
        name=given.system,
        title=given.runbook.title,
        runbook=given.runbook.path,
        owner=owner,
        freshness=fresh,
        services=services,
        dependencies=facts.dependencies,
        procedures=known,
        open_incidents=given.happened.open_incidents,
        gaps=tuple(_gaps(given, services, known, fresh, now)),
    )


def _known(procedure: Procedure, happened: Happened) -> Known:
    drills = [one for one in happened.drills if one.procedure == procedure.id]
    return Known(
        id=procedure.id,
        title=procedure.title,
        severity=procedure.severity,
        for_incidents=bool(procedure.symptoms or procedure.causes or procedure.severity),
        drilled=max(drills, key=lambda one: one.at, default=None),
        ran=happened.runs.get(procedure.id),
        incidents=happened.incidents.get(procedure.id, 0),
    )


def _services(given: Given, owner: str, used: Mapping[str, tuple[str, ...]]) -> Iterator[Service]:
    named = {one.name: one for one in given.runbook.inventory if one.kind == "service"}
    for name in (*named, *(one for one in given.services if one not in named)):
        setting = given.services.get(name, ServiceSetting())
        resource = named.get(name)
        yield Service(
            name=name,
            owner=setting.owner or owner,
            about=setting.about,
            depends_on=setting.depends_on,
            used_by=used.get(name, ()),
            procedures=_naming(given.runbook, resource) if resource else (),
            declared=resource is not None,
        )


def _naming(runbook: Runbook, resource: Resource) -> tuple[str, ...]:
    lines = {span.line for span in (resource.span, *resource.spans)}
    return tuple(
        procedure.id
        for procedure in runbook.procedures
        if any(s.span.line <= line <= s.span.end_line for s in procedure.steps for line in lines)
    )


def _used_by(everything: Sequence[Given]) -> dict[str, tuple[str, ...]]:
    used: dict[str, tuple[str, ...]] = {}
    for given in everything:
        for name, setting in given.services.items():
            for other in setting.depends_on:
                used[other] = (*used.get(other, ()), name)
    return used


# --- gaps -----------------------------------------------------------------------------------------


def _gaps(
    given: Given,
    services: Sequence[Service],
    known: Sequence[Known],
    fresh: Freshness,
    now: datetime,
) -> Iterator[Gap]:
    facts = given.runbook.facts
    if unowned := [one.name for one in services if not one.owner]:
        yield Gap("owner", f"nobody owns {', '.join(unowned)}")
    for contact in facts.contacts:
        if not contact.filled:
            yield Gap("contact", f"{contact.role} is not filled in", contact.span.line)
    for level in facts.escalation:
        if level.contact.casefold() not in {one.casefold() for one in given.reached}:
            yield Gap("reach", f"{level.name} {level.contact} is not reached", level.span.line)
    if not facts.escalation and not facts.paths:
        yield Gap("escalation", "the document has no escalation")
    if fresh.age is not Age.FRESH:
        yield Gap("review", f"the document is {fresh.words}")
    for dependency in facts.dependencies:
        if not dependency.health:
            what = f"how {dependency.name} is looked at is not said"
            yield Gap("dependency", what, dependency.span.line)
    if given.unbound:
        yield Gap("alarm", f"{len(given.unbound)} alarms mean nothing here yet")
    yield from _unproven(known, now)
    if given.restores:
        yield from _unrestored(given, now)
    for duty in given.happened.overdue:
        yield Gap("duty", f"{duty} is overdue")


def _unproven(known: Sequence[Known], now: datetime) -> Iterator[Gap]:
    for one in known:
        if not one.for_incidents:
            continue
        if one.drilled is None:
            yield Gap("drill", f"{one.title} was never drilled")
        elif not one.drilled.passed:
            yield Gap("drill", f"{one.title} failed its last drill ({one.drilled.drill})")
        elif now - one.drilled.at > DRILLED:
            days = (now - one.drilled.at).days
            yield Gap("drill", f"{one.title} was last drilled {days} days ago")


def _unrestored(given: Given, now: datetime) -> Iterator[Gap]:
    stated = {one.name for one in given.runbook.facts.objectives}
    for name in sorted({"RPO", "RTO"} - stated):
        yield Gap("objective", f"the document states no {name}")
    restored = given.happened.restored
    if restored is None:
        yield Gap("restore", "no restore was ever tested")
    elif now - restored > DRILLED:
        yield Gap("restore", f"a restore was last tested {(now - restored).days} days ago")


def find(systems: Sequence[System], name: str) -> tuple[System, Service | None]:
    """Find a system, or a service of one, by name. Raises LookupError with a message."""
    wanted = name.casefold()
    fits: list[tuple[System, Service | None]] = [
        (one, None) for one in systems if one.name.casefold() == wanted
    ]
    fits += [
        (one, service)
        for one in systems
        for service in one.services
        if service.name.casefold() == wanted
    ]
    if fits:
        return fits[0]
    names = [one.name for one in systems] + [s.name for one in systems for s in one.services]
    raise LookupError(f"there is no service “{name}”; there are: {', '.join(names) or 'none'}")
