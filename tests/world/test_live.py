"""The live world: who is let through where, tokens out and in, what came of a change."""

import gzip
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from steadyhand.model.run.target import Target
from steadyhand.world import live
from steadyhand.world.aws.client import AwsCli
from steadyhand.world.door import Answer, Call, Lost, Refused, Stream, ask
from steadyhand.world.live import LiveWorld
from steadyhand.world.programs import walls
from steadyhand.world.secrets import TOKEN, Secrets
from tests.world.conftest import FakeApi

VALUE = "correct-horse/battery+staple"


@pytest.fixture
def secrets() -> Secrets:
    return Secrets()


@pytest.fixture
def world(lab: Target, cli: AwsCli, secrets: Secrets, tmp_path: Path) -> Iterator[LiveWorld]:
    live = LiveWorld(lab, secrets, tmp_path, cli)
    yield live
    live.close()


def call(world: LiveWorld, *argv: str, cwd: Path | str = "/", **also: Any) -> Answer:
    return ask(world, Call(argv, cwd=str(cwd), **also))


def with_stdin(world: LiveWorld, text: bytes, *argv: str, cwd: Path | str = "/") -> bytes:
    read, write = os.pipe()
    os.write(write, text)
    os.close(write)
    out: list[bytes] = []
    try:
        code = world.send(
            Call(argv, cwd=str(cwd)), lambda s, c: out.append(c) if s is Stream.OUT else None, read
        )
    finally:
        os.close(read)
    assert code == 0
    return b"".join(out)


# --- who is let through --------------------------------------------------------------------------


def test_local_tools_run(world: LiveWorld) -> None:
    assert call(world, "date", "-u", "-d", "@0", "+%Y").text == "1970\n"
    assert call(world, "/usr/bin/date", "-u", "-d", "@0", "+%Y").text == "1970\n"
    assert with_stdin(world, b'{"a": "b"}', "jq", "-r", ".a") == b"b\n"


@pytest.mark.parametrize(
    "command", ["docker ps", "gh run list", "kubectl get pods", "python3 x", "nslookup x", "./x.sh"]
)
def test_the_lab_says_what_it_has_no_stand_in_for(world: LiveWorld, command: str) -> None:
    with pytest.raises(Refused, match="no stand-in for"):
        call(world, *command.split())
    with pytest.raises(Refused):
        world.send(Call(()), lambda *_: None)


def test_curl_reaches_loopback_only(world: LiveWorld, api: FakeApi) -> None:
    api.answer = b'{"status": "ok"}'
    assert call(world, "curl", "-s", api.url).text == '{"status": "ok"}'
    with pytest.raises(Refused, match="beyond loopback"):
        call(world, "curl", "-s", "https://example.test/")


def test_wrappers_find_nothing_but_the_shims(world: LiveWorld, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="do not come to the gate"):
        call(world, "xargs", "date")
    shims = tmp_path / "bin"
    shims.mkdir()
    (shims / "aws").write_text('#!/bin/sh\necho shim "$@"\n')
    (shims / "aws").chmod(0o700)
    path = str(shims)
    assert call(world, "sh", "-c", 'aws a | while read x; do echo "$x"; done', path=path).text == (
        "shim a\n"
    )
    answer = call(world, "timeout", "5", "curl", "x", path=path)
    assert answer.exit_code == 127  # there is no such shim
    with pytest.raises(Refused, match="past the gate"):
        call(world, "sh", "-c", "/usr/bin/env", path=path)


def test_watch_looks_until_its_time_is_over(world: LiveWorld, tmp_path: Path) -> None:
    path = str(tmp_path)
    answer = call(world, "watch", "-n", "10", "echo", "look", path=path, timeout=1.8)
    assert answer.exit_code == 0
    assert answer.text.splitlines().count("look") in {3, 4}  # every 10 s, and the factor is 20


