"""What causes are judged by: the reads that tell of a service, and what they printed as facts.

`gather` asks a world; all else is pure. Names come from the alarm's binding, never from here.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct, field

from steadyhand.model.change.deployment import DeploymentSeen, ServiceSeen, read_service, read_time
from steadyhand.model.settings.binding import ServiceName
from steadyhand.world.door import Call, Lost, Refused, World, ask

_LINES = 200  # of the log, at most
_SECONDS = 60.0  # for one read
_SAMPLE = 160  # characters of a log line that are shown


class Stopped(Struct, frozen=True):
    """A task that has stopped. `by_itself`: neither the scheduler nor a person stopped it."""

    reason: str
    exit_code: int | None
    at: datetime
    by_itself: bool
    definition: str = ""  # "family:revision"

    @property
    def out_of_memory(self) -> bool:
        """Killed for its memory: said so, or killed hard while nobody had asked it to stop."""
        said = "outofmemory" in self.reason.replace(" ", "").casefold()
        return said or (self.by_itself and self.exit_code == 137)


class Logged(Struct, frozen=True):
    """Error lines since the window's start: how many, how many of each class, some of them."""

    lines: int
    classes: Mapping[str, int]
    samples: Mapping[str, str]  # class → one line of it; "" holds one of no class
    streams: int = 0  # how many tasks wrote them


class Evidence(Struct, frozen=True):
    """Facts read at `now`. None means that it could not be read; `unread` says why.

    `start` is how far back something can still be the cause, `onset` the first bad period.
    """

    start: datetime
    onset: datetime
    now: datetime
    service: ServiceSeen | None = None
    stopped: tuple[Stopped, ...] | None = None
    logged: Logged | None = None
    unread: tuple[str, ...] = field(default=())

    @property
    def deployments(self) -> tuple[DeploymentSeen, ...]:
        """Those that can be at fault, newest first: in the window, and not after the onset.

        The onset is only known to a period: a thirtieth of the window (a minute of half an hour)
        is allowed for that.
        """
        if self.service is None:
            return ()
        end = self.onset + (self.onset - self.start) / 30
        return tuple(one for one in self.service.deployments if self.start <= one.at <= end)


# What an error line speaks of. A line may speak of several things.
LOG_CLASSES: Mapping[str, re.Pattern[str]] = {
    name: re.compile(pattern, re.IGNORECASE)
    for name, pattern in {
        "connections": (
            r"too many (clients|connections)|remaining connection slots|PoolTimeout|QueuePool"
            r"|pool.{0,20}(exhausted|time(d )?out|limit)|couldn't get a connection"
            r"|connection (refused|timed out|reset|pool)|could not connect to server"
        ),
        "deadlock": r"deadlock|lock wait timeout|lock timeout",
        "memory": r"out of memory|OutOfMemory|MemoryError|cannot allocate memory|heap out",
        "disk": r"no space left|disk full|could not extend file",
        "permission": r"AccessDenied|access denied|forbidden|not authorized|permission denied",
        "credentials": r"(api key|token|credential).{0,30}(expired|invalid)|unauthorized|\b401\b",
        "rate": r"rate.?limit|too many requests|throttl|\b429\b",
        "schema": r"Undefined(Column|Table)|(column|relation) .{0,60}does not exist",
        "redis": r"redis|valkey|elasticache",
        "network": r"network is unreachable|no route to host|name or service not known|ENOTFOUND",
        "timeout": r"time(d )?-?out|deadline exceeded",
    }.items()
}


def gather(
    world: World,
    service: ServiceName | None,
    *,
    onset: datetime,
    now: datetime,
    lookback: timedelta,
) -> Evidence:
    """Read what can be read of a service; what cannot is named, with the reason, not left out."""
    start = onset - lookback
    unread: list[str] = []

    def read(what: str, argv: tuple[str, ...]) -> str | None:
        try:
            answer = ask(world, Call(argv, timeout=_SECONDS))
        except (Refused, Lost) as error:
            unread.append(f"{what}: {error}")
            return None
        if answer.exit_code:
            said = answer.stderr.decode(errors="replace").strip().splitlines()
            unread.append(f"{what}: {said[-1] if said else f'exit code {answer.exit_code}'}")
            return None
        return answer.text

    if service is None:
        return Evidence(start, onset, now, unread=("no service is bound to this alarm",))
    printed = {what: read(what, argv) for what, argv in reads(service, start).items()}
    tasks: str | None = '{"tasks": []}'
    if (listed := printed.get("stopped tasks")) is None:
        tasks = None
    elif (argv := describe_tasks(service, listed)) is not None:
        tasks = read("stopped tasks", argv)
    return read_evidence(start, onset, now, {**printed, "stopped tasks": tasks}, unread)


