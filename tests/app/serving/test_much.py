"""What the service does again and again asks the journal as often for many things as for few."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from steadyhand.app.oncall import duties
from steadyhand.app.responding import incident_list, incidents
from steadyhand.app.running import changes
from steadyhand.app.watching import services
from steadyhand.model.alarm import Condition
from steadyhand.model.events import Recorded
from steadyhand.model.incident.conduct import Rung
from steadyhand.model.incident.events import IncidentOpened, ReviewWritten
from tests.app.shop import NOON, Shop
from tests.conftest import Asked


def opened(number: int) -> IncidentOpened:
    return IncidentOpened(
        at=NOON, onset=NOON, alarm=f"Alarm {number}", rule="> 80", reason="90",
        condition=Condition(">", 80, 1, 1), period_seconds=60, verify_seconds=60,
        levels=(Rung("L1", "On-call engineer", "at once", 0.0),), system="shop",
        runbook="shop.md", target="lab", factor=1.0,
    )  # fmt: skip


USES: dict[str, Callable[[Shop], object]] = {
    "changes": lambda shop: changes.keep(shop.control),
    "duties": lambda shop: duties.drive_all(shop.control),
    "open incidents": lambda shop: shop.operator.open_incidents(),
    "alarms": lambda shop: shop.operator.alarms_without_incident(),
    "sweep": lambda shop: shop.operator.sweep(),
    "services": lambda shop: services.catalogue(shop.control, [shop.file]),
}


def test_the_newest_open_ones_are_found_without_the_history(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = Shop(tmp_path)
    for number in range(9):
        shop.control.engine.turn("incident", f"i{number}").append(opened(number))
    for number in range(2, 9):
        incidents.resolve_by_hand(shop.control, f"i{number}", "ada", "a cable")
        shop.control.engine.turn("incident", f"i{number}").append(ReviewWritten("r.md"))
    shop.restart()
    read: list[str] = []
    read_all = shop.control.journal.read_all

    def reading(kind: str, keys: Sequence[str], types: Sequence[str] = ()) -> Iterator[Recorded]:
        read.extend(keys)
        return read_all(kind, keys, types)

    monkeypatch.setattr(shop.control.journal, "read_all", reading)
    assert [one.key for one in incident_list.listed(shop.control, True, 1)] == ["i1"]
    assert [one.key for one in incident_list.listed(shop.control, True, 5)] == ["i0", "i1"]
    assert sorted(read) == ["i0", "i1"]
    assert [one.key for one in incident_list.listed(shop.control, False, 2)] == ["i7", "i8"]
    assert sorted(read) == ["i0", "i1", "i7", "i8"]
    shop.close()


@pytest.mark.parametrize("use", USES)
def test_questions_do_not_grow_with_what_there_is(tmp_path: Path, use: str, asked: Asked) -> None:
    shop = Shop(tmp_path)
    duties.keep(shop.control, shop.loaded)

    def questions(upto: int) -> int:
        for number in range(upto):
            turn = shop.control.engine.turn("incident", f"i{number}")
            if turn.state is None:
                turn.append(opened(number))
        USES[use](shop)
        asked.clear()
        USES[use](shop)
        return sum("SELECT" in one for one in asked)

    few = questions(2)
    assert questions(12) <= few <= 20
    shop.close()
