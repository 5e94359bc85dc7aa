"""What systems share, each a process of its own: the Kafka broker and the outside providers.

Started from a thread that lives as long as the lab; each only when some system asks for it.
"""

import json
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from steadyhand.lab.authority import Authority
from steadyhand.lab.ecs.tasks import PACKAGE_ROOT
from steadyhand.lab.kafka.client import Client, Unreachable
from steadyhand.lab.loopback import Addresses
from steadyhand.lab.processes import Processes, Program
from steadyhand.lab.providers.known import HOSTS, KINDS, address
from steadyhand.lab.systems.parts import Topic

SECONDS = 20.0  # in which each has to answer
KAFKA_PORT, PROVIDERS_PORT = 9092, 8090


class OutsideFailed(Exception):
    """One of them does not answer; the message says which."""


class Outside:
    """`values` is what fills the texts of a system's parts: `kafka`, `provider.NAME`."""

    def __init__(self, processes: Processes, addresses: Addresses, folder: Path) -> None:
        self._processes = processes
        self._addresses = addresses
        self._folder = folder
        self.values: dict[str, str] = {}
        self.hosts: dict[str, str] = {}  # names of providers → where they are
        self.tls_hosts: dict[str, str] = {}
        self._awaited: dict[str, Callable[[], object]] = {}

    def start_broker(self, topics: Sequence[Topic]) -> None:
        """Start the broker with these topics, if there are any; `wait` until it has them."""
        if not topics:
            return
        host, port = self._addresses.take(KAFKA_PORT)
        data = self._folder / "kafka"
        data.mkdir(exist_ok=True)
        words = ("--host", host, "--port", str(port), "--data", str(data))
        self._spawn("kafka", "steadyhand.lab.kafka", words)
        self.values["kafka"] = f"{host}:{port}"
        wanted = [
            {
                "name": topic.name,
                "partitions": topic.partitions,
                "replication": 1,
                "assignments": [],
                "configs": [],
            }
            for topic in topics
        ]
        self._awaited["kafka"] = lambda: self._create_topics(wanted)

    def _create_topics(self, wanted: list[dict[str, Any]]) -> None:
        with Client(self.values["kafka"]) as client:
            client.ask(
                "CreateTopics", {"topics": wanted, "timeout_ms": 5000, "validate_only": False}
            )

    def start_providers(self, authority: Authority) -> None:
        """Start the stand-ins of outside providers."""
        host, port = self._addresses.take(PROVIDERS_PORT)
        file = self._folder / "providers.pem"
        authority.write(file, HOSTS)
        words = ("--host", host, "--port", str(port), "--tls", str(file))
        self._spawn("providers", "steadyhand.lab.providers", words, self._listening)
        self.values |= {f"provider.{name}": address(host, port, name) for name in KINDS}
        self.hosts = dict.fromkeys(HOSTS, f"{host}:{port}")
        self._awaited["providers"] = self._answers

    def wait(self) -> None:
        """Return when what was started answers. Raises OutsideFailed."""
        for name, ask in self._awaited.items():
            _until(name, ask)

    def _answers(self) -> None:
        if not self.tls_hosts:
            raise OSError("they have not said where they listen")
        self.control("GET", "/_control")

    def _listening(self, line: str) -> None:
        """The providers say where they are: the port with TLS is known only then."""
        with suppress(ValueError):
            told = json.loads(line)
            self.tls_hosts = dict.fromkeys(HOSTS, f"{told['host']}:{told['tls_port']}")

    def control(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Ask or tell the providers. Raises OSError."""
        base = self.values["provider.slack"].rpartition("/")[0]
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(base + path, data, method=method)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=5) as answer:
            return json.load(answer)

    def _spawn(
        self,
        name: str,
        module: str,
        words: tuple[str, ...],
        output: Callable[[str], None] = lambda _: None,
    ) -> None:
        environment = {"PYTHONPATH": str(PACKAGE_ROOT), "PYTHONUNBUFFERED": "1"}
        program = Program(name, (sys.executable, "-m", module, *words), environment)
        self._processes.spawn(program, output)


def _until(name: str, ask: Callable[[], object]) -> None:
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            ask()
            return
        except (OSError, Unreachable, urllib.error.URLError) as error:
            if time.monotonic() > deadline:
                raise OutsideFailed(f"{name} does not answer: {error}") from None
            time.sleep(0.05)