def test_sleep_is_divided_in_the_lab(world: LiveWorld) -> None:
    started = time.monotonic()
    assert call(world, "sleep", "10").exit_code == 0
    assert 0.4 < time.monotonic() - started < 5


def test_files_are_written_below_the_runs_directory_only(world: LiveWorld, tmp_path: Path) -> None:
    assert with_stdin(world, b"x", "tee", "file", cwd=tmp_path) == b"x"
    assert (tmp_path / "file").read_text() == "x"
    made = call(world, "mktemp", cwd=tmp_path).text.strip()
    assert call(world, "rm", made, cwd=tmp_path).exit_code == 0
    with pytest.raises(Refused, match="outside the run's directory"):
        call(world, "rm", "-r", str(tmp_path.parent), cwd=tmp_path)


@pytest.mark.skipif(
    not walls.version(),
    reason="this kernel has no Landlock (Linux 5.13): only the words of a tool are looked at",
)
def test_what_a_tools_words_do_not_show_the_kernel_holds(
    world: LiveWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "check_local", lambda *_: None)  # as for an option nobody knows
    outside = tmp_path.parent / f"{tmp_path.name}-outside"
    assert call(world, "cp", "/etc/hostname", str(outside), cwd=tmp_path).exit_code == 1
    started = call(world, "awk", 'BEGIN { exit system("true") }', cwd=tmp_path)
    assert started.exit_code != 0
    assert not outside.exists()
    assert call(world, "cp", "/etc/hostname", "inside", cwd=tmp_path).exit_code == 0
    (tmp_path / "inside.gz").write_bytes(gzip.compress(b"packed"))
    assert call(world, "zcat", "inside.gz", cwd=tmp_path).text == "packed"  # a script of /bin/sh


def test_another_endpoint_or_profile_is_refused(world: LiveWorld, cli: AwsCli) -> None:
    for option in (
        "--endpoint-url=https://ecs.us-east-1.amazonaws.com",
        "--endpoint=https://ecs.us-east-1.amazonaws.com",
    ):
        with pytest.raises(Refused, match="endpoint"):
            call(world, "aws", "ecs", "list-clusters", option)
    with pytest.raises(Refused, match="AWS_PROFILE"):
        call(world, "aws", "ecs", "list-clusters", env={"AWS_PROFILE": "production"})
    live = LiveWorld(Target("aws:stage", "eu-west-1", ""), Secrets(), cli=cli)
    for option in (
        "--profile=production",
        "--profil=production",
        "--endpoint-url=http://127.0.0.1",
    ):
        with pytest.raises(Refused):
            call(live, "aws", "ecs", "list-clusters", option)
    live.close()


def test_an_aws_target_launches_what_is_installed(cli: AwsCli, tmp_path: Path) -> None:
    secrets = Secrets()
    token = secrets.seal(VALUE)
    live = LiveWorld(Target("aws:stage", "eu-west-1", ""), secrets, tmp_path, cli)
    program = f"#!{sys.executable}\nimport sys\nprint(len(sys.argv[1]), sys.argv[1], sep='\\n')\n"
    (tmp_path / "deploy.py").write_text(program)
    (tmp_path / "deploy.py").chmod(0o700)
    answer = call(live, "./deploy.py", token, cwd=tmp_path)
    assert answer.text == f"{len(VALUE)}\n{token}\n"
    (tmp_path / "deploy.sh").write_text("#!/bin/sh\necho here\n")
    with pytest.raises(Refused, match="do not come to the gate"):  # there is none here
        call(live, "./deploy.sh", cwd=tmp_path)
    with pytest.raises(Refused, match="not installed"):
        call(live, "no-such-program")
    live.close()


# --- secrets -------------------------------------------------------------------------------------


def test_a_new_secret_is_a_token_from_the_start(world: LiveWorld, secrets: Secrets) -> None:
    answer = call(world, "openssl", "rand", "-base64", "32", secret_output=True)
    token = answer.text.removesuffix("\n")
    assert TOKEN.fullmatch(token)
    assert len(secrets.reveal(token)) == 44
    with pytest.raises(Refused, match="not text"):
        call(world, "openssl", "rand", "64", secret_output=True)


