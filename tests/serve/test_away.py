"""The database goes away under a running service: nothing is lost, nothing comes twice."""

import time
from pathlib import Path

import pytest

from steadyhand.model.alarm import AlarmState
from tests.serve.place import Place, Receiver, until
from tests.store.server import serving

pytestmark = pytest.mark.timeout(240)


@pytest.mark.soak
@pytest.mark.parametrize("seconds", [3.0, 30.0])
def test_postgresql_is_away_while_a_page_falls_due(tmp_path: Path, seconds: float) -> None:
    with serving() as server:
        place = Place(tmp_path, Receiver(), server.url)
        try:
            place.write("shop", ["High CPU", "Low Disk"])
            process = place.serve()
            place.turn("High CPU", AlarmState.ALARM)
            until(lambda: place.receiver.pages("High CPU"), what=place.said())
            server.stop()
            time.sleep(seconds)
            assert process.poll() is None, place.said()
            server.start()
            back = time.monotonic()
            until(lambda: place.receiver.pages("High CPU", "L2"), what=place.said())
            assert place.receiver.pages("High CPU", "L2")[0][0] < back + 3.0
            place.turn("Low Disk", AlarmState.ALARM)
            until(lambda: place.receiver.pages("Low Disk", "L2"), what=place.said())
            for alarm in ("High CPU", "Low Disk"):
                for level in ("L1", "L2"):
                    assert len(place.receiver.pages(alarm, level)) == 1
            assert "the database is away" in place.said()
            assert "Traceback" not in place.said()
        finally:
            place.close()
