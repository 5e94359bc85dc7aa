"""A session on a real PostgreSQL: both of its ends let go of one that says nothing any more; and
servers and databases with settings of their own.
"""

import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from steadyhand.store.audit import chain
from steadyhand.store.database import Unavailable
from steadyhand.store.heartbeats import Beat, listed, record
from steadyhand.store.journal import Journal
from steadyhand.store.schema import open_store
from tests.store.audit.keeping import NOW, TYPES, Grown, grow

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


@pytest.fixture
def other(postgres: str) -> Iterator[str]:
    """The URL of a database of its own, to be made by the test under the name at its end."""
    with psycopg.connect(postgres, autocommit=True) as server:
        server.execute("DROP DATABASE IF EXISTS other WITH (FORCE)")
        yield postgres.rpartition("/")[0] + "/other"
        server.execute("DROP DATABASE IF EXISTS other WITH (FORCE)")


def make(postgres: str, *statements: bytes) -> None:
    with psycopg.connect(postgres, autocommit=True) as server:
        for statement in statements:
            server.execute(statement)


BEAT = Beat("sauvegarde de l'été →", datetime(2026, 5, 4, tzinfo=UTC), detail="«»")


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_text_comes_back_whatever_encoding_the_client_is_told_to_have(
    postgres: str, other: str, encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGCLIENTENCODING", encoding)
    make(postgres, b"CREATE DATABASE other TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'")
    for _ in range(2):  # the second finds the tables
        database = open_store(f"{other}?client_encoding={encoding}")
        record(database, BEAT)
        assert listed(database) == [BEAT]
        database.close()


def test_text_that_a_database_has_no_characters_for_is_said_to_be_so(
    postgres: str, other: str
) -> None:
    make(postgres, b"CREATE DATABASE other TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
    database = open_store(other)
    with pytest.raises(Unavailable, match="LATIN1"):
        record(database, BEAT)
    database.close()


@pytest.mark.parametrize("isolation", [b"repeatable read", b"serializable"])
def test_writers_wait_for_each_other_whatever_isolation_a_database_has(
    postgres: str, other: str, isolation: bytes, tmp_path: Path
) -> None:
    make(
        postgres,
        b"CREATE DATABASE other",
        b"ALTER DATABASE other SET default_transaction_isolation = '%s'" % isolation,
    )
    database = open_store(other)
    audited = chain.Chain(database, tmp_path / "audit.key", [])
    failed: list[Exception] = []

    def write(name: str) -> None:
        try:
            grow(Journal(database, TYPES, audited), name, range(1, 21))
        except Exception as error:
            failed.append(error)

    writers = [threading.Thread(target=write, args=(name,)) for name in ("oak", "elm", "ash")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    database.close()
    assert failed == []


def test_who_stops_in_the_middle_of_writing_does_not_hold_up_the_others(
    postgres: str, other: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(postgres, b"CREATE DATABASE other")
    database = open_store(other)
    audited = chain.Chain(database, tmp_path / "audit.key", [])
    journal = Journal(database, TYPES, audited)
    quick = chain._WAIT.replace("'10s'", "'300ms'")
    monkeypatch.setattr(chain, "_WAIT", quick)
    with database.writing() as stopped:
        audited.take(stopped)
        with pytest.raises(Unavailable, match="lock timeout"):
            journal.append("plant", "oak", 1, Grown(1), NOW)
    monkeypatch.setattr(chain, "_WAIT", chain._WAIT.replace("'30s'", "'300ms'"))
    cut_off = pytest.raises(Unavailable, match="idle-in-transaction timeout")
    with cut_off, database.writing() as stopped:
        audited.take(stopped)
        monkeypatch.setattr(chain, "_WAIT", quick.replace("'300ms'", "'20s'"))
        journal.append("plant", "oak", 1, Grown(1), NOW)
        stopped.scalar("SELECT 1")
    database.close()


def test_leases_are_none_of_the_connections_that_others_wait_for(
    postgres: str, other: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(postgres, b"CREATE DATABASE other")
    monkeypatch.setattr("steadyhand.store.database._AT_MOST", 1)
    monkeypatch.setattr("steadyhand.store.database._PATIENCE", 0.01)
    database = open_store(other)
    with database.session(), database.session():
        record(database, BEAT)
    database.close()
