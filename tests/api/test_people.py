"""What people do about an incident through the API, and what they see of each other's duties."""

import pytest

from tests.api.conftest import Api

DEEDS = [
    ("notes", {"text": "the queue is full of one customer"}, "NoteAdded"),
    ("updates", {"text": "We add capacity."}, "UpdatePosted"),
    ("roles", {"role": "commander", "person": "cleo"}, "RoleGiven"),
    ("tasks", {"text": "call the provider"}, "TaskAdded"),
    ("tasks/t1/done", None, "TaskDone"),
    ("everyone", {"reason": "nobody answers"}, "EveryonePaged"),
    ("mitigate", {"text": "scaled by hand"}, "Mitigated"),
    ("resolve", {"reason": "seen to be well"}, "Resolved"),
    ("reopen", {"reason": "it came back"}, "Reopened"),
]


def test_every_deed_is_an_event_of_the_tokens_person(api: Api) -> None:
    key = api.incident()
    with api.client("read", "respond", person="ben") as ben:
        for deed, said, _name in DEEDS:
            answer = ben.post(f"/api/v1/incidents/{key}/{deed}", json=said)
            assert answer.status_code == 200, (deed, answer.text)
        timeline = ben.get(f"/api/v1/incidents/{key}/timeline").json()[1:]
        assert [one["type"] for one in timeline] == [name for _, _, name in DEEDS]
        assert all("ben" in str(one["body"]) for one in timeline)
        shown = ben.get(f"/api/v1/incidents/{key}").json()
        assert shown["roles"] == {"commander": "cleo"}
        assert shown["tasks"][0]["done_by"] == "ben"
        assert ben.get(f"/api/v1/incidents/{key}/notices").status_code == 200
    with api.client() as anybody:
        assert "We add capacity." in anybody.get("/status").text


@pytest.mark.parametrize(
    ("deed", "said"),
    [
        ("severity", {"severity": "P9", "reason": "no such thing"}),
        ("tasks/t7/done", None),
        ("reopen", {"reason": "it is open"}),
    ],
)
def test_what_cannot_be_is_a_conflict(api: Api, deed: str, said: dict[str, str] | None) -> None:
    key = api.incident()
    with api.client("respond") as ben:
        answer = ben.post(f"/api/v1/incidents/{key}/{deed}", json=said)
        assert answer.status_code in {404, 409}, answer.text
        assert answer.json()["detail"]


def test_a_silence_begins_and_ends(api: Api) -> None:
    with api.client("read", "respond", person="ben") as ben:
        said = {"reason": "load test", "minutes": 30, "alarm": "Secret*"}
        made = ben.post("/api/v1/silences", json=said).json()
        assert made["by"] == "ben"
        assert [one["id"] for one in ben.get("/api/v1/silences").json()] == [made["id"]]
        assert ben.post(f"/api/v1/silences/{made['id']}/expire").status_code == 204
        assert ben.post(f"/api/v1/silences/{made['id']}/expire").status_code == 409
        assert ben.post("/api/v1/silences/nothing/expire").status_code == 404
        for minutes in (0.00001, 0.00005, 0.0001, 0.0002):  # over before it is answered, perhaps
            short = {**said, "minutes": minutes}
            assert ben.post("/api/v1/silences", json=short).status_code in {200, 409}
        everything = {"reason": "all", "minutes": 1}
        assert ben.post("/api/v1/silences", json=everything).status_code == 409
        for path in ("oncall", "duties", "changes"):
            assert ben.get(f"/api/v1/{path}").json() == []


def test_a_method_that_is_not_there_names_those_that_are(api: Api) -> None:
    with api.client("read") as ben:
        answer = ben.options("/api/v1/silences")
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")
