"""What was changed lately, and whose incident began in the time of which change."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from steadyhand.app.control import Control
from steadyhand.app.running import changes
from steadyhand.model.change.events import (
    ChangeBegan,
    ChangeEnded,
    ChangeKind,
    ChangeOpened,
    Result,
)
from steadyhand.model.change.state import ChangeState
from steadyhand.model.effect import Effect
from steadyhand.model.run.events import (
    CallAnswered,
    CallStarted,
    Outcome,
    RunEnded,
    RunOpened,
)
from tests.model.incident.test_incident import OPENED as INCIDENT
from tests.moved import NOON, MovedClock, plane
from tests.run.shop import UPDATE, plan_of

DOCUMENT = """\
# Shop

## Roll back

```bash
aws ecs update-service --cluster shop --service shop-api --task-definition shop-api:10
```
"""


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def control(tmp_path: Path, clock: MovedClock) -> Iterator[Control]:
    built = plane(tmp_path / "state", clock)
    yield built
    built.close()


def deployed(control: Control, key: str, system: str, watch: float = 600.0) -> None:
    """Keep the record of a deployment that was seen now."""
    now = control.clock.now()
    turn = control.engine.turn("change", key)
    turn.append(
        ChangeOpened(
            ChangeKind.DEPLOYMENT,
            f"deployment of {system}",
            system,
            "lab",
            key,
            now,
            watch_seconds=watch,
        )
    )
    turn.append(ChangeBegan("7 → 8", now))
    turn.append(ChangeEnded(Result.DONE, "seen", now))
    control.engine.drive("change", key)


def an_incident(control: Control, key: str, system: str) -> None:
    now = control.clock.now()
    opened = replace(INCIDENT, system=system, at=now, onset=now)
    control.engine.turn("incident", key).append(opened)


def test_what_changed_in_the_last_hour(control: Control, clock: MovedClock) -> None:
    deployed(control, "old", "shop")
    clock.at = NOON + timedelta(minutes=50)
    deployed(control, "new", "shop")
    clock.at = NOON + timedelta(minutes=70)
    hour = clock.at - timedelta(hours=1)
    assert [one.id for one in changes.recent(control, hour)] == ["new"]
    assert [one.id for one in changes.recent(control, NOON)] == ["new", "old"]


def test_a_run_that_began_long_ago_and_changes_something_now_is_recent(
    control: Control, clock: MovedClock
) -> None:
    plan = plan_of(DOCUMENT)
    step = plan.steps[-1].step.id
    control.journal.append("run", "r", 1, RunOpened(plan, "Ada"), NOON)
    clock.at = NOON + timedelta(hours=5)
    assert changes.recent(control, NOON) == ()
    lately = clock.at - timedelta(minutes=1)
    call = CallStarted(step, 1, UPDATE, Effect.CHANGE, "changes")
    control.journal.append("run", "r", 2, call, lately)
    [one] = changes.recent(control, clock.at - timedelta(hours=1))
    assert (one.id, one.change.state, one.change.at) == ("run-r", ChangeState.UNDER_WAY, lately)
    control.journal.append("run", "r", 3, CallAnswered(step, 1, 0), clock.at)
    control.journal.append("run", "r", 4, RunEnded(Outcome.FAILED, "no"), clock.at)
    [one] = changes.recent(control, clock.at - timedelta(hours=1))
    assert one.change.ended is not None
    assert one.change.ended.result is Result.PARTLY


def test_an_incident_in_its_time_is_linked_to_the_change_of_its_system_only(
    control: Control, clock: MovedClock
) -> None:
    deployed(control, "ours", "shop")
    deployed(control, "theirs", "bank")
    clock.at = NOON + timedelta(minutes=5)
    an_incident(control, "i-1", "shop")
    clock.at = NOON + timedelta(minutes=11)
    an_incident(control, "i-2", "shop")  # after its time
    changes.keep(control)
    linked = control.engine.turn("incident", "i-1").state.links
    assert linked == (("change", "ours"),)  # theirs is of another system
    changes.keep(control)
    assert control.engine.turn("incident", "i-1").state.links == linked
    closed = {one.id: one.change.closed for one in changes.listed(control)}
    assert closed["ours"] is not None
    assert closed["ours"].why == "in its time: 5xx Rate (i-1)"
    assert closed["theirs"] is not None
    assert closed["theirs"].verdict == "well"


def test_keeping_twice_writes_nothing_twice(control: Control, clock: MovedClock) -> None:
    deployed(control, "ours", "shop")
    clock.at = NOON + timedelta(minutes=11)
    changes.keep(control)
    before = len(control.journal.read("change", "ours"))
    changes.keep(control)
    changes.recent(control, NOON)
    assert len(control.journal.read("change", "ours")) == before
