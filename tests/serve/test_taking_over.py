"""What an older version kept, and what one that was put together wrongly is told."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from steadyhand.app.serving.service import Wanted, desks
from steadyhand.app.watching.desk import Desk
from steadyhand.cli.program import program
from steadyhand.main import build
from steadyhand.model.alarm import AlarmState, AlarmTurned, Condition, IncidentLinked
from steadyhand.model.incident.conduct import Rung
from steadyhand.model.incident.events import IncidentOpened
from steadyhand.model.key import alarm_key
from tests.serve.place import Place

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_an_alarm_of_an_older_version_opens_nothing_anew(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was kept under its bare name; its incident goes on under the new one."""
    document = place.write("shop", ["High CPU", "Low Disk"])
    monkeypatch.setenv("STEADYHAND_LAB", place.environment()["STEADYHAND_LAB"])
    control = build(tmp_path / "state")
    place.use(control)
    for name, system in (("High CPU", "shop"), ("Low Disk", "bakery")):
        old = control.engine.turn("alarm", name)
        old.append(AlarmTurned(name, AlarmState.ALARM, "90", (90.0,), NOON))
        old.append(IncidentLinked(f"of {system}"))
        control.engine.turn("incident", f"of {system}").append(_opened(name, system))
    (desk,) = _desks(place, document)
    desk.carry_over()
    desk.carry_over()
    mine = control.engine.turn("alarm", alarm_key("shop", "High CPU")).state
    assert (mine.incident, mine.state) == ("of shop", AlarmState.ALARM)
    assert control.engine.turn("alarm", alarm_key("shop", "Low Disk")).state is None


def _desks(place: Place, document: Path) -> list[Desk]:
    return desks(place.control, Wanted([document]))[0]


def _opened(alarm: str, system: str) -> IncidentOpened:
    return IncidentOpened(
        at=NOON, onset=NOON, alarm=alarm, rule="> 80", reason="90",
        condition=Condition(">", 80, 1, 1), period_seconds=60, verify_seconds=60,
        levels=(Rung("L1", "On-call", "at once", 0.0),), system=system, runbook="shop.md",
        target="lab", factor=1.0,
    )  # fmt: skip


def serve(place: Place, *words: str) -> Result:
    """Call `serve` in this process; it must not get as far as serving."""
    runner = CliRunner(env=place.environment())
    said = {"build": build, "listen": lambda *_: None}
    arguments = ["--state", str(place.state), "serve", "--for", "0.1", *words]
    return runner.invoke(program, arguments, obj=said, catch_exceptions=True)


def test_two_documents_of_one_system_are_refused(place: Place) -> None:
    place.write("shop", ["High CPU"])
    other = place.folder / "elsewhere" / "shop"
    other.mkdir(parents=True)
    for name in ("RUNBOOK.md", "steadyhand.toml"):
        (other / name).write_text((place.folder / "shop" / name).read_text())
    said = serve(place, str(place.folder / "shop"), str(other))
    assert "would both be the system “shop”" in str(said.exception)


@pytest.mark.parametrize("listen", ["8920", ":8920", "127.0.0.1:", "127.0.0.1:99999", "x:y"])
def test_a_place_to_listen_is_host_and_port(place: Place, listen: str) -> None:
    place.write("shop", ["High CPU"])
    said = serve(place, str(place.folder / "shop"), "--listen", listen)
    assert "write it as HOST:PORT, or none" in str(said.exception)


def test_a_database_that_is_not_there_is_said_without_its_password(place: Place) -> None:
    place.write("shop", ["High CPU"])
    url = "postgresql+psycopg://ops:hunter2-secret@127.0.0.1:1/journal"
    said = serve(place, str(place.folder / "shop"), "--database", url)
    assert "cannot open the journal at postgresql+psycopg://ops:***@127.0.0.1:1" in str(
        said.exception
    )
    assert "hunter2-secret" not in str(said.exception) + said.output
