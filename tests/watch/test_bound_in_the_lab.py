"""Every source of docs/alarms-table.md, asked in the lab: it answers, and with what is measured.

Long: each of the five systems is brought up. `make soak` runs it.
"""

import asyncio
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from steadyhand.app.control import Control
from steadyhand.app.runbooks import documents
from steadyhand.app.runbooks.documents import Loaded
from steadyhand.app.running.runs import operator_of
from steadyhand.app.targets import lab_info
from steadyhand.main import build
from steadyhand.model.run.target import Target
from steadyhand.watch.bindings import all_watched
from steadyhand.watch.measured import all_measured
from steadyhand.watch.prober import look_once
from steadyhand.watch.sources.around import Around
from steadyhand.watch.watcher import Watcher
from tests.lab.running_lab import start_lab

pytestmark = [pytest.mark.seeds, pytest.mark.lab, pytest.mark.soak]

BOUND = Path(__file__).parent / "bound"
SYSTEMS = {  # document → the lab's name for its system
    "contractorlens": "contractorlens",
    "arbor-energy": "arbor",
    "sleek-coach": "sleek-coach",
    "conflicto": "conflicto",
    "revenue-context": "revenue-context",
}
ASKED = frozenset({"cloudwatch", "cloudwatch-alarm"})  # sources that the world is asked for


@dataclass
class Bench:
    """One document on its lab. `threads` are for the libraries of probes."""

    name: str
    loaded: Loaded
    control: Control
    target: Target
    threads: Executor

    def __post_init__(self) -> None:
        facts, settings = self.loaded.runbook.facts, self.loaded.settings
        watched = all_watched(facts, settings, 60)
        measured = all_measured(facts, settings, watched, 60)
        self.world = self.control.reading_world(self.target)
        self.watcher = Watcher(watched, settings.probes, measured=measured)

    def silent(self) -> Mapping[str, str]:
        """Look at everything once; say what gave nothing, and why."""
        found = self.watcher.look(self.world, self.control.clock.now())
        return dict([*self._alarms(found), *self._series(), *self._probes()])

    def _alarms(self, found: Mapping[str, object]) -> Iterator[tuple[str, str]]:
        for name in found:
            binding, reading = self.watcher.watched[name].binding, self.watcher.readings[name]
            known = any(value is not None for value in reading.values) and not reading.failed
            if binding is not None and binding.source in ASKED and not known:
                yield f"alarm {name}", reading.failed or "no value"

    def _series(self) -> Iterator[tuple[str, str]]:
        for name, one in self.watcher.measured.items():
            asked = one.binding is not None and one.binding.source == "cloudwatch"
            if asked and self.watcher.book.noted(("series", name)) is None:
                yield f"series {name}", self.watcher.keeper.trouble.get(name, "nothing is kept")

    def _probes(self) -> Iterator[tuple[str, str]]:
        """Addresses and passwords are those that the lab says its operator has."""
        have = operator_of(self.control, self.target, self.name).values
        hosts, tls_hosts = dict(self.target.hosts), dict(self.target.tls_hosts)
        around = Around(self.threads, self.world, have, hosts, tls_hosts, self.target.authority)
        for name, probe in self.loaded.settings.probes.items():
            seen, _ = asyncio.run(look_once(probe, name, around))
            if seen.problem:
                yield f"probe {name}", seen.problem


@pytest.mark.parametrize("name", list(SYSTEMS))
def test_every_source_answers(name: str, seed_folder: Path, tmp_path: Path) -> None:
    loaded = documents.load(seed_folder / f"{name}.md", BOUND / f"{name}.toml")
    lab = start_lab(tmp_path / "lab", system=SYSTEMS[name])
    control = build(tmp_path / "state")
    try:
        with ThreadPoolExecutor(2) as threads:
            bench = Bench(name, loaded, control, lab_info(lab.contract).target, threads)
            deadline = time.monotonic() + 120
            while silent := bench.silent():
                assert time.monotonic() < deadline, silent
                time.sleep(1)
    finally:
        control.close()
        lab.stop()
