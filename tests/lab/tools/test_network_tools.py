"""`nslookup`, `dig` and `nc`: the table of hosts, and real connections on loopback."""

import socket
from collections.abc import Iterator

import pytest
from tests.lab.tools.calling import Desk

from steadyhand.lab.loopback import free_port
from steadyhand.lab.tools.call import LabInfo


@pytest.fixture
def listening() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


@pytest.mark.parametrize(
    ("line", "code", "out", "err"),
    [
        ("nslookup shop.example", 0, "Name:\tshop.example\nAddress: 127.77.4.2\n", ""),
        ("nslookup Shop.Example.", 0, "Address: 127.77.4.2\n", ""),
        ("nslookup nope.example", 1, "** server can't find nope.example: NXDOMAIN", ""),
        ("nslookup -bogus shop.example", 0, "Address: 127.77.4.2", "*** Invalid option: bogus"),
        ("nslookup", 1, "", "needs a terminal"),
        ("dig +short shop.example", 0, "127.77.4.2\n", ""),
        ("dig shop.example", 0, "status: NOERROR", ""),
        ("dig shop.example", 0, "shop.example.\t\t60\tIN\tA\t127.77.4.2", ""),
        ("dig nope.example", 0, "status: NXDOMAIN", ""),
        ("dig shop.example AAAA", 0, "ANSWER: 0", ""),
        ("dig +bogus shop.example", 1, "", "Invalid option: +bogus\nUsage:  dig"),
        ("dig -y key shop.example", 1, "", "Invalid option: -y"),
    ],
)
def test_names(desk: Desk, line: str, code: int, out: str, err: str) -> None:
    said = desk(line)
    assert said.code == code
    assert out in said.out
    assert err in said.err


def test_a_short_answer_for_an_unknown_name_is_empty(desk: Desk) -> None:
    assert desk("dig +short nope.example").out == ""


def test_an_open_port_is_open(desk: Desk, listening: int) -> None:
    said = desk(f"nc -zv db.shop.example {listening}")
    assert (said.code, said.out) == (0, "")
    assert said.err.startswith(f"Connection to db.shop.example {listening} port [tcp/")
    assert said.err.endswith("] succeeded!\n")
    assert desk(f"nc -z 127.0.0.1 {listening}").err == ""


def test_the_table_moves_a_port(desk: Desk, listening: int) -> None:
    moved = Desk(LabInfo(desk.lab.folder, hosts={"db": f"127.0.0.1:{listening}"}), desk.cwd)
    assert moved("nc -z -w 2 db 5432").code == 0


@pytest.mark.parametrize(
    ("line", "err"),
    [
        ("nc -zv db.shop.example {closed}", "port {closed} (tcp) failed: Connection refused"),
        ("nc -zv 192.0.2.1 80", "(tcp) failed: Network is unreachable"),
        ("nc -z nope.example 80", 'getaddrinfo for host "nope.example" port 80: Name or service'),
        ("nc -z db.shop.example 99999", "port number invalid: 99999"),
        ("nc -z -w 0 db.shop.example 80", "timeout too small: 0"),
        ("nc -Q db.shop.example 80", "nc: invalid option -- 'Q'\nusage: nc"),
        ("nc -z db.shop.example", "usage: nc"),
        ("nc db.shop.example 80", "only -z"),
    ],
)
def test_a_port_that_is_not_open(desk: Desk, line: str, err: str) -> None:
    closed = free_port()
    said = desk(line.format(closed=closed))
    assert said.code == 1
    assert err.format(closed=closed) in said.err
