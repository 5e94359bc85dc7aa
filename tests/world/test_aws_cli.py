"""The warmed AWS CLI: what it reaches, what it does not, that calls do not mix, how it ends."""

import json
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Queue

import pytest

from steadyhand.model.run.target import Target
from steadyhand.world.aws import client
from steadyhand.world.aws.answers import looks_lost, looks_unsent
from steadyhand.world.aws.client import AwsCli
from steadyhand.world.aws.wire import receive_number
from steadyhand.world.door import Lost, Refused, Stream
from steadyhand.world.programs.environment import for_profile
from tests.world.conftest import FakeApi, Kept, discard

pytestmark = pytest.mark.lab


def run(cli: AwsCli, text: str, kept: Kept, timeout: float | None = None, **env: str) -> int:
    return cli.run(tuple(text.split()), "/", env, None, kept.sink, timeout)


def listing(endpoint: str) -> tuple[str, ...]:
    return ("aws", "ecs", "list-clusters", "--endpoint-url", endpoint)


def test_an_answer_comes_back(cli: AwsCli, kept: Kept) -> None:
    assert run(cli, "aws ecs create-cluster --cluster-name answer", kept) == 0
    assert json.loads(kept.out)["cluster"]["clusterName"] == "answer"
    assert kept.err == ""


@pytest.mark.parametrize(
    "service", ["rds describe-db-instances", "sqs list-queues", "docdb describe-db-instances"]
)
def test_services_with_an_endpoint_of_their_own_reach_the_lab_too(
    cli: AwsCli, kept: Kept, service: str
) -> None:
    # In us-east-1 the CLI itself would send these to amazonaws.com.
    code = run(cli, f"aws {service} --region us-east-1 --output json", kept)
    assert "amazonaws.com" not in kept.err
    assert code == 0, kept.err


@pytest.mark.parametrize(
    "command",
    [
        "aws ecs list-clusters --endpoint-url https://ecs.us-east-1.amazonaws.com",
        "aws s3 ls --endpoint-url http://192.0.2.1",
        "aws ssm put-parameter --name n --type String --value http://192.0.2.1/x",
    ],
)
def test_nothing_leaves_loopback(cli: AwsCli, kept: Kept, command: str) -> None:
    assert run(cli, command, kept) == 255
    assert "the lab never reaches beyond loopback" in kept.err


def test_a_lab_that_is_not_on_loopback_is_refused() -> None:
    for endpoint in ("https://ecs.us-east-1.amazonaws.com", "", "http://10.0.0.1:5000"):
        with pytest.raises(Refused):
            AwsCli(Target("lab", "us-east-1", "1", endpoint))
    with pytest.raises(Refused):
        AwsCli(Target("production", "us-east-1", "1"))


def test_the_operators_keys_are_never_seen(
    endpoint: str, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAOPERATOR")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "operator")
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "https://ecs.us-east-1.amazonaws.com")
    cli = AwsCli(Target("lab", "eu-west-1", "123456789012", endpoint))
    try:
        assert run(cli, "aws configure list", kept) == 0
    finally:
        cli.close()
    assert "lab" in kept.out
    assert "ATOR" not in kept.out
    assert "production" not in kept.out
    assert "eu-west-1" in kept.out


