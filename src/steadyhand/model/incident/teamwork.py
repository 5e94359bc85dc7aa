"""The events of what people do together, of its clocks and its alarms, onto an incident. Pure."""

from msgspec.structs import replace

from steadyhand.model.events import IllegalEvent
from steadyhand.model.incident.conduct import (
    AlarmAgain,
    AlarmBack,
    AlarmJoined,
    Linked,
    NoteAdded,
    ResponseAtRisk,
    ResponseBreached,
    RoleGiven,
    SeverityChanged,
    TaskAdded,
    TaskDone,
    TaskOverdue,
    UpdateDue,
    UpdatePosted,
)
from steadyhand.model.incident.legal import legal
from steadyhand.model.incident.shape import AlarmSeen, Answering, Incident, Task

# What may be written down of an incident after it was resolved, too.
TALK = (NoteAdded, TaskAdded, TaskDone, TaskOverdue, RoleGiven, Linked, UpdatePosted)
CLOCKS = (ResponseAtRisk, ResponseBreached, UpdateDue)
ALARMS = (AlarmJoined, AlarmBack, AlarmAgain)


def talked(incident: Incident, event: object) -> Incident:
    """Apply one of `TALK`. Raises IllegalEvent."""
    match event:
        case NoteAdded(text):
            legal(bool(text.strip()), "the note says nothing")
            return incident
        case UpdatePosted(text, _, at):
            legal(bool(text.strip()), "the update says nothing")
            answering = replace(incident.answering, updated_at=at, update_due=False)
            return replace(incident, answering=answering)
        case RoleGiven(role, person):
            legal(bool(role.strip() and person.strip()), "a role and a person")
            return replace(incident, roles={**incident.roles, role: person})
        case Linked(kind, thing):
            legal((kind, thing) not in incident.links, f"{kind} {thing} is linked already")
            return replace(incident, links=(*incident.links, (kind, thing)))
        case _:
            return _tasked(incident, event)


def _tasked(incident: Incident, event: object) -> Incident:
    tasks = incident.tasks
    match event:
        case TaskAdded(name, text, by, _, due):
            legal(name not in tasks, f"there is a task {name} already")
            legal(bool(text.strip()), "the task says nothing")
            return replace(incident, tasks={**tasks, name: Task(text, by, due)})
        case TaskDone(name, by) | TaskOverdue(name, by):
            legal(name in tasks, f"there is no task {name}")
            task = tasks[name]
            legal(not task.done_by, f"{name} was done by {task.done_by}")
            if isinstance(event, TaskDone):
                task = replace(task, done_by=event.by)
            else:
                legal(task.due is not None and not task.overdue, f"{name} is not due")
                task = replace(task, overdue=True)
            return replace(incident, tasks={**tasks, name: task})
        case _:
            raise IllegalEvent(f"{type(event).__name__} is no work")


def ticked(incident: Incident, event: object) -> Incident:
    """Apply one of `CLOCKS`. Raises IllegalEvent."""
    answering = incident.answering
    match event:
        case ResponseAtRisk():
            legal(answering.respond_by is not None, "no time to respond in is stated")
            legal(not (answering.responded or answering.at_risk), "it was answered, or said")
            return replace(incident, answering=replace(answering, at_risk=True))
        case ResponseBreached():
            legal(answering.respond_by is not None, "no time to respond in is stated")
            legal(not (answering.responded or answering.breached), "it was answered, or said")
            return replace(incident, answering=replace(answering, at_risk=True, breached=True))
        case UpdateDue(at):
            legal(answering.update_seconds is not None, "no updates are wanted")
            told = replace(answering, updated_at=at, update_due=True)
            return replace(incident, answering=told)
        case _:
            raise IllegalEvent(f"{type(event).__name__} is no clock")


def seen(incident: Incident, event: object) -> Incident:
    """Apply one of `ALARMS`. Raises IllegalEvent."""
    alarms = incident.alarms
    match event:
        case AlarmJoined(name, rule, _, why, at):
            legal(name not in alarms, f"{name} is one of its alarms already")
            return replace(incident, alarms={**alarms, name: AlarmSeen(True, at, rule, why)})
        case AlarmBack(name, since) | AlarmAgain(name, since):
            legal(name in alarms, f"{name} is not one of its alarms")
            firing = isinstance(event, AlarmAgain)
            legal(alarms[name].firing is not firing, f"{name} is known to be so")
            now = replace(alarms[name], firing=firing, since=since)
            verified = incident.mitigated is not None and not incident.missed
            relapsed = incident.relapsed or (firing and name == incident.alarm and verified)
            return replace(incident, alarms={**alarms, name: now}, relapsed=relapsed)
        case _:
            raise IllegalEvent(f"{type(event).__name__} is of no alarm")


def regraded(incident: Incident, event: SeverityChanged) -> Incident:
    """Take another severity: its clock runs from the beginning, and its path holds from now on.

    A level counts as told where the new path has the same one in the same place.
    """
    legal(bool(event.reason.strip()), "a change of severity needs a reason")
    legal((event.severity, event.rank) != (incident.severity, incident.rank), "it is that already")
    paging = incident.paging
    levels = event.levels or paging.levels
    same = {(level.name, level.contact) for level in levels}
    kept = {level.name for level in paging.levels if (level.name, level.contact) in same}
    told = tuple(name for name in incident.told if name in kept)
    paging = replace(
        paging,
        levels=levels,
        skipped=tuple(name for name in paging.skipped if name in kept),
        unreached=tuple(name for name in paging.unreached if name in kept),
        again=tuple(name for name in paging.again if name in told),
        starts=max(paging.began, event.pages_from or paging.began),
        ended=False,
    )
    answering = Answering(
        event.respond_by,
        incident.answering.responded,
        update_seconds=event.update_seconds,
        updated_at=incident.answering.updated_at,
    )
    return replace(
        incident, severity=event.severity, rank=event.rank, graded_by=event.by, told=told,
        paging=paging, answering=answering,
    )  # fmt: skip
