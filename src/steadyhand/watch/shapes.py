"""What a document says of answers and of tasks in, what a probe holds them against out. Pure.

Types are taken of every field. A value is taken only where it is a word that says that something is
well ("healthy"): times, versions and ids of an example are not what will be there.
"""

from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from steadyhand.model.document.facts import ExpectedResponse, Facts, Schedule
from steadyhand.model.settings.probes import AnyProbe, HeartbeatProbe, HttpProbe

_WELL = frozenset(
    {"healthy", "ok", "up", "ready", "alive", "connected", "pass", "passing", "running", "true"}
)


class NoShape(Exception):
    """The document does not say what a probe wants of it; the message names what it says."""


def completed(probes: Mapping[str, AnyProbe], facts: Facts) -> dict[str, AnyProbe]:
    """Give probes what the document says of what they look at. Raises NoShape."""
    return scheduled(shaped(probes, facts.expected), facts.schedules)


def shaped(
    probes: Mapping[str, AnyProbe], expected: Sequence[ExpectedResponse]
) -> dict[str, AnyProbe]:
    """Give web probes the shape that they name. Raises NoShape."""
    return {
        name: _shaped(name, one, expected) if isinstance(one, HttpProbe) and one.shape else one
        for name, one in probes.items()
    }


def _shaped(name: str, one: HttpProbe, expected: Sequence[ExpectedResponse]) -> HttpProbe:
    found = next((answer for answer in expected if _is(answer, one.shape)), None)
    if found is None:
        known = ", ".join(dict.fromkeys(answer.step for answer in expected if answer.step))
        raise NoShape(
            f"probes.{name}.shape: the document expects no response at “{one.shape}”"
            f"; it does at: {known or 'no step'}"
        )
    types = {field.path: field.type for field in found.fields} | dict(one.types)
    fields = dict(_values(found)) | dict(one.fields)
    status = one.status or ((found.status,) if found.status else ())
    return replace(one, types=types, fields=fields, status=status)


def _is(answer: ExpectedResponse, shape: str) -> bool:
    return bool(answer.step) and shape in {answer.step, answer.step.rpartition("/")[0]}


def _values(answer: ExpectedResponse) -> Iterator[tuple[str, str]]:
    for field in answer.fields:
        word = field.shown.strip('"')
        if word.casefold() in _WELL:
            yield field.path, word


def scheduled(probes: Mapping[str, AnyProbe], schedules: Sequence[Schedule]) -> dict[str, AnyProbe]:
    """Give heartbeats that are named as a task of the document, and say no time, the task's. Pure.

    Raises NoShape for one that has no time of its own and no such task.
    """
    tasks = {" ".join(one.task.split()).casefold(): one for one in schedules}
    found = dict(probes)
    for name, probe in probes.items():
        if not isinstance(probe, HeartbeatProbe) or probe.cron or probe.every_seconds:
            continue
        task = tasks.get(" ".join(name.split()).casefold())
        if task is None or (task.cron is None and task.every_seconds is None):
            known = ", ".join(one.task for one in schedules) or "none"
            raise NoShape(
                f"probes.{name}: give cron or every_seconds, or a task of the document: {known}"
            )
        if task.cron is not None and not task.cron.startswith("@"):
            found[name] = replace(probe, cron=task.cron, zone=task.zone or probe.zone)
        else:
            found[name] = replace(probe, every_seconds=task.every_seconds or 86_400.0)
    return found
