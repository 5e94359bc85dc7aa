"""How long the lab's log store takes to search a million events, beside ripgrep, jq and DuckDB.

    python benchmarks/log_search.py [--lines 1000000] [--rounds 3] [--json results.json]

The store is asked as FilterLogEvents is, page by page, as fast as pages can be asked for; its
events lie in memory. The others read the same lines from a file that the system has cached, and
count; a process's start is part of it. A tool that is not there is left out (`pip install duckdb`;
`rg` and `jq` from the PATH). Raises when two do not find the same number of events. A ratio above
1 says how many times as long as the store another takes. Prints text, and JSON as its last line.
"""

import argparse
import functools
import importlib.util
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from filter_patterns import json_lines

from steadyhand.lab.cloud.logs import event_filter
from steadyhand.lab.logs.store import Group, LogStore, Position, Search

MOST_LINES = 1_000_000
Count = Callable[[], int]


@dataclass(frozen=True)
class Case:
    """A pattern, and the same question to the others; "" where one cannot be asked."""

    pattern: str
    ripgrep: tuple[str, ...] = ()
    jq: str = ""
    sql: str = ""


CASES = (
    Case("ERROR", ("-F", "ERROR"), sql="line LIKE '%ERROR%'"),
    Case(
        "ERROR refused",
        ("ERROR.*refused|refused.*ERROR",),
        sql="line LIKE '%ERROR%' AND line LIKE '%refused%'",
    ),
    Case("-INFO", ("-v", "-F", "INFO"), sql="line NOT LIKE '%INFO%'"),
    Case(
        '{ $.level = "ERROR" }',
        jq='select(.level == "ERROR")',
        sql="json_extract_string(line, '$.level') = 'ERROR'",
    ),
    Case(
        "{ $.duration > 2000 }",
        jq="select(.duration > 2000)",
        sql="CAST(json_extract(line, '$.duration') AS DOUBLE) > 2000",
    ),
    Case(
        '{ $.status = 5* && $.method = "POST" }',
        jq='select((.status | tostring | startswith("5")) and .method == "POST")',
        sql="json_extract_string(line, '$.status') LIKE '5%' "
        "AND json_extract_string(line, '$.method') = 'POST'",
    ),
)


def filled(lines: list[str]) -> tuple[LogStore, Group]:
    """Put the lines into a store, a millisecond apart."""
    store = LogStore(most_events=2 * len(lines), most_bytes=2**40)
    group = store.groups["g"] = Group("g", 0)
    store.write(group, "s", enumerate(lines), 0)
    return store, group


def searched(store: LogStore, group: Group, pattern: str) -> int:
    """Count what all pages of one search give."""
    found, after = 0, None
    matches = event_filter(pattern).matches
    while True:
        page = store.search(group, Search(0, 2**62, matches, 10_000, after=after))
        found += len(page.events)
        position: Position | None = page.more
        if position is None:
            return found
        after = position


def others(case: Case, path: Path) -> dict[str, Count]:
    """Give the ways of the tools that are there and can be asked."""
    ways: dict[str, Count] = {}
    rg, jq = shutil.which("rg"), shutil.which("jq")
    if rg and case.ripgrep:
        ways["ripgrep"] = lambda: _printed((rg, "--count", *case.ripgrep, str(path)))
    if jq and case.jq:
        program = f"reduce (inputs | {case.jq}) as $one (0; . + 1)"
        ways["jq"] = lambda: _printed((jq, "-n", program, str(path)))
    if importlib.util.find_spec("duckdb") and case.sql:
        ways["DuckDB"] = lambda: _queried(case.sql, path)
    return ways


def _printed(command: tuple[str, ...]) -> int:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    return int(done.stdout.strip() or 0)


def _queried(where: str, path: Path) -> int:
    duckdb = importlib.import_module("duckdb")  # not one of the project's own dependencies
    # A line as it is, whatever stands in it.
    lines = (
        "read_csv(?, columns = {'line': 'VARCHAR'}, delim = '\\x01', quote = '', escape = '', "
        "header = false)"
    )
    asked = f"SELECT count(*) FROM {lines} WHERE {where}"
    (found,) = duckdb.execute(asked, [str(path)]).fetchone()
    return int(found)


def timed(way: Count) -> tuple[float, int]:
    started = time.perf_counter()
    found = way()
    return (time.perf_counter() - started) * 1000, found


def measure(case: Case, own: Count, path: Path, rounds: int) -> dict[str, object]:
    """Time all ways in turn. Raises when they do not find as many events."""
    ways = {"store": own, **others(case, path)}
    times: dict[str, list[float]] = {name: [] for name in ways}
    counts: dict[str, int] = {}
    for number in range(rounds):
        for name in list(ways)[:: -1 if number % 2 else 1]:
            took, counts[name] = timed(ways[name])
            times[name].append(took)
    if len(set(counts.values())) > 1:
        raise RuntimeError(f"{case.pattern}: {counts}")
    medians = {name: round(statistics.median(one), 1) for name, one in times.items()}
    ratios = {
        name: round(statistics.median(a / b for a, b in zip(one, times["store"], strict=True)), 2)
        for name, one in times.items()
        if name != "store"
    }
    return {"pattern": case.pattern, "found": counts["store"], "ms": medians, "ratio": ratios}


def main() -> None:
    """Measure, print, and keep the JSON where it is asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--lines", type=int, default=MOST_LINES)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path, help="write the results here, too")
    options = parser.parse_args()
    lines = json_lines(min(options.lines, MOST_LINES), 1)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.jsonl"
        path.write_text("\n".join(lines) + "\n")
        started = time.perf_counter()
        store, group = filled(lines)
        took = time.perf_counter() - started
        megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(
            f"{len(lines)} events, {path.stat().st_size / 1e6:.0f} MB, {os.cpu_count()} "
            f"processors, {platform.machine()}, Python {platform.python_version()}; put in "
            f"{took:.1f} s; {megabytes} MB resident with the lines themselves"
        )
        results = []
        for case in CASES:
            own = functools.partial(searched, store, group, case.pattern)
            results.append(measure(case, own, path, options.rounds))
            print(results[-1])
    written = json.dumps({"lines": len(lines), "results": results})
    if options.json:
        options.json.write_text(written + "\n")
    print(written)


if __name__ == "__main__":
    main()
