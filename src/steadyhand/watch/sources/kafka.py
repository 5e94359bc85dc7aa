"""A consumer group: how many messages of a topic it has still to read."""

import socket
from asyncio import get_running_loop

from steadyhand.model.settings.probes import KafkaProbe
from steadyhand.watch.sources.around import Around, Seen, Unable


async def look(probe: KafkaProbe, _name: str, around: Around) -> Seen:
    """Ask once, in a thread: the library waits. The group is not joined, so nothing moves."""
    return await get_running_loop().run_in_executor(around.threads, _look, probe)


def _look(probe: KafkaProbe) -> Seen:
    try:
        from kafka import KafkaConsumer, TopicPartition
        from kafka.errors import KafkaError
    except ImportError:
        raise Unable("kafka-python is not installed: pip install steadyhand[watch]") from None
    limit = int(probe.timeout_seconds * 1000)
    if problem := _unreachable(probe.brokers, probe.timeout_seconds / 2):
        return Seen({}, problem)
    try:
        reader = KafkaConsumer(
            bootstrap_servers=probe.brokers.split(","),
            group_id=probe.group,
            enable_auto_commit=False,
            request_timeout_ms=max(limit, 1000),
        )
    except KafkaError as error:
        return Seen({}, f"{probe.brokers}: {error}")
    try:
        known = reader.partitions_for_topic(probe.topic)
        if not known:
            return Seen({}, f"there is no topic {probe.topic}")
        parts = [TopicPartition(probe.topic, number) for number in sorted(known)]
        first, last = reader.beginning_offsets(parts), reader.end_offsets(parts)
        lag = 0
        for part in parts:
            done = reader.committed(part)
            lag += max(0, last[part] - (first[part] if done is None else done))
    except KafkaError as error:
        return Seen({}, f"{probe.brokers}: {error}")
    finally:
        reader.close()
    return Seen({"lag": float(lag)})


def _unreachable(brokers: str, seconds: float) -> str:
    """Say why no broker takes a connection; the library would go on trying for long."""
    problems = []
    for broker in brokers.split(","):
        host, _, port = broker.strip().rpartition(":")
        try:
            socket.create_connection((host, int(port)), seconds).close()
        except (OSError, ValueError) as error:
            problems.append(f"{broker}: {error}")
        else:
            return ""
    return "; ".join(problems)
