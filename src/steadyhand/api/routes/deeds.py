"""What people do about an incident, as the person of the token: one route for each deed."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter
from pydantic import ConfigDict, Field

from steadyhand.api.routes.documents import find as served
from steadyhand.api.routes.given import Here, Key, Responder
from steadyhand.api.routes.incidents import now
from steadyhand.api.routes.refusals import refusals
from steadyhand.api.shapes import IncidentShown
from steadyhand.app.responding import incident_list, incidents

router = APIRouter(
    prefix="/api/v1/incidents/{incident}", tags=["incidents"], responses=refusals(400, 404, 409)
)
_CLOSED = ConfigDict(extra="forbid")
Text = Annotated[str, Field(min_length=1, max_length=4000, pattern=r"^[^\x00]*$")]
Name = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[^\x00-\x1f\x7f]*$")]


@dataclass(frozen=True)
class Reason:
    __pydantic_config__ = _CLOSED

    reason: Text


@dataclass(frozen=True)
class Words:
    __pydantic_config__ = _CLOSED

    text: Text


@dataclass(frozen=True)
class Severity:
    """`severity` as the document names it."""

    __pydantic_config__ = _CLOSED

    severity: Name
    reason: Text


@dataclass(frozen=True)
class Role:
    __pydantic_config__ = _CLOSED

    role: Name
    person: Name


@dataclass(frozen=True)
class Section:
    """A section of the incident's procedure."""

    __pydantic_config__ = _CLOSED

    section: Name


@router.post("/acknowledge")
def acknowledge(here: Here, who: Responder, incident: Key) -> IncidentShown:
    """Take an incident up. Doing it again changes nothing."""
    incidents.acknowledge(here.control, incident, who.person, "the API")
    return now(here, incident)


@router.post("/resolve")
def resolve(here: Here, who: Responder, incident: Key, said: Reason) -> IncidentShown:
    """Resolve it on one's word; not while a remedy is run."""
    incidents.resolve_by_hand(here.control, incident, who.person, said.reason)
    return now(here, incident)


@router.post("/reopen")
def reopen(here: Here, who: Responder, incident: Key, said: Reason) -> IncidentShown:
    """Open it again."""
    incidents.reopen(here.control, incident, who.person, said.reason)
    return now(here, incident)


@router.post("/severity")
def severity(here: Here, who: Responder, incident: Key, said: Severity) -> IncidentShown:
    """Change the severity, and with it the escalation path and the clock."""
    system = incident_list.find(here.control, incident).opened.system
    loaded = served(here.desks, system).loaded
    incidents.change_severity(
        here.control, loaded, incident, said.severity, who.person, said.reason
    )
    return now(here, incident)


@router.post("/mitigate")
def mitigate(here: Here, who: Responder, incident: Key, said: Words) -> IncidentShown:
    """Say what was done about it: recovery is watched from now on."""
    incidents.mitigate(here.control, incident, who.person, said.text)
    return now(here, incident)


@router.post("/remedy")
def remedy(here: Here, who: Responder, incident: Key, said: Section) -> IncidentShown:
    """Pick a section of the procedure as the remedy; its changes are approved as always."""
    incidents.choose_remedy(here.control, incident, said.section, who.person)
    return now(here, incident)


@router.post("/notes")
def note(here: Here, who: Responder, incident: Key, said: Words) -> IncidentShown:
    """Write a note into the timeline."""
    incidents.note(here.control, incident, who.person, said.text)
    return now(here, incident)


@router.post("/updates")
def update(here: Here, who: Responder, incident: Key, said: Words) -> IncidentShown:
    """Tell those who wait for news how it stands; the status page shows it."""
    incidents.post_update(here.control, incident, who.person, said.text)
    return now(here, incident)


@router.post("/roles")
def role(here: Here, who: Responder, incident: Key, said: Role) -> IncidentShown:
    """Give somebody a role in it."""
    incidents.give_role(here.control, incident, said.role, said.person, who.person)
    return now(here, incident)


@router.post("/tasks")
def task(here: Here, who: Responder, incident: Key, said: Words) -> IncidentShown:
    """Add a task."""
    incidents.add_task(here.control, incident, said.text, who.person)
    return now(here, incident)


@router.post("/tasks/{task}/done")
def done(here: Here, who: Responder, incident: Key, task: Key) -> IncidentShown:
    """Say that a task is done."""
    incidents.finish_task(here.control, incident, task, who.person)
    return now(here, incident)


@router.post("/everyone")
def everyone(here: Here, who: Responder, incident: Key, said: Reason) -> IncidentShown:
    """Break the glass: tell everybody there is, whatever is silenced."""
    system = incident_list.find(here.control, incident).opened.system
    loaded = served(here.desks, system).loaded
    incidents.page_everyone(here.control, loaded, incident, who.person, said.reason)
    return now(here, incident)
