"""A run does what its plan says, each change once, whatever crashes, is refused or lost."""

import contextlib
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from steadyhand.engine.drive import Engine
from steadyhand.model.events import IllegalEvent, Recorded
from steadyhand.model.next import Finished, Wait
from steadyhand.model.run.events import (
    ApprovalAsked,
    Approved,
    CallAnswered,
    CallObserved,
    CallRefused,
    CallStarted,
    Declined,
    Doubt,
    HoleFilled,
    Outcome,
    RunOpened,
    StepRetried,
    StepSkipped,
    StepVerified,
)
from steadyhand.model.run.state import Run, signature
from steadyhand.model.settings.policy import ApprovalsNeeded
from steadyhand.store.database import Unavailable
from steadyhand.store.journal import Entry, Journal
from steadyhand.world.door import Call, Sink
from tests.run.shop import DOCUMENT, UPDATE, Plane, Shop, plan_of

KEY = "run-1"


def begin(plane: Plane, document: str = DOCUMENT) -> None:
    plan = plan_of(document)
    plane.engine.turn("run", KEY).append(RunOpened(plan, "ada", digest=plan.digest))


def approve(plane: Plane, by: str = "ada") -> None:
    run = plane.run(KEY)
    question = run.question
    assert question is not None
    until = datetime.now(UTC) + timedelta(hours=1)
    signed = signature(run.digest, question, until)
    plane.engine.turn("run", KEY).append(Approved(question.step, by, signed, until))


def to_the_end(plane: Plane) -> str:
    """Drive, giving the approvals that are asked for."""
    for _ in range(10):
        match plane.engine.drive("run", KEY):
            case Finished(outcome):
                return outcome
            case Wait() if plane.run(KEY).question is not None:
                approve(plane)
            case Wait(_, why):
                return f"waits: {why}"
    raise AssertionError("no end")


def events(plane: Plane) -> list[object]:
    return [recorded.event for recorded in plane.engine.journal.read("run", KEY)]


def test_the_hole_is_filled_the_change_approved_once_and_verified(plane: Plane) -> None:
    begin(plane)
    assert to_the_end(plane) == "completed"
    assert plane.shop.changes == [UPDATE]
    happened = events(plane)
    filled = next(e for e in happened if isinstance(e, HoleFilled))
    assert (filled.parameter, filled.value) == ("previous", "10")
    asked = next(e for e in happened if isinstance(e, ApprovalAsked))
    assert "shop-api:10" in asked.evidence
    assert "shop-api:11 → shop-api:10" in asked.evidence
    assert any(isinstance(e, StepVerified) for e in happened)


def test_every_call_is_journaled_before_it_is_done(plane: Plane) -> None:
    begin(plane)
    order: list[str] = []
    send, write = plane.shop.send, Journal.write

    def watching(
        self: Journal, kind: str, key: str, first: int, entries: Sequence[Entry]
    ) -> list[Recorded]:
        recorded = write(self, kind, key, first, entries)
        for event in (entry.event for entry in recorded):
            if isinstance(event, CallStarted) and event.argv[2:3] == ("update-service",):
                order.append("journaled")
        return recorded

    def sending(call: Call, sink: Sink, stdin: int | None = None) -> int:
        if "update-service" in call.argv:
            order.append("done")
        return send(call, sink, stdin)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Journal, "write", watching)
        patch.setattr(plane.shop, "send", sending)
        assert to_the_end(plane) == "completed"
    assert order == ["journaled", "done"]


def test_declined_means_that_nothing_happened(plane: Plane) -> None:
    begin(plane)
    plane.engine.drive("run", KEY)
    question = plane.run(KEY).question
    assert question is not None
    plane.engine.turn("run", KEY).append(Declined(question.step, "bob", "not during the sale"))
    assert to_the_end(plane) == "refused"
    assert plane.shop.changes == []
    assert "not during the sale" in plane.run(KEY).detail


def test_a_change_that_is_ignored_is_caught(plane: Plane) -> None:
    plane.shop.ignore = True
    begin(plane)
    assert to_the_end(plane) == "ignored"


