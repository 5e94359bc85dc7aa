"""The one place that reads configuration and builds the control plane."""

import os
from pathlib import Path

from steadyhand.actions import classify_argv
from steadyhand.app.control import Control
from steadyhand.app.problem import Problem
from steadyhand.app.runs import state as run_state
from steadyhand.app.targets import resolve
from steadyhand.cli import program
from steadyhand.engine.clock import SystemClock
from steadyhand.engine.drive import Engine, Kind
from steadyhand.model.effect import Effect
from steadyhand.model.run import RUN_EVENTS
from steadyhand.model.run import evolve as evolve_run
from steadyhand.model.target import Target
from steadyhand.run.decide import decide as decide_run
from steadyhand.run.perform import Performer
from steadyhand.store.journal import Journal
from steadyhand.store.schema import StoreError, open_store
from steadyhand.store.sealed import Sealed, load_key
from steadyhand.world.door import World
from steadyhand.world.dry import DryWorld
from steadyhand.world.live import LiveWorld
from steadyhand.world.secrets import Secrets


class Worlds:
    """The worlds of this process: one AWS CLI per target, one set of secrets per run."""

    def __init__(self, state: Path, journal: Journal, key: bytes) -> None:
        self._state = state
        self._journal = journal
        self._key = key


def build(state: Path | None = None, journal_url: str = "") -> Control:
    """Put the control plane together. Raises Problem when the journal cannot be opened."""
    ...


def main() -> None:
    """Run the command line."""
    program(obj=build)
