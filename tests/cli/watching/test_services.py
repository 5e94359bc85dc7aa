"""`services`: the catalog over documents and the journal, and the times of incidents."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from steadyhand.model.incident.events import Acknowledged, Resolved
from tests.app.responding.test_learning import an_incident
from tests.cli.terminal import Person
from tests.model.document.test_catalog import DOCUMENT
from tests.model.incident.test_incident import OPENED


@pytest.fixture
def shop(person: Person, tmp_path: Path) -> Person:
    (tmp_path / "shop.md").write_text(DOCUMENT)
    return person


def test_systems_with_their_services(shop: Person) -> None:
    code, out, err = shop("services", "list", "shop.md")
    assert code == 0, err
    head, api, worker = out.splitlines()
    assert head.startswith("shop: Ada; shop.md ")
    assert "0 of 1 procedures proven, 0 incidents open" in head
    assert (api, worker) == ("  shop-api: Ada", "  shop-worker: Ada")


def test_an_open_incident_and_a_run_are_seen(shop: Person, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    control = shop.build(tmp_path / ".steadyhand")
    opened = replace(OPENED, at=now, onset=now, system="shop")
    control.engine.turn("incident", "i-1").append(opened)
    control.close()
    assert shop("run", "shop.md", "Look at the worker", "--target", "lab")[0] == 0
    code, out, _ = shop("services", "show", "shop", "shop.md")
    assert code == 1
    assert "  open: incident i-1" in out
    assert "  procedure api-down: never drilled, 1 incidents" in out
    assert f"  procedure look-at-the-worker: last run {now:%Y-%m-%d}" in out
    assert "  missing: Emergency is not filled in (line " in out
    code, out, _ = shop("services", "show", "shop-worker", "shop.md", "--json")
    said = json.loads(out)
    assert (said["service"]["name"], said["open_incidents"]) == ("shop-worker", ["i-1"])


def test_times_of_incidents(shop: Person, tmp_path: Path) -> None:
    control = shop.build(tmp_path / ".steadyhand")
    an_incident(control, tmp_path / "shop.md")
    control.close()
    code, out, _ = shop("services", "metrics")
    assert (code, out.splitlines()[0]) == (0, "shop: 1 incidents, 0 open, 0 came back")
    assert "to resolve     p50     90.0 s" in out
    code, out, _ = shop("services", "metrics", "--by", "procedure", "--json")
    said = json.loads(out)
    assert (said["procedure"], said["measures"]["detect"]["p50"]) == ("shop/api-down", 25.0)
    assert shop("services", "metrics", "--since", "24h") == (0, "", "")


def test_mistakes_are_one_line(shop: Person) -> None:
    code, _, err = shop("services", "show", "bank", "shop.md")
    assert (code, err.count("\n")) == (2, 1)
    code, _, err = shop("services", "list", "gone.md")
    assert (code, err.count("\n")) == (2, 1)
    code, _, err = shop("services", "metrics", "--since", "long")
    assert (code, "write it as 24h or 90d" in err) == (2, True)


def test_an_acknowledgement_counts_from_the_opening(shop: Person, tmp_path: Path) -> None:
    control = shop.build(tmp_path / ".steadyhand")
    turn = control.engine.turn("incident", "i-2")
    turn.append(OPENED)
    turn.append(Acknowledged("ada", OPENED.at + timedelta(seconds=42)))
    turn.append(Resolved(OPENED.at + timedelta(seconds=60), 60.0, "ada", "users say so"))
    control.close()
    _, out, _ = shop("services", "metrics", "--by", "severity", "--json")
    assert json.loads(out)["measures"]["acknowledge"]["longest"] == 42.0
