"""A job asks the language model until the day's budget is spent, and books what it spends.

It uses the system's key at the provider, and the place where the system counts its own spending.
"""

import http.client
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from steadyhand.lab.cloud import resources
from steadyhand.lab.faults.cache.place import connection, undoing
from steadyhand.lab.faults.fault import BadParameter, Fault, Scene
from steadyhand.lab.faults.repeating import Repeating

MODEL = "o1"
# Dollars for a token, and tokens that fit: https://platform.openai.com/docs/models/o1
PROMPT_PRICE, COMPLETION_PRICE = 15e-6, 60e-6
TOKENS = 100_000
OVER = 1.02  # of the budget: so far the job goes
KEPT = 3 * 24 * 3600  # seconds that a day's sum is kept
PAUSE = 0.02


@dataclass
class Job:
    """What it works with, and what it has booked."""

    address: str
    api_key: str
    key: str
    limit: float
    booked: float = 0.0
    transcript: str = field(default="line " * TOKENS, repr=False)

    def ask(self) -> float:
        """Have a long transcript summed up; what that cost. Raises OSError, ValueError."""
        at = urlsplit(self.address)
        line = http.client.HTTPConnection(at.hostname or "", at.port, timeout=30)
        words = [{"role": "system", "content": self.transcript}, {"role": "user", "content": "Sum"}]
        headers = {
            "Content-Type": "application/json",
            "Authorization": f"Bearer {self.api_key}",
        }
        try:
            body = json.dumps({"model": MODEL, "messages": words})
            line.request("POST", f"{at.path}/v1/chat/completions", body, headers)
            answer = line.getresponse()
            text = answer.read()
        finally:
            line.close()
        if answer.status != 200:
            return 0.0
        usage = json.loads(text)["usage"]
        prompt, completion = usage["prompt_tokens"], usage["completion_tokens"]
        return float(prompt * PROMPT_PRICE + completion * COMPLETION_PRICE)


def inject(scene: Scene) -> dict[str, Any]:
    """Begin to spend; a budget of 100 dollars takes some seconds."""
    job = scene.kept["job"] = _prepared(scene)

    def spend() -> None:
        with connection(scene) as client:
            if float(client.get(job.key) or 0) < job.limit:
                cost = job.ask()
                client.incrbyfloat(job.key, cost)
                client.expire(job.key, KEPT)
                job.booked += cost
            else:
                job.limit = 0.0  # done: a budget that is raised is left to others

    scene.kept["spending"] = spending = Repeating(spend, PAUSE, scene.lab.ending)
    spending.start()
    return {"key": job.key, "budget": job.limit / OVER, "model": MODEL}


def _prepared(scene: Scene) -> Job:
    spends = scene.live.parts.spending
    if spends is None:
        raise BadParameter(f"{scene.live.parts.name} has no daily budget")
    with scene.lab.lock:
        definition = scene.running.service.primary.task_definition
        values = resources.container_environment(scene.lab.moto, definition)
    try:
        budget = float(values[spends.budget])
        address, api_key = values[spends.address], values[spends.api_key]
    except (LookupError, ValueError) as error:
        raise BadParameter(f"the budget cannot be read: {error}") from None
    key = spends.key.format(day=datetime.now(UTC).date())
    return Job(address, api_key, key, budget * OVER)


def clear(scene: Scene) -> None:
    """End the job, and take what it spent off the system's account."""
    scene.kept["spending"].stop()
    job = scene.kept["job"]
    with undoing(scene) as client:
        if client.exists(job.key):
            client.incrbyfloat(job.key, -job.booked)


LLM_BUDGET_SPENT = Fault(
    name="llm-budget-spent",
    summary="A job with the system's key spends what the system may spend on its model in a day.",
    notice=(
        "The day's key in Redis is above the budget; /metrics says that nothing is left of it; "
        "what needs the model is answered 429 with “Budget exceeded”; the provider is well."
    ),
    inject=inject,
    clear=clear,
    parameters={"service": "the ECS service whose budget and key it is (the system's first)"},
)
