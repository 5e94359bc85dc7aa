"""A datum of PutMetricData in, its measurements out; refuses what CloudWatch does not take. Pure.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html
"""

import math
from collections.abc import Mapping
from typing import Any

from steadyhand.lab.cloud.room import Refusal
from steadyhand.lab.cloud.statistics import StatisticSet

MOST_VALUES = 150
LARGEST = 2.0**360


def invalid(message: str) -> Refusal:
    return Refusal("InvalidParameterValue", message)


def measured(
    datum: Mapping[str, Any], path: str
) -> tuple[dict[float, float], tuple[StatisticSet, ...]]:
    given = [key for key in ("Value", "Values", "StatisticValues") if datum.get(key) is not None]
    if not given:
        raise Refusal(
            "InvalidParameterCombination",
            f"At least one of the parameters {path}.Value, {path}.Values and "
            f"{path}.StatisticValues must be specified.",
        )
    if len(given) > 1:
        raise Refusal(
            "InvalidParameterCombination",
            f"The parameters {path}.{given[0]} and {path}.{given[1]} are mutually exclusive and "
            "you have specified both.",
        )
    if given == ["Value"]:
        return {_number(datum["Value"], f"{path}.Value"): 1.0}, ()
    if given == ["StatisticValues"]:
        return {}, (_set(datum["StatisticValues"], f"{path}.StatisticValues"),)
    return _array(datum, path), ()


def _array(datum: Mapping[str, Any], path: str) -> dict[float, float]:
    values = [
        _number(value, f"{path}.Values.member.{n}") for n, value in _numbered(datum["Values"])
    ]
    counts = [
        _number(value, f"{path}.Counts.member.{n}") for n, value in _numbered(datum.get("Counts"))
    ] or [1.0] * len(values)
    if len(values) != len(counts):
        message = f"The parameters {path}.Values and {path}.Counts must be of the same size."
        raise invalid(message)
    if len(values) > MOST_VALUES:
        message = f"The collection {path}.Values must not have a size greater than {MOST_VALUES}."
        raise invalid(message)
    if any(times <= 0 for times in counts):
        raise invalid(f"The parameter {path}.Counts must be greater than 0.")
    found: dict[float, float] = {}
    for value, times in zip(values, counts, strict=True):
        found[value] = found.get(value, 0.0) + times
    return found


def _numbered(values: Any) -> "enumerate[Any]":
    return enumerate(values or [], 1)


def _set(given: Mapping[str, Any], path: str) -> StatisticSet:
    number = {key: _number(value, f"{path}.{key}") for key, value in given.items()}
    made = StatisticSet(number["SampleCount"], number["Sum"], number["Minimum"], number["Maximum"])
    if made.count <= 0:
        raise invalid(f"The parameter {path}.SampleCount must be greater than 0.")
    if made.minimum > made.maximum:
        message = f"The parameter {path}.Maximum must be greater than {path}.Minimum."
        raise invalid(message)
    return made


def _number(value: Any, path: str) -> float:
    number = float(value)
    if not math.isfinite(number):
        shown = "NaN" if math.isnan(number) else str(value)
        raise invalid(f"The value {shown} for parameter {path} is invalid.")
    if abs(number) > LARGEST:
        raise invalid(f"The value {number:g} for parameter {path} is out of range.")
    return number
