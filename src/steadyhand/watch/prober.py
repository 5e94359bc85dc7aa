"""Probes in, a sample for each look out: one asyncio loop that keeps every probe's pace.

Each probe has a moment of its own in its interval, made of its name: probes are spread evenly, and
stay where they are. After a pause (a machine that was stopped) what is overdue is spread as well.
Knows no alarm.
"""

import asyncio
import math
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heapify, heappop, heappush
from zlib import crc32

from steadyhand.model.settings.probes import MEASURES, AnyProbe, Watching, target_of, timeout_of
from steadyhand.watch.book import Sample
from steadyhand.watch.sources.around import Around, Seen, Unable
from steadyhand.watch.sources.exchange import BadAnswer
from steadyhand.watch.sources.registry import SOURCES

_REST = 60.0  # seconds at most between two looks what is due
_GRAIN = 0.025  # seconds; what is due within them begins together, with one wake of the machine
_FIRST = 60.0  # seconds within which every probe has looked once, however long its interval is
_LATE = 1.0  # seconds from which on a look is overdue: the program did not run for a while
_CLOCK_SET = timedelta(seconds=0.25)
_LARGEST = 1e300  # of a value: the sum of as many as a day may have is a number still
_FAILED = 100.0  # in per cent, so that its average over a period is an error rate
_MEASURES = {kind: frozenset(names) for kind, names in MEASURES.items()}


@dataclass
class Pace:
    """How well the pace was kept: looks done, looks left out because the one before still went on,
    and the worst delay in seconds."""

    done: int = 0
    left_out: int = 0
    latest: float = 0.0


@dataclass
class _Loop:
    probes: Mapping[str, AnyProbe]
    around: Around
    put: Callable[[Sample], None]
    limits: Watching
    pace: Pace
    zero: datetime | None = None  # what the time was when the loop's was 0
    gates: dict[str, asyncio.Semaphore] = field(default_factory=dict)  # by name; a target's is one
    busy: set[str] = field(default_factory=set)
    put_off: set[str] = field(default_factory=set)  # looks that a pause has spread
    tasks: set[asyncio.Task[None]] = field(default_factory=set)


async def probe(
    probes: Mapping[str, AnyProbe],
    around: Around,
    put: Callable[[Sample], None],
    limits: Watching | None = None,
    pace: Pace | None = None,
) -> None:
    """Look with every probe at its pace, until cancelled. `put` gets each sample, in this loop."""
    run = _Loop(probes, around, put, limits or Watching(), pace or Pace())
    whole = asyncio.Semaphore(run.limits.at_once)
    targets = {target_of(one) for one in probes.values()}
    gates = {target: asyncio.Semaphore(run.limits.per_target) for target in targets}
    run.gates = {name: gates[target_of(one)] for name, one in probes.items()}
    loop = asyncio.get_running_loop()
    start = loop.time()
    due = [(start + first_after(name, one), name) for name, one in probes.items()]
    heapify(due)
    try:
        while True:
            now = loop.time()
            pause = now - due[0][0] if due else 0.0
            while due and due[0][0] <= now:
                at, name = heappop(due)
                heappush(due, (_next(run, whole, at, name, (now, pause)), name))
            rest = due[0][0] - loop.time() if due else _REST
            await asyncio.sleep(min(max(rest, _GRAIN), _REST))
    finally:
        for task in run.tasks:
            task.cancel()
        await asyncio.gather(*run.tasks, return_exceptions=True)


def first_after(name: str, one: AnyProbe) -> float:
    """Say after how many seconds a probe looks first: the same for a name every time. Pure."""
    return share_of(name) * min(one.interval_seconds, _FIRST)


def share_of(name: str) -> float:
    """Make a number from 0 to 1 of a name, evenly spread over names. Pure."""
    return crc32(name.encode()) / 2**32


