"""Reads that follow each other are sent side by side; nothing else is sent before its time."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from steadyhand.model.run.events import CallAnswered, CallRefused, ReadsSent, RunOpened
from steadyhand.model.run.state import Run, evolve
from steadyhand.run.ahead import reads_ahead
from steadyhand.world.door import Call, Sink
from tests.run.shop import UPDATE, Plane, Shop, plan_of
from tests.run.test_run import KEY, approve, events, to_the_end

LIST = "aws ecs list-task-definitions --family-prefix shop-api"
LOOK = "aws ecs describe-services --cluster shop --services shop-api"
READS = f"""\
{LIST}
{LOOK} --query one | jq -r .
FOUND=$({LOOK} --query two)
{LOOK} --query three; {LOOK} --query "$FOUND"
"""
CHANGE = " ".join(UPDATE)


class Slow(Shop):
    """A shop that takes its time; `most` calls were under way at once."""

    def __init__(self) -> None:
        super().__init__()
        self.most = 0
        self._now = 0
        self._lock = threading.Lock()

    def send(self, call: Call, sink: Sink, stdin: int | None = None) -> int:
        if call.argv[0] != "aws":
            return 0
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        time.sleep(0.3)
        try:
            return super().send(call, sink, stdin)
        finally:
            with self._lock:
                self._now -= 1

    @property
    def asked(self) -> list[str]:
        return [argv[-1] for argv in self.sent]


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[Plane]:
    made = Plane.open(tmp_path, Slow())
    yield made
    made.close()


def begin(plane: Plane, statements: str, parallel: int) -> None:
    document = f"# Shop\n\n## Look\n\n```bash\n{statements}\n```\n"
    plan = replace(plan_of(document), parallel=parallel)
    plane.engine.turn("run", KEY).append(RunOpened(plan, "ada", digest=plan.digest))


def printed(plane: Plane) -> list[bytes]:
    return [
        b"".join(o.body for o in plane.engine.journal.printed(KEY, e.step, e.number))
        for e in events(plane)
        if isinstance(e, CallAnswered)
    ]


def test_reads_are_sent_side_by_side_and_each_of_them_once(slow: Plane, tmp_path: Path) -> None:
    begin(slow, READS, 4)
    assert to_the_end(slow) == "completed"
    assert isinstance(slow.shop, Slow)
    assert slow.shop.most == 4
    (sent,) = (event for event in events(slow) if isinstance(event, ReadsSent))
    assert [argv[-1] for argv in sent.argvs] == ["shop-api", "one", "two", "three"]
    assert len(slow.shop.asked) == 5  # what needs $FOUND is asked when bash knows it
    (tmp_path / "alone").mkdir()
    alone = Plane.open(tmp_path / "alone", Slow())
    begin(alone, READS, 1)
    assert to_the_end(alone) == "completed"
    assert isinstance(alone.shop, Slow)
    assert alone.shop.most == 1
    assert len(printed(alone)) == len(printed(slow)) == 6
    assert printed(alone)[0] == printed(slow)[0]
    assert set(alone.shop.asked) >= {"shop-api", "one", "two", "three"}
    alone.close()


def test_nothing_is_read_ahead_of_a_change(slow: Plane) -> None:
    begin(slow, f"{LIST}\n{LOOK} --query before\n{CHANGE}\n{LOOK} --query after\n{LIST}", 4)
    slow.engine.drive("run", KEY)
    assert isinstance(slow.shop, Slow)
    assert "after" not in slow.shop.asked
    approve(slow)
    assert to_the_end(slow) == "completed"
    assert slow.shop.asked.index("after") > slow.shop.asked.index("shop-api:10")
    assert b"shop-api:10" in printed(slow)[-2]


@pytest.mark.parametrize(
    "between",
    [
        "sleep 1",
        "aws ecs wait services-stable --cluster shop --services shop-api",
        "aws logs tail /shop --follow",
        "mysterious",
        f"{LOOK} > file",
        f"{LOOK} --cli-input-json file://file",
    ],
)
def test_what_waits_or_writes_is_waited_for(between: str) -> None:
    run = _opened(f"{LIST}\n{LOOK}\n{between}\n{LOOK} --query late")
    named = [argv[-1] for argv in reads_ahead(run, "look/1")]
    assert named[:2] == ["shop-api", "shop-api"]
    assert ("late" in named) is (between.startswith(LOOK) and ">" not in between)
    assert "file://file" not in named


def _opened(statements: str) -> Run:
    plan = plan_of(f"# Shop\n\n## Look\n\n```bash\n{statements}\n```\n")
    return evolve(None, RunOpened(plan, "ada", digest=plan.digest))


def test_what_is_refused_is_refused_where_the_script_comes_to_it(slow: Plane) -> None:
    slow.shop.refuse = "describe-services"
    begin(slow, READS, 4)
    assert to_the_end(slow) == "failed"
    assert slow.run(KEY).detail == "look/2 returned 126"
    assert any(isinstance(e, CallRefused) and e.step == "look/2" for e in events(slow))


def test_after_a_crash_what_was_answered_is_not_read_again(slow: Plane) -> None:
    begin(slow, f"{LIST}\n{LOOK}\n{CHANGE}\n{LOOK} --query after", 4)
    slow.engine.drive("run", KEY)
    read = len(slow.shop.sent)
    resumed = slow.again()
    try:
        assert to_the_end(resumed) == "completed"
        assert [argv[-1] for argv in resumed.shop.sent].count("after") == 1
        again = [argv for argv in resumed.shop.sent[read:] if argv[-1] == "shop-api"]
        assert not [argv for argv in again if argv[2] == "list-task-definitions"]
    finally:
        resumed.close()
