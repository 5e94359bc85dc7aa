"""Incidents: list, show, timeline, notices, evidence."""

from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from steadyhand.api.routes.events import shown
from steadyhand.api.routes.given import Before, Here, Key, Limit, Reader, System
from steadyhand.api.routes.refusals import refusals
from steadyhand.api.shapes import EventShown, EvidenceShown, IncidentShown, NoticeShown, TaskShown
from steadyhand.app.responding import incident_list
from steadyhand.model.incident.state import Incident, IncidentState

router = APIRouter(prefix="/api/v1/incidents", tags=["incidents"], responses=refusals(400))


@router.get("", responses=refusals(404))
def listed(
    here: Here,
    _who: Reader,
    system: System = "",
    state: Annotated[IncidentState | None, Query()] = None,
    limit: Limit = 100,
    before: Before = "",
) -> list[IncidentShown]:
    """List incidents, the newest first; those before one (the last of a page) are the next page."""
    some = bool(system) or state is not None
    page = incident_list.PAGE if some else limit
    unfinished = state not in {None, IncidentState.REVIEWED}
    wanted = (
        _incident(one.key, one.incident)
        for one in incident_list.newest_first(here.control, page, before, unfinished)
        if system in {"", one.incident.opened.system} and state in {None, one.incident.state}
    )
    return list(islice(wanted, limit))


@router.get("/{incident}", responses=refusals(404))
def show(here: Here, _who: Reader, incident: Key) -> IncidentShown:
    """Show one incident as it is now."""
    return now(here, incident)


@router.get("/{incident}/timeline", responses=refusals(404))
def timeline(here: Here, _who: Reader, incident: Key) -> list[EventShown]:
    """Show everything that happened in one incident, in order."""
    incident_list.find(here.control, incident)
    return [shown(recorded) for recorded in here.control.journal.read("incident", incident)]


@router.get("/{incident}/notices", responses=refusals(404))
def notices(here: Here, _who: Reader, incident: Key) -> list[NoticeShown]:
    """Show every notice of one incident, and what became of it."""
    return [
        NoticeShown(
            sent.notice.id, sent.notice.level, sent.notice.contact, sent.notice.channel,
            sent.notice.title, sent.delivered_at, sent.attempts, sent.failure,
        )
        for sent in incident_list.notices(here.control, incident)
    ]  # fmt: skip


@router.get("/{incident}/evidence", responses=refusals(404))
def evidence(here: Here, _who: Reader, incident: Key) -> list[EvidenceShown]:
    """List the evidence that a security alert kept."""
    found = incident_list.find(here.control, incident).evidence
    return [
        EvidenceShown(number, one.what, one.command, one.size, one.sha256, one.why, one.cut)
        for number, one in enumerate(found.items if found is not None else (), 1)
    ]


@router.get(
    "/{incident}/evidence/{number}",
    response_class=Response,
    responses={
        **refusals(404, 409),
        200: {"content": {"text/plain": {}}, "description": "The text."},
    },
)
def evidence_text(
    here: Here, _who: Reader, incident: Key, number: Annotated[int, Path(ge=1, le=1000)]
) -> Response:
    """Give the text of one piece of the evidence, as it was read."""
    text = incident_list.evidence(here.control, incident, number)
    return Response(text, media_type="text/plain; charset=utf-8")


def now(here: Here, incident: str) -> IncidentShown:
    """Show an incident as it is now. Raises Problem where there is none."""
    return _incident(incident, incident_list.find(here.control, incident))


def _incident(key: str, incident: Incident) -> IncidentShown:
    opened = incident.opened
    return IncidentShown(
        id=key,
        system=opened.system,
        alarm=opened.alarm,
        state=incident.state.value,
        severity=incident.severity,
        opened=opened.at,
        procedure=opened.title,
        runbook=opened.runbook,
        needs_person=incident.needs_person,
        acknowledged_by=incident.acknowledged_by,
        resolved=incident.resolved_at,
        run=incident.run,
        report=incident.review,
        told=incident.told,
        alarms=tuple(incident.alarms),
        roles=dict(incident.roles),
        tasks=tuple(
            TaskShown(name, one.text, one.by, one.done_by) for name, one in incident.tasks.items()
        ),
    )
