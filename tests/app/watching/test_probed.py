"""What probes saw is written down as soon as the journal takes it, and only while it is so."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from steadyhand.app.watching.probing import Probing
from steadyhand.model.alarm import Alarm, AlarmState, AlarmTurned
from steadyhand.store.database import Unavailable
from steadyhand.watch.book import Sample
from steadyhand.watch.sources.around import Seen
from tests.app.shop import PEOPLE, Shop

PROBED = """
[probes.site]
kind = "tcp"
host = "127.0.0.1"
port = 1
interval_seconds = 1

[alarms.Site]
source = "probe"
probe = "site"
measure = "failed"
operator = ">"
threshold = 0
"""


def seen(shop: Shop, failed: float) -> bool:
    """Take in what a probe saw a second later; says whether there is anything to write."""
    shop.clock.sleep(1)
    return shop.desk.take(Sample("site", shop.clock.at, {"failed": failed}))


def kept(shop: Shop) -> tuple[AlarmState, int]:
    turn = shop.control.engine.turn("alarm", "shop/Site")
    alarm: Alarm = turn.state
    return alarm.state, turn.seq


def test_a_turn_is_written_once_and_what_stays_is_not(tmp_path: Path) -> None:
    shop = Shop(tmp_path, PEOPLE + PROBED)
    assert seen(shop, 0)
    shop.desk.write()
    assert not seen(shop, 0)
    assert seen(shop, 100)
    shop.desk.write()
    assert kept(shop) == (AlarmState.ALARM, 2)
    assert not seen(shop, 100)
    shop.close()


def test_what_could_not_be_written_keeps_and_is_dropped_when_it_is_no_more_so(
    tmp_path: Path,
) -> None:
    shop = Shop(tmp_path, PEOPLE + PROBED)
    seen(shop, 0)
    shop.desk.write()
    key, away = shop.control.state / "audit.key", tmp_path / "away"
    key.rename(away)  # nothing is appended to a journal without its key
    shop.restart()
    shop.desk.stand()
    assert seen(shop, 100)
    for _ in range(2):
        with pytest.raises(Unavailable):
            shop.desk.write()
        assert shop.desk.silence()  # there still is something to write
    assert not seen(shop, 0)
    assert seen(shop, 100)
    with pytest.raises(Unavailable):
        shop.desk.write()
    away.rename(key)
    shop.desk.write()
    assert kept(shop) == (AlarmState.ALARM, 2)
    shop.close()


def test_where_the_journal_has_an_alarm_is_taken_over(tmp_path: Path) -> None:
    """An alarm that stays where it is while there is no data: also after a restart."""
    shop = Shop(tmp_path, PEOPLE + PROBED + 'missing_data = "ignore"\n')
    seen(shop, 100)
    shop.desk.write()
    shop.restart()
    shop.desk.stand()
    shop.clock.sleep(60)
    assert not shop.desk.silence()
    assert kept(shop) == (AlarmState.ALARM, 1)
    by_another = AlarmTurned("Site", AlarmState.OK, "", (), shop.clock.at + timedelta(seconds=1))
    shop.control.journal.append("alarm", "shop/Site", 2, by_another, shop.clock.at)
    shop.operator.listen()
    assert shop.desk.watcher.judge("Site", shop.clock.at).state is AlarmState.OK
    shop.close()


def comes_true(what: Callable[[], bool]) -> bool:
    """Wait until something is so, for ten seconds at most."""
    end = time.monotonic() + 10
    while not what() and time.monotonic() < end:
        time.sleep(0.02)
    return what()


def test_probes_do_not_hide_that_nobody_looks_at_the_metrics(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = Shop(tmp_path, PEOPLE + PROBED)
    answered, alone = threading.Event(), ["shop: nobody has looked at its metrics for 1000 s"]
    monkeypatch.setattr(shop.desk, "watch_once", lambda: answered.wait(30))
    shop.operator.start()
    try:
        shop.clock.sleep(1000)
        assert comes_true(lambda: shop.operator.stuck(shop.clock.at) == alone)
        answered.set()
        assert comes_true(lambda: shop.operator.stuck(shop.clock.at) == [])
    finally:
        answered.set()
        shop.operator.stop()
        shop.close()


HANGING = "".join(
    f"""
[probes.hangs-{number}]
kind = "log-pattern"
log_group = "/shop"
pattern = "ERROR"
interval_seconds = 1
"""
    for number in range(4)  # as many as there are threads for one document
)
WORKER = """
[probes.worker]
kind = "heartbeat"
every_seconds = 600
interval_seconds = 1
"""


def test_looks_that_hang_hold_up_no_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = Shop(tmp_path, PEOPLE + HANGING + WORKER)
    done, hanging, problems = threading.Event(), list[int](), list[str]()

    def ask_once(*_: object) -> Seen:
        hanging.append(1)
        done.wait(60)
        return Seen()

    def take(sample: Sample) -> bool:
        if sample.probe == "worker" and len(hanging) == 4:
            problems.append(sample.problem)
        return False

    monkeypatch.setattr("steadyhand.watch.sources.aws.ask_once", ask_once)
    monkeypatch.setattr(shop.desk, "take", take)
    thread = threading.Thread(target=Probing([shop.desk]).loop, args=(done.is_set,))
    thread.start()
    try:
        assert comes_true(lambda: bool(problems))
        assert set(problems) == {""}
    finally:
        done.set()
        thread.join()
        shop.close()


def test_a_fault_while_writing_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = Shop(tmp_path, PEOPLE + PROBED)
    done, told = threading.Event(), list[str]()

    def broken() -> None:
        raise KeyError("what nobody foresaw")

    monkeypatch.setattr(shop.desk, "take", lambda _: True)
    monkeypatch.setattr(shop.desk, "write", broken)
    thread = threading.Thread(target=Probing([shop.desk], told.append).loop, args=(done.is_set,))
    thread.start()
    try:
        assert comes_true(lambda: bool(told))
        assert told[0] == (
            "shop: what a probe saw was not written down: KeyError: 'what nobody foresaw'"
        )
    finally:
        done.set()
        thread.join()
        shop.close()


def test_a_lease_that_is_long_in_coming_holds_up_no_probe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = Shop(tmp_path, PEOPLE + PROBED)
    slow, done, looks, heard = threading.Event(), threading.Event(), list[str](), list[str]()

    def take(sample: Sample) -> bool:
        looks.append(sample.probe)
        return False

    def held() -> bool:
        return not slow.is_set() or bool(done.wait(30))

    monkeypatch.setattr(shop.desk.lease, "held", held)
    monkeypatch.setattr(shop.desk, "take", take)
    probing = Probing([shop.desk], looked=heard.append)
    thread = threading.Thread(target=probing.loop, args=(done.is_set,))
    thread.start()
    try:
        assert comes_true(lambda: len(looks) > 0 < len(heard))
        slow.set()
        time.sleep(1.5)  # what was asked before is answered
        looks.clear()
        heard.clear()
        assert comes_true(lambda: len(looks) > 1)
        assert heard == []  # nobody can say whose the probes are, and that is seen
    finally:
        done.set()
        thread.join()
        shop.close()
