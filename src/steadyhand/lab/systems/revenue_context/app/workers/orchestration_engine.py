"""New scores in, proposed actions out: an e-mail, or a call where no e-mail can be written."""

import json
from typing import Any

from psycopg import Connection
from psycopg.rows import DictRow

from steadyhand.lab.systems.revenue_context.app.llm.breaker import Breaker
from steadyhand.lab.systems.revenue_context.app.llm.spending import Spending
from steadyhand.lab.systems.revenue_context.app.llm.writer import NotWritten, Writer
from steadyhand.lab.systems.revenue_context.app.logs import failed, say
from steadyhand.lab.systems.revenue_context.app.settings import UPDATES, Settings
from steadyhand.lab.systems.revenue_context.app.workers.loop import Worker

THRESHOLD = 30.0  # from this score on an account is worth an action
QUIET_MINUTES = 30  # nobody gets two proposals within this time


def writer_of(redis: Any, settings: Settings) -> Writer:
    """The language model as the settings have it."""
    return Writer(
        redis=redis,
        url=settings.openai_url,
        key=settings.openai_key,
        spending=Spending(redis, settings.budget),
        breaker=Breaker(redis, "openai"),
    )


def orchestration_engine(settings: Settings) -> Worker:
    group = "orchestration_engine_group"
    return Worker("orchestration-engine", group, UPDATES, settings, _work)


def _work(worker: Worker, connection: Connection[DictRow], record: Any) -> None:
    try:
        update = json.loads(record.value)
        account_id, score = int(update["account_id"]), float(update["score"])
    except (ValueError, LookupError, TypeError) as error:
        failed("an update that cannot be read", error)
        return
    if score < THRESHOLD:
        return
    queries = worker.settings.queries
    wanted: dict[str, Any] = {"account_id": account_id, "quiet": QUIET_MINUTES}
    account = connection.execute(queries.may_propose.encode(), wanted).fetchone()
    if account is None:
        return
    action = {**wanted, "score": score, **_written(worker, account["name"], score)}
    made = connection.execute(queries.propose.encode(), action).fetchone()
    if made is not None:
        say("INFO", "action proposed", action=made["id"], kind=action["kind"], account=account_id)


def _written(worker: Worker, name: str, score: float) -> dict[str, str]:
    try:
        email = writer_of(worker.redis, worker.settings).write(name, score)
    except NotWritten as reason:
        return {
            "kind": "call",
            "subject": f"Call {name}",
            "body": f"Intent score {score:.0f}. No e-mail could be written: {reason}",
        }
    return {"kind": "email", "subject": email.subject, "body": email.body}
