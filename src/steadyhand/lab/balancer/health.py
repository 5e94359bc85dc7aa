"""Asks each target on its turn, for ever, and lets its target group judge the answer."""

import asyncio
import time
from collections.abc import Callable, Iterable

from steadyhand.lab.balancer.targets import Health, Target, TargetGroup
from steadyhand.lab.balancer.wire import BadMessage, read_message
from steadyhand.lab.durations import Durations

TICK = 0.1

Failure = tuple[str, str]


async def check_forever(groups: Callable[[], Iterable[TargetGroup]], durations: Durations) -> None:
    """Check the targets of whatever groups there are at the time."""
    running: set[asyncio.Task[None]] = set()
    while True:
        now = time.monotonic()
        for group in list(groups()):
            for target in group.all():
                if target.next_check <= now and target.health is not Health.DRAINING:
                    first = target.health is Health.INITIAL
                    pause = durations.first_health_interval if first else durations.health_interval
                    target.next_check = now + pause
                    task = asyncio.create_task(_check(group, target, durations.health_timeout))
                    running.add(task)
                    task.add_done_callback(running.discard)
        await asyncio.sleep(TICK)


async def _check(group: TargetGroup, target: Target, timeout: float) -> None:
    try:
        async with asyncio.timeout(timeout):
            failure = await _ask(group.way(target), target, group.health_path.encode())
    except TimeoutError:
        failure = ("Target.Timeout", "Request timed out")
    except (OSError, asyncio.IncompleteReadError, BadMessage, ValueError):
        failure = ("Target.FailedHealthChecks", "Health checks failed")
    group.judge(target, failure)


async def _ask(address: tuple[str, int], target: Target, path: bytes) -> Failure | None:
    reader, writer = await asyncio.open_connection(*address)
    try:
        host = f"{target.host}:{target.port}".encode()
        writer.write(b"GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n" % (path, host))
        answer = await read_message(reader, until_end=True)
    finally:
        writer.close()
    if answer is None:
        return ("Target.FailedHealthChecks", "Health checks failed")
    status = answer.first.split(b" ")[1].decode()
    if status == "200":
        return None
    return (
        "Target.ResponseCodeMismatch",
        f"Health checks failed with these codes: [{status}]",
    )
