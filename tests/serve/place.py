"""A place where `steadyhand serve` runs as a user starts it: documents, a receiver, the journal.

The receiver takes what the webhooks get. Alarms are turned by the tests through the journal, as
another process that watches would do; the metrics' own source does not answer here.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import IO, Any

from steadyhand.app.control import Control
from steadyhand.engine.drive import Turn
from steadyhand.main import build
from steadyhand.model.alarm import AlarmState, AlarmTurned
from steadyhand.model.key import alarm_key

FACTOR = 600  # 15 minutes of the document are 1.5 seconds

DOCUMENT = """# {title} Operations Runbook

## Monitoring & Alerts

| Alarm | Threshold | Action |
|-------|-----------|--------|
{alarms}

## Contacts & Escalation

### Escalation Path

| Level | Contact | When |
|-------|---------|------|
| L1 | On-call engineer | At once, for every page |
| L2 | Engineering lead | Unresolved after 15 min |
"""

ALARM = """
[alarms."{name}"]
source = "cloudwatch"
namespace = "Shop"
metric = "Depth"
period_seconds = 36000
"""

CONTACT = """
[contacts."{name}"]
notices = ["webhook"]
webhook = "lab"
"""

# A page is neither repeated nor gathered here, so that two of one level are one too many.
RESPOND = """
[respond]
repeat_seconds = 36000000
update_seconds = 36000000

[notices]
storm_pages = 100000
"""

File = int | IO[str]  # as `subprocess` takes them


@dataclass
class Receiver:
    """Takes notices; `busy` is called before one is answered."""

    got: list[tuple[float, dict[str, Any]]] = field(default_factory=list)
    beats: list[float] = field(default_factory=list)
    busy: Callable[[dict[str, Any]], None] = lambda _: None
    down: bool = False

    def __post_init__(self) -> None:
        receiver = self

        class Answer(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                if self.path == "/beat":
                    receiver.beats.append(time.monotonic())
                    return self._say(204)
                if not self.path.startswith("/hook"):
                    return self._say(400)  # the metrics' source
                if receiver.down:
                    return self._say(503)
                notice = json.loads(body)
                receiver.got.append((time.monotonic(), notice))
                receiver.busy(notice)
                return self._say(204)

            def _say(self, status: int) -> None:
                self.send_response(status)
                self.send_header("content-length", "0")
                self.end_headers()

            def handle(self) -> None:
                try:
                    super().handle()
                except ConnectionError:
                    return  # whoever asked was killed

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def pages(self, alarm: str, level: str = "L1") -> list[tuple[float, str]]:
        """Give when each page about an alarm came for a level, with its dedup key."""
        return [
            (at, str(one["id"]))
            for at, one in list(self.got)
            if one["level"] == level and f" {alarm} " in one["title"] and "page" in one["title"]
        ]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@dataclass
class Place:
    """A folder with documents, and the service over them."""

    folder: Path
    receiver: Receiver
    database: str = ""
    processes: list["subprocess.Popen[str]"] = field(default_factory=list)
    screens: list[list[str]] = field(default_factory=list)
    _control: Control | None = None

    @property
    def state(self) -> Path:
        return self.folder / "state"

    def write(self, system: str, alarms: list[str], settings: str = "") -> Path:
        """Write a document with its settings; every alarm pages both levels by the receiver."""
        where = self.folder / system
        where.mkdir(parents=True, exist_ok=True)
        rows = "\n".join(f"| {name} | > 100 for 5 min | Page on-call |" for name in alarms)
        document = where / "RUNBOOK.md"
        document.write_text(DOCUMENT.format(title=system.title(), alarms=rows))
        toml = f'schema = 1\ntarget = "lab"\n{settings}{RESPOND}'
        toml += "".join(ALARM.format(name=name) for name in alarms)
        toml += "".join(CONTACT.format(name=n) for n in ("On-call engineer", "Engineering lead"))
        (where / "steadyhand.toml").write_text(toml)
        return document

    def environment(self) -> dict[str, str]:
        lab = self.folder / "lab.json"
        lab.write_text(json.dumps(self._lab()))
        kept = {
            name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH") if name in os.environ
        }
        return {
            **kept,
            "STEADYHAND_LAB": str(lab),
            **({"STEADYHAND_JOURNAL": self.database} if self.database else {}),
        }

    def _lab(self) -> dict[str, Any]:
        address = self.receiver.address
        return {
            "control": address, "webhook": f"{address}/hook", "url": address, "pid": os.getpid(),
            "factor": FACTOR, "system": {"folder": str(self.folder)},
            "aws": {"region": "eu-west-1", "account": "000000000000", "endpoint": address},
        }  # fmt: skip

    def serve(self, *arguments: str, wait: bool = True) -> "subprocess.Popen[str]":
        """Start the service, and wait until it says that it serves."""
        process = self.begin(subprocess.PIPE, subprocess.STDOUT, *arguments)
        screen: list[str] = []
        self.screens.append(screen)
        ready = threading.Event()

        def read() -> None:
            assert process.stdout is not None
            for line in process.stdout:
                screen.append(line.rstrip())
                if "serving " in line:
                    ready.set()
            ready.set()

        threading.Thread(target=read, daemon=True).start()
        if wait:
            assert ready.wait(60), screen
            assert any("serving " in line for line in screen), screen
        return process

    def begin(self, out: File, err: File, *arguments: str) -> "subprocess.Popen[str]":
        """Start the service, and leave to whoever calls what it writes."""
        process = subprocess.Popen(
            [sys.executable, "-m", "steadyhand", "--state", str(self.state), "serve",
             "--listen", "127.0.0.1:0", *(arguments or [str(self.folder / "shop")])],
            env=self.environment(), stdin=subprocess.DEVNULL, stdout=out, stderr=err,
            text=True, cwd=self.folder,
        )  # fmt: skip
        self.processes.append(process)
        return process

    def said(self) -> str:
        return "\n".join(line for screen in self.screens for line in screen)

    @property
    def control(self) -> Control:
        """The journal, as this process sees it."""
        if self._control is None:
            self._control = build(self.state, self.database)
        return self._control

    def use(self, control: Control) -> None:
        """Look at the journal through a control plane that a test has made."""
        self._control = control

    def turn(self, alarm: str, state: AlarmState, system: str = "shop") -> None:
        """Turn an alarm, as another process that watches would."""
        turn: Turn = self.control.engine.turn("alarm", alarm_key(system, alarm))
        now = self.control.clock.now()
        turn.append(AlarmTurned(alarm, state, "150 > 100", (150.0,), now))

    def close(self) -> None:
        """End what still runs, and check that it ends as it should."""
        for process in self.processes:
            if process.poll() is None:
                process.kill()
            process.wait(30)
            if process.stdout is not None:
                process.stdout.close()
        if self._control is not None:
            self._control.close()
        self.receiver.close()


def kill(process: "subprocess.Popen[str]") -> None:
    """kill -9."""
    process.send_signal(signal.SIGKILL)
    process.wait(30)


def until(look: Callable[[], object], seconds: float = 20.0, what: str = "") -> float:
    """Wait until something is so, and say when it was."""
    deadline = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < deadline, what or "it did not come"
        time.sleep(0.01)
    return time.monotonic()
