"""How much a restore would have lost and how long it took, from the journal of its run."""

from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from steadyhand.model.duty.events import RestoreMeasured, RestoreOpened, Targets
from steadyhand.model.duty.measure import Up, Verdict, figures, left_behind, met, verdict
from steadyhand.model.effect import Effect
from steadyhand.model.events import Recorded
from steadyhand.model.run.events import (
    ApprovalAsked,
    Approved,
    CallAnswered,
    CallStarted,
    Outcome,
    RunEnded,
    Signed,
)
from tests.moved import NOON

TARGETS = Targets(3600.0, 14400.0, "< 1 hour", "< 4 hours")
OPENED = RestoreOpened(
    run="r",
    procedure="restore",
    target="lab",
    factor=1.0,
    fault_at=NOON,
    by="Ada",
    at=NOON,
    newest=NOON - timedelta(minutes=5),
    source="shop-db",
    snapshots={"nightly": NOON - timedelta(hours=9)},
    targets=TARGETS,
)
RESTORE = ("aws", "rds", "restore-db-instance-from-db-snapshot")
TO_TIME = ("aws", "rds", "restore-db-instance-to-point-in-time")


def told(*events: tuple[float, object]) -> list[Recorded]:
    return [
        Recorded("run", "r", n, NOON + timedelta(seconds=at), event)
        for n, (at, event) in enumerate(events, 1)
    ]


def call(argv: tuple[str, ...], at: float = 10.0, number: int = 1) -> list[tuple[float, object]]:
    return [
        (at, CallStarted("s", number, argv, Effect.CHANGE, "restores")),
        (at + 1, CallAnswered("s", number, 0)),
    ]


END = (100.0, RunEnded(Outcome.COMPLETED, ""))


def test_a_snapshot_loses_what_came_after_it() -> None:
    found = figures(OPENED, told(*call((*RESTORE, "--db-snapshot-identifier", "nightly")), END))
    assert (found.rpo, found.lost, found.rto) == (300.0, 9 * 3600.0, 100.0)
    assert found.restored == "snapshot nightly"
    assert found.unknown == ()
    missed = RestoreMeasured("r", Outcome.COMPLETED, found, NOON)
    assert not met(OPENED, missed)  # nine hours are lost, one is allowed


@pytest.mark.parametrize(
    ("words", "lost"),
    [
        (("--use-latest-restorable-time",), 300.0),
        (("--restore-time", (NOON - timedelta(minutes=30)).isoformat()), 1800.0),
        (("--restore-time=2026-05-01T11:00:00",), 3600.0),  # without a zone it is UTC
    ],
)
def test_a_moment_loses_what_came_after_it(words: tuple[str, ...], lost: float) -> None:
    found = figures(OPENED, told(*call((*TO_TIME, *words)), END))
    assert found.lost == lost
    assert met(OPENED, RestoreMeasured("r", Outcome.COMPLETED, found, NOON))


def test_a_snapshot_of_the_run_itself_is_as_old_as_its_making() -> None:
    made = call(("aws", "rds", "create-db-snapshot", "--db-snapshot-identifier", "now"), 1.0)
    restored = call((*RESTORE, "--db-snapshot-identifier", "now"), 10.0, 2)
    found = figures(replace(OPENED, fault_at=NOON + timedelta(seconds=61)), told(*made, *restored))
    assert found.lost == 60.0  # from the moment that it was begun


def test_what_is_not_known_is_said_and_is_no_success() -> None:
    blind = replace(OPENED, newest=None, unread="no answer", snapshots={})
    found = figures(blind, told(*call((*RESTORE, "--db-snapshot-identifier", "nightly")), END))
    assert (found.rpo, found.lost) == (None, None)
    assert found.unknown == (
        "RPO: no answer",
        "snapshot nightly: when it was made could not be read",
    )
    assert not met(blind, RestoreMeasured("r", Outcome.COMPLETED, found, NOON))


def test_what_is_lost_is_not_known_where_one_of_two_is_not() -> None:
    known = call((*RESTORE, "--db-snapshot-identifier", "nightly"))
    other = call((*RESTORE, "--db-snapshot-identifier", "weekly"), 20.0, 2)
    found = figures(OPENED, told(*known, *other, END))
    assert (found.lost, found.restored) == (None, "snapshot nightly, snapshot weekly")


def test_a_refused_command_restored_nothing() -> None:
    refused = [
        (
            1.0,
            CallStarted(
                "s", 1, (*RESTORE, "--db-snapshot-identifier", "nightly"), Effect.CHANGE, ""
            ),
        ),
        (2.0, CallAnswered("s", 1, 254)),
        (3.0, RunEnded(Outcome.FAILED, "it returned 254")),
    ]
    found = figures(OPENED, told(*refused))
    assert (found.restored, found.lost, found.rto) == ("", None, None)
    assert "RTO: the restore was not completed" in found.unknown


def test_waiting_for_people_is_in_the_time_and_is_told_apart() -> None:
    def approved(at: float, by: str) -> tuple[float, object]:
        return at, Approved("s", by, "signed", datetime.max.replace(tzinfo=NOON.tzinfo))

    asked = (10.0, ApprovalAsked("s", "why", 2, False))
    restore = call((*TO_TIME, "--use-latest-restorable-time"), 41.0)
    by_hand = [(50.0, ApprovalAsked("m", "look", 1, True)), (55.0, Signed("m", "Ada"))]
    found = figures(
        OPENED, told(asked, approved(30.0, "Ben"), approved(40.0, "Cleo"), *restore, *by_hand, END)
    )
    assert (found.rto, found.waited) == (100.0, 35.0)


def test_the_labs_factor_multiplies_before_it_is_held_against_the_document() -> None:
    assert verdict(61.0, 3600.0, 60.0) is Verdict.MISSED
    assert verdict(60.0, 3600.0, 60.0) is Verdict.MET
    assert verdict(None, 3600.0, 1.0) is Verdict.NOT_MEASURED
    assert verdict(1.0, None, 1.0) is Verdict.NO_TARGET


def test_a_recovery_is_over_when_what_was_restored_is_up() -> None:
    run = told(*call((*TO_TIME, "--use-latest-restorable-time")), END)
    assert figures(OPENED, run, Up(NOON + timedelta(seconds=160))).rto == 160.0
    never = figures(OPENED, run, Up(why="shop-db-restored is not there"))
    assert never.rto is None
    assert never.unknown == ("RTO: shop-db-restored is not there",)


def test_what_the_run_cleans_up_is_not_waited_for() -> None:
    words = ("--target-db-instance-identifier", "copy", "--restore-time=2026-05-01T11:00:00Z")
    made = call((*TO_TIME, *words))
    other = call((*RESTORE, "--db-instance-identifier=other", "--db-snapshot-identifier", "s"))
    gone = call(("aws", "rds", "delete-db-instance", "--db-instance-identifier", "copy"), 50.0)
    assert left_behind(told(*made, *other)) == ("copy", "other")
    assert left_behind(told(*made, *other, *gone)) == ("other",)
