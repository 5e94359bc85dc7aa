"""Printable weekly reports, rendered once and then kept.

Rendering is dear and members open the newest report again and again, so each is kept. Nobody ever
took one out again: with the handful that people look at, it has never mattered.
"""

from collections.abc import Callable, Sequence
from typing import Any

PAGE = 4096
PAGES = 1536


class Reports:
    def __init__(self) -> None:
        self._kept: dict[tuple[int, int], bytes] = {}

    def get(self, member: int, weeks_ago: int, measured: Callable[[], Sequence[Any]]) -> bytes:
        """Give a member's report of a week; `measured` is only called for a new one."""
        key = (member, weeks_ago)
        if key not in self._kept:
            self._kept[key] = _render(measured())
        return self._kept[key]


def _render(rows: Sequence[Any]) -> bytes:
    text = "\n".join(str(row) for row in rows).encode()[:PAGE].ljust(PAGE)
    return text * PAGES
