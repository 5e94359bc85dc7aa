"""Raw signals in; scores in PostgreSQL, and word of each new one, out. Poison goes aside."""

import json
from datetime import UTC, datetime
from typing import Any

from psycopg import Connection
from psycopg.errors import ForeignKeyViolation
from psycopg.rows import DictRow

from steadyhand.lab.systems.revenue_context.app.logs import say
from steadyhand.lab.systems.revenue_context.app.queries import Queries
from steadyhand.lab.systems.revenue_context.app.scores import Poison, read_signal, with_signal
from steadyhand.lab.systems.revenue_context.app.settings import (
    DEAD_LETTERS,
    SIGNALS,
    UPDATES,
    Settings,
)
from steadyhand.lab.systems.revenue_context.app.workers.loop import Worker


def context_engine(settings: Settings) -> Worker:
    return Worker("context-engine", "context_engine_group", SIGNALS, settings, _work)


def _work(worker: Worker, connection: Connection[DictRow], record: Any) -> None:
    try:
        signal = read_signal(_decoded(record.value), datetime.now(UTC))
        score = _add(connection, worker.settings.queries, signal)
    except Poison as poison:
        _set_aside(worker, record, str(poison))
        return
    # Sent for a signal that was there already too: the last time may have ended before this line.
    update = {"account_id": signal["account_id"], "score": score}
    worker.bus.send(UPDATES, str(signal["account_id"]), update)


def _decoded(value: bytes | None) -> Any:
    try:
        return json.loads(value or b"")
    except ValueError as error:
        raise Poison(f"not JSON: {error}") from None


def _add(connection: Connection[DictRow], queries: Queries, signal: dict[str, Any]) -> float:
    """Count a signal once; give the account's score. Raises Poison, psycopg.Error."""
    try:
        with connection.transaction():
            new = connection.execute(queries.add_signal.encode(), signal).fetchone()
            row = connection.execute(queries.score.encode(), signal).fetchone()
            held, since = (row["score"], row["updated_at"]) if row else (0.0, signal["occurred_at"])
            if new is None:
                return float(held)
            score, updated = with_signal(held, since, signal["weight"], signal["occurred_at"])
            values = {**signal, "score": score, "updated_at": updated}
            connection.execute(queries.set_score.encode(), values)
            return score
    except ForeignKeyViolation:
        raise Poison(f"no account {signal['account_id']}") from None


def _set_aside(worker: Worker, record: Any, reason: str) -> None:
    """Put a message where people find it, with what is needed to send it again."""
    place = f"{record.topic}[{record.partition}]@{record.offset}"
    headers = [("error", reason.encode()[:500]), ("origin", place.encode())]
    worker.bus.send_raw(DEAD_LETTERS, record.key, record.value or b"", headers)
    say("ERROR", f"message sent to {DEAD_LETTERS}: {reason}", origin=place)