def test_values_go_out_and_tokens_come_in(world: LiveWorld, secrets: Secrets) -> None:
    token = secrets.seal(VALUE)
    create = ("aws", "secretsmanager", "create-secret", "--name", "live", "--secret-string", token)
    assert call(world, *create).exit_code == 0
    get = ("aws", "secretsmanager", "get-secret-value", "--secret-id", "live")
    # Even where nobody asked for sealing, a known value does not come in.
    assert json.loads(call(world, *get).text)["SecretString"] == token
    sealed = json.loads(call(world, *get, secret_output=True).text)
    assert sealed["SecretString"] == token
    assert sealed["Name"] == "live"
    text = (*get, "--query", "SecretString", "--output", "text")
    assert call(world, *text, secret_output=True).text == f"{token}\n"
    # Somebody else's run does not know it, and gets a token of its own.
    other = Secrets()
    live = LiveWorld(world._target, other, cli=world._cli)
    strange = call(live, *text, secret_output=True).text.strip()
    assert strange != token
    assert other.reveal(strange) == VALUE
    live.close()


def test_stdin_is_revealed_for_who_sends_it(
    world: LiveWorld, secrets: Secrets, tmp_path: Path
) -> None:
    token = secrets.seal(VALUE)
    assert call(world, "aws", "s3", "mb", "s3://live-stdin").exit_code == 0
    with_stdin(world, f"a {token} b".encode(), "aws", "s3", "cp", "-", "s3://live-stdin/k")
    other = LiveWorld(world._target, Secrets(), tmp_path, world._cli)
    assert call(other, "aws", "s3", "cp", "s3://live-stdin/k", "-").text == f"a {VALUE} b"
    other.close()
    assert call(world, "aws", "s3", "cp", "s3://live-stdin/k", "-").text == f"a {token} b"


def test_curl_gets_values_and_its_answer_is_redacted(
    world: LiveWorld, secrets: Secrets, api: FakeApi
) -> None:
    token = secrets.seal(VALUE)
    api.answer = f"you said {VALUE}".encode()
    assert call(world, "curl", "-s", "-H", f"X-Key: {token}", api.url).text == f"you said {token}"
    assert f"X-Key: {VALUE}".encode() in api.last


@pytest.mark.parametrize(
    "command", ["base64", "wc -c", "cut -c1-4", "sha256sum", "head -c 4", "rev", "tr a b"]
)
def test_a_token_is_never_transformed(world: LiveWorld, secrets: Secrets, command: str) -> None:
    token = secrets.seal(VALUE).encode()
    with pytest.raises(Refused, match="stands for a secret"):
        with_stdin(world, b"x " * 5000 + token, *command.split())
    assert with_stdin(world, b"no token", *command.split())


def test_a_token_in_an_argument_is_never_transformed(world: LiveWorld, secrets: Secrets) -> None:
    token = secrets.seal(VALUE)
    with pytest.raises(Refused, match="stands for a secret"):
        call(world, "expr", "length", token)
    assert call(world, "expr", "length", "abc").text == "3\n"


def test_tokens_pass_whole_through_what_keeps_words(world: LiveWorld, secrets: Secrets) -> None:
    token = secrets.seal(VALUE).encode()
    assert with_stdin(world, token + b"\n", "grep", "stk") == token + b"\n"
    assert call(world, "echo", token.decode()).text == token.decode() + "\n"
    answer = with_stdin(world, b'{"p": "' + token + b'"}', "jq", "-r", ".p")
    assert answer == token + b"\n"


