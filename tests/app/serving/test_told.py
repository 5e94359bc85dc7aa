"""Whoever is told what happens may fail: with trouble work goes on, without it ends and says so."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from steadyhand.app.serving import loops
from steadyhand.app.serving.operate import Operator
from steadyhand.app.serving.service import Service
from steadyhand.model.alarm import AlarmState, AlarmTurned
from steadyhand.model.key import alarm_key
from steadyhand.store.database import Unavailable
from tests.app.shop import Shop
from tests.serve.place import until


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path)
    yield made
    made.close()


def gone(_: object) -> None:
    raise SystemExit(1)


def turned(shop: Shop, alarm: str) -> None:
    event = AlarmTurned(alarm, AlarmState.ALARM, "5 of 5", (9.0,) * 5, shop.clock.at)
    shop.control.engine.turn("alarm", alarm_key("shop", alarm)).append(event)


def test_a_service_goes_on_when_nobody_can_be_told(shop: Shop) -> None:
    """Neither of what is written nor of that trouble."""
    operator = Operator(shop.control, [shop.desk], shop.said.append, trouble=gone)
    shop.control.engine.listeners.append(gone)
    operator.start()
    turned(shop, "Disk")
    until(lambda: shop.incidents() and shop.told())
    operator.wait(0)
    assert operator.loops.dead() == []
    operator.stop(0)


def test_a_worker_is_not_ended_by_whom_it_tells(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator, tried = (
        Operator(shop.control, [shop.desk], shop.said.append, trouble=gone),
        list[int](),
    )

    def fails(*_: object) -> None:
        tried.append(1)
        raise ValueError

    monkeypatch.setattr(shop.desk.responder, "open", fails)
    operator.start()
    turned(shop, "Disk")

    def again() -> bool:
        shop.clock.sleep(5)
        return len(tried) > 2

    until(again)
    operator.wait(0)
    operator.stop(0)


def test_a_loop_is_not_ended_by_whom_it_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loops, "AGAIN", 0.01)
    several, rounds = loops.Loops(trouble=gone), list[int]()

    def fails() -> None:
        rounds.append(1)
        raise ValueError

    several.repeat("fails", 0.01, fails)
    until(lambda: len(rounds) > 2)
    several.stopping.set()
    several.wait(0)
    several.join(20)


def test_a_service_says_what_nobody_hears(shop: Shop) -> None:
    service = Service(shop.control, [shop.desk], gone, shop.said.append)
    service.say("it is well")
    service.vigil.say("it is well")


def test_a_command_ends_with_what_its_screen_raised(shop: Shop) -> None:
    operator = Operator(shop.control, [shop.desk], shop.said.append)
    shop.control.engine.listeners.append(gone)
    turned(shop, "Disk")
    with pytest.raises(SystemExit):
        operator.wait(0)


def test_what_could_not_be_woken_is_seen_when_the_database_is_back(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator, woken = shop.operator, list[str]()

    def away(*_: object) -> None:
        raise Unavailable("away")

    with monkeypatch.context() as patch:
        patch.setattr(operator, "_woken", away)
        turned(shop, "Disk")
    monkeypatch.setattr(operator, "_woken", lambda _kind, key: woken.append(key))
    operator.listen()
    assert woken == [alarm_key("shop", "Disk")]
    operator.wait(0)


def test_the_end_of_all_loops_is_waited_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    now, waited = [0.0], list[float]()

    class Stuck(threading.Thread):
        def join(self, timeout: float | None = None) -> None:
            waited.append(timeout or 0.0)
            now[0] += timeout or 0.0

    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    several = loops.Loops()
    several._threads = [Stuck() for _ in range(3)]
    assert several.join(60)
    assert waited == [60.0, 0.0, 0.0]
