"""Learning from incidents: post-mortems written, what people say of them, actions tracked, the
runbook's patch, and the times of all incidents.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from msgspec import Struct

from steadyhand.app.appending import append
from steadyhand.app.control import Control
from steadyhand.app.oncall.reminders import reminders
from steadyhand.app.problem import Problem
from steadyhand.app.responding.ran import commands
from steadyhand.app.runbooks import documents
from steadyhand.app.runbooks.linting import Mended
from steadyhand.app.running import changes
from steadyhand.app.running.proposal import proposal
from steadyhand.engine.drive import Turn
from steadyhand.model.document.edit import Edit
from steadyhand.model.events import Recorded
from steadyhand.model.incident.events import AssessmentOpened, IncidentOpened, RemedyOpened
from steadyhand.model.incident.metrics import Times, times
from steadyhand.model.incident.notice import Notice
from steadyhand.model.incident.review import (
    ActionAdded,
    ActionDone,
    ActionDropped,
    Part,
    PartSaid,
    Record,
    ReportWritten,
    Review,
    ReviewClosed,
    ReviewOpened,
)
from steadyhand.model.next import Wait
from steadyhand.model.run.state import Run
from steadyhand.respond.writing.lessons import Lessons, lessons
from steadyhand.respond.writing.postmortem import postmortem
from steadyhand.world.branch import NoBranch, commit_on_branch


class Written(Struct, frozen=True):
    """The files of a review. `patch` is None, and `reason` says why, where nothing is proposed."""

    report: Path
    patch: Path | None
    reason: str = ""
    said: tuple[str, ...] = ()


class Kept(Struct, frozen=True):
    """A review under its incident's id."""

    id: str
    review: Review


# --- post-mortems -----------------------------------------------------------------------------


def write(control: Control, incident: str) -> Written:
    """Write the post-mortem of an incident, over or not, and the patch to its runbook.

    Written again, it holds what happened and what people have said since. Raises Problem.
    """
    history = _history(control, incident)
    opened = _opened(history)
    review: Review | None = control.engine.turn("review", incident).state
    before = _changed_before(control, opened)
    text = postmortem(history, commands(control, history), before=before, review=review)
    mended, lesson, reason = _patch(control, history)
    folder = control.state / "reports"
    folder.mkdir(parents=True, exist_ok=True)
    report, patch = folder / f"{incident}.md", folder / f"{incident}.patch"
    if mended is not None:
        patch.write_text(mended.diff())
        listed = "".join(f"\n- {one}" for one in lesson.said)
        text += f"\nAs a patch, `{patch.name}`:\n{listed}\n"
    report.write_text(text)
    there = str(patch) if mended is not None else ""
    now = control.clock.now()
    if review is None:
        event: object = ReviewOpened(
            incident, opened.system, opened.runbook, str(report), there, now
        )
    else:
        event = ReportWritten(str(report), there, now)
    append(control, "review", incident, event)
    return Written(report, patch if mended is not None else None, reason, lesson.said)


def branch(control: Control, incident: str) -> str:
    """Offer the patch as a branch of the runbook's own repository; the branch's name.

    Only a local branch: it is looked at and sent by people. Raises Problem.
    """
    history = _history(control, incident)
    mended, lesson, reason = _patch(control, history)
    if mended is None:
        raise Problem(f"nothing is proposed: {reason}", 1)
    name = f"steadyhand/incident-{incident}"
    listed = "\n".join(f"- {one}" for one in lesson.said)
    message = f"Lessons of incident {incident}\n\n{listed}"
    try:
        commit_on_branch(Path(mended.path), mended.after, name, message)
    except NoBranch as error:
        raise Problem(f"no branch: {error}", 1) from None
    return name


def _patch(control: Control, history: Sequence[Recorded]) -> tuple[Mended | None, Lessons, str]:
    """Work out what the runbook should say; else why there is nothing."""
    path = Path(_opened(history).runbook)
    try:
        loaded = documents.load(path)
    except Problem as problem:
        return None, Lessons(), str(problem)
    try:
        text = path.read_bytes().decode()
    except UnicodeDecodeError:
        return None, Lessons(), f"{path} is not UTF-8: a patch would change more than it says"
    # A text that was repaired to be read is patched as it lies there, and its lines as they are.
    fixes = _fixes(control, history) if text == loaded.text else []
    lesson = lessons(history, loaded.runbook, text, fixes)
    if not lesson.said or lesson.text == text:
        return None, Lessons(), "the journal has taught nothing that the runbook does not say"
    return Mended(str(path), text, lesson.text, len(lesson.said)), lesson, ""


