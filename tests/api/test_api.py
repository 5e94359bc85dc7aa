"""What the API answers, over the same journal as the command line."""

import json
import re
import sqlite3
import threading
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from steadyhand.api import schema
from steadyhand.app.responding import incidents
from steadyhand.app.serving import vigil
from steadyhand.model.incident.events import (
    Acknowledged,
    EvidenceKept,
    LevelPaged,
    Mitigated,
    ReviewWritten,
)
from steadyhand.model.incident.measure import Kept
from steadyhand.store import heartbeats
from steadyhand.store.journal import Output
from steadyhand.store.sqlite import SQLite
from tests.api.conftest import DOCUMENT, SETTINGS, Api, Make

KEPT = Path(__file__).resolve().parents[2] / "docs" / "schema" / "api-1.openapi.json"


def test_documents_procedures_and_alarms(api: Api) -> None:
    key = api.incident()
    with api.client("read") as client:
        (document,) = client.get("/api/v1/documents").json()
        assert (document["system"], document["alarms"], document["unbound"]) == ("shop", 2, 1)
        assert client.get("/api/v1/documents/shop").json()["procedures"]
        assert client.get("/api/v1/documents/bakery").status_code == 404
        (procedure,) = client.get("/api/v1/procedures", params={"system": "shop"}).json()
        shown = client.get(f"/api/v1/documents/shop/procedures/{procedure['id']}").json()
        assert "update-service" in json.dumps(shown["steps"])
        alarms = {one["name"]: one for one in client.get("/api/v1/alarms").json()}
        assert alarms["Secret Queue"]["state"] == "ALARM"
        assert alarms["Unbound One"]["unbound"]
        assert client.get("/api/v1/incidents").json()[0]["id"] == key


def test_answers_carry_the_time_of_day_as_it_goes_on(api: Api) -> None:
    with api.client() as client:

        def said() -> datetime:
            return parsedate_to_datetime(client.get("/healthz").headers["date"])

        first = said()
        assert abs((datetime.now(UTC) - first).total_seconds()) < 5
        deadline = time.monotonic() + 10
        while said() == first:
            assert time.monotonic() < deadline
            time.sleep(0.1)


def test_incidents_come_a_page_at_a_time(api: Api) -> None:
    keys = [api.incident(f"i{number}") for number in range(5)]
    with api.client("read") as client:

        def page(**asked: str) -> list[str]:
            answer = client.get("/api/v1/incidents", params={"limit": "2", **asked})
            assert answer.status_code == 200, answer.text
            return [one["id"] for one in answer.json()]

        assert page() == keys[:2:-1]
        assert page(before=keys[3]) == [keys[2], keys[1]]
        assert page(before=keys[1]) == [keys[0]]
        assert page(before=keys[0]) == []
        assert page(state="resolved") == []
        assert client.get("/api/v1/incidents", params={"before": "nothing"}).status_code == 404