def reads(service: ServiceName, start: datetime) -> dict[str, tuple[str, ...]]:
    """Write the reads that need no other's answer."""
    cluster = ("--cluster", service.cluster)
    found: dict[str, tuple[str, ...]] = {
        "service": (
            "aws", "ecs", "describe-services", *cluster, "--services", service.name,
            "--output", "json",
        ),
        "stopped tasks": (
            "aws", "ecs", "list-tasks", *cluster, "--service-name", service.name,
            "--desired-status", "STOPPED", "--output", "json",
        ),
    }  # fmt: skip
    if service.log_group:
        found["error lines"] = (
            "aws", "logs", "filter-log-events", "--log-group-name", service.log_group,
            "--start-time", str(int(start.timestamp() * 1000)), "--filter-pattern", "ERROR",
            "--max-items", str(_LINES), "--output", "json",
        )  # fmt: skip
    return found


def describe_tasks(service: ServiceName, listed: str) -> tuple[str, ...] | None:
    """Write the read of the tasks that were listed; None where there are none."""
    arns = [str(arn) for arn in _object(listed).get("taskArns", [])]
    if not arns:
        return None
    # https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html
    return (
        "aws", "ecs", "describe-tasks", "--cluster", service.cluster,
        "--tasks", *arns[:100], "--output", "json",
    )  # fmt: skip


def read_evidence(
    start: datetime,
    onset: datetime,
    now: datetime,
    printed: Mapping[str, str | None],
    unread: Sequence[str] = (),
) -> Evidence:
    """Read facts out of what the reads printed; an answer nobody can read counts as none."""
    missing = list(unread)

    def facts(what: str, read: Callable[[str], Any]) -> Any:
        text = printed.get(what)
        if text is None:
            return None
        try:
            return read(text)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            missing.append(f"{what}: cannot be understood ({error})")
            return None

    service = facts("service", read_service)
    stopped = facts("stopped tasks", lambda text: read_stopped(text, start))
    logged = facts("error lines", read_logged)
    return Evidence(start, onset, now, service, stopped, logged, tuple(missing))


def read_stopped(printed: str, start: datetime) -> tuple[Stopped, ...]:
    """Read `aws ecs describe-tasks`: the tasks that stopped since `start`, newest first."""
    found = [
        _stopped(task, at)
        for task in _object(printed).get("tasks", [])
        if (at := read_time(task.get("stoppedAt"))) is not None and at >= start
    ]
    return tuple(sorted(found, key=lambda one: one.at, reverse=True))


def _stopped(task: Mapping[str, Any], at: datetime) -> Stopped:
    containers = task.get("containers", [])
    said = [*(one.get("reason") for one in containers), task.get("stoppedReason")]
    codes = [one["exitCode"] for one in containers if one.get("exitCode") is not None]
    return Stopped(
        "; ".join(str(text) for text in said if text),
        next((code for code in codes if code), codes[0] if codes else None),
        at,
        str(task.get("stopCode", "")) == "EssentialContainerExited",
        str(task.get("taskDefinitionArn", "")).rpartition("/")[2],
    )


def read_logged(printed: str) -> Logged:
    """Read `aws logs filter-log-events`: count the lines by what they speak of."""
    events = _object(printed).get("events", [])
    classes: dict[str, int] = {}
    samples: dict[str, str] = {}
    for event in events:
        line = str(event.get("message", "")).strip()
        for name in [name for name, telling in LOG_CLASSES.items() if telling.search(line)]:
            classes[name] = classes.get(name, 0) + 1
            samples.setdefault(name, _shown(line))
        samples.setdefault("", _shown(line))
    streams = {str(event.get("logStreamName", "")) for event in events}
    return Logged(len(events), classes, samples, len(streams))


def _shown(line: str) -> str:
    """Show the message of a line that is JSON, and the beginning of any other."""
    try:
        said = json.loads(line)
    except ValueError:
        said = None
    text = str(said["message"]) if isinstance(said, dict) and "message" in said else line
    return text if len(text) <= _SAMPLE else text[: _SAMPLE - 1] + "…"


def _object(text: str) -> dict[str, Any]:
    said = json.loads(text)
    if not isinstance(said, dict):
        raise ValueError("not a JSON object")
    return said