def _fixes(control: Control, history: Sequence[Recorded]) -> list[Edit]:
    """Give the safe fixes of the lines that the incident's runs have run."""
    edits: list[Edit] = []
    for recorded in history:
        if isinstance(recorded.event, AssessmentOpened | RemedyOpened):
            run: Run | None = control.engine.turn("run", recorded.event.run).state
            if run is not None:
                found = proposal(run, control.clock.now().date()).findings
                edits += [edit for finding in found for edit in finding.fix]
    return list(dict.fromkeys(edits))


def _changed_before(control: Control, opened: IncidentOpened) -> list[str]:
    """Say what was changed of the system shortly before, and while, it became unwell."""
    found = changes.recent(control, opened.onset - changes.LOOKBACK)
    return [
        f"{one.change.at:%H:%M:%S} {one.change.opened.title} ({one.id})"
        for one in reversed(found)
        if one.change.opened.system == opened.system and one.change.at <= opened.at
    ]


def _history(control: Control, incident: str) -> list[Recorded]:
    history = control.journal.read("incident", incident)
    if not history:
        raise Problem(f"there is no incident {incident}; `steadyhand incidents list` shows them")
    return history


def _opened(history: Sequence[Recorded]) -> IncidentOpened:
    opened = history[0].event
    if not isinstance(opened, IncidentOpened):
        raise AssertionError("an incident begins with its opening")
    return opened


# --- reviews ----------------------------------------------------------------------------------


def listed(control: Control) -> tuple[Kept, ...]:
    """List every review, oldest first."""
    keys = [key for key, _ in control.journal.keys("review")]
    return tuple(Kept(key, state) for key, state in control.engine.states("review", keys))


def find(control: Control, name: str) -> Kept:
    """Find a review by its incident, or a part of its id that only one has. Raises Problem."""
    everything = listed(control)
    for fits in (
        [one for one in everything if one.id == name],
        [one for one in everything if name in one.id],
    ):
        if len(fits) == 1:
            return fits[0]
        if fits:
            ids = ", ".join(one.id for one in fits)
            raise Problem(f"“{name}” fits {len(fits)} reviews: {ids}")
    raise Problem(f"there is no review “{name}”; `steadyhand reviews write INCIDENT` begins one")


def say(control: Control, name: str, part: Part, text: str, by: str) -> Kept:
    """Write down what somebody says for a part of a review. Raises Problem."""
    one = find(control, name)
    append(control, "review", one.id, PartSaid(part, text, by, control.clock.now()))
    return find(control, one.id)


def add_action(
    control: Control, name: str, text: str, owner: str, by: str, due: datetime | None
) -> Kept:
    """Add what is to be done so that it does not come again. Raises Problem."""
    one = find(control, name)
    append(control, "review", one.id, ActionAdded(text, owner, by, control.clock.now(), due))
    return find(control, one.id)


def finish_action(control: Control, name: str, action: int, by: str, note: str) -> Kept:
    """Say that an action is done. Raises Problem."""
    one = find(control, name)
    append(control, "review", one.id, ActionDone(action, by, control.clock.now(), note))
    return find(control, one.id)


def drop_action(control: Control, name: str, action: int, by: str, reason: str) -> Kept:
    """Say that an action is not done, and why. Raises Problem."""
    one = find(control, name)
    append(control, "review", one.id, ActionDropped(action, by, reason, control.clock.now()))
    return find(control, one.id)


def close(control: Control, name: str, by: str) -> Kept:
    """Close a review, and write its report for the last time. Raises Problem while anything is
    missing."""
    one = find(control, name)
    append(control, "review", one.id, ReviewClosed(by, control.clock.now()))
    write(control, one.id)
    return find(control, one.id)


def drive_all(control: Control) -> None:
    """Tell the owners of actions that are overdue. Any number of times, by anyone."""
    for one in listed(control):
        if one.review.closed is None:
            control.engine.drive("review", one.id)


def doer(control: Control) -> Callable[[Record, Turn], Wait | None]:
    """Give what carries out an intent of a review."""

    def do(intent: Record, turn: Turn) -> Wait | None:
        review: Review = turn.state
        opened, number = review.opened, intent.event.action
        added = review.actions[number - 1].added
        title = f"{opened.system}: action {number} of {turn.key}: overdue"
        until = f"{added.due:%Y-%m-%d %H:%M} UTC" if added.due else ""
        body = f"{added.text}\ndue {until}; report: {opened.report}"
        wanted = Notice("", "", "overdue", added.owner, "", title, body, system=opened.system)
        notices, _names = reminders(control, turn, wanted, opened.runbook)
        turn.append(intent.event, notices=notices)
        return None

    return do


# --- times ------------------------------------------------------------------------------------


def measured(control: Control, since: datetime | None = None) -> tuple[Times, ...]:
    """Measure every incident that was opened since a moment, oldest first."""
    keys = (key for key, _ in control.journal.keys("incident"))
    found = (times(control.journal.read("incident", key)) for key in keys)
    return tuple(one for one in found if since is None or one.at >= since)
