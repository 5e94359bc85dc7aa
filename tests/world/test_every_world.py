"""What every World must do, whichever it is."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from steadyhand.model.run.target import Target
from steadyhand.world.aws.client import AwsCli
from steadyhand.world.door import Call, Refused, Stream, World, ask
from steadyhand.world.dry import DryWorld
from steadyhand.world.live import LiveWorld
from steadyhand.world.secrets import TOKEN, Secrets

READ = ("aws", "sts", "get-caller-identity", "--query", "Account", "--output", "text")

Make = Callable[[Secrets], World]


def live(lab: Target, cli: AwsCli, workdir: Path) -> Make:
    return lambda secrets: LiveWorld(lab, secrets, workdir, cli)


def live_alone(lab: Target, _cli: AwsCli, workdir: Path) -> Make:
    return lambda secrets: LiveWorld(lab, secrets, workdir)


def dry(lab: Target, cli: AwsCli, workdir: Path) -> Make:
    def never(argv: tuple[str, ...]) -> bool:
        return argv[0] != "tee"

    return lambda secrets: DryWorld(LiveWorld(lab, secrets, workdir, cli), never)


@pytest.fixture(params=[live, live_alone, dry], ids=["live", "live with its own CLI", "dry"])
def make(
    request: pytest.FixtureRequest, lab: Target, cli: AwsCli, tmp_path: Path
) -> Iterator[Make]:
    made: list[World] = []

    def build(secrets: Secrets) -> World:
        made.append(request.param(lab, cli, tmp_path)(secrets))
        return made[-1]

    yield build
    for world in made:
        world.close()


def test_a_read_is_answered(make: Make) -> None:
    answer = ask(make(Secrets()), Call(READ))
    assert (answer.exit_code, answer.text, answer.stderr) == (0, "123456789012\n", b"")


def test_an_exit_status_is_an_answer(make: Make) -> None:
    answer = ask(make(Secrets()), Call(("aws", "ecs", "frobnicate")))
    assert answer.exit_code == 2
    assert answer.stderr


def test_refused_means_that_nothing_was_done(make: Make) -> None:
    seen: list[bytes] = []
    with pytest.raises(Refused) as caught:
        make(Secrets()).send(Call(("no-such-program",)), lambda _s, c: seen.append(c))
    assert "no-such-program" in str(caught.value)
    assert not seen


def test_what_is_printed_comes_in_order_from_one_thread_at_a_time(make: Make) -> None:
    inside = 0

    def sink(_stream: Stream, _chunk: bytes) -> None:
        nonlocal inside
        inside += 1
        assert inside == 1
        inside -= 1

    assert make(Secrets()).send(Call(("seq", "20000")), sink) == 0


def test_secrets_are_tokens_on_both_streams(make: Make) -> None:
    secrets = Secrets()
    token = secrets.seal("123456789012")  # what the endpoint calls its account
    answer = ask(make(secrets), Call(READ))
    assert answer.text == f"{token}\n"
    wrong = ask(make(secrets), Call(("aws", "ecs", "frobnicate-123456789012")))
    assert b"123456789012" not in wrong.stderr


def test_secret_output_is_sealed(make: Make) -> None:
    secrets = Secrets()
    answer = ask(make(secrets), Call(READ, secret_output=True))
    assert TOKEN.fullmatch(answer.text.strip())
    assert secrets.reveal(answer.text) == "123456789012\n"


def test_time_over_is_an_answer(make: Make) -> None:
    answer = ask(make(Secrets()), Call(("sleep", "600"), timeout=0.3))
    assert answer.exit_code > 128


def test_several_threads_at_once(make: Make) -> None:
    world = make(Secrets())

    def number(n: int) -> str:
        return ask(world, Call(("seq", str(n), str(n)))).text

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(number, range(40))) == [f"{n}\n" for n in range(40)]


def test_closing_twice_is_closing(make: Make) -> None:
    world = make(Secrets())
    world.close()
    world.close()
    with pytest.raises(Refused):
        ask(world, Call(("seq", "1")))


def test_a_dry_world_changes_nothing(lab: Target, cli: AwsCli, tmp_path: Path) -> None:
    world = dry(lab, cli, tmp_path)(Secrets())
    with pytest.raises(Refused, match="dry: `tee file` is not a read"):
        world.send(Call(("tee", "file"), cwd=str(tmp_path)), lambda *_: None)
    assert not (tmp_path / "file").exists()
    world.close()
