"""Incidents, notices, silences and shifts as JSON: the same for all skins."""

from datetime import datetime
from typing import TYPE_CHECKING

from steadyhand.app.responding.incident_list import Listed
from steadyhand.model import canonical
from steadyhand.model.events import Recorded
from steadyhand.model.oncall.rotation import Shift
from steadyhand.model.oncall.silence import Silence
from steadyhand.store.outbox import Sent

if TYPE_CHECKING:
    from steadyhand.app.oncall.schedules import Gap


def listed(one: Listed) -> dict[str, object]:
    """One line of the list of incidents."""
    incident = one.incident
    held = incident.paging.held
    return {
        "id": one.key,
        "opened": one.opened.isoformat(),
        "state": incident.state.value,
        "severity": incident.severity,
        "rank": incident.rank,
        "system": incident.opened.system,
        "alarm": incident.alarm,
        "alarms": {name: seen.firing for name, seen in incident.alarms.items()},
        "procedure": incident.opened.title,
        "acknowledged_by": incident.acknowledged_by,
        "told": list(incident.told),
        "held": held.silence if held else "",
        "needs_person": incident.needs_person,
        "respond_by": _iso(incident.answering.respond_by),
        "breached": incident.answering.breached,
        "roles": dict(incident.roles),
        "tasks": {name: canonical.plain(task) for name, task in incident.tasks.items()},
        "resolution": incident.resolution,
        "report": incident.review,
    }


def event(recorded: Recorded) -> dict[str, object]:
    """One event of a timeline."""
    said = {"seq": recorded.seq, "at": recorded.at.isoformat()}
    return {**said, "type": type(recorded.event).__name__, **canonical.plain(recorded.event)}


def notice(sent: Sent) -> dict[str, object]:
    """One notice with what became of it."""
    return {
        **canonical.plain(sent.notice),
        "delivered_at": _iso(sent.delivered_at),
        "attempts": sent.attempts,
        "failure": sent.failure,
        "log": [{"at": one.at.isoformat(), "failure": one.failure} for one in sent.log],
    }


def silence(key: str, one: Silence, now: datetime) -> dict[str, object]:
    return {"id": key, "holds": one.holds(now), **canonical.plain(one)}


def shift(schedule: str, one: Shift) -> dict[str, object]:
    return {
        "schedule": schedule,
        "person": one.person,
        "starts": one.starts.isoformat(),
        "ends": one.ends.isoformat(),
        "why": one.why,
    }


def gap(one: "Gap") -> dict[str, object]:
    ends = {"starts": one.starts.isoformat(), "ends": one.ends.isoformat()}
    return {"schedule": one.schedule, **ends, "why": one.why}


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