def test_a_change_that_is_refused_ends_the_run(plane: Plane) -> None:
    plane.shop.refuse = "update-service"
    begin(plane)
    assert to_the_end(plane) == "failed"
    assert plane.shop.changes == []


def test_a_lost_answer_is_looked_at_and_not_done_twice(plane: Plane) -> None:
    plane.shop.lose = 1
    begin(plane)
    assert to_the_end(plane) == "completed"
    assert plane.shop.changes == [UPDATE]
    observed = next(e for e in events(plane) if isinstance(e, CallObserved))
    assert observed.doubt is Doubt.DONE


def test_an_approval_for_other_evidence_is_no_approval(plane: Plane) -> None:
    begin(plane)
    plane.engine.drive("run", KEY)
    run = plane.run(KEY)
    assert run.question is not None
    until = datetime.now(UTC) + timedelta(hours=1)
    forged = signature("another plan", run.question, until)
    with pytest.raises(IllegalEvent, match="another plan"):
        plane.engine.turn("run", KEY).append(Approved(run.question.step, "ada", forged, until))


def test_an_expired_approval_is_asked_again(plane: Plane) -> None:
    begin(plane)
    plane.engine.drive("run", KEY)
    run = plane.run(KEY)
    assert run.question is not None
    past = datetime.now(UTC) - timedelta(seconds=1)
    signed = signature(run.digest, run.question, past)
    plane.engine.turn("run", KEY).append(Approved(run.question.step, "ada", signed, past))
    assert isinstance(plane.engine.drive("run", KEY), Wait)
    assert plane.shop.changes == []
    assert sum(isinstance(e, ApprovalAsked) for e in events(plane)) == 2


DESTROYS = (
    "# Shop\n\n## Stop\n\n```bash\naws ecs delete-service --cluster shop --service shop-api\n```\n"
)


def test_what_destroys_needs_two_and_neither_the_starter(plane: Plane) -> None:
    begin(plane, DESTROYS)
    assert isinstance(plane.engine.drive("run", KEY), Wait)
    with pytest.raises(IllegalEvent, match="the starter may not"):
        approve(plane, "ada")
    approve(plane, "bob")
    with pytest.raises(IllegalEvent, match="already signed"):
        approve(plane, "bob")
    assert isinstance(plane.engine.drive("run", KEY), Wait)
    assert ("aws", "ecs", "delete-service") not in [argv[:3] for argv in plane.shop.sent]
    approve(plane, "eve")
    plane.engine.drive("run", KEY)
    assert ("aws", "ecs", "delete-service") in [argv[:3] for argv in plane.shop.sent]


HIDDEN = """\
# Shop

## Look

```bash
# Says it looks
for verb in describe update; do
  aws ecs $verb-service${EXTRA:-s} --cluster shop --services shop-api
done
```
"""


def test_a_call_that_is_more_than_the_plan_shows_is_asked(plane: Plane) -> None:
    """The words are known only to bash: the gate sees them expanded, and asks."""
    begin(plane, HIDDEN)
    result = plane.engine.drive("run", KEY)
    assert isinstance(result, Wait)
    assert plane.shop.changes == []


def test_what_a_rule_asks_for_holds_at_the_gate_too(plane: Plane) -> None:
    """An approval that expires during the statement is asked for anew, as strictly."""
    look = "aws ecs describe-services --cluster shop --services shop-api"
    plan = plan_of(f"# Shop\n\n## Go\n\n```bash\n{look}; {' '.join(UPDATE)}\n```\n")
    (planned,) = plan.steps
    plan = replace(plan, steps=(replace(planned, approvals=ApprovalsNeeded(1, False)),))
    plane.engine.turn("run", KEY).append(RunOpened(plan, "ada", digest=plan.digest))
    assert isinstance(plane.engine.drive("run", KEY), Wait)
    question = plane.run(KEY).question
    assert question is not None
    until = datetime.now(UTC) + timedelta(seconds=0.5)
    signed = signature(plan.digest, question, until)
    plane.engine.turn("run", KEY).append(Approved(question.step, "bob", signed, until))
    send = plane.shop.send

    def late(call: Call, sink: Sink, stdin: int | None = None) -> int:
        time.sleep(0.7)
        return send(call, sink, stdin)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plane.shop, "send", late)
        assert isinstance(plane.engine.drive("run", KEY), Wait)
    assert plane.shop.changes == []
    with pytest.raises(IllegalEvent, match="the starter may not"):
        approve(plane, "ada")
    approve(plane, "bob")
    assert to_the_end(plane) == "completed"


