"""How long one durable event takes: without the audit chain, with it, and with a second head.

    python benchmarks/journal_append.py [--events 2000] [--folder .]

The three write in turn, an event each, so that what else the machine does meets all alike; every
second event has 2 kB of output. Prints text, and JSON as its last line.
"""

import argparse
import json
import statistics
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from steadyhand.store.audit.chain import Chain
from steadyhand.store.audit.head import Anchor
from steadyhand.store.audit.verify import verify
from steadyhand.store.journal import Journal, Output
from steadyhand.store.schema import open_store


@dataclass(frozen=True)
class Noted:
    text: str


def journal_in(folder: Path, heads: int) -> Journal:
    folder.mkdir()
    engine = open_store(f"sqlite:///{folder / 'journal.db'}")
    anchors = [Anchor(folder / f"head-{number}") for number in range(heads)]
    chain = Chain(engine, folder / "key", anchors) if heads else None
    return Journal(engine, {"note": {"Noted": Noted}}, chain)


def append(journal: Journal, seq: int) -> float:
    printed = [Output("s", seq, "stdout", b"y" * 2000)] if seq % 2 else []
    begun = time.perf_counter()
    journal.append("note", "n", seq, Noted("a" * 400), datetime.now(UTC), printed=printed)
    return (time.perf_counter() - begun) * 1000


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--events", type=int, default=2000)
    asked.add_argument("--folder", type=Path, default=Path())
    options = asked.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as at:
        journals = {
            name: journal_in(Path(at).absolute() / str(heads), heads)
            for name, heads in (("no chain", 0), ("chain", 1), ("chain, two heads", 2))
        }
        took: dict[str, list[float]] = {name: [] for name in journals}
        for seq in range(1, options.events + 1):
            for name, journal in journals.items():
                took[name].append(append(journal, seq))
        chain = journals["chain"].chain
        assert chain is not None
        begun = time.perf_counter()
        assert verify(chain).faults == ()
        verified = options.events / (time.perf_counter() - begun)
        for journal in journals.values():
            journal.database.close()
    figures = {
        name: {"median_ms": round(statistics.median(each), 3),
               "p95_ms": round(statistics.quantiles(each, n=20)[18], 3)}
        for name, each in took.items()
    }  # fmt: skip
    for name, figure in figures.items():
        print(f"{name:<18} median {figure['median_ms']:.2f} ms   p95 {figure['p95_ms']:.2f} ms")
    print(f"verified {verified:,.0f} events a second")
    print(json.dumps({**figures, "verified_per_second": round(verified)}))


if __name__ == "__main__":
    main()
