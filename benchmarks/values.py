"""What a value's class costs to make, a value to make, and a changed copy: Struct and dataclass.

    python benchmarks/values.py

Both are the same value of three fields, in turns in one process; the best of five rounds each.
"""

import dataclasses
import time
from collections.abc import Callable
from typing import Any

import msgspec

ROUNDS = 5


def struct() -> type:
    class Value(msgspec.Struct, frozen=True):
        name: str
        words: tuple[str, ...] = ()
        line: int = 0

    return Value


def dataclass() -> type:
    @dataclasses.dataclass(frozen=True)
    class Value:
        name: str
        words: tuple[str, ...] = ()
        line: int = 0

    return Value


def each(action: Callable[[], object], times: int) -> float:
    """Time an action many times; seconds for one."""
    started = time.perf_counter()
    for _ in range(times):
        action()
    return (time.perf_counter() - started) / times


def compared(what: str, ours: Callable[[], object], theirs: Callable[[], object], n: int) -> None:
    """Print the least that each took for one, and how many times as long the second takes."""
    taken = [(each(ours, n), each(theirs, n)) for _ in range(ROUNDS)]
    least, other = (min(one) for one in zip(*taken, strict=True))
    print(
        f"{what:15} Struct {least * 1e6:8.2f} µs, "
        f"dataclass {other * 1e6:8.2f} µs, {other / least:.0f}×"
    )


def main() -> None:
    first: Any = struct()
    second: Any = dataclass()
    one, other = first("x"), second("x")
    compared("a class", struct, dataclass, 100)
    compared("a value", lambda: first("x", ("a",)), lambda: second("x", ("a",)), 50_000)
    compared(
        "a changed copy",
        lambda: msgspec.structs.replace(one, line=2),
        lambda: dataclasses.replace(other, line=2),
        50_000,
    )


if __name__ == "__main__":
    main()
