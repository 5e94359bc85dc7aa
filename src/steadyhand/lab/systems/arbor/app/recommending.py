"""A household's id in, its plans out: from the cache, or from the database and then into the cache.

Knows no HTTP. What a plan is worth is planning.py's matter.
"""

import json
from dataclasses import asdict, replace
from typing import Any

from steadyhand.lab.systems.arbor.app import cache as keys
from steadyhand.lab.systems.arbor.app.cache import PlanCache
from steadyhand.lab.systems.arbor.app.database import Database
from steadyhand.lab.systems.arbor.app.planning import (
    Preferences,
    Reading,
    Tariff,
    recommend,
    shown,
)
from steadyhand.lab.systems.arbor.app.queries import Queries

WARMED = 500  # households; more would only push each other out
_TARIFF = tuple(Tariff.__dataclass_fields__)
_PREFERENCES = tuple(Preferences.__dataclass_fields__)


class Recommending:
    def __init__(self, database: Database, cache: PlanCache, queries: Queries) -> None:
        self._database = database
        self._queries = queries
        self.cache = cache

    def tariffs(self) -> list[dict[str, Any]]:
        kept = self.cache.get(keys.TARIFFS)
        if kept is None:
            kept = self._database.rows(self._queries.tariffs)
            self.cache.put(keys.TARIFFS, kept)
        found: list[dict[str, Any]] = kept
        return found

    def tariff(self, identity: int) -> dict[str, Any] | None:
        kept = self.cache.get(keys.tariff(identity))
        if kept is None:
            rows = self._database.rows(self._queries.tariff, id=identity)
            if not rows:
                return None
            kept = rows[0]
            self.cache.put(keys.tariff(identity), kept)
        found: dict[str, Any] = kept
        return found

    def of_customer(self, customer: str) -> dict[str, Any] | None:
        """Give a customer's best plans; None when nobody of that id has uploaded usage."""
        kept = self.cache.get(keys.recommendation(customer))
        if kept is None:
            kept = self._computed(customer)
            if kept is None:
                return None
            self.cache.put(keys.recommendation(customer), kept)
        found: dict[str, Any] = kept
        return found

    def of_usage(self, readings: list[Reading], preferences: Preferences) -> list[dict[str, Any]]:
        """Give the best plans for somebody we do not know; nothing is kept."""
        return [shown(plan) for plan in recommend(readings, preferences, self._offers())]

    def add_usage(self, customer: str, readings: list[Reading]) -> None:
        self._database.rows(self._queries.add_customer, customer=customer)
        rows = [{"customer": customer, **asdict(reading)} for reading in readings]
        self._database.many(self._queries.add_reading, rows)
        self.cache.forget(keys.recommendation(customer))

    def set_preferences(self, customer: str, preferences: Preferences) -> None:
        self._database.rows(self._queries.add_customer, customer=customer)
        values = {"customer": customer, **asdict(preferences)}
        self._database.many(self._queries.set_preferences, [values])
        self.cache.forget(keys.recommendation(customer))

    def warm(self) -> int:
        """Compute every household's plans and keep them; give how many keys were written.

        Raises redis.RedisError.
        """
        tariffs = self._database.rows(self._queries.tariffs)
        values: dict[str, Any] = {keys.TARIFFS: tariffs}
        values |= {keys.tariff(row["id"]): row for row in tariffs}
        for row in self._database.rows(self._queries.households, limit=WARMED):
            plans = self._computed(row["id"])
            if plans is not None:
                values[keys.recommendation(row["id"])] = plans
        self.cache.put_all(values)
        return len(values)

    def _offers(self) -> list[Tariff]:
        return [Tariff(**{name: row[name] for name in _TARIFF}) for row in self.tariffs()]

    def _computed(self, customer: str) -> dict[str, Any] | None:
        rows = self._database.rows(self._queries.household, customer=customer)
        readings = self._database.rows(self._queries.readings, customer=customer)
        if not rows or not readings:
            return None
        household = rows[0]
        stated = {n: household[n] for n in _PREFERENCES if household[n] is not None}
        plans = recommend(
            [Reading(**reading) for reading in readings],
            replace(Preferences(), **stated),
            self._offers(),
            household["tariff_id"],
        )
        found = {"customer_id": customer, "plans": [shown(plan) for plan in plans]}
        kept = {"customer": customer, "plans": json.dumps(found["plans"])}
        self._database.many(self._queries.keep, [kept])
        return found
