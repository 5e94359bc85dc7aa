"""The prober's pace: spread, bounded, and calm after a pause. Times are short, and real."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steadyhand.model.settings.probes import AnyProbe, HttpProbe, TcpProbe, Watching
from steadyhand.watch.book import Sample
from steadyhand.watch.prober import Pace, first_after, instead, next_after, probe, share_of
from steadyhand.watch.sources.around import Around
from tests.watch.serving import HOST, answer, web

NAMES = [f"probe-{number}" for number in range(10_000)]


def run(
    probes: Callable[[str], Mapping[str, AnyProbe]],
    seconds: float,
    limits: Watching | None = None,
    answering: float = 0.0,
    put: Callable[[Sample], None] | None = None,
    enough: Callable[[], bool] = lambda: False,
) -> tuple[list[Sample], Pace, int]:
    """Probe a server for so long, or until `enough`; gives the samples and the most connections."""
    samples: list[Sample] = []

    async def go() -> tuple[Pace, int]:
        async with web(lambda _: answer("ok"), answering) as served:
            around = Around(ThreadPoolExecutor(1))
            limit = asyncio.timeout(seconds)

            def keep(sample: Sample) -> None:
                samples.append(sample)
                if put is not None:
                    put(sample)
                if enough():
                    limit.reschedule(asyncio.get_running_loop().time())

            pace = Pace()
            with contextlib.suppress(TimeoutError):
                async with limit:
                    await probe(probes(served.url()), around, keep, limits, pace)
            return pace, served.most

    pace, most = asyncio.run(go())
    return samples, pace, most


def many(count: int, interval: float) -> Callable[[str], Mapping[str, AnyProbe]]:
    return lambda url: {
        f"p{n}": HttpProbe("http", url, interval_seconds=interval) for n in range(count)
    }


def test_each_probe_keeps_its_pace() -> None:
    """On a busy machine it leaves out a turn; it does not move the next one."""
    samples, pace, _ = run(many(5, 0.2), 1.1)
    counted = Counter(sample.probe for sample in samples)
    assert set(counted.values()) <= {2, 3, 4, 5, 6}
    assert (pace.done, {sample.problem for sample in samples}) == (len(samples), {""})
    for name in counted:
        times = [sample.at for sample in samples if sample.probe == name]
        gaps = [(b - a).total_seconds() for a, b in pairwise(times)]
        turns = [max(1, round(gap / 0.2)) for gap in gaps]
        assert gaps == pytest.approx([0.2 * turn for turn in turns], abs=0.05)


def test_a_slow_target_is_asked_no_more_than_so_often_at_a_time() -> None:
    samples, _, most = run(many(30, 0.3), 1.0, Watching(per_target=4), answering=0.02)
    assert most <= 4
    assert len(samples) > 30


def test_a_look_that_still_goes_on_is_not_begun_again() -> None:
    samples, pace, most = run(many(1, 0.1), 1.0, answering=0.35)
    assert most == 1
    assert len(samples) <= 3
    assert pace.left_out >= 3


def test_after_a_pause_there_is_no_storm() -> None:
    """The loop stands still for 1.5 s: what was due meanwhile is spread, and not made up for."""
    stopped: list[float] = []

    def put(_sample: Sample) -> None:
        if not stopped:
            time.sleep(1.5)
            stopped.append(time.monotonic())

    samples, pace, _ = run(many(100, 0.5), 3.0, put=put)
    assert pace.latest > 1.0
    assert len(samples) < 500  # 3 s would have 600, half of them were slept through
    assert {sample.problem for sample in samples} == {""}


def test_after_a_pause_no_second_has_much_more_than_the_pace_twice() -> None:
    """Also not the first: what was only just due when it went on is spread like all the rest."""
    stopped: list[float] = []
    moments: list[float] = []

    def put(_sample: Sample) -> None:
        if len(moments) == 50:
            time.sleep(1.5)
            stopped.append(time.monotonic())
        moments.append(time.monotonic())

    def enough() -> bool:
        return len(moments) > 120 and moments[-1] - stopped[0] > 1.0

    run(many(300, 3.0), 30, put=put, enough=enough)
    halves = Counter(int((at - stopped[0]) / 0.5) for at in moments if at > stopped[0])
    assert sum(halves.values()) > 60
    assert max(halves.values()) < 2.8 * 300 / 3.0 * 0.5, halves


def test_a_machine_that_is_always_late_still_looks() -> None:
    samples, _, _ = run(many(2, 1.5), 4.0, put=lambda _: time.sleep(1.1))
    assert len(samples) >= 2


def test_what_ran_out_of_time_while_nobody_ran_is_no_failure() -> None:
    """The look was under way when the program was stopped; its target answers as ever."""
    stopped: list[bool] = []

    def put(_sample: Sample) -> None:
        if not stopped:
            stopped.append(True)
            time.sleep(2.5)

    def slow(url: str) -> Mapping[str, AnyProbe]:
        one = HttpProbe("http", url, interval_seconds=0.3, timeout_seconds=1.0)
        return {f"p{number}": one for number in range(30)}

    samples, pace, _ = run(slow, 4.0, answering=0.1, put=put)
    assert stopped
    assert pace.left_out > 0
    assert {sample.problem for sample in samples} == {""}


def test_what_is_overdue_is_spread_over_as_long_as_the_pause_was() -> None:
    one = HttpProbe("http", "http://h/", interval_seconds=30.0)
    due = [first_after(name, one) for name in NAMES]
    for pause in (4.0, 10.0, 600.0):
        overdue = [at for at in due if at <= pause]
        moments = Counter(int(instead(pause, pause - at)) for at in overdue)
        assert max(moments) <= min(pause, 30)
        assert all(count < 1.2 * len(NAMES) / 30 for count in moments.values())


def test_nothing_to_probe_and_a_refusal() -> None:
    samples, pace, _ = run(lambda _: {}, 0.05)
    assert (samples, pace.done) == ([], 0)
    one = {"p": TcpProbe("tcp", HOST, 1, interval_seconds=0.1)}
    samples, _, _ = run(lambda _: one, 0.3)
    assert samples
    assert samples[0].values == {"failed": 100.0, "up": 0.0}
    assert datetime.now(UTC) - samples[0].at < timedelta(seconds=5)


def test_probes_are_spread_evenly_and_stay_where_they_are() -> None:
    tenths = Counter(int(share_of(name) * 10) for name in NAMES)
    assert all(800 < count < 1200 for count in tenths.values())
    one = HttpProbe("http", "http://h/", interval_seconds=3600)
    assert first_after("a", one) == first_after("a", one) <= 60


@given(st.floats(0, 1e6), st.floats(0, 1e5), st.sampled_from([0.1, 1.0, 30.0, 3600.0]))
def test_the_next_look_is_after_now_and_on_the_probes_own_beat(
    at: float, late: float, interval: float
) -> None:
    following = next_after(at, at + late, interval)
    assert at + late < following + 1e-6
    assert following <= at + late + interval + 1e-6
    beats = (following - at) / interval
    assert beats == pytest.approx(round(beats), abs=1e-4)