def next_after(at: float, now: float, interval: float) -> float:
    """Give the next moment of a pace after now; what was missed is not made up for. Pure."""
    missed = max(0, int((now - at) // interval))
    return at + (missed + 1) * interval


def instead(pause: float, late: float) -> float:
    """Say in how many seconds an overdue look is done, after a pause of so long. Pure.

    As far behind the pause's end as it was due behind its beginning: the overdue ones keep the
    distances that they had. (What is made of a name would not do: its moment is made of it, too.)
    """
    return pause - late


def _next(
    run: _Loop, whole: asyncio.Semaphore, at: float, name: str, times: tuple[float, float]
) -> float:
    """Begin the look that is due; returns when the next one is.

    `times` are the time now, and for how long the most overdue look has been so.
    """
    now, pause = times
    interval = run.probes[name].interval_seconds
    following = next_after(at, now, interval)
    run.pace.latest = max(run.pace.latest, now - at)
    put_off = name in run.put_off  # once: where the machine is always late, it still looks
    run.put_off.discard(name)
    if pause > _LATE and not put_off:
        again = now + instead(pause, now - at)
        if again < following:
            run.put_off.add(name)
            return again
        run.pace.left_out += 1
    elif name in run.busy:
        run.pace.left_out += 1
    else:
        run.busy.add(name)
        task = asyncio.get_running_loop().create_task(_look(run, whole, at, name))
        run.tasks.add(task)
        task.add_done_callback(run.tasks.discard)
    return following


async def _look(run: _Loop, whole: asyncio.Semaphore, at: float, name: str) -> None:
    one = run.probes[name]
    try:
        async with run.gates[name], whole:
            began = time.perf_counter()
            seen, answered = await look_once(one, name, run.around)
            took = time.perf_counter() - began
        if not answered and took > timeout_of(one) + _LATE:
            run.pace.left_out += 1  # it was this program that stood still: nothing is known of it
            return
        values = measured(one, seen, took if answered else None)
        run.pace.done += 1
        run.put(Sample(name, _due(run, at), values, seen.problem, took))
    finally:
        run.busy.discard(name)


def _due(run: _Loop, at: float) -> datetime:
    """Turn a moment of the loop into a time: exactly intervals apart, unless the clock was set."""
    zero = run.around.now() - timedelta(seconds=asyncio.get_running_loop().time())
    if run.zero is None or abs(zero - run.zero) > _CLOCK_SET:
        run.zero = zero
    return run.zero + timedelta(seconds=at)


async def look_once(one: AnyProbe, name: str, around: Around) -> tuple[Seen, bool]:
    """Look once; whatever goes wrong is what was seen. Says besides whether anything answered."""
    limit = timeout_of(one)
    try:
        async with asyncio.timeout(limit):
            return _judgeable(await SOURCES[type(one)](one, name, around)), True
    except TimeoutError:
        return Seen({}, f"no answer within {limit:g} s"), False
    except ssl.SSLCertVerificationError as error:
        return Seen({}, f"certificate: {error.verify_message}"), False
    except (OSError, Unable, BadAnswer) as error:
        return Seen({}, str(error) or type(error).__name__), False
    except Exception as error:  # a fault of ours or of a library's: it must not look like silence
        return Seen({}, f"the look itself failed: {type(error).__name__}: {error}"), False


def _judgeable(seen: Seen) -> Seen:
    """Leave out what is no number to be judged, or kept. NaN is how a page says that there is none.

    Pure.
    """
    kept = {name: value for name, value in seen.values.items() if abs(value) < _LARGEST}
    if len(kept) == len(seen.values):
        return seen
    endless = [
        f"{n} is {v:g}" for n, v in seen.values.items() if not math.isnan(v) and n not in kept
    ]
    return Seen(kept, seen.problem or ", ".join(endless))


def measured(one: AnyProbe, seen: Seen, took: float | None) -> Mapping[str, float]:
    """Put together what a look of this kind measures. Pure."""
    bad = bool(seen.problem)
    values = {"failed": _FAILED if bad else 0.0, "up": 0.0 if bad else 1.0, **seen.values}
    if took is not None:
        values["latency_seconds"] = took
    kept = _MEASURES[type(one)]
    return values if kept.issuperset(values) else {k: v for k, v in values.items() if k in kept}
