"""What AWS says of logs, backups and credentials: the argv that asks, and the age or count in it.

Asked through the world that is handed in; credentials stay behind it.
"""

import json
from asyncio import get_running_loop
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from steadyhand.model.change.deployment import read_time
from steadyhand.model.settings.probes import (
    BackupProbe,
    CloudProbe,
    CredentialProbe,
    LogPatternProbe,
    timeout_of,
)
from steadyhand.watch.sources.around import Around, Seen, Unable
from steadyhand.world.door import Call, Lost, Refused, World, ask

_DAY = 86_400.0
_MOST_EVENTS = 10_000  # of a search in the logs; that many are enough for any limit


async def look(probe: CloudProbe, _name: str, around: Around) -> Seen:
    """Ask once, in a thread: a world waits."""
    if around.world is None:
        raise Unable("no target is named here, so AWS cannot be asked")
    now = around.now()
    return await get_running_loop().run_in_executor(
        around.threads, ask_once, probe, around.world, now
    )


def ask_once(probe: CloudProbe, world: World, now: datetime) -> Seen:
    """Ask what the probe wants to know. Raises Unable when the world does not answer."""
    argv = asked(probe, now)
    try:
        answer = ask(world, Call(argv, timeout=timeout_of(probe)))
    except (Refused, Lost) as error:
        raise Unable(str(error)) from None
    if answer.exit_code:
        raise Unable(answer.stderr.decode(errors="replace").strip() or "no answer")
    try:
        return read(probe, json.loads(answer.text), now)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unable(f"not an answer of {' '.join(argv[:3])}: {error!r}") from None


def asked(probe: CloudProbe, now: datetime) -> tuple[str, ...]:
    """Write the read. Pure."""
    match probe:
        case LogPatternProbe(_, group, pattern):
            start = now - timedelta(seconds=probe.interval_seconds)
            return _aws(
                "logs", "filter-log-events", "--log-group-name", group, "--filter-pattern",
                pattern, "--start-time", _millis(start), "--end-time", _millis(now),
                "--max-items", str(_MOST_EVENTS),
            )  # fmt: skip
        case BackupProbe():
            return _aws(*_backup(probe))
        case CredentialProbe():
            return _aws(*_credential(probe))


def _backup(probe: BackupProbe) -> tuple[str, ...]:
    if probe.database and probe.restorable:
        return "rds", "describe-db-instances", "--db-instance-identifier", probe.database
    if probe.database:
        return "rds", "describe-db-snapshots", "--db-instance-identifier", probe.database
    if probe.cache:
        return "elasticache", "describe-snapshots", "--cache-cluster-id", probe.cache
    where = ("--prefix", probe.prefix) if probe.prefix else ()
    return "s3api", "list-objects-v2", "--bucket", probe.bucket, *where


def _credential(probe: CredentialProbe) -> tuple[str, ...]:
    if probe.secret:
        return "secretsmanager", "describe-secret", "--secret-id", probe.secret
    if probe.parameter:
        names = f"Key=Name,Values={probe.parameter}"
        return "ssm", "describe-parameters", "--parameter-filters", names
    if probe.user:
        return "iam", "list-access-keys", "--user-name", probe.user
    return "acm", "describe-certificate", "--certificate-arn", probe.certificate


def _aws(*words: str) -> tuple[str, ...]:
    return ("aws", *words, "--output", "json")


def _millis(at: datetime) -> str:
    return str(int(at.timestamp() * 1000))


def read(probe: CloudProbe, said: Any, now: datetime) -> Seen:
    """Read what was asked for out of the answer. Pure."""
    match probe:
        case LogPatternProbe():
            per = 60.0 / probe.interval_seconds
            return Seen({"per_minute": len(said.get("events", [])) * per})
        case BackupProbe():
            newest = max(_made(probe, said), default=None)
            if newest is None:
                return Seen({}, "there is no backup")
            return Seen({"age_seconds": (now - newest).total_seconds()})
        case CredentialProbe(certificate=str(arn)) if arn:
            until = _time(said["Certificate"].get("NotAfter"))
            if until is None:
                return Seen({}, "the certificate is not issued")
            days = (until - now).total_seconds() / _DAY
            return Seen({"certificate_days": days}, "" if days > 0 else "the certificate has ended")
        case CredentialProbe():
            changed = min(_changed(probe, said), default=None)
            if changed is None:
                return Seen({}, "there is no such credential in use")
            return Seen({"age_days": (now - changed).total_seconds() / _DAY})


def _made(probe: BackupProbe, said: Any) -> Iterator[datetime]:
    """Give when each backup that can be restored was made."""
    if probe.database and probe.restorable:
        found = [one.get("LatestRestorableTime") for one in said["DBInstances"]]
    elif probe.database:
        found = [
            one.get("SnapshotCreateTime")
            for one in said["DBSnapshots"]
            if one.get("Status") == "available"
        ]
    elif probe.cache:
        found = [
            node.get("SnapshotCreateTime")
            for one in said["Snapshots"]
            if one.get("SnapshotStatus") == "available"
            for node in one.get("NodeSnapshots", [])
        ]
    else:
        found = [one.get("LastModified") for one in said.get("Contents", [])]
    yield from filter(None, map(_time, found))


def _changed(probe: CredentialProbe, said: Any) -> Iterator[datetime]:
    """Give when each credential in use was made or last changed."""
    if probe.secret:
        keys = ("LastRotatedDate", "LastChangedDate", "CreatedDate")
        yield from list(filter(None, (_time(said.get(key)) for key in keys)))[:1]
    elif probe.parameter:
        yield from filter(None, (_time(one.get("LastModifiedDate")) for one in said["Parameters"]))
    else:
        for one in said["AccessKeyMetadata"]:
            if one.get("Status") == "Active" and (made := _time(one.get("CreateDate"))):
                yield made


def _time(said: object) -> datetime | None:
    return read_time(said) if isinstance(said, str | int | float) else None
