"""What was deployed is looked at for as long as the document says, or a person ends it."""

from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import replace

from steadyhand.app.running.proposal import Proposal
from steadyhand.cli.running.record import as_markdown
from steadyhand.engine.drive import Turn
from steadyhand.model.events import IllegalEvent
from steadyhand.model.next import Finished, Wait
from steadyhand.model.run.events import (
    Approved,
    Outcome,
    RunOpened,
    StepVerified,
    VerificationFailed,
    WatchBegan,
    WatchCut,
)
from steadyhand.model.run.plan import Plan
from steadyhand.model.run.state import signature
from tests.run.shop import Plane, Shop, plan_of

DOCUMENT = """\
# Shop

## Rules

- MONITOR for 30 minutes after every deployment

## Deploy

```bash
# Deploy
aws ecs update-service --cluster shop --service shop-api --task-definition shop-api:12
```
"""
WATCH = "deploy/watch"
Event = WatchBegan | WatchCut | StepVerified | VerificationFailed


def events(plane: Plane) -> list[object]:
    recorded = plane.engine.journal.read("run", "one")
    return [one.event for one in recorded if isinstance(one.event, Event)]


def begin(plane: Plane, plan: Plan) -> Wait | Finished:
    """Open the run, sign the deployment, and drive it to where it waits or ends."""
    turn = plane.engine.turn("run", "one")
    turn.append(RunOpened(plan, "ada", "", plan.digest))
    plane.engine.drive("run", "one")
    turn = plane.engine.turn("run", "one")
    question = turn.state.question
    ends = turn.now() + timedelta(hours=1)
    turn.append(Approved("deploy/1", "ben", signature(plan.digest, question, ends), ends))
    return plane.engine.drive("run", "one")


def quick(seconds: float) -> Plan:
    """The plan, with a watch that lasts as long here; the shop's factor is 600."""
    plan = plan_of(DOCUMENT, "Deploy")
    *steps, watch = plan.steps
    assert (watch.step.id, watch.watch) == (WATCH, 1800.0)
    return replace(plan, steps=(*steps, replace(watch, watch=seconds * 600)))


def test_a_run_ends_when_the_watch_is_over(plane: Plane) -> None:
    assert begin(plane, quick(1.0)) == Finished("completed")
    _deployed, began, verified = events(plane)
    assert isinstance(began, WatchBegan)
    assert isinstance(verified, StepVerified)
    ended = plane.engine.journal.read("run", "one")[-1].at
    assert ended >= began.until
    looks = int(verified.how.split(", ")[1].split()[0])
    assert looks >= 3


def test_what_goes_wrong_meanwhile_ends_it(plane: Plane, monkeypatch: pytest.MonkeyPatch) -> None:
    service = Shop._service

    def failing(shop: Shop) -> dict[str, object]:
        found = service(shop)
        if len(shop.sent) > 8:  # well at first
            deployments = found["deployments"]
            assert isinstance(deployments, list)
            deployments[0]["runningCount"] = 0
        return found

    monkeypatch.setattr(Shop, "_service", failing)
    assert begin(plane, quick(60.0)) == Finished(Outcome.UNVERIFIED.value)
    failed = events(plane)[-1]
    assert isinstance(failed, VerificationFailed)
    assert failed.detail == ("while it was watched: 0 of 2 tasks running, 0 of older deployments")


def test_it_goes_on_after_a_crash_to_the_time_it_had(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plane = Plane.open(tmp_path, Shop())
    monkeypatch.setattr(plane.performer._stopping, "wait", lambda _seconds: True)
    came = begin(plane, quick(2.0))
    assert isinstance(came, Wait)
    assert "interrupted" in came.why
    plane = plane.again()
    try:
        assert plane.engine.drive("run", "one") == Finished("completed")
        assert [type(event) for event in events(plane)] == [StepVerified, WatchBegan, StepVerified]
    finally:
        plane.close()


def test_a_person_ends_it_with_a_reason(plane: Plane, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[bool] = []

    def cut(turn: Turn) -> None:
        if not told and events(plane) and isinstance(events(plane)[-1], WatchBegan):
            told.append(True)
            turn.append(WatchCut(WATCH, "ben", "it is only the canary"))

    waiting = plane.performer._stopping.wait

    def wait(seconds: float | None = None) -> bool:
        cut(plane.engine.turn("run", "one"))  # from another terminal
        return waiting(seconds)

    monkeypatch.setattr(plane.performer._stopping, "wait", wait)
    assert begin(plane, quick(600.0)) == Wait(None, "another process drives this")
    assert plane.engine.drive("run", "one") == Finished("completed")
    cut_short = events(plane)[-1]
    assert isinstance(cut_short, WatchCut)
    assert cut_short.reason == "it is only the canary"
    history = plane.engine.journal.read("run", "one")
    printed = partial(plane.engine.journal.printed, "one")
    text = as_markdown("one", plane.run("one"), history, printed, Proposal(reason="none"))
    deviations = text.partition("## Deviations")[2]
    assert "ended before its time by ben: it is only the canary" in deviations


def test_there_is_nothing_to_end_before_it_begins_and_after(plane: Plane) -> None:
    plan = quick(0.5)
    turn = plane.engine.turn("run", "one")
    turn.append(RunOpened(plan, "ada", "", plan.digest))
    with pytest.raises(IllegalEvent, match="watches nothing now"):
        turn.append(WatchCut(WATCH, "ben", "no"))
    with pytest.raises(IllegalEvent, match="watches nothing now"):
        turn.append(WatchCut("deploy/1", "ben", "no"))
