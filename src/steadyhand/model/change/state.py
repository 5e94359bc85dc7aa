"""A change record's events in, its state out, and what is to be done about it now. Pure.

A change that is closed as well was watched to the end, with nothing come of it: whatever else is
known is another verdict.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from steadyhand.model.change.events import (
    ChangeApproved,
    ChangeBegan,
    ChangeClosed,
    ChangeEnded,
    ChangeKind,
    ChangeOpened,
    DeploymentLinked,
    ItemTicked,
    Result,
    TroubleSeen,
    Verdict,
    WatchBegan,
    WayBackNamed,
)
from steadyhand.model.events import IllegalEvent
from steadyhand.model.next import Finished, Wait


class ChangeState(StrEnum):
    PLANNED = "planned"  # nothing is changed yet
    UNDER_WAY = "under way"
    DONE = "done"  # and not yet known whether it is watched
    WATCHED = "watched"
    CLOSED = "closed"


class Change(Struct, frozen=True):
    """What the events of one change record add up to."""

    opened: ChangeOpened
    approved: tuple[ChangeApproved, ...] = ()
    ticked: tuple[ItemTicked, ...] = ()
    way_back: str = ""
    began: ChangeBegan | None = None
    ended: ChangeEnded | None = None
    deployments: tuple[str, ...] = ()
    watch: WatchBegan | None = None
    troubles: tuple[TroubleSeen, ...] = ()
    closed: ChangeClosed | None = None

    @property
    def state(self) -> ChangeState:
        if self.closed is not None:
            return ChangeState.CLOSED
        if self.watch is not None:
            return ChangeState.WATCHED
        if self.ended is not None:
            return ChangeState.DONE
        return ChangeState.PLANNED if self.began is None else ChangeState.UNDER_WAY

    @property
    def at(self) -> datetime:
        """When something was changed; before that, when it was planned."""
        return self.began.at if self.began is not None else self.opened.at

    @property
    def open_items(self) -> tuple[str, ...]:
        done = {one.item for one in self.ticked}
        return tuple(item.text for n, item in enumerate(self.opened.checklist) if n not in done)

    @property
    def gaps(self) -> tuple[str, ...]:
        """Say what change control asks for and nobody has given."""
        found = []
        begun = self.began is not None
        if begun and not [one for one in self.approved if not one.afterwards]:
            if self.approved:
                found.append("approved only after it had begun")
            elif self.opened.asks_approval:
                found.append(f"nobody approved it: {self.opened.asks_approval}")
            elif self.opened.kind is ChangeKind.DEPLOYMENT:
                found.append("nobody approved it here")
        found += [f"not ticked: {item}" for item in self.open_items if begun]
        if not self.way_back:
            found.append("no way back is named")
        if begun and self.opened.frozen:
            found.append(f"made in a freeze: {self.opened.frozen}")
        if self.opened.break_glass:
            found.append(f"against the policy: {self.opened.break_glass}")
        return tuple(found)


def _legal(condition: bool, why: str) -> None:
    if not condition:
        raise IllegalEvent(why)


def evolve(change: Change | None, event: object) -> Change:
    """Apply one event. Raises IllegalEvent where the event cannot follow what was before."""
    if isinstance(event, ChangeOpened):
        _legal(change is None, "a change is opened once")
        return Change(event, way_back=event.way_back)
    if change is None:
        raise IllegalEvent(f"{type(event).__name__} before ChangeOpened")
    match event:
        # What people add to the record, or is seen of it later, counts after it is closed, too.
        case DeploymentLinked(deployment):
            _legal(deployment not in change.deployments, "that deployment is linked already")
            return replace(change, deployments=(*change.deployments, deployment))
        case ChangeApproved(by, _, afterwards):
            _legal(bool(by.strip()), "nobody approves it")
            _legal(by not in {one.by for one in change.approved}, f"{by} has approved it already")
            begun = change.began is not None
            _legal(afterwards is begun, "before and after are not the same")
            return replace(change, approved=(*change.approved, event))
        case ItemTicked(item, by):
            _legal(0 <= item < len(change.opened.checklist), "there is no such item")
            _legal(item not in {one.item for one in change.ticked}, "it is ticked already")
            _legal(bool(by.strip()), "nobody ticks it")
            return replace(change, ticked=(*change.ticked, event))
        case WayBackNamed(words):
            _legal(bool(words.strip()), "no way back is said")
            return replace(change, way_back=words)
    _legal(change.closed is None, f"{type(event).__name__} after it was closed")
    match event:
        case ChangeBegan():
            _legal(change.began is None and change.ended is None, "it has begun already")
            return replace(change, began=event)
        case ChangeEnded(result):
            _legal(change.ended is None, "it has ended already")
            done = result is not Result.NOT_DONE
            _legal(done is (change.began is not None), "what was not begun is not done")
            return replace(change, ended=event)
        case WatchBegan() | TroubleSeen() | ChangeClosed():
            return _afterwards(change, event)
        case _:
            raise IllegalEvent(f"{type(event).__name__} is not an event of a change")


def _afterwards(change: Change, event: WatchBegan | TroubleSeen | ChangeClosed) -> Change:
    match event:
        case WatchBegan(until, at):
            _legal(change.ended is not None and change.watch is None, "it is not to be watched")
            _legal(until > at, "its time is over already")
            return replace(change, watch=event)
        case TroubleSeen(incident):
            _legal(change.began is not None, "nothing is changed yet")
            known = {one.incident for one in change.troubles}
            _legal(incident not in known, "that incident is linked already")
            return replace(change, troubles=(*change.troubles, event))
        case ChangeClosed(verdict, _, at):
            ended = change.ended
            if ended is None:
                raise IllegalEvent("it has not ended")
            watched = change.watch is not None and at >= change.watch.until
            watched |= change.opened.watched_by_run and ended.result is Result.DONE
            _legal(change.watch is None or watched, "it is watched still")
            _legal(
                verdict is not Verdict.WELL or (watched and not change.troubles), "not seen well"
            )
            not_done = ended.result is Result.NOT_DONE
            _legal((verdict is Verdict.NOT_DONE) is not_done, "whether it was done is known")
            _legal((verdict is Verdict.TROUBLED) is bool(change.troubles), "what came is known")
            return replace(change, closed=event)


# --- decide -----------------------------------------------------------------------------------


class Record(Struct, frozen=True):
    event: WatchBegan | ChangeClosed


class Follow(Struct, frozen=True):
    """Take over what the run has done since."""

    run: str


Intent = Record | Follow


def decide(change: Change | None, now: datetime) -> Intent | Wait | Finished:
    """Name the one next thing. Pure and total."""
    if change is None:
        return Wait(None, "there is no such change")
    if change.closed is not None:
        return Finished(change.closed.verdict.value)
    ended = change.ended
    if ended is None:
        run = change.opened.kind is ChangeKind.RUN
        return Follow(change.opened.source) if run else Wait(None, "under way")
    if change.watch is not None:
        if now < change.watch.until:
            return Wait(change.watch.until, "watched")
        return Record(_closed(change, now, True))
    if ended.result is Result.NOT_DONE:
        return Record(ChangeClosed(Verdict.NOT_DONE, ended.detail, now))
    until = ended.at + timedelta(seconds=change.opened.watch_seconds)
    if change.opened.watch_seconds and now < until:
        return Record(WatchBegan(until, now))
    return Record(_closed(change, now, change.opened.watched_by_run))


def _closed(change: Change, now: datetime, watched: bool) -> ChangeClosed:
    ended = change.ended
    if change.troubles:
        named = ", ".join(f"{one.alarm} ({one.incident})" for one in change.troubles)
        return ChangeClosed(Verdict.TROUBLED, f"in its time: {named}", now)
    if watched and change.watch is not None:
        lasted = (change.watch.until - change.watch.at).total_seconds()
        return ChangeClosed(Verdict.WELL, f"watched for {lasted:.0f} s: no incident", now)
    if watched and ended is not None and ended.result is Result.DONE:
        return ChangeClosed(Verdict.WELL, "watched by the run itself: no incident", now)
    asked = change.opened.watch_seconds or change.opened.watched_by_run
    why = "nobody was there to watch it" if asked else "the document asks for no time of watching"
    return ChangeClosed(Verdict.UNWATCHED, why, now)
