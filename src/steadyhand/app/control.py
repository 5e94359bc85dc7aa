"""What every use needs: journal, engine, clock, performer, and worlds by run. Built by `main`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from steadyhand.engine.clock import Clock
from steadyhand.engine.drive import Engine
from steadyhand.model.run.target import Target
from steadyhand.run.perform import Performer
from steadyhand.store.journal import Journal
from steadyhand.world.door import World
from steadyhand.world.secrets import Secrets


@dataclass
class Control:
    """One control plane. `reading_world(target)` refuses everything that is not a read."""

    state: Path
    journal: Journal
    engine: Engine
    clock: Clock
    performer: Performer
    reading_world: Callable[[Target], World]
    lab_file: Path
    close: Callable[[], None]
    operator: Mapping[str, str] = field(default_factory=dict)  # the variables set where it runs
    seal: Callable[[str, str, str], None] = lambda _run, _token, _value: None  # for a run's world
    secrets: Secrets = field(default_factory=Secrets)  # values given to plans not yet run

    def troubles(self) -> tuple[str, ...]:
        """Say what went wrong beside the work and does not stop it: heads not moved on."""
        return tuple(self.journal.chain.troubles) if self.journal.chain else ()
