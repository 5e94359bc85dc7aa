"""psql's stand-in: which hosts a command line means, and that none of them is beyond loopback."""

import shlex

import pytest
from tests.lab.tools.calling import Desk

from steadyhand.lab.tools.postgres import _hosts


@pytest.mark.parametrize(
    ("words", "hosts"),
    [
        ("-h db.example -U a -d shop -c x", ["db.example"]),
        ("-hdb.example", ["db.example"]),
        ("--host=db.example shop", ["db.example"]),
        ("--host db.example", ["db.example"]),
        ("postgresql://a:p%40x@db.example:5433/shop?sslmode=disable", ["db.example"]),
        ("postgres://a@one.example,two.example:5433/shop", ["one.example", "two.example"]),
        ("postgresql:///shop?host=db.example", ["db.example"]),
        ("-d postgresql://[::1]:5432/shop", ["::1"]),
        ("-d host=db.example\\ dbname=shop", ["db.example"]),
        ("hostaddr=10.0.0.1", ["10.0.0.1"]),
        ("-Atc select\\ 1 -h db.example", ["db.example"]),
        ("-c -hnope shop", ["here.example"]),
        ("shop", ["here.example"]),
        ("shop postgresql://user.example/", ["here.example"]),
    ],
)
def test_the_hosts_of_a_command_line(words: str, hosts: list[str]) -> None:
    assert list(_hosts(shlex.split(words), {"PGHOST": "here.example"})) == hosts


@pytest.mark.parametrize(
    "line",
    [
        "psql -h 10.0.0.1 -c 'SELECT 1'",
        "psql postgresql://a@db.elsewhere.example/shop",
        "psql 'hostaddr=10.0.0.1'",
        "psql -h localhost -h 10.0.0.1",
    ],
)
def test_nothing_leaves_loopback(desk: Desk, line: str) -> None:
    said = desk(line)
    assert said.code == 2
    assert "could not translate host name" in said.err


def test_a_service_file_and_nobodys_socket_are_not_asked(desk: Desk) -> None:
    assert "definition of service" in desk("psql service=shop").err
    assert desk("psql -c 'SELECT 1'").code == 2  # a server of the machine's own may be running
    assert desk("pg_isready -h nope.example").out == "nope.example:5432 - no response\n"
