"""The document's alarms and what their names mean: rule + binding → what is looked at. Pure.

An alarm without a binding is shown as unbound, with the reason; none is dropped.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from steadyhand.model.alarm import Condition
from steadyhand.model.runbook import AlarmRule
from steadyhand.model.settings import Binding, Settings


@dataclass(frozen=True)
class Watched:
    """One alarm of the document. `unbound` says why it is not looked at; "" when it is.

    `period` is in seconds, already divided by the factor and whole, as CloudWatch wants it.
    """

    rule: AlarmRule
    binding: Binding | None
    unbound: str
    period: int = 0
    condition: Condition | None = None


def watched(rule: AlarmRule, settings: Settings, factor: float) -> Watched:
    """Bind one alarm. "for 5 min" of periods of a minute is 5 of 5 datapoints."""
    threshold = rule.threshold
    binding = settings.binding(rule.name)
    if threshold.value is None or not threshold.operator:
        return Watched(rule, binding, f"no threshold can be read from “{threshold.text}”")
    if binding is None:
        return Watched(rule, None, f'steadyhand.toml says nothing of [alarms."{rule.name}"]')
    lasting = threshold.for_seconds or float(binding.period_seconds)
    count = max(1, math.ceil(lasting / binding.period_seconds))
    return Watched(
        rule,
        binding,
        "",
        period=max(1, round(binding.period_seconds / factor)),
        condition=Condition(
            threshold.operator,
            threshold.value,
            periods=count,
            datapoints=min(count, binding.datapoints_to_alarm or count),
            missing=binding.missing_data,
        ),
    )


def unmatched(rules: Sequence[AlarmRule], settings: Settings) -> tuple[str, ...]:
    """Name the bindings that no alarm of the document goes by: most often a misspelt name."""
    bound = [settings.binding(rule.name) for rule in rules]
    return tuple(
        name for name, binding in settings.alarms.items() if not any(b is binding for b in bound)
    )


def describe(one: Watched, factor: float) -> str:
    """Say in a line what an alarm's name means here."""
    head = f"{one.rule.name} {one.rule.threshold.text} → {one.rule.action}"
    if one.binding is None or one.condition is None:
        return f"{head}: unbound: {one.unbound}"
    binding = one.binding
    metric = binding.metric or f"100·({'+'.join(binding.numerator)})/{binding.denominator}"
    if binding.scale != 1:
        metric = f"{binding.scale:g}·{metric}"
    where = ", ".join(f"{name}={value}" for name, value in sorted(binding.dimensions.items()))
    divided = f" (÷{factor:g} → {one.period} s)" if factor != 1 else ""
    return (
        f"{head} = {metric} ({binding.statistic}) of {binding.namespace} {{{where}}}, "
        f"{one.condition.datapoints} of {one.condition.periods} periods of "
        f"{binding.period_seconds} s{divided}"
    )
