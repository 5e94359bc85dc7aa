"""A property that is worked out once."""

import pickle
from dataclasses import dataclass

from steadyhand.model.once import once

ASKED: list[int] = []


@dataclass(frozen=True)
class Box:
    size: int

    @once
    def double(self) -> int:
        """Twice its size."""
        ASKED.append(self.size)
        return 2 * self.size


def test_it_is_worked_out_at_the_first_look_and_kept() -> None:
    ASKED.clear()
    box, other = Box(2), Box(3)
    assert (box.double, box.double, other.double) == (4, 4, 6)
    assert ASKED == [2, 3]


def test_what_is_kept_makes_no_difference_and_goes_along() -> None:
    ASKED.clear()
    looked, new = Box(2), Box(2)
    assert looked.double == 4
    assert looked == new
    assert hash(looked) == hash(new)
    assert pickle.loads(pickle.dumps(looked)).double == 4
    assert ASKED == [2]
    assert Box.double.__doc__ == "Twice its size."
