"""What stands in steadyhand.toml, in; checked settings with every name resolved, out.

Knows no document and reads no file: whoever calls has read the TOML. `[alarms]` says which metric
an alarm's name means, `[contacts]` how a contact of the document is reached, `[drills]` which fault
proves which alarm, `[values]` what a parameter of the document stands for here. Longer than most:
each table has a module of its own, and what they say of each other is checked here.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from msgspec import field
from msgspec.structs import fields, replace

from steadyhand.model.document.catalog import ServiceSetting
from steadyhand.model.document.finding import Severity
from steadyhand.model.settings.binding import (
    Binding,
    ServiceName,
    binding_mistakes,
    circles,
    series_mistakes,
)
from steadyhand.model.settings.duties import DutySetting
from steadyhand.model.settings.duties import mistakes as duty_mistakes
from steadyhand.model.settings.oncall import OnCall, ScheduleSetting, Turns
from steadyhand.model.settings.oncall import mistakes as oncall_mistakes
from steadyhand.model.settings.policy import ApprovalsNeeded, Freeze, Policy
from steadyhand.model.settings.probes import KINDS, Probe, Watching, probe_mistakes
from steadyhand.model.settings.publishing import Publishing
from steadyhand.model.settings.reach import (
    Channel,
    Contact,
    Notices,
    Person,
    contact_mistakes,
    notices_mistakes,
)
from steadyhand.model.settings.responding import Inhibit, LevelSetting, Responding
from steadyhand.model.settings.running import Running
from steadyhand.model.settings.serving import Serving
from steadyhand.model.table import Table, checking

if TYPE_CHECKING:
    from pydantic import TypeAdapter

T = TypeVar("T")

SCHEMA = 1


class BadSettings(Exception):
    """Settings that cannot be used: one line for each mistake, with file and key."""


class Scenario(Table, frozen=True):
    """A drill: `fault` and then `faults` are injected, `alarm` must turn, and `expect` comes."""

    fault: str
    alarm: str
    procedure: str = ""
    faults: tuple[str, ...] = ()
    expect: Literal["resolved", "unresolved"] = "resolved"


class Linting(Table, frozen=True):
    """`[lint]`: which rules are wanted (no `select`: all), and severities of one's own."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, Severity] = field(default_factory=dict)


class Drift(Table, frozen=True):
    """`[[drift]]`: how a document says that a resource is set up, for a target to hold against it.

    `attribute` and `expected` are as the resource's own API has them; `span` is where it is said.
    """

    kind: str  # "database"
    resource: str  # "shop-db"
    attribute: str  # "BackupRetentionPeriod"
    expected: str  # "7"
    span: str = ""  # "shop.md:12"


class Settings(Table, frozen=True):
    """One steadyhand.toml. `read_settings` alone makes it."""

    schema: int = SCHEMA
    target: str = ""
    runbook: str = ""
    alarms: Mapping[str, Binding] = field(default_factory=dict)
    series: Mapping[str, Binding] = field(default_factory=dict)
    probes: Mapping[str, Probe] = field(default_factory=dict)
    watch: Watching = field(default_factory=Watching)
    contacts: Mapping[str, Contact] = field(default_factory=dict)
    people: Mapping[str, Person] = field(default_factory=dict)
    drills: Mapping[str, Scenario] = field(default_factory=dict)
    oncall: OnCall = field(default_factory=OnCall)
    schedules: Mapping[str, ScheduleSetting] = field(default_factory=dict)
    notices: Notices = field(default_factory=Notices)
    values: Mapping[str, str] = field(default_factory=dict)
    respond: Responding = field(default_factory=Responding)
    policy: Policy = field(default_factory=Policy)
    lint: Linting = field(default_factory=Linting)
    run: Running = field(default_factory=Running)
    serve: Serving = field(default_factory=Serving)
    status: Publishing = field(default_factory=Publishing)
    drift: tuple[Drift, ...] = ()
    duties: Mapping[str, DutySetting] = field(default_factory=dict)
    services: Mapping[str, ServiceSetting] = field(default_factory=dict)

    def rules(self, break_glass: str = "") -> Policy:
        """The policy with who is who; `break_glass` is why its rules do not hold this once."""
        users = {person.user or name: name for name, person in self.people.items()}
        return replace(self.policy, users=users, break_glass=break_glass)

    def binding(self, alarm: str) -> Binding | None:
        """Find an alarm's binding by its name in the document, case ignored."""
        return _named(self.alarms, alarm)

    def measured(self, metric: str) -> Binding | None:
        """Find what a metric of the document is kept from, case ignored."""
        return _named(self.series, metric)

    def contact(self, name: str) -> Contact | None:
        """Find how a contact of the document is reached, case ignored."""
        return _named(self.contacts, name)

    def channels(self, person: str) -> tuple[Channel, ...]:
        """Give how somebody is reached: by channels of their own, else as their contact is."""
        known = self.people.get(person)
        if known is None:
            return ()
        if known.notices or not known.contact:
            return known.notices
        contact = self.contact(known.contact)
        return contact.notices if contact and not (contact.people or contact.schedules) else ()

    def people_of(self, contact: str) -> tuple[str, ...]:
        """Name who says to be a contact, and has channels: for one that is not in `contacts`."""
        wanted = contact.casefold()
        return tuple(
            name
            for name, person in self.people.items()
            if person.contact.casefold() == wanted and person.notices
        )


