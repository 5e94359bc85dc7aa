"""A command line in, what a tool printed and its exit code out; and a small server to ask."""

import json
import shlex
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path
from typing import Any

from steadyhand.lab.tools import TOOLS
from steadyhand.lab.tools.call import Call, LabInfo


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Desk:
    """Where somebody types: a lab, a directory, an environment."""

    lab: LabInfo
    cwd: Path
    env: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, line: str, stdin: str = "") -> Said:
        words = tuple(shlex.split(line))
        out, err = StringIO(), StringIO()
        call = Call(words, StringIO(stdin), out, err, self.cwd, self.env, self.lab)
        return Said(TOOLS[words[0]](call), out.getvalue(), err.getvalue())

    def within(self, folder: Path) -> "Desk":
        return replace(self, cwd=folder)


Answer = tuple[int, Any]
Answering = Callable[[str, str, Any], Answer]


@contextmanager
def server(answering: Answering) -> Iterator[str]:
    """Serve on loopback: (method, path, body) → (status, answer). Gives the address."""

    class Requests(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._serve("GET")

        def do_POST(self) -> None:
            self._serve("POST")

        def _serve(self, method: str) -> None:
            text = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, answer = answering(method, self.path, json.loads(text or b"null"))
            body = b"" if answer is None else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    made = ThreadingHTTPServer(("127.0.0.1", 0), Requests)
    serving = threading.Thread(target=made.serve_forever, args=(0.02,))
    serving.start()
    try:
        yield f"http://127.0.0.1:{made.server_port}"
    finally:
        made.shutdown()
        made.server_close()
        serving.join(5)
