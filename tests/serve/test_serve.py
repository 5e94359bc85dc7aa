"""`steadyhand serve` as a user starts it: several documents, two processes, a polite end."""

import signal
import time

import pytest

from steadyhand.model.alarm import AlarmState
from steadyhand.store import outbox
from tests.serve.place import Place, kill, until

pytestmark = pytest.mark.timeout(120)


def test_two_documents_with_one_alarm_name(place: Place) -> None:
    """Each is paged for by itself, at once; the level above when its time has come; once each."""
    place.write("shop", ["High CPU"])
    place.write("bakery", ["High CPU"])
    process = place.serve(str(place.folder / "shop"), str(place.folder / "bakery"))
    turned = time.monotonic()
    for system in ("shop", "bakery"):
        place.turn("High CPU", AlarmState.ALARM, system)
    receiver = place.receiver
    told = until(lambda: len(receiver.pages("High CPU")) == 2, what=place.said())
    assert told - turned < 2.0  # the journal is looked at five times a second, and this is slow
    until(lambda: len(receiver.pages("High CPU", "L2")) == 2, what=place.said())
    titles = sorted(str(one["title"]) for _, one in receiver.got if one["level"] == "L2")
    assert titles[0].startswith("bakery: ")
    assert titles[1].startswith("shop: ")
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0
    assert len({key for _, key in receiver.pages("High CPU")}) == 2
    assert len(receiver.pages("High CPU")) == 2


def test_two_processes_on_one_journal_page_once(place: Place) -> None:
    """One watches and delivers; when it is killed, the other does."""
    place.write("shop", ["High CPU", "Low Disk"])
    first = place.serve()
    second = place.serve()
    place.turn("High CPU", AlarmState.ALARM)
    until(lambda: place.receiver.pages("High CPU", "L2"), what=place.said())
    # What is killed between a delivery and its mark is delivered again, under the same dedup key.
    until(lambda: not outbox.undelivered(place.control.journal.database))
    kill(first)
    place.turn("Low Disk", AlarmState.ALARM)
    until(lambda: place.receiver.pages("Low Disk", "L2"), what=place.said())
    for alarm in ("High CPU", "Low Disk"):
        for level in ("L1", "L2"):
            assert len(place.receiver.pages(alarm, level)) == 1
    incidents = place.control.journal.keys("incident")
    assert len(incidents) == 2
    second.send_signal(signal.SIGINT)
    assert second.wait(20) == 0
    assert "Traceback" not in place.said()


@pytest.mark.soak
def test_the_heartbeat_stops_with_what_it_stands_for(place: Place) -> None:
    """A page that does not reach anybody is said aloud, and the heartbeat is held back."""
    settings = f"""
[serve]
heartbeat_url = "{place.receiver.address}/beat"
heartbeat_seconds = 0.5
grace_seconds = 2
"""
    place.write("shop", ["High CPU"], settings)
    place.receiver.down = True
    place.serve()
    until(lambda: place.receiver.beats, what=place.said())
    place.turn("High CPU", AlarmState.ALARM)
    until(lambda: "was not delivered" in place.said(), 30, place.said())
    held = len(place.receiver.beats)
    time.sleep(2)
    assert len(place.receiver.beats) == held
    place.receiver.down = False
    until(lambda: len(place.receiver.beats) > held, 40, place.said())
    assert "the audit is clean again" in place.said()
    assert len(place.receiver.pages("High CPU")) == 1
