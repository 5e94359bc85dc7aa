"""What a document's safety rules ask about, read now: the newest backup of each database.

What cannot be read is left out; the plan then puts it to a person.
"""

import json
from collections.abc import Sequence
from datetime import datetime

from steadyhand.app.control import Control
from steadyhand.model.document.runbook import Procedure, Runbook, Step
from steadyhand.model.run.target import Target
from steadyhand.plan.guards import Backup, Sight, to_read
from steadyhand.world.door import Call, Lost, Refused, World, ask


def look(
    control: Control, target: Target, runbook: Runbook, procedure: Procedure, steps: Sequence[Step]
) -> Sight:
    """Read what the rules of a document ask about these steps."""
    found: dict[str, Backup | None] = {}
    for name in to_read(runbook, procedure, steps):
        answer = _snapshots(control.reading_world(target), name)
        if answer is not None:
            found[name] = newest(answer)
    return Sight(found, control.clock.now())


def _snapshots(world: World, database: str) -> str | None:
    named = ("--db-instance-identifier", database)
    argv = ("aws", "rds", "describe-db-snapshots", *named, "--output", "json")
    try:
        answer = ask(world, Call(argv))
    except (Refused, Lost):
        return None
    return answer.text if answer.exit_code == 0 else None


def newest(printed: str) -> Backup | None:
    """Read the newest snapshot that is there to be restored; None where there is none. Pure."""
    try:
        listed = json.loads(printed)["DBSnapshots"]
        found = [
            Backup(
                str(one["DBSnapshotIdentifier"]), datetime.fromisoformat(one["SnapshotCreateTime"])
            )
            for one in listed
            if one.get("Status") == "available" and "SnapshotCreateTime" in one
        ]
    except (ValueError, LookupError, TypeError, AttributeError):
        return None
    return max(found, key=lambda one: one.at, default=None)
