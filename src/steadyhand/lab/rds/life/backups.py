"""Snapshots: real copies of a running cluster; when they are made, kept, copied and dropped."""

import re
import secrets
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from steadyhand.lab.rds.model import Instance, Snapshot, Status
from steadyhand.lab.rds.room import Live, Room, Step
from steadyhand.lab.rds.server import Server, copy_running

SECONDS = 180.0  # about what AWS takes for a small instance
FIRST_SECONDS = 60.0
MOST_ARCHIVED = 1024**3  # of one instance's log of changes: the lab's bound on disk
KEPT_SETTINGS = (
    *("instance_class", "allocated_gib", "master_user", "master_password", "database", "created"),
    *("port", "storage_type", "iops", "az", "encrypted", "iam", "engine_version", "copy_tags"),
    *("retention_days", "multi_az", "backup_window", "maintenance_window", "exports", "public"),
    *("minor_upgrades", "deletion_protection", "parameter_group"),
)


def new_snapshot(room: Room, instance: Instance, identifier: str, kind: str) -> Snapshot:
    """Enter a snapshot that is about to be made."""
    settings: dict[str, Any] = {name: getattr(instance, name) for name in KEPT_SETTINGS}
    settings["created"] = instance.created.isoformat()
    now = room.now()
    snapshot = Snapshot(
        *(identifier, secrets.token_hex(8), instance.identifier, kind, now, instance.resource_id),
        original=now,
        settings=settings,
        tags=dict(instance.tags) if instance.copy_tags else {},
    )
    room.snapshots[identifier] = snapshot
    word = "automated" if kind == "automated" else "manual"
    room.tell("db-snapshot", identifier, f"Creating {word} snapshot", "creation")
    return snapshot


def automated_name(room: Room, instance: Instance) -> str:
    name = f"rds:{instance.identifier}-{room.now():%Y-%m-%d-%H-%M}"
    while name in room.snapshots:  # AWS makes no two in a minute; the lab may
        name += "-1"
    return name


def automated(room: Room, live: Live, quiet: bool = False) -> None:
    """Begin the automated backup of an instance; a quiet one takes no time and shows no state."""
    if live.instance.retention_days == 0 or live.instance.source:
        return
    name = automated_name(room, live.instance)
    room.tell("db-instance", live.instance.identifier, "Backing up DB instance", "backup")
    begin(room, live, new_snapshot(room, live.instance, name, "automated"), FIRST_SECONDS, quiet)


def begin(
    room: Room, live: Live, snapshot: Snapshot, seconds: float = SECONDS, quiet: bool = False
) -> None:
    """Begin to make a snapshot; meanwhile the instance is backing-up."""

    def work() -> tuple[str, datetime]:
        assert live.server is not None
        return copied(room, live.server, snapshot)

    def done(result: tuple[str, datetime]) -> None:
        finish(room, snapshot, *result)
        if snapshot.kind == "automated":
            room.tell("db-instance", snapshot.instance, "Finished DB Instance backup", "backup")
            prune(room, live)

    def failed(error: Exception) -> None:
        snapshot.status = "failed"
        live.instance.status = Status.AVAILABLE
        room.tell("db-snapshot", snapshot.identifier, f"Snapshot failed: {error}", "failure")

    status = Status.AVAILABLE if quiet else Status.BACKING_UP
    room.begin(live, Step(status, 0.0 if quiet else seconds, work, done, failed))


def copied(room: Room, server: Server, snapshot: Snapshot) -> tuple[str, datetime]:
    """Copy a running server. Blocks; gives the first log segment needed, and when it was done."""
    room.installation.make("snapshots")
    folder = room.snapshot_folder(snapshot)
    copy_running(room.installation, server, folder)
    return first_wal(folder), datetime.now(snapshot.started.tzinfo)


def first_wal(folder: Path) -> str:
    """The segment that the copy begins with, as its label says."""
    found = re.search(r"\(file ([0-9A-F]{24})\)", (folder / "backup_label").read_text())
    return found.group(1) if found else ""


def finish(room: Room, snapshot: Snapshot, wal: str, at: datetime) -> None:
    snapshot.first_wal, snapshot.finished = wal, at
    snapshot.status, snapshot.progress = "available", 100
    word = "Automated" if snapshot.kind == "automated" else "Manual"
    room.tell("db-snapshot", snapshot.identifier, f"{word} snapshot created", "creation")


def drop(room: Room, snapshot: Snapshot) -> None:
    room.snapshots.pop(snapshot.identifier, None)
    room.workers.submit(shutil.rmtree, room.snapshot_folder(snapshot), ignore_errors=True)
    word = "Automated" if snapshot.kind == "automated" else "Manual"
    room.tell("db-snapshot", snapshot.identifier, f"{word} snapshot deleted", "deletion")


def prune(room: Room, live: Live) -> None:
    """Drop what is older than the retention, and the log that no copy needs any more."""
    instance = live.instance
    own = [one for one in room.snapshots_of(instance, "automated") if one.finished]
    oldest = room.now() - timedelta(days=instance.retention_days)
    if instance.retention_days == 0:
        keep: list[Snapshot] = []
    else:
        keep = [one for one in own if one.started >= oldest] or own[-1:]
    for snapshot in own:
        if snapshot not in keep:
            drop(room, snapshot)
    if not live.pinned:
        first = keep[0].first_wal if keep else "F" * 24
        if keep or instance.retention_days == 0:
            room.workers.submit(_drop_log, room.archive(instance), first)


def _drop_log(folder: Path, first: str) -> None:
    """Segments of all timelines are in one order by their last sixteen digits."""
    for path in folder.glob("*"):
        if len(path.name) >= 24 and path.name[8:24] < first[8:24]:
            path.unlink(missing_ok=True)


def bound_log(room: Room, live: Live, used: int) -> None:
    """When the log takes too much disk, a newer copy takes the place of the older ones."""
    if used <= MOST_ARCHIVED or live.pinned:
        return
    finished = [one for one in room.snapshots_of(live.instance, "automated") if one.finished]
    if len(finished) < 2:
        automated(room, live)
        return
    for snapshot in finished[:-1]:
        drop(room, snapshot)
    prune(room, live)


def copy(room: Room, source: Snapshot, made: Snapshot) -> None:
    """Copy a snapshot in the background; `tick` sees the end of it."""

    def work() -> None:
        room.installation.copy(room.snapshot_folder(source), room.snapshot_folder(made))

    room.copies[made.identifier] = room.workers.submit(work)
