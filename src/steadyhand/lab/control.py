"""The lab's own control API on loopback, and the receiver of webhooks. JSON in, JSON out.

GET /status /faults /webhooks /deployments /calls · POST and DELETE /faults/<name> · POST
/hooks/<name> · POST /registry/<repository>/<tag> · POST /sessions/<id> · POST /shutdown
"""

import json
import re
import socket
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from hmac import compare_digest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from steadyhand.lab.ecs.sessions import Terminal, run_session
from steadyhand.lab.faults import FAULTS
from steadyhand.lab.faults.fault import BadParameter, Scene
from steadyhand.lab.lab import Lab
from steadyhand.lab.loopback import LOOPBACK
from steadyhand.lab.pushed import push

Answer = tuple[int, Any]
MAX_BODY = 1024 * 1024
_SIZE = re.compile(r"(\d{1,4})x(\d{1,4})")  # columns and lines


class Control:
    """Serves while `start` … `stop`; `shutdown` is called by POST /shutdown."""

    def __init__(self, lab: Lab, shutdown: Callable[[], None]) -> None:
        self._lab = lab
        self._shutdown = shutdown
        self._hooks: deque[dict[str, Any]] = deque(maxlen=1000)
        self._active: dict[str, dict[str, Any]] = {}
        self._scenes: dict[str, Scene] = {}
        self._lock = threading.Lock()  # one fault is injected or cleared at a time
        control = self

        class Requests(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self._serve("GET")

            def do_POST(self) -> None:
                self._serve("POST")

            def do_DELETE(self) -> None:
                self._serve("DELETE")

            def _serve(self, method: str) -> None:
                length = min(int(self.headers.get("Content-Length") or 0), MAX_BODY)
                sent = self.rfile.read(length)
                path = urlsplit(self.path).path
                if method == "POST" and path.startswith("/sessions/"):
                    control.join(self, path.rpartition("/")[2], sent)
                    return
                status, answer = control.answer(method, path, sent.decode(errors="replace"))
                text = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer((LOOPBACK, 0), Requests)
        self._server.daemon_threads = True
        lab.fleet.control = lambda: self.url

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self._server.server_port}"

    def start(self) -> None:
        threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, method: str, path: str, body: str) -> Answer:
        """Answer one request. Any failure is an answer too."""
        match method, path.strip("/").split("/"):
            case "GET", ["status"]:
                return 200, self._status()
            case "GET", ["faults"]:
                return 200, self._faults()
            case "GET", ["webhooks"]:
                return 200, list(self._hooks)
            case "GET", ["deployments"]:
                return 200, self._deployments()
            case "GET", ["calls"]:
                with self._lab.lock:
                    return 200, self._lab.calls.report()
            case "POST", ["hooks", name]:
                return self._hook(name, body)
            case "POST", ["registry", *names, tag] if names:
                return push(self._lab.registry, self._lab.state.folder, "/".join(names), tag, body)
            case "POST", ["faults", name] if name in FAULTS:
                return self._inject(name, body)
            case "DELETE", ["faults", name] if name in FAULTS:
                return self._clear(name)
            case "POST" | "DELETE", ["faults", name]:
                return 404, {"error": f"there is no fault {name}; `lab fault list` lists them"}
            case "POST", ["shutdown"]:
                threading.Timer(0.05, self._shutdown).start()
                return 202, {"shutting_down": True}
        return 404, {"error": f"nothing at {method} {path}"}

    def join(self, request: BaseHTTPRequestHandler, name: str, stdin: bytes) -> None:
        """Run a session of execute-command for whoever has its token; each can be joined once."""
        lab = self._lab
        with lab.lock:
            session = lab.fleet.sessions.get(name)
            token = request.headers.get("Authorization", "")
            if session is None or not compare_digest(token, f"Bearer {session.token}"):
                request.send_error(403)
                return
            del lab.fleet.sessions[name]
        request.send_response(200)
        request.send_header("Content-Type", "application/octet-stream")
        request.send_header("Connection", "close")
        request.end_headers()
        request.close_connection = True
        given: bytes | Terminal = stdin
        if (size := _SIZE.fullmatch(request.headers.get("Terminal", ""))) is not None:
            # What is typed comes behind the request, for as long as the session lasts.
            given = Terminal(lambda: request.rfile.read1(65536), int(size[1]), int(size[2]))
        with suppress(OSError):
            gate = lab.fleet.placement.launcher.gate(session.task)
            run_session(session, given, request.wfile.write, gate)
        with suppress(OSError):
            request.connection.shutdown(socket.SHUT_RDWR)  # also who waits for keys

    def _status(self) -> dict[str, Any]:
        lab = self._lab
        first = next(iter(lab.systems.values()))
        traffic = first.traffic
        return {
            **lab.directory.contract(self.url),
            "healthy": lab.healthy(),
            "period": lab.durations.metric_period,
            "pids": {str(pid): name for pid, name in lab.pids().items()},
            "traffic": {} if traffic is None else traffic.snapshot(),
            "balancer": lab.proxy(first.parts.balancers[0].name).tally.snapshot(),
            "faults": sorted(self._active),
        }

    def _faults(self) -> list[dict[str, Any]]:
        return [
            {
                "name": fault.name,
                "summary": fault.summary,
                "notice": fault.notice,
                "parameters": fault.parameters,
                "active": self._active.get(fault.name),
            }
            for fault in FAULTS.values()
        ]

    def _inject(self, name: str, body: str) -> Answer:
        with self._lock:
            if name in self._active:
                return 409, {"error": f"{name} is active already; clear it first"}
            try:
                given = json.loads(body or "{}")
                if not isinstance(given, dict):
                    raise BadParameter("the parameters must be a JSON object")
                scene = self._scene(given)
                with self._lab.account.fault():
                    told = FAULTS[name].inject(scene)
            except (BadParameter, ValueError) as error:
                return 400, {"error": str(error)}
            at = datetime.now(UTC).isoformat()
            self._active[name] = {"at": at, "parameters": given, **told}
            self._scenes[name] = scene
            return 200, {"name": name, **self._active[name]}

    def _scene(self, given: dict[str, Any]) -> Scene:
        systems = self._lab.systems
        name = str(given.get("system") or next(iter(systems)))
        if name not in systems:
            raise BadParameter(f"the lab has no system {name}; it has {', '.join(systems)}")
        return Scene(self._lab, systems[name], given)

    def _clear(self, name: str) -> Answer:
        with self._lock:
            active = self._active.pop(name, None)
            if active is None:
                return 200, {"name": name, "cleared": False}
            FAULTS[name].clear(self._scenes.pop(name))
            return 200, {"name": name, "cleared": True}

    def _hook(self, name: str, body: str) -> Answer:
        try:
            content = json.loads(body)
        except ValueError:
            content = body
        self._hooks.append({"name": name, "at": datetime.now(UTC).isoformat(), "body": content})
        return 200, {"ok": True}

    def _deployments(self) -> list[dict[str, Any]]:
        """Every deployment there ever was, in the order they were made."""
        with self._lab.lock:
            made = [
                (deployment, running.service)
                for running in self._lab.fleet.services.values()
                for deployment in running.history.deployments
            ]
        return [
            {
                "id": deployment.id,
                "service": service.name,
                "cluster": service.cluster,
                "taskDefinition": deployment.task_definition,
                "createdAt": deployment.created_at.isoformat(),
                "cause": deployment.cause,
                "request": deployment.request,
            }
            for deployment, service in sorted(made, key=lambda pair: pair[0].created_at)
        ]