class Crash(BaseException):
    """Stands for kill -9: from here on this process does nothing any more."""


def crash_at(engine: Engine, number: int, after: bool) -> None:
    """Let the process die at its append number `number`: before it, or right after.

    What was held then is gone, as it is with a process.
    """
    armed: Any = engine
    turn_of = engine.turn
    lock = threading.Lock()
    count = 0

    def turn(kind: str, key: str) -> Any:
        dying: Any = turn_of(kind, key)
        append, flush = dying.append, dying.flush

        def appending(*args: Any, **more: Any) -> None:
            nonlocal count
            with lock:
                count += 1
                if count > number or (count == number and not after):
                    raise Crash
                append(*args, **more)
                if count == number:
                    raise Crash

        def flushing() -> None:
            with lock:
                if count >= number:
                    raise Crash
                flush()

        dying.append, dying.flush = appending, flushing
        return dying

    armed.turn = turn


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("number", range(1, 22))
def test_a_crash_at_any_event_ends_the_same(plane: Plane, number: int, after: bool) -> None:
    begin(plane)
    crash_at(plane.engine, number, after)
    with contextlib.suppress(Crash):
        to_the_end(plane)
    resumed = plane.again()
    try:
        assert to_the_end(resumed) == "completed"
        assert resumed.shop.changes == [UPDATE]
        noted = [e for e in events(resumed) if isinstance(e, CallAnswered)]
        assert noted
    finally:
        resumed.close()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_crash_between_the_deed_and_its_answer_is_seen(plane: Plane) -> None:
    begin(plane)
    shop = plane.shop
    update = Shop._update

    def deed_then_death(self: Shop, argv: tuple[str, ...]) -> None:
        update(self, argv)
        raise Crash

    plane.engine.drive("run", KEY)
    approve(plane)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Shop, "_update", deed_then_death)
        crash_at(plane.engine, 3, after=False)  # started, its intent written
        with pytest.raises(Crash):
            plane.engine.drive("run", KEY)
    assert shop.changes == [UPDATE]
    resumed = plane.again()
    try:
        assert to_the_end(resumed) == "completed"
        assert shop.changes == [UPDATE]
    finally:
        resumed.close()


def test_lines_are_read_whole_and_fields_by_what_is_between_them(plane: Plane) -> None:
    begin(plane, (
        "# Shop\n\n## Go\n\n```bash\n"
        "while IFS= read -r day; do date -d \"$day\" +%Y; done <<< '  1999-01-01'\n"
        "IFS=, read -r one other <<< 2001-01-01,2002-02-02\n"
        'date -d "$other" +%Y\n```\n'
    ))  # fmt: skip
    assert to_the_end(plane) == "completed"
    called = [e.argv for e in events(plane) if isinstance(e, CallStarted)]
    assert called == [("date", "-d", "  1999-01-01", "+%Y"), ("date", "-d", "2002-02-02", "+%Y")]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_statement_that_goes_another_way_says_which_and_what_the_journal_has(
    plane: Plane,
) -> None:
    begin(plane, '# Shop\n\n## Go\n\n```bash\ndate -d "$(<day)" +%Y\n```\n')
    directory = plane.path / "runs" / KEY
    directory.mkdir(parents=True)
    (directory / "day").write_text("2001-01-01")
    crash_at(plane.engine, 3, after=True)  # taken, started, the call's intent
    with pytest.raises(Crash):
        plane.engine.drive("run", KEY)
    (directory / "day").write_text("2002-02-02")
    resumed = plane.again()
    try:
        assert to_the_end(resumed) == "diverged"
        came = "came to date -d 2002-02-02 +%Y, which the journal has not"
        assert resumed.run(KEY).detail == f"{came}: it has date -d 2001-01-01 +%Y"
    finally:
        resumed.close()


