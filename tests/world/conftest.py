"""A stand-in AWS endpoint on loopback, in a process of its own that goes with this one."""

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from steadyhand.model.run.target import Target
from steadyhand.world.aws.client import AwsCli
from steadyhand.world.door import Sink, Stream

_SERVER = """
import sys
import threading
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
server.stop()
"""


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", _SERVER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as server:
        assert server.stdout is not None
        yield f"http://127.0.0.1:{int(server.stdout.readline())}"
        server.communicate()


@pytest.fixture(scope="session")
def lab(endpoint: str) -> Target:
    return Target("lab", "us-east-1", "123456789012", endpoint, 20.0)


@pytest.fixture(scope="session")
def cli(lab: Target) -> Iterator[AwsCli]:
    aws = AwsCli(lab)
    yield aws
    aws.close()


class Kept:
    """A sink that keeps everything."""

    def __init__(self) -> None:
        self.chunks: list[tuple[Stream, bytes]] = []

    def sink(self, stream: Stream, chunk: bytes) -> None:
        self.chunks.append((stream, chunk))

    @property
    def out(self) -> str:
        return self._all(Stream.OUT)

    @property
    def err(self) -> str:
        return self._all(Stream.ERR)

    def _all(self, wanted: Stream) -> str:
        return b"".join(chunk for stream, chunk in self.chunks if stream is wanted).decode()


def discard() -> Sink:
    return lambda _stream, _chunk: None


@pytest.fixture
def kept() -> Kept:
    return Kept()


class FakeApi:
    """An endpoint that gives one answer to everything, or, without one, takes the request and
    closes the connection."""

    def __init__(self) -> None:
        self.requests = 0
        self.answer: bytes | None = None
        self.pause = 0.0  # seconds before it answers or closes
        self.last = b""
        self._closed = threading.Event()
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(5)
                self.last = connection.recv(65536)
                self.requests += 1
                self._closed.wait(self.pause)
                if self.answer is not None:
                    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(self.answer)}\r\n\r\n"
                    connection.sendall(head.encode() + self.answer)

    def close(self) -> None:
        if not self._closed.is_set():
            self._closed.set()
            self._server.shutdown(socket.SHUT_RDWR)
            self._server.close()


@pytest.fixture
def api() -> Iterator[FakeApi]:
    fake = FakeApi()
    yield fake
    fake.close()
