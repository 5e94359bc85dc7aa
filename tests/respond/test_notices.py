"""Delivery: over the terminal and to a real receiver on loopback, and every way it can fail."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from msgspec.structs import replace

from steadyhand.model.incident.notice import Notice
from steadyhand.respond.notices import Channels, Delivered, Failed, deliver
from steadyhand.respond.notices.posting import post

AROUND: list[object] = []
AROUND.append(AROUND)
NOTICE = Notice("i1/2/Stufe 1 – früh/webhook", "i1", "L1", "On-call", "webhook", "5xx", "Körper")


@contextmanager
def receiver(status: int, got: list[Any]) -> Iterator[str]:
    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            got.append((self.path, self.headers["idempotency-key"], json.loads(body)))
            if status:
                self.send_response(status)
                self.send_header("content-length", "0")
                self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hooks/on-call"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def send(address: str, notice: Notice = NOTICE) -> Delivered | Failed:
    return deliver(notice, Channels(lambda _: None, {"On-call": address} if address else {}))


def test_the_terminal_is_told() -> None:
    said: list[Notice] = []
    notice = replace(NOTICE, channel="terminal")
    assert deliver(notice, Channels(said.append, {})) == Delivered()
    assert said == [notice]


def test_a_webhook_gets_the_notice_with_its_key() -> None:
    got: list[Any] = []
    with receiver(204, got) as address:
        assert send(address) == Delivered()
    assert got == [
        (
            "/hooks/on-call",
            "i1/2/Stufe%201%20%E2%80%93%20fr%C3%BCh/webhook",
            {
                "id": NOTICE.id, "incident": "i1", "level": "L1", "contact": "On-call",
                "person": "", "kind": "page", "system": "", "severity": "",
                "title": "5xx", "body": "Körper",
            },
        )
    ]  # fmt: skip


@pytest.mark.parametrize("status", [400, 500, 503])
def test_an_answer_that_is_no_yes_is_a_failure(status: int) -> None:
    with receiver(status, []) as address:
        host = address.removesuffix("/hooks/on-call")  # the rest may be a secret
        assert send(address) == Failed(f"{host} answered {status}", lasting=status == 400)


def test_a_receiver_that_hangs_up_is_a_failure() -> None:
    with receiver(0, []) as address:
        assert isinstance(send(address), Failed)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://127.0.0.1:1/", "refused"),
        ("http://127.0.0.1:notaport/", "an address that is none"),
        ("nonsense", "an address that is none"),
        ("file:///etc/passwd", "an address that is none"),
        ("", "no webhook address"),
    ],
)
def test_no_address_ends_the_delivering(address: str, said: str) -> None:
    failed = send(address)
    assert isinstance(failed, Failed)
    assert said in failed.reason
    assert failed.lasting is (said != "refused")


@pytest.mark.parametrize("path", ["/ä", "/a b"])
def test_an_address_that_cannot_be_asked_is_refused_for_good(path: str) -> None:
    got: list[Any] = []
    with receiver(204, got) as address:
        failed = send(address + path)
    assert isinstance(failed, Failed)
    assert failed.lasting
    assert got == []


@pytest.mark.parametrize(
    ("body", "headers"),
    [({"at": object()}, {}), (AROUND, {}), ({}, {"idempotency-key": "a\nb"})],
)
def test_what_cannot_be_sent_says_nothing_against_its_address(
    body: object, headers: dict[str, str]
) -> None:
    got: list[Any] = []
    with receiver(204, got) as address:
        failed = post(address, body, headers)
        assert isinstance(failed, Failed)
        assert not failed.lasting
        assert post(address, {}, {"idempotency-key": "1"}) == Delivered()
    assert [key for _path, key, _body in got] == ["1"]


def test_a_channel_that_nobody_knows_is_said() -> None:
    assert send("", replace(NOTICE, channel="pigeon")) == Failed(
        "nobody knows the channel pigeon", lasting=True
    )
