"""What is known in, Prometheus's text format out.

https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from collections.abc import Mapping, Sequence
from typing import Any

from steadyhand.lab.systems.revenue_context.app.llm.breaker import Breaker
from steadyhand.lab.systems.revenue_context.app.llm.spending import Spending
from steadyhand.lab.systems.revenue_context.app.llm.writer import CALLS
from steadyhand.lab.systems.revenue_context.app.workers.heartbeats import heartbeats

OUTCOMES = ("ok", "provider", "breaker", "budget")
Sample = tuple[Mapping[str, str], float]


def _family(name: str, kind: str, text: str, samples: Sequence[Sample]) -> str:
    lines = [f"# HELP {name} {text}", f"# TYPE {name} {kind}"]
    for labels, value in samples:
        told = ",".join(f'{key}="{one}"' for key, one in labels.items())
        lines.append(f"{name}{{{told}}} {value:.10g}" if told else f"{name} {value:.10g}")
    return "\n".join(lines) + "\n"


def requests(counts: Mapping[tuple[str, int], int]) -> str:
    """This process's own requests."""
    samples = [({"method": m, "status": str(s)}, float(n)) for (m, s), n in sorted(counts.items())]
    return _family("http_requests_total", "counter", "Requests answered.", samples)


def shared(redis: Any, spending: Spending, breaker: Breaker) -> str:
    """What all processes share through Redis. Raises RedisError."""
    spent = spending.spent()
    calls = redis.hgetall(CALLS)
    outcomes = {**dict.fromkeys(OUTCOMES, "0"), **calls}
    beats = [({"service": b.service, "worker": b.worker}, b.age) for b in heartbeats(redis)]
    return "".join(
        (
            _family(
                "circuit_breaker_state",
                "gauge",
                "0 closed, 1 open, 2 half-open.",
                [({"name": breaker.name}, float(breaker.state()))],
            ),
            _family("llm_budget_daily_usd", "gauge", "A day's budget.", [({}, spending.budget)]),
            _family("llm_budget_spent_usd", "gauge", "Spent today.", [({}, spent)]),
            _family(
                "llm_budget_remaining_usd",
                "gauge",
                "Left today.",
                [({}, max(0.0, spending.budget - spent))],
            ),
            _family(
                "llm_api_calls_total",
                "counter",
                "Calls wanted, by how they ended.",
                [({"outcome": name}, float(outcomes[name])) for name in outcomes],
            ),
            _family("worker_heartbeat_age_seconds", "gauge", "Since its last word.", beats),
        )
    )
