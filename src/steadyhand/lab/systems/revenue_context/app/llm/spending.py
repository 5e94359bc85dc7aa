"""What was spent on the language model today, in Redis; a day ends at midnight UTC."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

KEEP_SECONDS = 3 * 24 * 3600


def key(day: datetime) -> str:
    return f"llm:spend:global:{day:%Y-%m-%d}"


@dataclass(frozen=True)
class Spending:
    """The day's spending against the budget, both in dollars."""

    redis: Any
    budget: float

    def spent(self) -> float:
        return float(self.redis.get(key(datetime.now(UTC))) or 0)

    def is_left(self) -> bool:
        return self.spent() < self.budget

    def add(self, dollars: float) -> None:
        today = key(datetime.now(UTC))
        self.redis.incrbyfloat(today, dollars)
        self.redis.expire(today, KEEP_SECONDS)
