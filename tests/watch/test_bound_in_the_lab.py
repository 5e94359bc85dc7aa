"""Every source of docs/alarms-table.md, asked in the lab: it answers, and with what is measured.

Long: each of the five systems is brought up. `make soak` runs it.
"""

import time
from pathlib import Path

import pytest

from steadyhand.app import documents
from steadyhand.app.targets import lab_info
from steadyhand.main import build
from steadyhand.model.probes import BackupProbe, CredentialProbe, LogPatternProbe
from steadyhand.watch.bindings import all_watched
from steadyhand.watch.sources.aws import ask_once
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


@pytest.mark.parametrize("name", list(SYSTEMS))
def test_every_source_answers(name: str, seed_folder: Path, tmp_path: Path) -> None:
    loaded = documents.load(seed_folder / f"{name}.md", BOUND / f"{name}.toml")
    lab = start_lab(tmp_path / "lab", system=SYSTEMS[name])
    control = build(tmp_path / "state")
    try:
        target = lab_info(lab.contract).target
        world = control.reading_world(target)
        settings = loaded.settings
        watcher = Watcher(all_watched(loaded.runbook.facts, settings, 60), settings.probes)
        deadline = time.monotonic() + 120
        while True:
            now = control.clock.now()
            found = watcher.look(world, now)
            asked = {n: r for n, r in found.items() if _source(watcher, n) in ASKED}
            silent = {
                n: r.failed for n, r in asked.items() if all(value is None for value in r.values)
            }
            if not silent:
                break
            assert time.monotonic() < deadline, silent
            time.sleep(1)
        assert {n: r.failed for n, r in asked.items() if r.failed} == {}
        for key, probe in settings.probes.items():
            if isinstance(probe, BackupProbe | CredentialProbe | LogPatternProbe):
                assert ask_once(probe, world, control.clock.now()).values, key
    finally:
        control.close()
        lab.stop()


def _source(watcher: Watcher, name: str) -> str:
    binding = watcher.watched[name].binding
    return "" if binding is None else binding.source
