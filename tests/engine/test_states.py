"""Many states are read at once, and never an old one."""

from datetime import UTC, datetime
from pathlib import Path

from steadyhand.engine.clock import SystemClock
from steadyhand.engine.drive import Engine, Kind
from steadyhand.model import alarm
from steadyhand.model.alarm import ALARM_EVENTS, AlarmState, AlarmTurned
from steadyhand.model.next import Wait
from steadyhand.store.journal import Journal
from steadyhand.store.schema import open_store
from tests.conftest import Asked

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_what_another_process_wrote_is_seen(tmp_path: Path) -> None:
    database = open_store(f"sqlite:///{tmp_path / 'journal.db'}")
    engines = []
    for _ in range(2):
        engine = Engine(Journal(database, {"alarm": ALARM_EVENTS}), SystemClock())
        engine.learn(Kind("alarm", alarm.evolve, lambda *_: Wait(None, ""), lambda *_: None))
        engines.append(engine)
    mine, other = engines

    def turn(engine: Engine, key: str, state: AlarmState) -> None:
        engine.turn("alarm", key).append(AlarmTurned(key, state, "", (), NOON))

    def seen() -> dict[str, AlarmState | None]:
        found = mine.states("alarm", ["a", "b", "never"])
        return {key: state.state if state else None for key, state in found}

    turn(mine, "a", AlarmState.OK)
    turn(other, "b", AlarmState.OK)
    assert seen() == {"a": AlarmState.OK, "b": AlarmState.OK, "never": None}
    turn(other, "a", AlarmState.ALARM)
    turn(mine, "b", AlarmState.ALARM)
    assert seen() == {"a": AlarmState.ALARM, "b": AlarmState.ALARM, "never": None}
    database.close()


def test_what_stays_is_read_once(tmp_path: Path, asked: Asked) -> None:
    """Of ten thousand that stay as they are, one look more reads nothing but what was written."""
    database = open_store(f"sqlite:///{tmp_path / 'journal.db'}")
    engine = Engine(Journal(database, {"alarm": ALARM_EVENTS}), SystemClock())
    engine.learn(Kind("alarm", alarm.evolve, lambda *_: Wait(None, ""), lambda *_: None))
    keys = [f"a{number}" for number in range(20)]
    for key in keys:
        engine.turn("alarm", key).append(AlarmTurned(key, AlarmState.OK, "", (), NOON))
    cold = Engine(Journal(database, {"alarm": ALARM_EVENTS}), SystemClock())
    cold.learn(Kind("alarm", alarm.evolve, lambda *_: Wait(None, ""), lambda *_: None))
    asked.clear()

    def questions() -> int:
        count = len(asked)
        asked.clear()
        return count

    def seen(by: Engine) -> set[AlarmState | None]:
        found = dict(by.states("alarm", [*keys, "never"]))
        assert list(found) == [*keys, "never"]
        return {one.state if one else None for one in found.values()}

    assert (seen(cold), questions()) == ({AlarmState.OK, None}, 4)  # all events with one of them
    assert (seen(cold), questions()) == ({AlarmState.OK, None}, 1)  # what was written since
    assert seen(engine) == {AlarmState.OK, None}
    engine.turn("alarm", "a7").append(AlarmTurned("a7", AlarmState.ALARM, "", (), NOON))
    for one in (engine, cold):
        assert dict(one.states("alarm", keys))["a7"].state is AlarmState.ALARM
    database.close()