@pytest.mark.parametrize("word", ["file://in.json", "fileb://in.json", "@in.json", "in.json"])
def test_a_file_with_a_token_is_not_sent(
    world: LiveWorld, secrets: Secrets, tmp_path: Path, word: str
) -> None:
    (tmp_path / "in.json").write_text('{"p": "' + secrets.seal(VALUE) + '"}')
    with pytest.raises(Refused, match=r"in\.json holds a token"):
        call(world, "aws", "ssm", "put-parameter", "--value", word, cwd=tmp_path)
    with pytest.raises(Refused, match=r"in\.json holds a token"):
        call(world, "curl", "-d", word, "http://127.0.0.1:9/", cwd=tmp_path)
    (tmp_path / "in.json").write_text("no token")
    assert call(world, "curl", "-d", word, "http://127.0.0.1:9/", cwd=tmp_path).exit_code == 7


@pytest.mark.parametrize("argv", [("aws", "ssm", "put-parameter", "--value"), ("curl", "-d")])
def test_a_token_that_nobody_knows_is_not_sent(world: LiveWorld, argv: tuple[str, ...]) -> None:
    """As where somebody copies it out of the record of a run that has ended."""
    gone = Secrets().seal(VALUE)
    with pytest.raises(Refused, match=f"{gone} stands for a secret that is not this run's"):
        call(world, *argv, f"it is {gone}", "http://127.0.0.1:9/")


def test_a_loops_input_is_not_eaten(world: LiveWorld, secrets: Secrets) -> None:
    secrets.seal(VALUE)
    read, write = os.pipe()
    os.write(write, b"second line\n")
    os.close(write)
    world.send(Call(("aws", "ecs", "list-clusters")), lambda *_: None, read)
    assert os.read(read, 100) == b"second line\n"
    os.close(read)


# --- what came of a change -----------------------------------------------------------------------


def test_a_lost_change_is_sent_once_and_lost(world: LiveWorld, api: FakeApi) -> None:
    update = ("aws", "ecs", "update-service", "--service", "s", "--endpoint-url", api.url)
    with pytest.raises(Lost, match="Connection was closed"):
        call(world, *update, once=True)
    assert api.requests == 1


def test_a_lost_read_is_tried_again_and_said(world: LiveWorld, api: FakeApi) -> None:
    read = ("aws", "ecs", "list-clusters", "--endpoint-url", api.url)
    answer = call(world, *read, env={"AWS_MAX_ATTEMPTS": "2"})
    assert answer.exit_code == 255
    assert b"Connection was closed" in answer.stderr
    assert api.requests == 2


def test_a_change_that_did_not_leave_is_refused(world: LiveWorld, api: FakeApi) -> None:
    api.close()
    update = ("aws", "ecs", "update-service", "--service", "s", "--endpoint-url", api.url)
    with pytest.raises(Refused, match="Could not connect"):
        call(world, *update, once=True)
    read = ("aws", "ecs", "list-clusters", "--endpoint-url", api.url)
    assert call(world, *read, env={"AWS_MAX_ATTEMPTS": "1"}).exit_code == 255


def test_a_change_that_was_ended_is_lost(world: LiveWorld, api: FakeApi) -> None:
    api.pause = 30.0
    update = ("aws", "ecs", "update-service", "--service", "s", "--endpoint-url", api.url)
    with pytest.raises(Lost, match="longer than 1 s"):
        call(world, *update, once=True, timeout=1.0)


def test_a_change_that_aws_refuses_is_an_answer(world: LiveWorld) -> None:
    stop = ("aws", "ecs", "delete-cluster", "--cluster", "nothing-there")
    answer = call(world, *stop, once=True)
    assert answer.exit_code == 255
    assert b"ClusterNotFound" in answer.stderr


def test_the_message_of_a_lost_change_holds_no_secret(
    world: LiveWorld, secrets: Secrets, api: FakeApi
) -> None:
    token = secrets.seal(VALUE)
    url = f"{api.url}/{token}"
    update = ("aws", "ecs", "update-service", "--service", "s", "--endpoint-url", url)
    with pytest.raises(Lost) as caught:
        call(world, *update, once=True)
    assert VALUE not in str(caught.value)
