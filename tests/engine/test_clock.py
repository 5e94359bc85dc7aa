"""The clock of the control plane goes on evenly while the machine's is set; time is moved."""

from datetime import UTC, datetime, timedelta

import pytest

from steadyhand.engine.clock import SteadyClock

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Machine:
    """A wall clock that can be set, beside ticks that cannot."""

    def __init__(self) -> None:
        self.set_by = 0.0
        self.ticks = 1000.0

    def wall(self) -> datetime:
        return NOON + timedelta(seconds=self.ticks - 1000.0 + self.set_by)

    def clock(self) -> SteadyClock:
        return SteadyClock(self.wall, lambda: self.ticks)


@pytest.mark.parametrize("jump", [3600.0, -3600.0])
def test_a_jump_neither_skips_nor_repeats_an_hour(jump: float) -> None:
    machine = Machine()
    clock = machine.clock()
    machine.ticks += 10
    assert clock.now() == NOON + timedelta(seconds=10)
    machine.set_by = jump
    machine.ticks += 5
    assert clock.now() == NOON + timedelta(seconds=15)
    assert clock.jumped == pytest.approx(jump)
    clock.adopt()
    assert clock.jumped == 0
    assert clock.now() == NOON + timedelta(seconds=15 + jump)


def test_a_little_is_followed_and_never_backwards() -> None:
    machine = Machine()
    clock = machine.clock()
    machine.set_by = 1.0
    assert clock.now() == NOON + timedelta(seconds=1)
    machine.set_by = 0.0
    assert clock.now() == NOON + timedelta(seconds=1)
    machine.ticks += 2
    assert clock.now() == NOON + timedelta(seconds=2)
    assert clock.jumped == 0


def test_it_begins_no_earlier_than_what_was_written() -> None:
    machine = Machine()
    clock = machine.clock()
    clock.not_before(NOON + timedelta(hours=1))
    machine.ticks += 7
    assert clock.now() == NOON + timedelta(hours=1, seconds=7)
    clock.not_before(NOON)  # long over: nothing changes
    assert clock.now() == NOON + timedelta(hours=1, seconds=7)
