"""Probes through `serve`: what answers badly is paged about, and what recovers is seen to."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from steadyhand.model.alarm import Alarm, AlarmState
from steadyhand.model.key import alarm_key
from tests.serve.place import Place

SETTINGS = """
[probes.api]
kind = "http"
url = "{url}"
fields = {{ status = "healthy" }}
interval_seconds = 0.25
[alarms.Unhealthy]
source = "probe"
probe = "api"
operator = ">"
threshold = 0
action = "Page on-call"
[alarms."Unhealthy while shut"]
source = "composite"
rule = "ALARM(Unhealthy)"
suppressor = "Unhealthy"
"""


class Health:
    """A web server whose health can be changed."""

    def __init__(self) -> None:
        self.status = "healthy"
        outer = self

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = json.dumps({"status": outer.status}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/health"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def health() -> Iterator[Health]:
    made = Health()
    yield made
    made.server.shutdown()
    made.server.server_close()


def state(place: Place, name: str) -> AlarmState | None:
    alarm: Alarm | None = place.control.engine.turn("alarm", alarm_key("shop", name)).state
    return alarm.state if alarm else None


def until(place: Place, name: str, wanted: AlarmState, seconds: float = 20) -> float:
    began = time.monotonic()
    while state(place, name) is not wanted:
        assert time.monotonic() < began + seconds, (state(place, name), place.said())
        time.sleep(0.05)
    return time.monotonic() - began


def test_a_probe_that_fails_is_paged_about_and_a_suppressed_alarm_is_not(
    place: Place, health: Health
) -> None:
    place.write("shop", ["High CPU"], SETTINGS.format(url=health.url))
    place.serve()
    until(place, "Unhealthy", AlarmState.OK)
    health.status = "sick"
    until(place, "Unhealthy", AlarmState.ALARM)
    until(place, "Unhealthy while shut", AlarmState.ALARM)
    deadline = time.monotonic() + 20
    while not place.receiver.pages("Unhealthy"):
        assert time.monotonic() < deadline, place.said()
        time.sleep(0.05)
    while _alarm(place, "Unhealthy while shut").held != "Alarm":
        assert time.monotonic() < deadline, place.said()
        time.sleep(0.05)
    assert _alarm(place, "Unhealthy while shut").incident == ""
    health.status = "healthy"
    until(place, "Unhealthy", AlarmState.OK)
    assert "status is sick, not healthy" not in place.said()  # no trouble of the prober's own


def _alarm(place: Place, name: str) -> Alarm:
    alarm: Alarm = place.control.engine.turn("alarm", alarm_key("shop", name)).state
    return alarm


def test_watch_looks_with_probes_and_writes_nothing(place: Place, health: Health) -> None:
    document = place.write("shop", ["High CPU"], SETTINGS.format(url=health.url))
    health.status = "sick"
    watched = subprocess.run(
        [sys.executable, "-m", "steadyhand", "--state", str(place.state), "watch", str(document),
         "--for", "2.5"],
        env=place.environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True,
        cwd=place.folder, timeout=60,
    )  # fmt: skip
    assert watched.returncode == 0, watched.stderr
    assert "Unhealthy ALARM: 1 of 1 datapoints breach > 0: 100" in watched.stdout
    assert place.control.journal.keys("alarm") == []
