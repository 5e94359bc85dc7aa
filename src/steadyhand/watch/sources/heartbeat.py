"""Something that reports by itself: how long ago, and whether it is overdue. A dead man's switch.

A task with a schedule has to report after each time that it is due; a worker every so often.
"""

from asyncio import get_running_loop
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from steadyhand.model.recurrence import Recurrence, newest
from steadyhand.model.settings.probes import HeartbeatProbe
from steadyhand.watch.sources.around import Around, Report, Seen, Unable


async def look(probe: HeartbeatProbe, name: str, around: Around) -> Seen:
    """Look once at what was reported."""
    report = await get_running_loop().run_in_executor(around.reports, around.report, name)
    if report is None:
        raise Unable("nobody listens for reports here")
    return judged(probe, report, around.now())


def judged(probe: HeartbeatProbe, report: Report, now: datetime) -> Seen:
    """Say whether something is overdue. Pure."""
    values = {"overdue_seconds": 0.0}
    if report.at is not None:
        values["age_seconds"] = max(0.0, (now - report.at).total_seconds())
    deadline, said = _deadline(probe, report, now)
    if deadline is not None and now > deadline:
        values["overdue_seconds"] = (now - deadline).total_seconds()
        return Seen(values, f"{said}; {report.uncounted}" if report.uncounted else said)
    if not report.ok:
        return Seen(values, report.note or "it reported that it failed")
    return Seen(values)


def _deadline(probe: HeartbeatProbe, report: Report, now: datetime) -> tuple[datetime | None, str]:
    """Give the time by which a report should be there and is not; None where none is missing."""
    grace = timedelta(seconds=probe.grace_seconds)
    heard = report.at or report.listening_since
    if probe.every_seconds:
        deadline = heard + timedelta(seconds=probe.every_seconds) + grace
        return deadline, f"silent since {heard:%Y-%m-%d %H:%M:%S}"
    due = last_due(probe, now - grace)
    if due is None or due < report.listening_since or (report.at is not None and report.at >= due):
        return None, ""
    wall = due.astimezone(ZoneInfo(probe.zone))
    return due + grace, f"due at {wall:%Y-%m-%d %H:%M} {probe.zone}, did not report"


def last_due(probe: HeartbeatProbe, now: datetime) -> datetime | None:
    """Give the last time that the task was due, by the wall of its own zone. Pure."""
    return newest(Recurrence(probe.cron, probe.zone), now)
