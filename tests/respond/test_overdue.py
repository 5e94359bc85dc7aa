"""The audit of the escalation: a page that is wanted and does not come is said. Time is moved."""

from datetime import UTC, datetime, timedelta

from steadyhand.model.alarm import Condition
from steadyhand.model.incident.conduct import Rung
from steadyhand.model.incident.events import Acknowledged, IncidentOpened, LevelPaged
from steadyhand.model.incident.state import Incident, evolve
from steadyhand.respond.overdue import Seen, look, overdue, wanted

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
GRACE = timedelta(seconds=15)


def opened() -> Incident:
    return evolve(
        None,
        IncidentOpened(
            at=NOON,
            onset=NOON,
            alarm="High CPU",
            rule="> 80%",
            reason="90",
            condition=Condition(">", 80, 1, 1),
            period_seconds=60,
            verify_seconds=60,
            levels=(Rung("L1", "Ada", "at once", 0.0), Rung("L2", "Bob", "after 15 min", 900.0)),
            system="shop",
            runbook="shop.md",
            target="lab",
            factor=1.0,
        ),
    )


def audits(incident: Incident, until: int, every: int = 5, since: int = 0) -> list[str]:
    """Look at an incident that nobody drives, and give what is said at the end."""
    seen: Seen = {}
    now = NOON
    for second in range(since, until + 1, every):
        now = NOON + timedelta(seconds=second)
        seen = look(seen, {"i": wanted(incident, now)}, now)
    return overdue(seen, now, GRACE)


def test_a_page_that_does_not_come_is_said_after_the_grace() -> None:
    assert audits(opened(), 15) == []
    assert audits(opened(), 20) == ["incident i: L1 (Ada) is to be told, for 20 s now"]


def test_an_escalation_that_stops_silently_is_said() -> None:
    told = evolve(opened(), LevelPaged("L1", "Ada", ("webhook",), NOON))
    told = evolve(told, Acknowledged("ada", NOON))
    calm = [line for line in audits(told, 890) if "told" in line]
    assert calm == []
    late = audits(told, 925)
    assert len(late) == 1
    assert "L2 (Bob) is to be told" in late[0]


def test_what_is_done_in_time_is_never_said() -> None:
    """Another want each time is no old one: work goes on."""
    seen: Seen = {}
    incident = opened()
    for second in range(0, 60, 10):
        now = NOON + timedelta(seconds=second)
        want = wanted(incident, now) if second % 20 else None
        seen = look(seen, {"i": want}, now)
        assert overdue(seen, now, GRACE) == []
