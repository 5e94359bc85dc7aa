"""Alarms: what they mean, why they are as they are, whether their rules say what is expected."""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from steadyhand.app.control import Control
from steadyhand.app.problem import Problem
from steadyhand.app.runbooks.documents import Loaded, around, load, system_of
from steadyhand.model.alarm import (
    Alarm,
    AlarmState,
    Point,
)
from steadyhand.model.alarm.growth import Growth, growth
from steadyhand.model.duty.derive import derive
from steadyhand.model.events import Recorded
from steadyhand.model.incident.state import Incident
from steadyhand.model.settings.whole import Settings
from steadyhand.store import outbox, series
from steadyhand.store.outbox import Sent
from steadyhand.watch.bindings import STRAY, Watched, all_watched, measure_of, unmatched
from steadyhand.watch.derived import Known, Row, rows
from steadyhand.watch.measured import Measured, all_measured, growth_expected, kept_as
from steadyhand.watch.rule_tests import BadTest, Failure, Tests, play, read_tests
from steadyhand.watch.shapes import NoShape, completed

TOLD = (
    "LevelPaged", "Escalated", "LevelSkipped", "LevelUnreached", "PagedAgain", "EveryonePaged",
    "PagesHeld",
    "PagesReleased", "PagingEnded", "Acknowledged", "AcknowledgementExpired", "AlarmJoined",
    "AlarmBack", "AlarmAgain", "Reopened", "Resolved",
)  # fmt: skip


def derived(loaded: Loaded, factor: float) -> tuple[list[Row], tuple[str, ...]]:
    """Give every row of a document that is to be watched or held; and say of bindings of no alarm.

    Raises Problem where a probe wants what the document does not say.
    """
    facts, settings = loaded.runbook.facts, loaded.settings
    try:
        completed(settings.probes, facts)
    except NoShape as error:
        raise Problem(f"{loaded.runbook.path}: {error}") from None
    found = all_watched(facts, settings, factor)
    stray = unmatched([one.rule for one in found.values()], settings)
    measured = all_measured(facts, settings, found, factor)
    duties = {one.span.line: one for one in derive(loaded.runbook, around(loaded))}
    known = Known(found, measured, duties)
    return rows(facts, settings, known, factor), tuple(map(STRAY.format, stray))


# --- why it is as it is -----------------------------------------------------------------------


class Explained(Struct, frozen=True):
    """An alarm, its history, and what came of it. `told` are the events that tell people, or say
    why nobody was told; `why` is all of it in one sentence."""

    key: str
    alarm: Alarm
    history: tuple[Recorded, ...]
    incident: str
    told: tuple[Recorded, ...]
    sent: tuple[Sent, ...]
    why: str


def explain(control: Control, name: str) -> Explained:
    """Say why an alarm is in its state, and why it did or did not page. Raises Problem."""
    key = _key_of(control, name)
    alarm: Alarm = control.engine.turn("alarm", key).state
    history = tuple(control.journal.read("alarm", key))
    incident = alarm.incident or _last_incident(history)
    told: tuple[Recorded, ...] = ()
    sent: tuple[Sent, ...] = ()
    if incident:
        events = control.journal.read("incident", incident)
        told = tuple(one for one in events if type(one.event).__name__ in TOLD)
        sent = tuple(outbox.of(control.journal.database, incident))
    why = _why(control, alarm, sent)
    return Explained(key, alarm, history, incident, told, sent, why)


def _why(control: Control, alarm: Alarm, sent: tuple[Sent, ...]) -> str:
    """Say in a sentence why this state did or did not page."""
    if alarm.state is not AlarmState.ALARM:
        return f"nobody is paged: it is {alarm.state}"
    if alarm.held and not alarm.incident:
        return f"nobody is paged: its actions are held by {alarm.held}"
    if not alarm.incident:
        return "nobody is paged yet: no incident was opened; does `steadyhand serve` run?"
    incident: Incident | None = control.engine.turn("incident", alarm.incident).state
    if incident is not None and incident.opened.alarm != alarm.name:
        return f"it joined the incident of “{incident.opened.alarm}”, whose people are told"
    if incident is not None and incident.paging.held is not None:
        return f"pages are held by {incident.paging.held.silence}"
    if incident is not None and incident.opened.quiet:
        told = sum(one.delivered_at is not None for one in sent)
        return f"nobody is woken: its action only notifies; {told} of {len(sent)} notices delivered"
    pages = [one for one in sent if one.notice.kind == "page"]
    done = [one for one in pages if one.delivered_at is not None]
    if done:
        return f"paged: {len(done)} of {len(pages)} pages were delivered"
    if pages:
        return f"{len(pages)} pages are wanted and none is delivered: {pages[-1].failure or 'yet'}"
    return "an incident is open, and nobody of its path can be reached or is due yet"