def test_a_page_of_one_state_is_not_looked_for_incident_by_incident(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    control = api.service.control
    keys = [api.incident(f"i{number}") for number in range(6)]
    for key in keys[1:]:
        incidents.resolve_by_hand(control, key, "ada", "a cable")
    control.engine.turn("incident", keys[5]).append(ReviewWritten("reports/i5.md"))
    pages: list[list[str]] = []
    newest = control.journal.newest

    def turned(*asked: Any) -> list[tuple[str, datetime]]:
        found = newest(*asked)
        pages.append([key for key, _ in found])
        return found

    monkeypatch.setattr(control.journal, "newest", turned)

    def asked(**params: str) -> tuple[list[str], list[list[str]]]:
        pages.clear()
        answer = client.get("/api/v1/incidents", params={"limit": "1", **params}).json()
        return [one["id"] for one in answer], list(pages)

    with api.client("read") as client:
        assert asked() == (["i5"], [["i5"]])
        assert asked(state="triggered") == (["i0"], [["i4", "i3", "i2", "i1", "i0"]])
        assert asked(state="resolved", before="i3") == (["i2"], [["i2", "i1", "i0"]])
        assert asked(state="reviewed")[0] == ["i5"]


def test_an_incident_is_acknowledged_by_the_person_of_the_token(api: Api) -> None:
    key = api.incident()
    with api.client("read", "respond", person="ben") as ben:
        assert ben.get(f"/api/v1/incidents/{key}").json()["state"] == "triggered"
        assert ben.post(f"/api/v1/incidents/{key}/acknowledge").json()["state"] == "acknowledged"
        timeline = ben.get(f"/api/v1/incidents/{key}/timeline").json()
        assert [one["type"] for one in timeline] == ["IncidentOpened", "Acknowledged"]
        assert timeline[1]["body"]["by"] == "ben"
        open_ones = ben.get("/api/v1/incidents", params={"state": "acknowledged"}).json()
        assert [one["id"] for one in open_ones] == [key]
        assert ben.get("/api/v1/incidents/nothing").status_code == 404
        assert ben.post("/api/v1/incidents/nothing/acknowledge").status_code == 404


def test_a_run_is_approved_only_as_it_was_read(api: Api) -> None:
    policy = SETTINGS + "\n[policy]\nclaimed_names = false\n"
    key = api.place.begin(DOCUMENT, settings=policy, procedure="roll-back")
    api.place.drive(key)
    with api.client("read", "approve", person="ben") as ben:
        (run,) = ben.get("/api/v1/runs").json()
        assert (run["id"], run["state"]) == (key, "asks")
        question = run["question"]
        assert "update-service" in " ".join(question["argv"]) + question["evidence"]
        wrong = ben.post(f"/api/v1/runs/{key}/approve", json={"question": "0" * 64})
        assert wrong.status_code == 409
        right = ben.post(f"/api/v1/runs/{key}/approve", json={"question": question["digest"]})
        assert right.status_code == 200, right.text
        events = ben.get(f"/api/v1/runs/{key}/events").json()
        (approved,) = [one for one in events if one["type"] == "Approved"]
        assert approved["body"]["by"] == "ben"
        assert not approved["body"]["claimed"]
        assert ben.get("/api/v1/runs/nothing").status_code == 404


def test_a_run_is_declined_with_a_reason(api: Api) -> None:
    key = api.place.begin(DOCUMENT, settings=SETTINGS, procedure="roll-back")
    api.place.drive(key)
    with api.client("read", "approve", person="ben") as ben:
        digest = ben.get(f"/api/v1/runs/{key}").json()["question"]["digest"]
        said = {"question": digest, "reason": "not on a Friday"}
        assert ben.post(f"/api/v1/runs/{key}/decline", json=said).status_code == 200
        again = ben.post(f"/api/v1/runs/{key}/decline", json=said)
        assert again.status_code == 409


def test_the_evidence_of_a_security_alert_is_listed_and_given(api: Api) -> None:
    key = api.incident()
    items = (Kept("log /x", "aws logs", 3, "abc"), Kept("trail", "aws cloudtrail", why="denied"))
    turn = api.service.control.engine.turn("incident", key)
    event = EvidenceKept(api.service.control.clock.now(), items)
    turn.append(event, printed=[Output("evidence", 1, "stdout", "ä\n".encode())])
    with api.client("read") as client:
        base = f"/api/v1/incidents/{key}/evidence"
        assert [one["what"] for one in client.get(base).json()] == ["log /x", "trail"]
        assert client.get(f"{base}/1").text == "ä\n"
        assert client.get(f"{base}/2").status_code == 409
        assert client.get(f"{base}/3").status_code == 404


def test_events_come_in_one_order_and_go_on_where_one_left(api: Api) -> None:
    key = api.incident()
    with api.client("read") as client:
        page = client.get("/api/v1/events", params={"limit": 1}).json()
        rest = client.get("/api/v1/events", params={"after": page["next"]}).json()
        positions = [one["position"] for one in (*page["events"], *rest["events"])]
        assert positions == sorted(set(positions))
        assert rest["events"][-1]["id"] == key
        assert client.get("/api/v1/events", params={"after": rest["next"]}).json()["events"] == []


def test_the_stream_loses_nothing_between_two_connections(api: Api) -> None:
    key = api.incident()
    turn = api.service.control.engine.turn("incident", key)

    def told(client: httpx.Client, count: int, headers: dict[str, str]) -> list[tuple[int, str]]:
        found: list[tuple[int, str]] = []
        url = "/api/v1/events/stream"
        with client.stream("GET", url, params={"after": 0}, headers=headers) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            number = 0
            for line in answer.iter_lines():
                if line.startswith("id: "):
                    number = int(line[4:])
                elif line.startswith("event: "):
                    found.append((number, line[7:]))
                if len(found) == count:
                    break
        return found

    with api.client("read") as client:
        first = told(client, 2, {})
        assert [name for _, name in first] == ["AlarmTurned", "IncidentOpened"]
        now = api.service.control.clock.now()
        turn.append(LevelPaged("L1", "On-call", (), now))
        later = threading.Timer(0.3, lambda: turn.append(Acknowledged("ada", now)))
        later.start()
        second = told(client, 2, {"last-event-id": str(first[-1][0])})
        later.join()
        assert [name for _, name in second] == ["LevelPaged", "Acknowledged"]


def test_a_heartbeat_has_a_key_of_its_own(api: Api) -> None:
    control = api.service.control
    key = api.token(heartbeat="backup", person="cron")
    headers = {"authorization": f"Bearer {key}"}
    with httpx.Client(base_url=api.http.address, headers=headers) as cron:
        assert cron.post("/heartbeats/backup").status_code == 200
        assert cron.post("/heartbeats/report").status_code == 403
        assert cron.get("/api/v1/me").status_code == 403
        assert cron.post("/heartbeats/backup", json={"failed": True}).json()["failed"]
    beat = heartbeats.newest(control.journal.database, ["backup"])
    assert beat is not None
    assert beat.failed
    assert heartbeats.newest(control.journal.database, ["report"]) is None


def test_the_status_page_tells_the_public_what_it_may_know(api: Api) -> None:
    key = api.incident(severity="P1 - Critical")
    with api.client() as anybody:
        page = anybody.get("/status")
        assert page.headers["content-type"].startswith("text/html")
        assert "<script" not in page.text
        assert "The shop" in page.text
        assert re.search(r"Checkout.*outage", page.text)
        assert re.search(r"Search.*operational", page.text)
        for inside in ("Secret Queue", "150", "On-call", "P1"):
            assert inside not in page.text
        (system,) = anybody.get("/status.json").json()
        assert system["level"] == "outage"
        assert system["open"][0]["next_update"] > system["open"][0]["began"]
        turn = api.service.control.engine.turn("incident", key)
        now = api.service.control.clock.now()
        turn.append(Mitigated(now, "ada", "secret deed"))
        one = anybody.get("/status/shop/json").json()
        assert one["open"][0]["state"] == "monitoring"
        assert "secret deed" not in anybody.get("/status/shop").text
        assert anybody.get("/status/bakery").status_code == 404


def test_what_is_not_published_is_not_there(make: Make) -> None:
    api = make(SETTINGS.replace("[status]", "[status]\npublic = false"))
    with api.client() as anybody:
        assert "shop" not in anybody.get("/status").text
        assert anybody.get("/status.json").json() == []
        assert anybody.get("/status/shop").status_code == 404
    with api.client("read") as reader:
        assert reader.get("/api/v1/status").json()[0]["system"] == "shop"


def test_figures_are_what_prometheus_reads(api: Api) -> None:
    api.incident()
    with api.client("read") as client:
        answer = client.get("/metrics")
    families = {one.name: one for one in text_string_to_metric_families(answer.text)}
    (sample,) = families["steadyhand_incidents_open"].samples
    assert (sample.labels, sample.value) == ({"system": "shop", "state": "triggered"}, 1)
    states = {
        one.labels["alarm"]: one.labels["state"]
        for one in families["steadyhand_alarm_state"].samples
    }
    assert states == {"Secret Queue": "ALARM", "Unbound One": "never"}
    assert families["steadyhand_audit_clean"].samples[0].value == 0  # it was not made yet
    assert "process_resident_memory_bytes" in families


def test_health_is_what_the_audit_says(api: Api) -> None:
    with api.client("read") as client:
        assert client.get("/healthz").status_code == 503
        api.service.vigil.once()
        assert client.get("/healthz").json() == {"well": True, "reasons": 0}
        assert client.get("/api/v1/health").json()["well"]


def test_an_audit_that_is_made_no_more_is_no_health(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever audits may be stuck, and then cannot say so."""
    api.service.vigil.once()
    pause, ended = api.service.vigil.pause, time.monotonic()
    with api.client("read") as client:
        monkeypatch.setattr(vigil, "monotonic", lambda: ended + 3 * pause)
        assert client.get("/healthz").status_code == 200
        monkeypatch.setattr(vigil, "monotonic", lambda: ended + 6 * pause)
        assert client.get("/healthz").status_code == 503
        assert client.get("/healthz").json() == {"well": False, "reasons": 1}
        told = client.get("/api/v1/health").json()
        assert not told["well"]
        assert told["reasons"][0].startswith("nobody has audited the service for ")
        assert "steadyhand_audit_clean 0.0" in client.get("/metrics").text
        api.service.vigil.once()
        assert client.get("/healthz").status_code == 200


def test_the_journal_is_verified(api: Api) -> None:
    api.incident()
    with api.client("read") as client:
        verdict = client.get("/api/v1/audit").json()
        assert verdict == {"intact": True, "entries": 2, "faults": []}


@pytest.mark.parametrize("path", ["/api/v1/runs/%00", "/api/v1/incidents?limit=0", "/nothing"])
def test_what_cannot_be_is_refused_politely(api: Api, path: str) -> None:
    with api.client("read") as client:
        assert client.get(path).status_code in {404, 422}


def test_the_openapi_document_is_the_one_that_is_kept(api: Api) -> None:
    """`python -m steadyhand.api.schema docs/schema/api-1.openapi.json` writes it anew."""
    assert KEPT.read_text() == schema.text()
    with api.client("read") as client:
        assert client.get("/api/v1/openapi.json").json() == json.loads(KEPT.read_text())


def test_a_signal_ends_the_service_whatever_the_main_thread_is_at(api: Api) -> None:
    class Told(threading.Event):
        by = 0

        def set(self) -> None:
            self.by = threading.get_ident()
            super().set()

    told = Told()
    api.service._over = told
    api.service.end()
    assert told.wait(10)
    assert told.by != threading.get_ident()  # which may be holding the lock that `set` takes


def test_a_service_that_can_read_and_not_write_is_not_well(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    vigil = api.service.vigil
    database, begin = api.service.control.journal.database, SQLite.begin

    def full(self: SQLite, raw: sqlite3.Connection, *, writes: bool) -> None:
        raw.execute("PRAGMA query_only = ON")  # reads work on, as on a disk that is full
        begin(self, raw, writes=writes)

    with api.client() as client:
        vigil.once()
        assert client.get("/healthz").status_code == 200
        with monkeypatch.context() as patch:
            patch.setattr(SQLite, "begin", full)
            vigil.once()
            assert client.get("/healthz").status_code == 503
            assert any("the journal cannot be written" in one for one in vigil.reasons)
        database.close()
        vigil.once()
        assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    ("path", "body"),
    [("tasks", '{"text": "x", "due_seconds": NaN}'), ("notes", '{"text": "\\ud800"}')],
)
def test_what_json_cannot_carry_back_is_refused_as_anything_else_is(
    api: Api, path: str, body: str
) -> None:
    key = api.incident()
    with api.client("respond") as client:
        said = client.post(
            f"/api/v1/incidents/{key}/{path}",
            content=body,
            headers={"content-type": "application/json"},
        )
        assert said.status_code == 422
        assert said.json()["detail"][0]["msg"]
