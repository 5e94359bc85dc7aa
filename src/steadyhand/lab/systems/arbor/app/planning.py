"""A household's usage, its preferences and the tariffs in, the best plans out. Pure arithmetic.

Money is in dollars, rates are in cents for each kWh. A plan's score lies between 0 and 100.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

BEST = 3
MONTHS = 12
LONGEST_CONTRACT = 24  # months; as inflexible as it gets
RISK_PENALTY = 3.0  # points for each flag
HIGH_EXIT_FEE = 150.0
ENOUGH_HISTORY = 6  # months
POOR_RATING = 3.0
SWING = 2.0  # a month this many times as thirsty as another


@dataclass(frozen=True)
class Tariff:
    id: int
    supplier: str
    rating: float  # of the supplier, 1 to 5
    name: str
    kind: str  # fixed, variable or time_of_use
    rate: float
    night_rate: float
    monthly_fee: float
    renewable_percent: int
    contract_months: int
    exit_fee: float


@dataclass(frozen=True)
class Reading:
    """One month's use. `night_kwh` is the part of `kwh` that was used at night."""

    month: str  # 2026-01
    kwh: float
    night_kwh: float


@dataclass(frozen=True)
class Preferences:
    """Weights count beside each other; `max_contract_months` is a wish, not a filter."""

    cost_weight: float = 1.0
    renewable_weight: float = 0.5
    flexibility_weight: float = 0.5
    max_contract_months: int = 12


@dataclass(frozen=True)
class Plan:
    tariff: Tariff
    yearly_cost: float
    saving: float | None  # against the tariff of today, where one is known
    score: float
    explanation: str
    risk_flags: tuple[str, ...]


def recommend(
    readings: Sequence[Reading],
    preferences: Preferences,
    tariffs: Sequence[Tariff],
    present: int | None = None,
) -> list[Plan]:
    """Give the best plans, best first. `present` is the id of the household's tariff of today."""
    year = a_year(readings)
    costs = {tariff.id: yearly_cost(tariff, year) for tariff in tariffs}
    now = costs.get(present) if present is not None else None
    cheapest = min(costs.values(), default=0.0)
    plans = []
    for tariff in tariffs:
        cost = costs[tariff.id]
        flags = risk_flags(tariff, readings, preferences, cost, now)
        points = _points(tariff, cheapest, cost)
        score = max(0.0, _weighted(points, preferences) - RISK_PENALTY * len(flags))
        saving = None if now is None else round(now - cost, 2)
        explanation = _explanation(tariff, cost, saving, points)
        plans.append(Plan(tariff, cost, saving, round(score, 1), explanation, flags))
    return sorted(plans, key=lambda plan: (-plan.score, plan.yearly_cost, plan.tariff.id))[:BEST]


def a_year(readings: Sequence[Reading]) -> list[tuple[float, float]]:
    """Twelve months of (day kWh, night kWh): each month's mean, and the mean of all for a gap."""
    by_month: dict[str, list[Reading]] = {}
    for reading in readings:
        by_month.setdefault(reading.month[-2:], []).append(reading)
    known = {month: _mean(of) for month, of in by_month.items()}
    gap = _mean(readings)
    return [known.get(f"{month:02}", gap) for month in range(1, MONTHS + 1)]


def _mean(readings: Sequence[Reading]) -> tuple[float, float]:
    count = len(readings) or 1
    night = sum(reading.night_kwh for reading in readings) / count
    return sum(reading.kwh for reading in readings) / count - night, night


def yearly_cost(tariff: Tariff, year: Sequence[tuple[float, float]]) -> float:
    night_rate = tariff.night_rate if tariff.kind == "time_of_use" else tariff.rate
    cents = sum(day * tariff.rate + night * night_rate for day, night in year)
    return round(cents / 100 + MONTHS * tariff.monthly_fee, 2)


def risk_flags(
    tariff: Tariff,
    readings: Sequence[Reading],
    preferences: Preferences,
    cost: float,
    now: float | None,
) -> tuple[str, ...]:
    """What a careful friend would mention before the household signs."""
    used = [reading.kwh for reading in readings]
    swings = bool(used) and max(used) > SWING * max(min(used), 1.0)
    told: Mapping[str, bool] = {
        "variable_rate": tariff.kind == "variable",
        "usage_swings": swings and tariff.kind != "fixed",
        "long_contract": tariff.contract_months > preferences.max_contract_months,
        "high_exit_fee": tariff.exit_fee > HIGH_EXIT_FEE,
        "poor_supplier_rating": tariff.rating < POOR_RATING,
        "little_history": len({reading.month for reading in readings}) < ENOUGH_HISTORY,
        "dearer_than_today": now is not None and cost > now,
    }
    return tuple(flag for flag, raised in told.items() if raised)


def _points(tariff: Tariff, cheapest: float, cost: float) -> dict[str, float]:
    """Each virtue between 0 and 1."""
    bound = min(tariff.contract_months, LONGEST_CONTRACT) / LONGEST_CONTRACT
    fee = min(tariff.exit_fee, 2 * HIGH_EXIT_FEE) / (2 * HIGH_EXIT_FEE)
    return {
        "price": cheapest / cost if cost > 0 else 1.0,
        "renewable power": tariff.renewable_percent / 100,
        "flexibility": 1 - (bound + fee) / 2,
    }


def _weighted(points: Mapping[str, float], preferences: Preferences) -> float:
    weights = {
        "price": preferences.cost_weight,
        "renewable power": preferences.renewable_weight,
        "flexibility": preferences.flexibility_weight,
    }
    total = sum(weights.values())
    if total <= 0:  # who weighs nothing gets the cheapest
        return 100 * points["price"]
    return 100 * sum(points[virtue] * weight for virtue, weight in weights.items()) / total


def _explanation(
    tariff: Tariff, cost: float, saving: float | None, points: Mapping[str, float]
) -> str:
    strongest = max(points, key=lambda virtue: points[virtue])
    parts = [f"About ${cost:,.0f} a year"]
    if saving is not None:
        parts.append(f"${abs(saving):,.0f} {'less' if saving >= 0 else 'more'} than today")
    parts.append(f"{tariff.renewable_percent}% renewable")
    months = tariff.contract_months
    parts.append(f"{months} months' contract" if months else "no contract")
    return f"{', '.join(parts)}. Strongest in {strongest}."


def shown(plan: Plan) -> dict[str, Any]:
    """A plan as users get it."""
    return {
        "plan_id": plan.tariff.id,
        "supplier": plan.tariff.supplier,
        "name": plan.tariff.name,
        "kind": plan.tariff.kind,
        "yearly_cost": plan.yearly_cost,
        "saving": plan.saving,
        "score": plan.score,
        "explanation": plan.explanation,
        "risk_flags": list(plan.risk_flags),
    }
