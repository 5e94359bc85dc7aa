"""A contact of a document and what to remind of in; notices for the outbox and who gets them out.

Who that is stands in the settings beside the document, and is looked up when somebody is told.
"""

import hashlib
from pathlib import Path

from steadyhand.app.control import Control
from steadyhand.app.oncall import schedules
from steadyhand.app.problem import Problem
from steadyhand.app.runbooks import documents
from steadyhand.engine.drive import Turn
from steadyhand.model.incident.notice import Notice
from steadyhand.respond.whom import recipients


def reminders(
    control: Control, turn: Turn, notice: Notice, runbook: str
) -> tuple[tuple[Notice, ...], str]:
    """Address a notice to whoever its contact is now: a copy for each channel, and their names.

    Its id and channel are filled in here. Nobody: no notice, and "".
    """
    now = control.clock.now()
    try:
        settings = documents.load(Path(runbook)).settings
    except Problem:
        return (), ""  # the document is gone, and with it what says how people are reached

    def on_call(schedule: str) -> tuple[str, str]:
        return schedules.person(control, settings, schedule, now)

    found, _why = recipients(settings, notice.contact, on_call)
    made = tuple(
        Notice(
            id=_id(turn, one.name, channel),
            incident=notice.incident,
            level=notice.level,
            contact=one.contact,
            channel=channel,
            title=notice.title,
            body=notice.body,
            person=one.person,
            kind="notice",
            system=notice.system,
            at=now.isoformat(timespec="milliseconds"),
        )
        for one in found
        for channel in one.channels
    )
    return made, ", ".join(one.name for one in found)


def _id(turn: Turn, name: str, channel: str) -> str:
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{turn.key}/{turn.seq + 1}/{digest}/{channel}"
