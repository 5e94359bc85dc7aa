"""The machine's clock is set by an hour while an escalation waits: it comes when it is due."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from steadyhand.app.responding import incident_list, incidents
from steadyhand.app.serving.service import Service, Wanted, desks
from steadyhand.engine.clock import SteadyClock
from steadyhand.main import build
from steadyhand.model.alarm import AlarmState
from tests.serve.place import Place, until

pytestmark = pytest.mark.timeout(120)


class Wall:
    """The machine's clock, which can be set."""

    def __init__(self) -> None:
        self.by = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.by


@pytest.mark.parametrize("hours", [1, -1])
def test_set_by_an_hour(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    document = place.write("shop", ["High CPU"])
    monkeypatch.setenv("STEADYHAND_LAB", place.environment()["STEADYHAND_LAB"])
    control, wall, said = build(tmp_path / "state"), Wall(), list[str]()
    control.clock = control.engine.clock = SteadyClock(wall.now)
    place.use(control)
    found, _left = desks(control, Wanted([document]))
    service = Service(control, found, said.append, lambda _: None)
    service.start()
    try:
        place.turn("High CPU", AlarmState.ALARM)
        until(lambda: place.receiver.pages("High CPU"))
        wall.by = timedelta(hours=hours)
        until(lambda: place.receiver.pages("High CPU", "L2"), 20)
        first, second = (place.receiver.pages("High CPU", level)[0][0] for level in ("L1", "L2"))
        assert 1.0 < second - first < 6.0  # 1.5 by the document
        service.vigil.once()
        assert not any("clock was set" in line for line in said)  # an incident is open
        (key,) = (key for key, _ in control.journal.keys("incident"))
        incidents.resolve_by_hand(control, key, "ada", "seen to be well")
        until(lambda: incident_list.find(control, key).review)
        service.vigil.once()
        assert any("clock was set by" in line for line in said), said
        assert abs(control.clock.now() - wall.now()) < timedelta(seconds=1)
        time.sleep(0.3)
        assert len(place.receiver.pages("High CPU", "L2")) == 1
    finally:
        service.close()
