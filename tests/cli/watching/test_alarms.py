"""`alarms list`, `explain`, `test` and `growth`, as a person gives them."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from steadyhand.app.control import Control
from steadyhand.main import build
from steadyhand.model.alarm import ActionsHeld, AlarmState, AlarmTurned
from steadyhand.model.key import alarm_key
from steadyhand.store import series
from steadyhand.store.series import Stretch
from tests.cli.test_cli import Shell, shell

__all__ = ["shell"]

TOML = """
[alarms."Shop 5xx Rate"]
namespace = "Shop"
metric = "Rate"
[alarms."Shop 6xx"]
namespace = "Shop"
metric = "Rate"
"""
RULES = """
runbook = "shop.md"
[[tests]]
name = "errors"
series = {{ "Shop 5xx Rate" = "0 9x9" }}
expect = [
    {{ at = "5m", alarm = "Shop 5xx Rate", state = "OK" }},
    {{ at = "6m", alarm = "Shop 5xx Rate", state = "{state}" }},
]
"""
AT = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture
def control(shell: Shell) -> Iterator[Control]:
    made = build(shell.folder / ".steadyhand")
    yield made
    made.close()


def turn(control: Control, system: str, *events: object) -> None:
    one = control.engine.turn("alarm", alarm_key(system, "Shop 5xx Rate"))
    for event in events:
        one.append(event)


def bad(state: AlarmState = AlarmState.ALARM) -> AlarmTurned:
    return AlarmTurned("Shop 5xx Rate", state, "5 of 5 datapoints breach", (9.0,), AT)


def test_list_says_the_line_and_names_a_binding_that_no_alarm_goes_by(shell: Shell) -> None:
    (shell.folder / "steadyhand.toml").write_text(TOML)
    code, out, err = shell("alarms", "list", "shop.md", "--json")
    (row,) = [json.loads(line) for line in out.splitlines()]
    assert (code, row["kind"], row["bound"], row["span"]["line"]) == (0, "alarm", True, 17)
    assert (row["threshold"], row["action"]) == ("> 5% for 5 min", "Page on-call")
    assert '[alarms."Shop 6xx"] is bound, and no alarm goes by that name' in err
    assert shell("alarms", "list", "shop.md", "--unbound")[1] == ""


def test_explain_says_why_it_did_or_did_not_page(shell: Shell, control: Control) -> None:
    code, _, err = shell("alarms", "explain", "Shop 5xx Rate")
    assert (code, "none has been looked at yet" in err) == (2, True)
    turn(control, "shop", bad(AlarmState.OK))
    assert "nobody is paged: it is OK" in shell("alarms", "explain", "shop 5xx rate")[1]
    turn(control, "shop", bad())
    assert "does `steadyhand serve` run?" in shell("alarms", "explain", "Shop 5xx Rate")[1]
    turn(control, "shop", ActionsHeld("Alarm", "“Deploying” is in ALARM", AT))
    code, out, _ = shell("alarms", "explain", "Shop 5xx Rate")
    assert code == 0
    assert "shop/Shop 5xx Rate is ALARM since 2026-05-01 00:00:00" in out
    assert "its actions are held by Alarm" in out
    assert "actions held by Alarm: “Deploying” is in ALARM" in out
    said = json.loads(shell("alarms", "explain", "Shop 5xx Rate", "--json")[1])
    assert [one["type"] for one in said["history"]] == ["AlarmTurned", "AlarmTurned", "ActionsHeld"]


def test_explain_wants_a_name_that_is_of_one_alarm(shell: Shell, control: Control) -> None:
    turn(control, "shop", bad())
    turn(control, "crm", bad())
    code, _, err = shell("alarms", "explain", "Shop 5xx Rate")
    assert code == 2
    assert "several systems have an alarm “Shop 5xx Rate”: " in err
    assert shell("alarms", "explain", "crm/Shop 5xx Rate")[0] == 0
    code, _, err = shell("alarms", "explain", "Gone")
    assert "the journal knows no alarm “Gone”; known: " in err


@pytest.mark.parametrize(("state", "code"), [("ALARM", 0), ("OK", 1)])
def test_rule_tests(shell: Shell, state: str, code: int) -> None:
    (shell.folder / "rules.toml").write_text(RULES.format(state=state))
    ended, out, _ = shell("alarms", "test", "rules.toml")
    assert ended == code
    assert ("2 of 2 as expected" in out) is (code == 0)
    if code:
        assert "errors: Shop 5xx Rate at 6m: expected OK, is ALARM: 5 of 5 datapoints" in out
    said = json.loads(shell("alarms", "test", "rules.toml", "--json")[1])
    assert (said["tests"], said["expectations"], len(said["failures"])) == (1, 2, code)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = [", "rules.toml: not valid TOML"),
        ("[[tests]]\nname = 't'", "rules.toml: tests.0.series"),
        ("tests = []", 'rules.toml: runbook = "…" must name the document'),
        ('tests = []\nrunbook = "gone.md"', "gone.md: No such file"),
    ],
)
def test_a_file_of_tests_that_cannot_be_used(shell: Shell, text: str, said: str) -> None:
    (shell.folder / "rules.toml").write_text(text)
    code, _, err = shell("alarms", "test", "rules.toml")
    assert code == 2
    assert said in err
    assert "Traceback" not in err


def test_growth(shell: Shell, control: Control) -> None:
    (shell.folder / "steadyhand.toml").write_text(TOML)
    assert shell("alarms", "growth", "shop.md")[1] == "Shop 5xx Rate: nothing is kept yet\n"
    kept = [
        Stretch("shop alarm Shop 5xx Rate", AT + timedelta(hours=n), 1, n / 24, n / 24, n / 24)
        for n in range(72)
    ]
    series.keep(control.journal.database, kept)
    code, out, _ = shell("alarms", "growth", "shop.md")
    assert code == 0
    assert "+1 a day, reaches the limit 5 about 2026-05-06" in out
    said = json.loads(shell("alarms", "growth", "shop.md", "--json")[1])
    assert (said["hours"], round(said["growth"]["per_day"], 3)) == (72, 1.0)
    assert Path(shell.folder / ".steadyhand").is_dir()
