"""A session on a real PostgreSQL: both of its ends let go of one that says nothing any more."""

import socket
from pathlib import Path

import pytest

from steadyhand.store.schema import open_store

SERVER = ("tcp_keepalives_idle", "tcp_keepalives_interval", "tcp_keepalives_count")
CLIENT = (
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT),
    (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT),
)


def ends(url: str, *also: str) -> tuple[list[int], list[str]]:
    """Open a store; its socket's settings here, and what the server says of its own."""
    database = open_store(url)
    try:
        with database.reading() as connection:
            raw = connection._raw
            with socket.socket(fileno=raw.fileno()) as ours:
                inet = ours.family != socket.AF_UNIX
                here = [ours.getsockopt(*name) for name in CLIENT] if inet else []
                ours.detach()
            names = (*SERVER, "tcp_user_timeout", *also)
            return here, [connection.scalar(f"SHOW {name}") for name in names]
    finally:
        database.close()


def test_both_ends_let_go_of_one_that_is_silent(postgres: str) -> None:
    assert ends(postgres) == ([1, 10, 5, 3, 20_000], ["10", "5", "3", "20000"])


def test_what_the_url_says_stands_beside_it(postgres: str) -> None:
    said = "options=-c%20statement_timeout%3D7s%20-c%20tcp_keepalives_idle%3D61&keepalives_idle=62"
    here, there = ends(f"{postgres}?{said}", "statement_timeout")
    assert here == [1, 62, 5, 3, 20_000]
    assert there == ["61", "5", "3", "20000", "7s"]


def test_what_the_environment_says_stands_too(
    postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGOPTIONS", "-c tcp_user_timeout=9s -c statement_timeout=8s")
    assert ends(postgres, "statement_timeout")[1] == ["10", "5", "3", "9000", "8s"]


def test_a_socket_of_this_machine_needs_none(postgres: str) -> None:
    *_, folder, port = ends(postgres, "unix_socket_directories", "port")[1]
    assert (Path(folder) / f".s.PGSQL.{port}").is_socket()
    assert ends(f"postgresql://test@/postgres?host={folder}&port={port}")[1] == ["0"] * 4
