"""How long log filter patterns take, each against the plain loop a person would write for it.

    python benchmarks/filter_patterns.py [--lines 100000] [--rounds 5] [--json results.json]

Both ways go over the same made lines in the same process, in turn, the order changing with every
round. The number that counts is the median of the rounds' ratios (matcher ÷ plain), not the times.
Raises when the two do not find the same lines. Prints text, and JSON as its last line.
"""

import argparse
import json
import os
import platform
import random
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from steadyhand.model.filter_pattern import matcher, parse_pattern

MOST_LINES = 1_000_000
Matcher = Callable[[str], bool]


@dataclass(frozen=True)
class Case:
    """A pattern, the plain way to the same lines, and whether they are JSON or an access log."""

    pattern: str
    plain: Matcher
    kind: str


@dataclass(frozen=True)
class Result:
    """Times in milliseconds for all lines, the medians of the rounds."""

    pattern: str
    found: int
    plain: float
    matcher: float
    ratio: float  # matcher divided by plain: below 1 the matcher is faster
    lines_per_second: int


def json_lines(count: int, seed: int) -> list[str]:
    """Make lines as a service writes them; one in fifty is an error."""
    chance = random.Random(seed)
    lines = []
    for number in range(count):
        bad = chance.random() < 0.02
        entry = {
            "time": f"2025-03-01T12:{number // 60 % 60:02}:{number % 60:02}.123Z",
            "level": "ERROR" if bad else "INFO",
            "logger": "shop.api",
            "message": "connection refused by the database" if bad else "request served",
            "request_id": f"{chance.getrandbits(64):016x}",
            "method": chance.choice(["GET", "POST"]),
            "path": f"/orders/{chance.randrange(9999)}",
            "status": 500 if bad else chance.choice([200, 201, 404]),
            "duration": round(chance.expovariate(1 / 400), 1),
            "user": {"id": chance.randrange(10_000), "plan": "free"},
        }
        lines.append(json.dumps(entry))
    return lines


def access_lines(count: int, seed: int) -> list[str]:
    """Make lines as a web server writes them."""
    chance = random.Random(seed)
    return [
        f"10.0.0.{chance.randrange(255)} - frank [10/Oct/2000:13:25:{number % 60:02} -0700] "
        f'"GET /orders/{chance.randrange(9999)} HTTP/1.1" '
        f"{chance.choice([200, 200, 200, 304, 404, 500])} {chance.randrange(9000)}"
        for number in range(count)
    ]


def _status(line: str) -> str:
    return line.rsplit(" ", 2)[1]


CASES = (
    Case("ERROR", lambda line: "ERROR" in line, "json"),
    Case("ERROR refused", lambda line: "ERROR" in line and "refused" in line, "json"),
    Case('?ERROR ?"orders/77"', lambda line: "ERROR" in line or "orders/77" in line, "json"),
    Case('{ $.level = "ERROR" }', lambda line: json.loads(line).get("level") == "ERROR", "json"),
    Case("{ $.duration > 2000 }", lambda line: json.loads(line).get("duration", 0) > 2000, "json"),
    Case(
        '{ $.status = 5* && $.method = "POST" }',
        lambda line: (
            str((entry := json.loads(line))["status"]).startswith("5") and entry["method"] == "POST"
        ),
        "json",
    ),
    Case("[..., status = 5*, bytes]", lambda line: _status(line).startswith("5"), "access"),
    Case("[..., status, bytes > 8000]", lambda line: int(line.rsplit(" ", 1)[1]) > 8000, "access"),
)


def timed(way: Matcher, lines: list[str]) -> tuple[float, int]:
    started = time.perf_counter()
    found = sum(1 for line in lines if way(line))
    return (time.perf_counter() - started) * 1000, found


def measure(case: Case, lines: list[str], rounds: int) -> Result:
    """Time both ways in turn. Raises when they do not find as many lines."""
    compiled = matcher(parse_pattern(case.pattern))
    if [line for line in lines[:5000] if compiled(line)] != [
        line for line in lines[:5000] if case.plain(line)
    ]:
        raise RuntimeError(f"{case.pattern}: the two ways do not find the same")
    times: list[tuple[float, float]] = []
    found = 0
    for number in range(rounds):
        if number % 2:
            (ours, found), (plain, other) = timed(compiled, lines), timed(case.plain, lines)
        else:
            (plain, other), (ours, found) = timed(case.plain, lines), timed(compiled, lines)
        if found != other:
            raise RuntimeError(f"{case.pattern}: {found} lines are not {other}")
        times.append((ours, plain))
    ours, plain = (statistics.median(column) for column in zip(*times, strict=True))
    return Result(
        pattern=case.pattern,
        found=found,
        plain=round(plain, 1),
        matcher=round(ours, 1),
        ratio=round(statistics.median(a / b for a, b in times), 2),
        lines_per_second=round(len(lines) / ours * 1000),
    )


def report(results: list[Result], lines: int) -> str:
    """Write the results for a person."""
    head = (
        f"{lines} lines, {os.cpu_count()} processors, {platform.machine()}, "
        f"Python {platform.python_version()}\n"
        f"{'pattern':42} {'found':>7} {'plain ms':>9} {'matcher ms':>10} {'ratio':>6} "
        f"{'lines/s':>10}"
    )
    rows = [
        f"{r.pattern:42} {r.found:7} {r.plain:9.1f} {r.matcher:10.1f} {r.ratio:6.2f} "
        f"{r.lines_per_second:10}"
        for r in results
    ]
    return "\n".join([head, *rows])


def main() -> None:
    """Measure, print, and keep the JSON where it is asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path, help="write the results here, too")
    options = parser.parse_args()
    count = min(options.lines, MOST_LINES)
    lines = {"json": json_lines(count, 1), "access": access_lines(count, 1)}
    results = [measure(case, lines[case.kind], options.rounds) for case in CASES]
    written = json.dumps({"lines": count, "results": [asdict(result) for result in results]})
    if options.json:
        options.json.write_text(written + "\n")
    print(report(results, count))
    print(written)


if __name__ == "__main__":
    main()
