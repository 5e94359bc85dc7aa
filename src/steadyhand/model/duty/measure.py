"""A restore test's opening and the journal of its run in, how much was lost and how long it took
out. Pure.

The lab's factor multiplies what was measured there before it is held against the document: what a
target divides by twelve would have lasted twelve times as long.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from steadyhand.model.duty.events import Figures, RestoreMeasured, RestoreOpened
from steadyhand.model.events import Recorded
from steadyhand.model.run.events import (
    ApprovalAsked,
    Approved,
    CallAnswered,
    CallStarted,
    ConditionAnswered,
    Declined,
    Outcome,
    RunEnded,
    Signed,
)

_TO_A_TIME = "restore-db-instance-to-point-in-time"
_FROM_SNAPSHOT = "restore-db-instance-from-db-snapshot"


class Restored(Struct, frozen=True):
    """What a command restored: the moment the data is of, None where that is not known."""

    words: str
    at: datetime | None
    why: str = ""


class Verdict(StrEnum):
    MET = "met"
    MISSED = "missed"
    NOT_MEASURED = "not measured"
    NO_TARGET = "the document states no target"


def verdict(measured: float | None, target: float | None, factor: float) -> Verdict:
    """Hold a figure against what the document asks for."""
    if target is None:
        return Verdict.NO_TARGET
    if measured is None:
        return Verdict.NOT_MEASURED
    return Verdict.MET if measured * factor <= target else Verdict.MISSED


def met(opened: RestoreOpened, measured: RestoreMeasured) -> bool:
    """Whether the restore was completed, and no target of the document was missed."""
    figures = measured.figures
    lost = figures.lost if figures.lost is not None else figures.rpo
    judged = (
        verdict(lost, opened.targets.rpo, opened.factor),
        verdict(figures.rto, opened.targets.rto, opened.factor),
    )
    wrong = {Verdict.MISSED, Verdict.NOT_MEASURED}
    return measured.outcome is Outcome.COMPLETED and not wrong & {*judged}


class Up(Struct, frozen=True):
    """When what was restored was seen to be available; `why` says why it never was."""

    at: datetime | None = None
    why: str = ""


NOT_UP = Up()


def left_behind(history: Sequence[Recorded]) -> tuple[str, ...]:
    """Name the databases that a run has restored and not deleted again."""
    names: dict[str, None] = {}
    for argv, _at in _done(history):
        if _TO_A_TIME in argv:
            names[_option(argv, "--target-db-instance-identifier")] = None
        elif _FROM_SNAPSHOT in argv:
            names[_option(argv, "--db-instance-identifier")] = None
        elif "delete-db-instance" in argv:
            names.pop(_option(argv, "--db-instance-identifier"), None)
    return tuple(name for name in names if name)


def figures(opened: RestoreOpened, history: Sequence[Recorded], up: Up = NOT_UP) -> Figures:
    """Measure a run that has ended, oldest event first; what it restored is `up` since then."""
    ended = next((r.at for r in history if isinstance(r.event, RunEnded)), None)
    completed = any(
        isinstance(r.event, RunEnded) and r.event.outcome is Outcome.COMPLETED for r in history
    )
    restored = list(_restored(opened, history))
    oldest = min((one.at for one in restored if one.at is not None), default=None)
    unknown = [f"RPO: {opened.unread}"] if opened.newest is None else []
    unknown += [f"{one.words}: {one.why}" for one in restored if one.at is None]
    if not restored:
        unknown.append("what was restored: no command of the run says to which moment")
    if not completed or up.why:
        unknown.append(f"RTO: {up.why or 'the restore was not completed'}")
    if up.at is not None and ended is not None:
        late = (up.at - ended) / timedelta(seconds=1)
        unknown.append(f"RTO: counted until it was seen available, {late:.0f} s after the run")
    done = completed and ended is not None and not up.why
    return Figures(
        rpo=_seconds(opened.newest, opened.fault_at),
        lost=None if any(one.at is None for one in restored) else _seconds(oldest, opened.fault_at),
        rto=_seconds(opened.fault_at, up.at or ended) if done else None,
        waited=_waited(history),
        restored=", ".join(one.words for one in restored),
        unknown=tuple(unknown),
    )


def _seconds(first: datetime | None, then: datetime | None) -> float | None:
    if first is None or then is None:
        return None
    return max(0.0, (then - first) / timedelta(seconds=1))


def _restored(opened: RestoreOpened, history: Sequence[Recorded]) -> Iterator[Restored]:
    """Say what each command that was carried out restored."""
    made = dict(opened.snapshots)
    for argv, at in _done(history):
        if name := _option(argv, "--db-snapshot-identifier"):
            if "create-db-snapshot" in argv:
                made[name] = at
            elif _FROM_SNAPSHOT in argv:
                yield _of_snapshot(name, made)
        if _TO_A_TIME in argv:
            yield _of_moment(opened, argv)


def _done(history: Sequence[Recorded]) -> Iterator[tuple[tuple[str, ...], datetime]]:
    """Give the commands that were carried out, with the moment that each was begun."""
    started: dict[tuple[str, int], tuple[CallStarted, datetime]] = {}
    for recorded in history:
        match recorded.event:
            case CallStarted(step, number) as call:
                started[step, number] = (call, recorded.at)
            case CallAnswered(step, number, 0):
                call, at = started[step, number]
                yield call.argv, at


def _of_snapshot(name: str, made: dict[str, datetime]) -> Restored:
    at = made.get(name)
    return Restored(f"snapshot {name}", at, "" if at else "when it was made could not be read")


def _of_moment(opened: RestoreOpened, argv: tuple[str, ...]) -> Restored:
    if "--use-latest-restorable-time" in argv:
        return Restored("the latest restorable time", opened.newest, opened.unread)
    said = _option(argv, "--restore-time")
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        return Restored(f"the moment {said!r}", None, "it is no time")
    if at.tzinfo is None:  # the AWS CLI takes it as UTC
        at = at.replace(tzinfo=opened.fault_at.tzinfo)
    return Restored(f"the state of {said}", at)


def _option(argv: tuple[str, ...], name: str) -> str:
    for index, word in enumerate(argv):
        if word == name and index + 1 < len(argv):
            return argv[index + 1]
        if word.startswith(f"{name}="):
            return word.partition("=")[2]
    return ""


def _waited(history: Sequence[Recorded]) -> float:
    """Add up the times in which the run waited for people."""
    waited, asked = 0.0, dict[str, datetime]()
    for recorded in history:
        match recorded.event:
            case ApprovalAsked(step):
                asked.setdefault(step, recorded.at)
            case Approved(step) | Signed(step) | Declined(step) | ConditionAnswered(step) if (
                step in asked
            ):
                waited += (recorded.at - asked[step]) / timedelta(seconds=1)
                del asked[step]
                if isinstance(recorded.event, Approved):
                    asked[step] = recorded.at  # a second signature may still be wanted
            case CallStarted(step) | RunEnded(step):
                asked.pop(step, None)
            case _:
                pass
    return waited
