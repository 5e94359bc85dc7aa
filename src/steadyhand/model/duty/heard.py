"""Duties that page when their program does not report: settings in, with probe and alarm out. Pure.

A duty with `page = true` is a heartbeat of its own times and an alarm on it: both are as if they
stood in the settings.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from steadyhand.model.duty.derive import Derived
from steadyhand.model.duty.events import DutyKind
from steadyhand.model.key import fitting
from steadyhand.model.settings.binding import Binding
from steadyhand.model.settings.probes import AnyProbe, HeartbeatProbe
from steadyhand.model.settings.whole import Settings

_ACTION = "Page on-call"


def slug(name: str) -> str:
    """Write a name as keys and addresses take it: lower case, words with hyphens between."""
    return "-".join("".join(c if c.isalnum() else " " for c in name.casefold()).split())


def duty_id(system: str, name: str) -> str:
    """Give the id of a duty: it stays while system and name stay."""
    return fitting(f"{slug(system)}.{slug(name)}")


def names_of(system: str, probe: str) -> tuple[str, ...]:
    """Give every name by which something may report: as written, as an address has it, as a duty's
    id."""
    return tuple(dict.fromkeys((probe, slug(probe), duty_id(system, probe))))


def alarm_of(duty: str) -> str:
    """Name the alarm of a duty that pages."""
    return f"{duty} did not report"


def with_reports(settings: Settings, found: Sequence[Derived]) -> Settings:
    """Add the heartbeat and the alarm of every duty that pages. What the settings say of either
    under its name stays."""
    probes: dict[str, AnyProbe] = dict(settings.probes)
    alarms: dict[str, Binding] = dict(settings.alarms)
    wanted = {" ".join(n.split()).casefold() for n, one in settings.duties.items() if one.page}
    for one in found:
        definition = one.definition
        named = " ".join(one.name.split()).casefold() in wanted
        if not named or definition is None or definition.kind is not DutyKind.TASK:
            continue
        when = definition.recurrence
        probes.setdefault(
            one.name,
            HeartbeatProbe(
                "heartbeat",
                every_seconds=when.every_seconds,
                cron=when.cron,
                zone=when.zone,
                grace_seconds=definition.grace_seconds,
            ),
        )
        alarms.setdefault(
            alarm_of(one.name),
            Binding(
                source="probe",
                probe=one.name,
                measure="failed",
                operator=">",
                threshold=0,
                action=_ACTION,
            ),
        )
    return replace(settings, probes=probes, alarms=alarms)