def read_settings(data: Mapping[str, object], where: str) -> Settings:
    """Check what `tomllib` read from the file `where`.

    Raises BadSettings with one line for each mistake: file, key, what is wrong.
    """
    found = data.get("schema", SCHEMA)
    if found != SCHEMA:
        raise BadSettings(f"{where}: schema: {found!r} is not known; this version reads {SCHEMA}")
    if not data:
        return Settings()
    from pydantic import ValidationError  # its import takes longer than most commands

    try:
        settings: Settings = _adapter().validate_python(
            {**data, "values": _texts(data), "drift": _checks(data)}
        )
    except ValidationError as error:
        lines = [f"{where}: {_line(dict(one))}" for one in error.errors()]
        raise BadSettings("\n".join(lines)) from None
    if mistakes := _mistakes(settings):
        raise BadSettings("\n".join(f"{where}: {mistake}" for mistake in mistakes))
    return settings


@cache
def _adapter() -> "TypeAdapter[Settings]":
    return checking(Settings)  # only some commands read settings


_TABLES: Mapping[str, type] = {
    "alarms": Binding,
    "series": Binding,
    "contacts": Contact,
    "people": Person,
    "drills": Scenario,
    "duties": DutySetting,
    "services": ServiceSetting,
}


def _texts(data: Mapping[str, object]) -> object:
    """Write numbers of `[values]` as text: a revision is a number in TOML and a word in a plan."""
    values = data.get("values", {})
    if not isinstance(values, Mapping):
        return values
    return {
        key: str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
        for key, value in values.items()
    }


def _checks(data: Mapping[str, object]) -> object:
    """Write what drift checks expect as text: numbers and flags as an API's JSON has them."""
    checks = data.get("drift", [])
    if not isinstance(checks, list):
        return checks
    return [
        {**check, "expected": json.dumps(check["expected"])}
        if isinstance(check, dict) and isinstance(check.get("expected"), int | float)
        else check
        for check in checks
    ]


def _named(table: Mapping[str, T], name: str) -> T | None:
    if name in table:
        return table[name]
    wanted = " ".join(name.split()).casefold()
    return next(
        (value for key, value in table.items() if " ".join(key.split()).casefold() == wanted), None
    )


def _line(error: Mapping[str, Any]) -> str:
    place = tuple(error["loc"])
    # pydantic names the kind that was chosen between a probe's name and its key
    tagged = place[:1] == ("probes",) and len(place) > 3
    path = _path((*place[:2], *place[3:]) if tagged else place)
    match error["type"]:
        case "unexpected_keyword_argument":
            known = ", ".join(sorted(f.name for f in fields(_table_of(place))))
            return f"{path}: no such key; known here: {known}"
        case "union_tag_invalid" | "union_tag_not_found":
            return f"{path}.kind: must be one of {', '.join(KINDS)}"
        case "missing" | "missing_argument":
            return f"{path}: missing"
        case "dataclass_type" | "dict_type" | "mapping_type":
            return f"{path}: must be a table"
        case "tuple_type" | "list_type" | "set_type" | "frozen_set_type":
            return f"{path}: must be a list (it is {error['input']!r})"
        case _:
            message = str(error["msg"]).removeprefix("Input should be ")
            return f"{path}: must be {message} (it is {error['input']!r})"


def _path(place: tuple[str | int, ...]) -> str:
    written = ""
    for part in place:
        if isinstance(part, int):
            written += f"[{part}]"
        else:
            bare = part.replace("-", "").replace("_", "").isalnum() and part.isascii()
            written += ("." if written else "") + (part if bare else f'"{part}"')
    return written or "the file"