def test_a_profile_is_used_without_the_operators_keys(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kept: Kept
) -> None:
    (tmp_path / "config").write_text(
        "[profile stage]\naws_access_key_id = AKIASTAGE\naws_secret_access_key = s\n"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAOPERATOR")
    assert "AWS_ACCESS_KEY_ID" not in for_profile(Target("aws:stage", "eu-west-1", ""))
    cli = AwsCli(Target("aws:stage", "eu-west-1", ""))
    try:
        assert run(cli, "aws configure list", kept) == 0
    finally:
        cli.close()
    assert "TAGE" in kept.out
    assert "stage" in kept.out


def test_any_profile_is_the_lab(cli: AwsCli, kept: Kept) -> None:
    assert run(cli, "aws sts get-caller-identity --profile production", kept) == 0
    assert "123456789012" in kept.out


def test_stdin_cwd_and_environment_are_the_callers(cli: AwsCli, kept: Kept, tmp_path: Path) -> None:
    (tmp_path / "value.txt").write_text("from a file")
    put = "aws ssm put-parameter --name cwd --type String --value file://value.txt".split()
    assert cli.run(tuple(put), str(tmp_path), {}, None, kept.sink) == 0, kept.err
    read, write = os.pipe()
    os.write(write, b"from stdin")
    os.close(write)
    put = "aws s3 cp - s3://bucket-stdin/key".split()
    assert run(cli, "aws s3 mb s3://bucket-stdin", kept) == 0
    assert cli.run(tuple(put), "/", {}, read, kept.sink) == 0, kept.err
    os.close(read)
    kept.chunks.clear()
    assert run(cli, "aws s3 cp s3://bucket-stdin/key -", kept) == 0
    assert kept.out == "from stdin"
    kept.chunks.clear()
    get = "aws ssm get-parameter --name cwd --query Parameter.Value"
    assert run(cli, get, kept, AWS_DEFAULT_OUTPUT="text") == 0
    assert kept.out == "from a file\n"
    kept.chunks.clear()
    assert run(cli, get, kept, AWS_DEFAULT_REGION="eu-central-1") == 255
    assert "ParameterNotFound" in kept.err


def test_a_missing_directory_is_said(cli: AwsCli, kept: Kept) -> None:
    argv = ("aws", "--version")
    assert cli.run(argv, "/no/such/place", {}, None, kept.sink) == 255
    assert "/no/such/place" in kept.err


def test_usage_errors_are_the_clis_own(cli: AwsCli, kept: Kept) -> None:
    assert run(cli, "aws ecs frobnicate", kept) == 2
    assert "Invalid choice" in kept.err


def test_eight_threads_do_not_mix(cli: AwsCli) -> None:
    regions = ["us-east-1", "us-west-2", "eu-west-1", "eu-central-1"]
    for region in regions:
        make = f"aws ecs create-cluster --cluster-name in-{region} --region {region}"
        assert run(cli, make, Kept()) == 0

    def ask(number: int) -> tuple[str, str]:
        region = regions[number % 4]
        kept = Kept()
        # Every other call says the region as a variable, so that neither way leaks into the next.
        if number % 2:
            code = run(cli, "aws ecs list-clusters", kept, AWS_DEFAULT_REGION=region)
        else:
            code = run(cli, f"aws --region {region} ecs list-clusters", kept)
        assert code == 0, kept.err
        return region, kept.out

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(40)))
    assert len(answers) == 40
    for region, out in answers:
        assert f"in-{region}" in out
        assert not any(f"in-{other}" in out for other in regions if other != region)


def test_logs_tail_follows_until_its_time_is_over(cli: AwsCli) -> None:
    kept = Kept()
    assert run(cli, "aws logs create-log-group --log-group-name followed", kept) == 0
    stream = "--log-group-name followed --log-stream-name s"
    assert run(cli, f"aws logs create-log-stream {stream}", kept) == 0
    seen: list[float] = []
    chunks: list[bytes] = []
    started = time.monotonic()

    def sink(_stream: Stream, chunk: bytes) -> None:
        seen.append(time.monotonic() - started)
        chunks.append(chunk)

    def write_later() -> None:
        for number in range(2):
            time.sleep(0.8)
            now = int(time.time() * 1000)
            event = f"timestamp={now},message=line-{number}"
            assert run(cli, f"aws logs put-log-events {stream} --log-events {event}", Kept()) == 0

    writer = threading.Thread(target=write_later)
    writer.start()
    argv = tuple("aws logs tail followed --follow".split())
    code = cli.run(argv, "/", {}, None, sink, timeout=8.0)
    writer.join()
    assert code == 128 + signal.SIGTERM
    assert b"line-0" in b"".join(chunks)
    assert seen[0] < 7.0  # streamed, not kept until the end


