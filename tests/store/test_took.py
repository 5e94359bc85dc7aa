"""How long statements took before, on both databases: from runs that ended, each read once."""

from datetime import UTC, datetime, timedelta

import pytest

from steadyhand.model import canonical
from steadyhand.model.run.events import (
    DriverTook,
    Outcome,
    RunEnded,
    RunOpened,
    StepEnded,
    StepStarted,
    StepVerified,
)
from steadyhand.store import took as took_module
from steadyhand.store.database import Database, Unavailable
from steadyhand.store.took import Took, statement, took_before
from tests.rows import ask, change, put
from tests.run.shop import TARGET, plan_of

PLAN = plan_of("# S\n\n## Look\n\n```bash\n# A\ndate\n# B\nuptime\n```\n")
A, B = (planned.step.id for planned in PLAN.steps)
START = datetime(2026, 5, 4, tzinfo=UTC)
DATE, UPTIME = statement("date", TARGET.words), statement("uptime", TARGET.words)
OPENED, ENDED = RunOpened(PLAN, "ada"), RunEnded(Outcome.COMPLETED, "")


def write(database: Database, run: str, *history: tuple[float, object]) -> None:
    """Write a run as the journal does; each event with its seconds after the start."""
    put(database, "events", rows(run, *history))


def rows(run: str, *history: tuple[float, object]) -> list[dict[str, object]]:
    return [
        {
            "kind": "run",
            "id": run,
            "seq": seq,
            "version": 1,
            "type": type(one).__name__,
            "at": (START + timedelta(seconds=at)).isoformat(timespec="microseconds"),
            "body": canonical.dumps(one),
        }
        for seq, (at, one) in enumerate(history, 1)
    ]


def done(seconds: float, step: str = A, start: float = 1.0) -> list[tuple[float, object]]:
    return [(start, StepStarted(step, "")), (start + seconds, StepEnded(step, 0, ""))]


def run(database: Database, name: str, *middle: tuple[float, object]) -> None:
    write(database, name, (0, OPENED), *middle, (900, ENDED))


def test_median_and_longest_of_every_time(database: Database) -> None:
    assert took_before(database, [DATE]) == {}
    for index, seconds in enumerate((2.0, 40.0, 12.0)):
        run(database, f"r{index}", *done(seconds))
    assert took_before(database, [DATE, UPTIME]) == {DATE: Took(3, 12.0, 40.0)}
    run(database, "r9", *done(50.0), *done(1.0, B, 60.0))
    assert took_before(database, [DATE]) == {DATE: Took(4, 26.0, 50.0)}
    assert took_before(database, [UPTIME]) == {UPTIME: Took(1, 1.0, 1.0)}


def test_a_change_takes_until_it_is_seen(database: Database) -> None:
    run(database, "r", *done(2.0), (31, StepVerified(A, "seen")))
    assert took_before(database, [DATE]) == {DATE: Took(1, 30.0, 30.0)}


@pytest.mark.parametrize(
    "middle",
    [
        [(1, StepStarted(A, "")), (2, StepEnded(A, 1, ""))],  # it failed
        [(1, StepStarted(A, "")), *done(5, start=600)],  # it waited for an approval
        [(1, StepStarted(A, "")), (600, DriverTook("x")), (601, StepEnded(A, 0, ""))],  # a crash
        [(1, StepStarted(A, ""))],
    ],
)
def test_what_waited_or_failed_is_not_counted(
    database: Database, middle: list[tuple[float, object]]
) -> None:
    run(database, "r", *middle)
    assert took_before(database, [DATE]) == {}


def test_a_run_that_goes_on_counts_when_it_has_ended(database: Database) -> None:
    write(database, "r", (0, OPENED), *done(3.0))
    assert took_before(database, [DATE]) == {}
    run(database, "other")
    assert took_before(database, [DATE]) == {}
    row = {"kind": "run", "id": "r", "seq": 4, "version": 1, "type": "RunEnded"}
    put(database, "events", [{**row, "at": START.isoformat(), "body": canonical.dumps(ENDED)}])
    assert took_before(database, [DATE]) == {DATE: Took(1, 3.0, 3.0)}


def test_another_target_is_another_statement(database: Database) -> None:
    run(database, "r", *done(3.0))
    assert took_before(database, [statement("date", "aws:prod 1 eu-west-1")]) == {}


def test_no_run_is_read_twice(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a thousand runs, the second plan reads none of their events."""
    history = ((0, OPENED), *done(3.0), *done(1.0, B, 100.0), (900, ENDED))
    every = [rows(f"r{index:04}", *history) for index in range(1000)]
    put(database, "events", [row for one in every for row in one])
    assert took_before(database, [DATE])[DATE].times == 1000
    read: list[str] = []
    monkeypatch.setattr(took_module, "_rows", lambda _database, _position, run: read.append(run))
    assert took_before(database, [DATE])[DATE].times == 1000
    assert read == []
    assert ask(database, "SELECT count(*) FROM took") == [(3000,)]


def test_a_journal_that_cannot_be_read_is_said_to_be_so(database: Database) -> None:
    change(database, "DROP TABLE took")
    with pytest.raises(Unavailable, match="took"):
        took_before(database, [DATE])
