"""Dead letters: shown, and sent once more."""

import json
from typing import Any

from steadyhand.lab.systems.revenue_context.app.bus import Bus, everything
from steadyhand.lab.systems.revenue_context.app.logs import say
from steadyhand.lab.systems.revenue_context.app.settings import DEAD_LETTERS, SIGNALS

GROUP = "dlq_replay_group"


def replay(bus: Bus, brokers: str, limit: int, corrections: dict[str, Any]) -> int:
    """Send what was set aside and not replayed yet to the signals again; give how many.

    `corrections` overwrites fields of each message, for what a person found to be wrong in them.
    What is no JSON object is sent as it is. Raises BusDown, KafkaError.
    """
    count = 0
    for record in everything(brokers, GROUP, DEAD_LETTERS, limit):
        bus.send_raw(SIGNALS, record.key, _corrected(record.value, corrections), [])
        count += 1
    say("INFO", "dead letters replayed", count=count)
    return count


def _corrected(value: bytes, corrections: dict[str, Any]) -> bytes:
    try:
        message = json.loads(value)
    except ValueError:
        return value
    if not corrections or not isinstance(message, dict):
        return value
    return json.dumps({**message, **corrections}).encode()