def test_waiters_look_again_sooner_in_the_lab(cli: AwsCli, api: FakeApi) -> None:
    # Every 15 s in AWS; the lab's factor of 20 makes that 0.75 s.
    api.answer = b'{"services": [{"status": "ACTIVE", "deployments": [], "desiredCount": 1}]}'
    wait = f"aws ecs wait services-stable --services s --endpoint-url {api.url}"
    assert run(cli, wait, Kept(), timeout=4.0) == 128 + signal.SIGTERM
    assert api.requests >= 3


# --- how it ends ---------------------------------------------------------------------------------


@pytest.fixture
def own(lab: Target) -> Iterator[AwsCli]:
    cli = AwsCli(lab)
    yield cli
    cli.close()


def test_a_dead_zygote_is_replaced(own: AwsCli, kept: Kept) -> None:
    assert run(own, "aws ecs list-clusters", kept) == 0
    assert own._current is not None
    os.kill(own._current.process.pid, signal.SIGKILL)
    own._current.process.wait()
    assert run(own, "aws ecs list-clusters", kept) == 0


def test_one_that_takes_no_orders_is_replaced_and_what_it_has_goes_on(
    own: AwsCli, kept: Kept, silent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: Queue[Callable[[], None]] = Queue()
    with ThreadPoolExecutor(1) as another:
        waiting = another.submit(own.run, listing(silent), "/", {}, None, kept.sink, 60, begun.put)
        end = begun.get(timeout=30)
        before, taken = own._current, iter([False])

        def receive(connection: socket.socket) -> int | None:
            return receive_number(connection) if next(taken, True) else None

        monkeypatch.setattr(client, "receive_number", receive)
        assert run(own, "aws ecs list-clusters", kept) == 0
        assert before is not None
        assert own._current is not before
        assert not waiting.done()
        end()
        with pytest.raises(Lost):
            waiting.result()
        assert before.process.poll() is not None


def test_a_child_that_dies_has_lost_its_answer(own: AwsCli, silent: str) -> None:
    def kill(_end: Callable[[], None]) -> None:
        assert own._current is not None
        os.kill(own._current.process.pid, signal.SIGKILL)

    with pytest.raises(Lost):
        own.run(listing(silent), "/", {}, None, Kept().sink, begun=kill)


def test_closing_ends_what_runs(own: AwsCli, silent: str) -> None:
    def close_now(_end: Callable[[], None]) -> None:
        threading.Thread(target=own.close, daemon=True).start()

    with pytest.raises(Lost):
        own.run(listing(silent), "/", {}, None, Kept().sink, begun=close_now)
    with pytest.raises(Refused):
        run(own, "aws ecs list-clusters", Kept())


@pytest.fixture
def silent() -> Iterator[str]:
    """A server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_time_over_ends_the_command(cli: AwsCli, silent: str) -> None:
    started = time.monotonic()
    code = run(cli, f"aws ecs list-clusters --endpoint-url {silent}", Kept(), timeout=1.0)
    assert code == 128 + signal.SIGTERM
    assert time.monotonic() - started < 8


def test_a_sink_that_raises_ends_the_command(cli: AwsCli) -> None:
    def sink(_stream: Stream, _chunk: bytes) -> None:
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        cli.run(("aws", "ecs", "list-clusters"), "/", {}, None, sink)
    assert run(cli, "aws ecs list-clusters", Kept()) == 0


def test_a_zygote_that_cannot_start_says_why(lab: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(Refused, match="not installed"):
        AwsCli(lab).run(("aws",), "/", {}, None, discard())


# --- what came of a request ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stderr", "lost", "unsent"),
    [
        (b"Connection was closed before we received a valid response from endpoint URL: x", 1, 0),
        (b"Read timeout on endpoint URL: x", 1, 0),
        (b'Could not connect to the endpoint URL: "http://127.0.0.1:9/"', 0, 1),
        (b"Connect timeout on endpoint URL: x", 0, 1),
        (b"An error occurred (ClusterNotFoundException) when calling x", 0, 0),
        (b"", 0, 0),
    ],
)
def test_answers(stderr: bytes, lost: bool, unsent: bool) -> None:
    assert looks_lost(stderr) == bool(lost)
    assert looks_unsent(stderr) == bool(unsent)
