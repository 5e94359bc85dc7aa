"""Loopback and nothing else: by name, by address, by audit event, and in a process of its own."""

import socket
import subprocess
import sys

import pytest

from steadyhand.world.aws.guard import beyond, is_loopback


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.77.0.3", "::1", "[::1]"])
def test_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    [
        "example.test", "localhost.example.test", "127.0.0.1.example.test", "10.0.0.1", "0.0.0.0",
        "169.254.169.254", "::", "", "2130706433", "0x7f.1", "127.1", "::ffff:10.0.0.1",
    ],
)  # fmt: skip
def test_not_loopback(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize(
    ("event", "arguments", "what"),
    [
        ("socket.connect", (None, ("10.0.0.1", 80)), "10.0.0.1"),
        ("socket.connect", (None, ("127.0.0.1", 80)), None),
        ("socket.connect", (None, ("::1", 80, 0, 0)), None),
        ("socket.connect", (None, "/run/some.socket"), None),
        ("socket.sendto", (None, ("10.0.0.1", 53)), "10.0.0.1"),
        ("socket.getaddrinfo", ("ecs.amazonaws.com", 443), "ecs.amazonaws.com"),
        ("socket.getaddrinfo", (b"ecs.amazonaws.com", 443), "ecs.amazonaws.com"),
        ("socket.getaddrinfo", ("localhost", 443), None),
        ("socket.getaddrinfo", (None, 443), None),
        ("socket.gethostbyname", ("example.test",), "example.test"),
        ("subprocess.Popen", ("curl", [], None, None), "the program curl"),
        ("os.system", (b"curl",), "the program b'curl'"),
        ("open", ("/etc/hosts", "r", 0), None),
    ],
)
def test_events(event: str, arguments: tuple[object, ...], what: str | None) -> None:
    assert beyond(event, arguments) == what


def test_one_program_may_be_named() -> None:
    started = ("plugin", ["plugin"], None, None)
    assert beyond("subprocess.Popen", started, "plugin") is None
    assert beyond("subprocess.Popen", ("/bin/plugin", [], None, None), "plugin") is not None
    assert beyond("subprocess.Popen", ("curl", [], None, None), "plugin") is not None


_GUARDED = """
import socket, subprocess, sys
from steadyhand.world.aws.guard import install
def refuse(message):
    raise SystemExit(message)
install(refuse)
{}
print("through")
"""


@pytest.mark.parametrize(
    "deed",
    [
        "socket.create_connection(('192.0.2.1', 80), 1)",
        "socket.socket().connect_ex(('192.0.2.1', 80))",
        "socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
        "socket.getaddrinfo('example.test', 80)",
        "subprocess.run(['true'])",
        "import os; os.system('true')",
        "import os; os.posix_spawn('/bin/true', ['true'], {{}})",
        "import os; os.execv('/bin/true', ['true'])",
    ],
)
def test_a_guarded_process_does_not_get_out(deed: str) -> None:
    code = _GUARDED.format(deed.replace("{{}}", "{}"))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "the lab never reaches beyond loopback" in done.stderr
    assert "through" not in done.stdout


def test_a_guarded_process_reaches_loopback() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        code = _GUARDED.format(f"socket.create_connection(('localhost', {port}), 5).close()")
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=False
        )
    assert done.stdout == "through\n", done.stderr
