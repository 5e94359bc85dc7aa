"""Paging does not depend on where it is shown: a full disk, a closed pipe, a stopped terminal."""

import fcntl
import os
import signal
from collections.abc import Callable

import pytest

from steadyhand.model.alarm import AlarmState
from tests.serve.place import Place, until

pytestmark = pytest.mark.timeout(120)


def full() -> tuple[int, ...]:
    return (os.open("/dev/full", os.O_WRONLY),)


def closed() -> tuple[int, ...]:
    reading, writing = os.pipe()
    os.close(reading)
    return (writing,)


def stuck() -> tuple[int, ...]:
    """A pipe that is full, and that nobody reads: as a terminal after Ctrl-S."""
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
    os.write(writing, b"x" * 4096)
    return writing, reading


@pytest.mark.parametrize("out", [full, closed, stuck])
def test_whatever_becomes_of_the_output_everybody_is_paged(
    place: Place, out: Callable[[], tuple[int, ...]]
) -> None:
    place.write("shop", ["High CPU", "Low Disk"])
    files = out()
    with (place.folder / "err").open("w") as err:
        process = place.begin(files[0], err)
    wanted = [(alarm, level) for alarm in ("High CPU", "Low Disk") for level in ("L1", "L2")]
    for alarm in ("High CPU", "Low Disk"):
        place.turn(alarm, AlarmState.ALARM)
    until(lambda: all(place.receiver.pages(*one) for one in wanted), 40)
    assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0
    for one in files:
        os.close(one)
    assert "Traceback" not in (place.folder / "err").read_text()
