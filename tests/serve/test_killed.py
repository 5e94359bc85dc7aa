"""kill -9 of `serve` before, during and after a page, and in an escalation's wait.

Nothing is lost, nothing is doubled but under one dedup key, and what was due while nobody was there
is there within two seconds of the restart: of when the new process says that it serves. Pages do
not wait for that, so how long they take from its first moment on is printed, too.
"""

import random
import signal
import subprocess
import time
from functools import partial
from typing import Any

import pytest

from steadyhand.model.alarm import AlarmState
from steadyhand.store import outbox
from tests.serve.place import Place, kill, until

pytestmark = pytest.mark.timeout(300)

LATE = 2.0  # seconds after the restart
DUE = 1.5  # seconds from the first level to the second, as the document says divided by the factor


def killed_once(place: Place, process: "subprocess.Popen[str]", number: int) -> float:
    """Put an alarm into each phase and kill. Gives when the restart begins."""
    receiver = place.receiver
    place.turn(f"After {number}", AlarmState.ALARM)
    place.turn(f"Waiting {number}", AlarmState.ALARM)
    until(lambda: receiver.pages(f"After {number}", "L2"), what=place.said())
    until(lambda: receiver.pages(f"Waiting {number}"), what=place.said())
    until(lambda: not outbox.undelivered(place.control.journal.database))
    place.turn(f"Escalating {number}", AlarmState.ALARM)
    until(lambda: receiver.pages(f"Escalating {number}"), what=place.said())

    def busy(notice: dict[str, Any]) -> None:
        if f"Answering {number} " in notice["title"]:
            receiver.busy = lambda _: None
            process.send_signal(signal.SIGKILL)  # it was told, and the journal does not know
            time.sleep(0.2)

    receiver.busy = busy
    place.turn(f"During {number}", AlarmState.ALARM)
    time.sleep(random.Random(number).uniform(0, 0.3))
    if number % 2:
        place.turn(f"Answering {number}", AlarmState.ALARM)
        process.wait(30)
    else:
        kill(process)
        place.turn(f"Answering {number}", AlarmState.ALARM)
    place.turn(f"Before {number}", AlarmState.ALARM)
    return time.monotonic()


ALARMS = ("After", "Waiting", "Escalating", "During", "Answering", "Before")


def check(place: Place, number: int, began: float, back: float) -> None:
    """Wait for every page, and hold what came against what may come."""
    receiver = place.receiver
    first_pages = []
    for name in ALARMS:
        alarm = f"{name} {number}"
        for level in ("L1", "L2"):
            until(partial(receiver.pages, alarm, level), 30, place.said())
            assert len({key for _, key in receiver.pages(alarm, level)}) == 1, (alarm, level)
        first = receiver.pages(alarm)[0][0]
        first_pages.append(first - began)
        assert first < back + LATE, (alarm, first - back)
        second = receiver.pages(alarm, "L2")[0][0]
        assert second < max(back, first + DUE) + LATE, (alarm, second - back)
    waited = ", ".join(f"{seconds:.2f}" for seconds in sorted(first_pages) if seconds > 0)
    print(f"serving after {back - began:.2f} s; pages that were due after {waited} s")
    for name in ("After", "Waiting"):
        assert len(receiver.pages(f"{name} {number}")) == 1


def trials(place: Place, count: int) -> None:
    """Two restarts are twelve trials: six phases each."""
    place.write("shop", [f"{name} {n}" for n in range(count) for name in ALARMS])
    process = place.serve()
    for number in range(count):
        began = killed_once(place, process, number)
        process = place.serve()
        check(place, number, began, time.monotonic())
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    assert len(place.control.journal.keys("incident")) == count * len(ALARMS)


def test_killed_in_twelve_trials_nothing_is_lost_or_doubled(place: Place) -> None:
    trials(place, 2)


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_killed_in_a_hundred_trials_nothing_is_lost_or_doubled(place: Place) -> None:
    trials(place, 17)