def _table_of(place: tuple[str | int, ...]) -> type:
    """Name the class whose field the last part of a key's path would have to be."""
    match place:
        case [_]:
            return Settings
        case ["drift", int(), _]:
            return Drift
        case ["respond", _]:
            return Responding
        case ["respond", "levels", _, _]:
            return LevelSetting
        case ["respond", "inhibit", int(), _]:
            return Inhibit
        case ["lint", _]:
            return Linting
        case ["run", _]:
            return Running
        case ["oncall", _]:
            return OnCall
        case ["notices", _]:
            return Notices
        case ["schedules", _, _]:
            return ScheduleSetting
        case ["schedules", _, "rotations", int(), _]:
            return Turns
        case ["watch", _]:
            return Watching
        case ["probes", _, str(kind), _] if kind in KINDS:
            return KINDS[kind]
        case ["serve", _]:
            return Serving
        case ["status", _]:
            return Publishing
        case ["policy", _]:
            return Policy
        case ["policy", "freezes", int(), _]:
            return Freeze
        case ["policy", _, _]:
            return ApprovalsNeeded
        case [str(table), _, _] if table in _TABLES:
            return _TABLES[table]
        case _:
            return ServiceName


def _mistakes(settings: Settings) -> list[str]:
    """Say what is well-formed and still cannot be."""
    found = [
        _mistake(("alarms", name), mistake)
        for name, binding in settings.alarms.items()
        for mistake in binding_mistakes(binding, settings.probes, settings.alarms)
    ]
    found += [_mistake(("alarms", name), wrong) for name, wrong in circles(settings.alarms)]
    found += [
        _mistake(("series", name), mistake)
        for name, binding in settings.series.items()
        for mistake in series_mistakes(binding, settings.probes)
    ]
    found += [
        _mistake(("probes", name), mistake)
        for name, probe in settings.probes.items()
        for mistake in probe_mistakes(probe)
    ]
    found += settings.watch.mistakes()
    found += _reach_mistakes(settings)
    found += oncall_mistakes(settings.oncall, settings.schedules, settings.people)
    for name, scenario in settings.drills.items():
        if settings.binding(scenario.alarm) is None:
            place = _path(("drills", name, "alarm"))
            found.append(f"{place}: “{scenario.alarm}” has no binding in [alarms]")
    found += _drift_mistakes(settings.drift)
    found += _policy_mistakes(settings)
    found += settings.run.mistakes()
    found += settings.serve.mistakes()
    found += [
        f"{_path(('duties', name))}.{wrong}" for name, wrong in duty_mistakes(settings.duties)
    ]
    found += settings.respond.mistakes()
    found += settings.status.mistakes()
    return found


def _mistake(place: tuple[str, ...], mistake: str) -> str:
    """Write a mistake behind its place; one that begins with a key ("rule: …") is of that key."""
    key, colon, rest = mistake.partition(": ")
    if colon and key.isidentifier():
        return f"{_path((*place, key))}: {rest}"
    return f"{_path(place)}: {mistake}"


def _policy_mistakes(settings: Settings) -> Iterator[str]:
    policy = settings.policy
    for key in ("users", "break_glass"):
        if getattr(policy, key):
            yield f"policy.{key}: no such key; known here: {', '.join(_POLICY_KEYS)}"
    for key, least in (("change", 0), ("destroy", 1)):
        if getattr(policy, key).count < least:
            yield f"policy.{key}.count: must be {least} or more"
    for at, freeze in enumerate(policy.freezes):
        if freeze.starts.tzinfo is None or freeze.ends.tzinfo is None:
            yield f"policy.freezes[{at}]: both ends need a time zone: 2026-12-20T00:00:00Z"
        elif freeze.ends <= freeze.starts:
            yield f"policy.freezes[{at}]: ends before it starts"
    users: dict[str, str] = {}
    for name, person in settings.people.items():
        user = person.user or name
        if user in users:
            yield f"{_path(('people', name))}: the user {user} is {users[user]} already"
        users[user] = name


_POLICY_KEYS = sorted({one.name for one in fields(Policy)} - {"users", "break_glass"})


def _drift_mistakes(checks: Sequence[Drift]) -> Iterator[str]:
    seen: set[tuple[str, str, str]] = set()
    for at, check in enumerate(checks):
        for key in ("kind", "resource", "attribute", "expected"):
            if not getattr(check, key).strip():
                yield f"{_path(('drift', at, key))}: must not be empty"
        what = (check.kind, check.resource, check.attribute)
        if what in seen:
            yield f"{_path(('drift', at))}: {check.attribute} of {check.resource} stands here twice"
        seen.add(what)


def _reach_mistakes(settings: Settings) -> Iterator[str]:
    people, notices = settings.people, settings.notices
    for name, contact in settings.contacts.items():
        place = _path(("contacts", name))
        yield from contact_mistakes(place, contact, notices, people)
        for schedule in contact.schedules:
            if schedule not in settings.schedules:
                yield f"{place}.schedules: [schedules] has no {schedule!r}"
    for name, person in people.items():
        yield from contact_mistakes(_path(("people", name)), person, notices, people)
    yield from notices_mistakes(notices)