def test_two_drivers_at_once_do_it_once(plane: Plane) -> None:
    begin(plane)
    plane.engine.drive("run", KEY)
    approve(plane)
    other = Plane.open(plane.path, plane.shop)
    barrier = threading.Barrier(2)

    def go(one: Plane) -> None:
        barrier.wait()
        one.engine.drive("run", KEY)

    threads = [threading.Thread(target=go, args=(one,)) for one in (plane, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    try:
        assert to_the_end(plane) == "completed"
        assert plane.shop.changes == [UPDATE]
        assert plane.run(KEY).outcome is Outcome.COMPLETED
    finally:
        other.close()


def test_a_journal_that_takes_nothing_stops_the_run_and_nothing_is_done(plane: Plane) -> None:
    """As with a full disk: the intent cannot be written, so the deed is not done."""
    begin(plane)
    plane.engine.drive("run", KEY)
    approve(plane)
    journal: Any = plane.engine.journal
    write = plane.engine.journal.write

    def full(kind: str, key: str, first: int, entries: Sequence[Entry]) -> list[Recorded]:
        if any(isinstance(entry.event, CallStarted) for entry in entries):
            raise Unavailable("the journal cannot be written: database or disk is full")
        return write(kind, key, first, entries)

    journal.write = full
    with pytest.raises(Unavailable, match="disk is full"):
        plane.engine.drive("run", KEY)
    assert plane.shop.changes == []
    resumed = plane.again()
    try:
        assert to_the_end(resumed) == "completed"
        assert resumed.shop.changes == [UPDATE]
    finally:
        resumed.close()


def test_a_change_that_was_ignored_is_tried_again_after_a_crash_too(plane: Plane) -> None:
    plane.shop.ignore = True

    def again(_key: str, run: Run) -> StepRetried:
        plane.shop.ignore = False
        return StepRetried(run.failed, "ada", {})

    plane.performer.fallen = again
    begin(plane)
    plane.engine.drive("run", KEY)
    approve(plane)
    result = plane.engine.drive("run", KEY)  # ignored, tried again, and asked about again
    assert isinstance(result, Wait)
    resumed = plane.again()
    try:
        assert resumed.shop.changes == []
        assert to_the_end(resumed) == "completed"
        assert resumed.shop.changes == [UPDATE]
        assert sum(isinstance(e, Approved) for e in events(resumed)) == 2
    finally:
        resumed.close()


@pytest.mark.parametrize(
    ("event", "why"),
    [
        (StepRetried("roll-back/1", "ada", {}), "has not failed"),
        (StepRetried("roll-back/3", "ada", {"other": "1"}), "no parameter other"),
        (StepSkipped("roll-back/4", "ada", "why not"), "cannot be skipped: it is waiting"),
    ],
)
def test_only_what_failed_is_tried_again_and_only_what_is_asked_is_skipped(
    plane: Plane, event: object, why: str
) -> None:
    plane.shop.refuse = "update-service"
    plane.performer.fallen = lambda _key, _run: Wait(None, "later")
    begin(plane)
    assert to_the_end(plane) == "waits: later"
    with pytest.raises(IllegalEvent, match=why):
        plane.engine.turn("run", KEY).append(event)


def test_a_word_that_is_no_text_is_refused_and_the_run_is_not_stuck(plane: Plane) -> None:
    document = """# Shop

## Say

```bash
aws ecs describe-services --cluster shop --services $'caf\\xe9'
```
"""
    plane.engine.turn("run", "odd").append(RunOpened(plan_of(document), "ada"))
    assert isinstance(plane.engine.drive("run", "odd"), Finished)
    events = [recorded.event for recorded in plane.engine.journal.read("run", "odd")]
    [refused] = [event for event in events if isinstance(event, CallRefused)]
    assert refused.argv[-1] == "caf\\xe9"
    assert "no text in UTF-8" in refused.reason
    assert not any(isinstance(event, CallStarted) for event in events)