def _last_incident(history: tuple[Recorded, ...]) -> str:
    linked = [getattr(one.event, "incident", "") for one in history]
    return next((incident for incident in reversed(linked) if incident), "")


def _key_of(control: Control, name: str) -> str:
    keys = [key for key, _ in control.journal.keys("alarm")]
    if name in keys:
        return name
    wanted = " ".join(name.split()).casefold()
    found = [key for key in keys if key.partition("/")[2].casefold() == wanted]
    if len(found) == 1:
        return found[0]
    if found:
        raise Problem(f"several systems have an alarm “{name}”: {', '.join(found)}; name one")
    known = f"; known: {', '.join(keys)}" if keys else "; none has been looked at yet"
    raise Problem(f"the journal knows no alarm “{name}”{known}")


# --- rule tests -------------------------------------------------------------------------------


class Tested(Struct, frozen=True):
    """What came of a file of rule tests."""

    tests: int
    expectations: int
    failures: tuple[Failure, ...]


def play_tests(path: Path) -> Tested:
    """Play a file of rule tests. Raises Problem for a file that cannot be used."""
    try:
        said = tomllib.loads(path.read_text())
    except OSError as error:
        raise Problem(f"{path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Problem(f"{path}: not valid TOML: {error}") from None
    try:
        file = read_tests(said, str(path))
        alarms = _alarms_of(file, path.parent)
        failures = [failure for test in file.tests for failure in play(test, alarms)]
    except BadTest as mistake:
        text = str(mistake)
        raise Problem(text if text.startswith(str(path)) else f"{path}: {text}") from None
    return Tested(len(file.tests), sum(len(one.expect) for one in file.tests), tuple(failures))


def _alarms_of(file: Tests, folder: Path) -> Mapping[str, Watched]:
    if not file.runbook:
        raise BadTest('runbook = "…" must name the document whose alarms are tested')
    loaded = load(folder / file.runbook, folder / file.config if file.config else None)
    return all_watched(loaded.runbook.facts, loaded.settings, 1.0)


# --- series: baseline and growth ----------------------------------------------------------------


class Grown(Struct, frozen=True):
    """What is kept of the values of an alarm or a metric. `low` and `high` are of all hours that
    are kept. `stated` is what the document says is usual; `times` how many times what there is it
    wants room for, and `then` what the mean would be at that. `alarm` is the name, of either."""

    alarm: str
    series: str
    hours: int
    low: float
    mean: float
    high: float
    limit: float | None
    growth: Growth | None
    kind: str = "alarm"
    stated: float | None = None
    times: float | None = None
    then: float | None = None


def grown(control: Control, loaded: Loaded) -> Iterator[Grown]:
    """Say of each bound alarm and metric how its values have been, and how they grow."""
    facts, settings = loaded.runbook.facts, loaded.settings
    system = system_of(Path(loaded.runbook.path))
    times = growth_expected(facts)
    found = all_watched(facts, settings, 1.0)
    for name, one in found.items():
        if one.unbound or one.binding is None or one.condition is None:
            continue
        key = f"{system} {_series_of(name, one, settings)}"
        whole = Grown(name, key, 0, 0.0, 0.0, 0.0, None, None)
        limit = one.condition.threshold
        yield _filled(control, replace(whole, limit=limit), partial(_value, one), times)
    for name, metric in all_measured(facts, settings, found, 1.0).items():
        if metric.binding is not None:
            yield _filled(control, _of_metric(system, name, metric), lambda value: value, times)


def _of_metric(system: str, name: str, one: Measured) -> Grown:
    key = " ".join((system, *kept_as(name)))
    metric = one.metric
    empty = Grown(name, key, 0, 0.0, 0.0, 0.0, None, None, metric.group or "metric")
    return replace(empty, stated=metric.value)


def _filled(
    control: Control, empty: Grown, converted: Callable[[float], float], times: float | None
) -> Grown:
    kept = series.read(control.journal.database, empty.series, series.HOUR)
    if not kept:
        return empty
    count = sum(s.count for s in kept)
    mean = converted(sum(s.mean * s.count for s in kept) / count)
    return replace(
        empty,
        hours=len(kept),
        low=converted(min(s.low for s in kept)),
        mean=mean,
        high=converted(max(s.high for s in kept)),
        growth=growth([Point(s.at, converted(s.mean)) for s in kept], empty.limit),
        times=times,
        then=None if times is None else mean * times,
    )


def _value(one: Watched, value: float) -> float:
    """Bring what was kept into the unit of the threshold; of CloudWatch it was kept in that."""
    if one.binding is None or one.binding.source != "probe":
        return value
    return one.binding.converted(value) or 0.0


def _series_of(name: str, one: Watched, settings: Settings) -> str:
    binding = one.binding
    if binding is None or binding.source != "probe":
        return f"alarm {name}"
    return f"{binding.probe} {measure_of(binding, settings.probes)}"
