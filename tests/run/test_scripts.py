"""Programs that start others, scripts called by their path, sessions without a terminal."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from steadyhand.model.next import Finished
from steadyhand.model.run.events import Approved, CallAnswered, CallStarted, RunOpened
from steadyhand.model.run.plan import Plan
from steadyhand.model.run.state import signature
from steadyhand.model.run.target import Target
from steadyhand.model.settings.running import Running
from steadyhand.world.door import Call, Sink
from steadyhand.world.live import LiveWorld
from steadyhand.world.secrets import Secrets
from steadyhand.world.words.scripts import body, only_starts, script_at
from steadyhand.world.words.tools import files_named
from tests.run.shop import Plane, Shop
from tests.run.test_at_hand import planned

SCRIPT = """\
#!/usr/bin/env bash
# exec: a comment starts nothing
printf 'before\\n'
for revision in 9 10; do
  aws ecs update-service --cluster shop --service shop-api --task-definition "shop-api:$revision"
done
aws ecs describe-services --cluster shop --services shop-api | tail -n 1
"""
DOCUMENT = "# Shop\n\n## Release\n\n```bash\n{}\n```\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "copy"
    (made / "scripts").mkdir(parents=True)
    script = made / "scripts" / "release.sh"
    script.write_text(SCRIPT)
    script.chmod(0o755)
    return made


class Copy:
    """The shop for `aws`; the live world for what runs on this machine, the script among it."""

    def __init__(self, folder: Path) -> None:
        target = Target("lab", "us-east-1", "123456789012", "http://127.0.0.1:1")
        self.shop = Shop()
        self._live = LiveWorld(target, Secrets(), folder)

    def send(self, call: Call, sink: Sink, stdin: int | None = None) -> int:
        if call.argv[0] == "aws":
            return self.shop.send(call, sink, stdin)
        return self._live.send(call, sink, stdin)

    def close(self) -> None:
        self._live.close()


def drive(plane: Plane, plan: Plan, names: Callable[[], str]) -> list[str]:
    """Drive a run to its end; sign whatever it asks. Gives the evidence of every question."""
    plane.engine.turn("run", "r").append(RunOpened(plan, "ada", digest=plan.digest))
    asked: list[str] = []
    while not isinstance(plane.engine.drive("run", "r"), Finished):
        run = plane.run("r")
        assert run.question is not None
        asked.append(run.question.evidence)
        expires = plane.engine.turn("run", "r").now().replace(year=2999)
        for _ in range(run.question.count):
            signed = signature(run.digest, run.question, expires)
            plane.engine.turn("run", "r").append(
                Approved(run.question.step, names(), signed, expires)
            )
    return asked


def test_a_script_is_one_command_and_each_change_in_it_is_asked_about(
    plane: Plane, folder: Path
) -> None:
    world = Copy(folder)
    plane.performer.world_of = lambda _: world
    plan = planned(Running(str(folder)), DOCUMENT.format("./scripts/release.sh"))
    numbers = iter(range(100))
    asked = drive(plane, plan, lambda: f"person {next(numbers)}")
    world.close()
    run = plane.run("r")
    assert (run.outcome, run.detail) == ("completed", "")
    changes = [argv[-1] for argv in world.shop.changes]
    assert changes == ["shop-api:9", "shop-api:10"]  # each once, though the script began 3 times
    assert len(asked) == 3
    assert "this is not the command that the plan shows" in asked[1]
    events = [recorded.event for recorded in plane.engine.journal.read("run", "r")]
    started = [e.argv[0].rpartition("/")[2] for e in events if isinstance(e, CallStarted)]
    assert started.count("release.sh") == 3
    answered = [e for e in events if isinstance(e, CallAnswered)]
    assert {e.exit_code for e in answered} == {0}  # being broken off is no answer


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("PATH=/usr/bin aws s3 ls", "PATH="),
        ("/usr/bin/env aws s3 ls", "/usr/bin/env would be started past the gate"),
    ],
)
def test_a_script_that_looks_past_the_gate_is_not_started(
    plane: Plane, folder: Path, text: str, says: str
) -> None:
    (folder / "scripts" / "release.sh").write_text(f"#!/bin/sh\n{text}\n")
    world = Copy(folder)
    plane.performer.world_of = lambda _: world
    plan = planned(Running(str(folder)), DOCUMENT.format("./scripts/release.sh"))
    numbers = iter(range(100))
    drive(plane, plan, lambda: f"person {next(numbers)}")
    world.close()
    assert world.shop.sent == []
    refused = [c.refused for calls in plane.run("r").calls.values() for c in calls]
    assert any(says in reason for reason in refused), refused


def test_what_is_a_script(folder: Path) -> None:
    (folder / "binary").write_bytes(b"\x7fELF")
    (folder / "other.py").write_text("#!/usr/bin/env python3\n")
    (folder / "old.sh").write_text("#!/bin/sh -e\n")
    assert script_at("./scripts/release.sh", str(folder)) == (
        "bash",
        folder / "scripts/release.sh",
    )
    assert script_at("./old.sh", str(folder)) == ("sh", folder / "old.sh")
    for name in ("./binary", "./other.py", "./absent.sh", "release.sh"):
        assert script_at(name, str(folder)) is None
    assert only_starts(("xargs", "aws"), str(folder))
    assert not only_starts(("aws", "s3", "ls"), str(folder))
    assert re.search("exec|bash", body(folder / "scripts/release.sh")) is None


class Prompt:
    """A world that has prompts, and writes down who types there, and for how long."""

    def __init__(self) -> None:
        self.seen: list[tuple[int | None, float | None]] = []

    def send(self, call: Call, _sink: Sink, stdin: int | None = None) -> int:
        assert stdin is not None
        with open(stdin, closefd=False) as given:
            assert given.read() == ""
        hosted = call.hosted
        self.seen.append((hosted.keyboard if hosted else None, call.timeout))
        return 0

    def close(self) -> None: ...


def test_a_prompt_waits_for_a_terminal_and_two_people_see_that(
    plane: Plane, tmp_path: Path
) -> None:
    world, keyboards = Prompt(), [7, None]
    plane.performer.world_of = lambda _: world
    plane.performer.keyboard = lambda: keyboards.pop()
    plan = planned(Running(str(tmp_path)), DOCUMENT.format("psql -h db.shop.example shop"))
    numbers = iter(range(100))
    with pytest.raises(AssertionError):  # it waits, and asks nothing: nobody is at a terminal
        drive(plane, plan, lambda: f"person {next(numbers)}")
    assert world.seen == []
    assert next(numbers) == 2
    question = plane.run("r").questions["release/1"]
    assert "a person types in it, at the terminal that drives the run" in question.evidence
    assert isinstance(plane.engine.drive("run", "r"), Finished)
    assert plane.run("r").outcome == "completed"
    ((keyboard, seconds),) = world.seen
    assert (keyboard, seconds is not None and 3500 < seconds <= 3600) == (7, True)


def test_a_prompt_that_is_given_no_input_has_a_bound(plane: Plane, tmp_path: Path) -> None:
    world = Prompt()
    plane.performer.world_of = lambda _: world
    plan = planned(Running(str(tmp_path)), DOCUMENT.format("psql -h db.shop.example </dev/null"))
    numbers = iter(range(100))
    drive(plane, plan, lambda: f"person {next(numbers)}")
    assert plane.run("r").outcome == "completed"
    assert world.seen == [(None, 30.0)]


def test_a_bug_while_a_call_is_made_stops_the_run(plane: Plane, tmp_path: Path) -> None:
    """What was begun then is in doubt; the statement does not go on as if it had failed."""

    class Broken:
        sent = 0

        def send(self, _call: Call, _sink: Sink, _stdin: int | None = None) -> int:
            self.sent += 1
            raise RuntimeError("a bug")

        def close(self) -> None: ...

    world = Broken()
    plane.performer.world_of = lambda _: world
    plan = planned(Running(str(tmp_path)), DOCUMENT.format("cat a || cat b; cat c"))
    plane.engine.turn("run", "r").append(RunOpened(plan, "ada", digest=plan.digest))
    with pytest.raises(RuntimeError, match="a bug"):
        plane.engine.drive("run", "r")
    assert world.sent == 1
    assert plane.run("r").outcome is None


def test_a_word_that_is_too_long_for_a_name_names_no_file() -> None:
    query = "services[].{" + "a: b, " * 100 + "}"
    assert list(files_named(("aws", "--query", query, "x" * 300, "a\0b", "."), "/tmp")) == []
