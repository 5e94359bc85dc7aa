"""Nothing is done past the gate: every way of `smuggling.WAYS`, seen on files, ports, processes."""

import re
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from steadyhand.engine.clock import SystemClock
from steadyhand.engine.drive import Engine, Kind
from steadyhand.model.events import IllegalEvent
from steadyhand.model.next import Finished
from steadyhand.model.run.events import RUN_EVENTS, Approved, CallRefused, RunOpened
from steadyhand.model.run.state import Run, evolve, signature
from steadyhand.model.run.target import Target
from steadyhand.run.decide import decide
from steadyhand.run.perform import Performer
from steadyhand.store.journal import Conflict, Journal
from steadyhand.store.schema import open_store
from steadyhand.world.live import LiveWorld
from steadyhand.world.programs import walls
from steadyhand.world.secrets import Secrets
from tests.run.shop import plan_of
from tests.run.smuggling import PAGE, WAYS, Seen, Way, written

TARGET = Target("aws:smuggling", "us-east-1", "123456789012", "")


@dataclass
class Outside:
    """What a run must not touch: a directory, a listener, a process."""

    files: Path
    listener: socket.socket
    victim: subprocess.Popen[bytes]
    connections: list[object] = field(default_factory=list)

    def effects(self) -> list[str]:
        found = [f"file {path.name}" for path in self.files.iterdir()]
        found += ["connection"] * len(self.connections)
        return found + ["killed"] * (self.victim.poll() is not None)

    def listen(self) -> None:
        while True:
            try:
                connection, address = self.listener.accept()
            except OSError:
                return
            self.connections.append(address)
            connection.close()


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[Outside]:
    files = tmp_path / "outside"
    files.mkdir()
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        subprocess.Popen(["sleep", "60"]) as victim,
    ):
        made = Outside(files, listener, victim)
        thread = threading.Thread(target=made.listen, daemon=True)
        thread.start()
        yield made
        victim.kill()
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


@dataclass
class Tried:
    """What came of a statement: before anybody signed, and in the end."""

    unsigned: list[str]
    effects: list[str]
    run: Run
    said: str
    gate: set[str]


def attempt(way: Way, outside: Outside, path: Path) -> Tried:
    port, pid = outside.listener.getsockname()[1], outside.victim.pid
    text = way.statement.replace("OUT", str(outside.files))
    text = text.replace("PORT", str(port)).replace("PID\n", f"{pid}\n")
    text = re.sub(r"\bPID\b", str(pid), text)
    plan = plan_of(f"# Shop\n\n## Act\n\n```bash\n# Do it\n{text}\n```\n")
    journal = Journal(open_store(f"sqlite:///{path / 'journal.db'}"), {"run": RUN_EVENTS})
    engine = Engine(journal, SystemClock())
    world = LiveWorld(TARGET, Secrets(), path / "runs" / "r")
    performer = Performer(path / "runs", lambda _: world, lambda _: None, factor=600.0)
    engine.learn(Kind("run", evolve, decide, performer.do))
    engine.turn("run", "r").append(RunOpened(plan, "ada"))
    try:
        ended = engine.drive("run", "r")
        unsigned = outside.effects()
        asked: set[str] = set()
        while not isinstance(ended, Finished) and len(asked) < 4:
            run: Run = engine.turn("run", "r").state
            if run.question is None or " ".join(run.question.argv or ()) in asked:
                break
            asked.add(" ".join(run.question.argv or ()))
            sign(engine)
            ended = engine.drive("run", "r")
        if way.seen is Seen.HELD:
            time.sleep(0.1)  # for what is left in the background
        run = engine.turn("run", "r").state
    finally:
        performer.close("r")
        world.close()
    recorded = [one.event for one in journal.read("run", "r")]
    refused = [event.reason for event in recorded if isinstance(event, CallRefused)]
    calls = {" ".join(call.argv) for step in run.calls.values() for call in step}
    journal.database.close()
    said = "\n".join([run.detail, *refused])
    return Tried(unsigned, outside.effects(), run, said, asked | calls)


def sign(engine: Engine) -> None:
    """Sign the open question: as two people, neither of whom started the run."""
    for who in ("bob", "eve"):
        for _ in range(20):
            turn = engine.turn("run", "r")
            run: Run = turn.state
            question = run.question
            if question is None:
                return
            until = datetime.now(UTC) + timedelta(hours=1)
            signed = signature(run.digest or run.plan.digest, question, until)
            try:
                turn.append(Approved(question.step, who, signed, until))
                break
            except Conflict:  # a command of the stopped statement was still being written down
                time.sleep(0.05)
            except IllegalEvent:
                return


@pytest.mark.parametrize(
    "way",
    [pytest.param(way, marks=[pytest.mark.soak] * way.slow, id=way.name) for way in WAYS],
)
def test_a_way_past_the_gate(way: Way, outside: Outside, tmp_path: Path) -> None:
    if way.seen is Seen.HELD and walls.version() < way.since:
        pytest.skip(
            f"this kernel has version {walls.version()} of Landlock, and what holds this way back "
            f"came with {way.since}; docs/gate.md says that it is open on such a kernel"
        )
    if way.needs and shutil.which(way.needs, path="/usr/bin:/bin") is None:
        pytest.skip(f"{way.needs} is not installed, so nobody can go this way past the gate here")
    tried = attempt(way, outside, tmp_path)
    assert tried.unsigned == []
    match way.seen:
        case Seen.CAUGHT:
            assert way.says.replace("OUT", str(outside.files)) in tried.gate
            assert tried.effects == []
        case Seen.REFUSED:
            assert re.search(way.says, tried.said), tried.said
            assert tried.effects == []
        case Seen.HELD:
            assert tried.effects == []
            assert tried.run.steps, "bash has to come to it"
            assert "not given to bash" not in tried.said
        case Seen.UNCOVERED:
            assert tried.effects != [], f"it is covered now: say so in the table: {tried.said}"


def test_the_page_is_the_table() -> None:
    assert PAGE.read_text() == written(), "python -m tests.run.smuggling"
