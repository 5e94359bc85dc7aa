"""The alarms of a document and of the settings, and what their names mean. Pure.

Rule + binding → what is looked at and when it turns. An alarm without a binding is shown as
unbound, with the reason; none is dropped.
"""

import math
from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from steadyhand.model.alarm import Condition, Flapping, Level, Terms, spelled
from steadyhand.model.document.facts import AlarmMention, Facts, Limit, Objective
from steadyhand.model.document.runbook import AlarmRule, Threshold
from steadyhand.model.document.span import Span
from steadyhand.model.settings.binding import Binding
from steadyhand.model.settings.probes import MEASURES, AnyProbe
from steadyhand.model.settings.whole import Settings

_IN_ALARM = Condition(">", 0.0, 1, 1)  # of another's alarm: 1 is ALARM, 0 is OK
_LEVELS = ("warning", "critical")
OWN = "steadyhand.toml"


class Watched(Struct, frozen=True):
    """One alarm. `unbound` says why it is not looked at; "" when it is.

    `period` is in seconds, already divided by the factor; CloudWatch's are whole. `condition` is
    that of the mildest level: while it is not met, all is well. `milder` are the rows of the same
    name with a milder limit. `origin` is where the alarm comes from: "alarm" (a row), "mention"
    (a name), "symptom", "cause" and "statement" (a sentence), "objective", "settings".
    """

    rule: AlarmRule
    binding: Binding | None
    unbound: str
    period: float = 0.0
    condition: Condition | None = None
    terms: Terms | None = None
    milder: tuple[AlarmRule, ...] = ()
    origin: str = "alarm"


def all_watched(facts: Facts, settings: Settings, factor: float) -> dict[str, Watched]:
    """Bind every alarm that a document or the settings know, by name. Pure."""
    found: dict[str, Watched] = {}
    seen: set[str] = {spelled(rule.name) for rule in facts.alarms}

    def new(name: str) -> bool:
        known = spelled(name) in seen
        seen.add(spelled(name))
        return not known

    for same in _grouped(facts.alarms):
        *milder, rule = sorted(same, key=_badness)
        found[rule.name] = watched(rule, settings, factor, tuple(milder))
    for mention in facts.mentions:
        if new(mention.name):
            found[mention.name] = replace(_mentioned(mention, settings, factor), origin="mention")
    for limit in facts.limits:
        if limit.origin != "alarm" and new(limit.text):
            found[limit.text] = _limited(limit, settings, factor)
    for objective in facts.objectives:
        if objective.name.upper() == "RPO" and not objective.of and new(objective.name):
            found[objective.name] = _recovery_point(objective, settings, factor)
    for name, binding in settings.alarms.items():
        if (own := _own_rules(name, binding)) and new(name):
            one = watched(own[-1], settings, factor, own[:-1])
            found[name] = replace(one, origin="settings")
    return found


def watched(
    rule: AlarmRule, settings: Settings, factor: float, milder: tuple[AlarmRule, ...] = ()
) -> Watched:
    """Bind one alarm. "for 5 min" of periods of a minute is 5 of 5 datapoints."""
    threshold = rule.threshold
    binding = settings.binding(rule.name)
    one = Watched(rule, binding, "", milder=milder)
    follows = binding is not None and binding.source in {"cloudwatch-alarm", "composite"}
    if not follows and (threshold.value is None or not threshold.operator):
        return replace(one, unbound=f"no threshold can be read from “{threshold.text}”")
    if binding is None:
        return replace(one, unbound=f'{OWN} says nothing of [alarms."{rule.name}"]')
    if binding.source == "cloudwatch":
        period = float(max(1, round(binding.every({}) / factor)))
    else:
        period = _period(binding, settings.probes, factor)
    terms = _terms((*milder, rule), binding, period, factor)
    return replace(one, period=period, terms=terms, condition=terms.levels[0].condition)


def _period(binding: Binding, probes: Mapping[str, AnyProbe], factor: float) -> float:
    """Give the period of what no CloudWatch counts. A probe's own pace is not divided."""
    probe = probes.get(binding.probe)
    if binding.period_seconds is None:
        return binding.every(probes) if probe else max(1.0, 60.0 / factor)
    shortest = probe.interval_seconds if probe else 1.0
    return max(shortest, binding.period_seconds / factor)


def _terms(rules: Sequence[AlarmRule], binding: Binding, period: float, factor: float) -> Terms:
    if binding.source in {"cloudwatch-alarm", "composite"}:
        levels: tuple[Level, ...] = (Level("", _IN_ALARM),)
    else:
        levels = tuple(_level(rule, binding, period, factor) for rule in rules)
    return Terms(
        levels,
        binding.for_seconds / factor,
        binding.clear_seconds / factor,
        Flapping() if binding.flapping else None,
    )


def _level(rule: AlarmRule, binding: Binding, period: float, factor: float) -> Level:
    threshold = rule.threshold
    if threshold.value is None:
        raise AssertionError("only what has a threshold gets so far")
    if binding.source == "cloudwatch":  # counted before they are divided: periods are made whole
        every, lasting = binding.every({}), threshold.for_seconds or 0.0
    else:
        every, lasting = period, (threshold.for_seconds or 0.0) / factor
    count = max(1, math.ceil(lasting / every - 1e-9))
    condition = Condition(
        threshold.operator,
        threshold.value,
        periods=count,
        datapoints=min(count, binding.datapoints_to_alarm or count),
        missing=binding.missing_data,
    )
    recover = binding.recover_threshold
    back = None if recover is None else replace(condition, threshold=recover)
    return Level(_level_name(rule), condition, back)


def _grouped(rules: Sequence[AlarmRule]) -> list[list[AlarmRule]]:
    """Put the rows of one name together, where they say a warning and a critical limit."""
    groups: dict[str, list[AlarmRule]] = {}
    for rule in rules:
        groups.setdefault(spelled(rule.name), []).append(rule)
    return list(groups.values())


def _level_name(rule: AlarmRule) -> str:
    action = rule.action.casefold()
    return next((level for level in _LEVELS if level in action), "")


def _badness(rule: AlarmRule) -> tuple[int, float]:
    """Order rows of one name, the mildest first: by what they are called, else by the limit."""
    name = _level_name(rule)
    value = rule.threshold.value or 0.0
    towards = -value if rule.threshold.operator.startswith("<") else value
    return (_LEVELS.index(name) if name else 1), towards


# --- what is an alarm without being a row of a table --------------------------------------------


def _mentioned(mention: AlarmMention, settings: Settings, factor: float) -> Watched:
    """Bind an alarm that the document says somebody keeps: by the settings, else as it is kept."""
    binding = settings.binding(mention.name)
    if binding is None and "cloudwatch" in mention.text.casefold():
        binding = Binding(source="cloudwatch-alarm", metric=mention.name)
    if binding is None:
        rule = AlarmRule(mention.name, Threshold(mention.text), "", mention.span)
        why = f'the document does not say who keeps it, and {OWN} nothing of [alarms."{rule.name}"]'
        return Watched(rule, None, why)
    named = replace(settings, alarms={mention.name: binding})
    if own := _own_rules(mention.name, binding, mention.span):
        return watched(own[-1], named, factor, own[:-1])
    rule = AlarmRule(mention.name, Threshold(mention.text), binding.action, mention.span)
    one = watched(rule, named, factor)
    if one.terms is None:
        return replace(one, unbound=f"{one.unbound}; give operator and threshold in {OWN}")
    return one


def _limited(limit: Limit, settings: Settings, factor: float) -> Watched:
    """Bind a limit that stands in a sentence; its name is the sentence, as the document has it."""
    rule = AlarmRule(limit.text, limit.threshold, limit.level, limit.span)
    return replace(watched(rule, settings, factor), origin=limit.origin)


def _recovery_point(one: Objective, settings: Settings, factor: float) -> Watched:
    """A backup that is older than the recovery point objective is an alarm."""
    threshold = Threshold(one.text, ">", one.value, one.unit)
    found = watched(AlarmRule(one.name, threshold, "", one.span), settings, factor)
    return replace(found, origin="objective")


def _own_rules(name: str, binding: Binding, span: Span | None = None) -> tuple[AlarmRule, ...]:
    """Make the rules that the settings themselves say, the mildest first; () where none."""
    where, action = span or Span(OWN, 1, 1), binding.action
    if binding.source in {"composite", "cloudwatch-alarm"}:
        text = binding.rule or "as CloudWatch has it"
        return (AlarmRule(name, Threshold(text), action, where),)
    if binding.threshold is None:
        return ()
    rule = AlarmRule(name, _own_threshold(binding, binding.threshold), action, where)
    if binding.warning is None:
        return (rule,)
    milder = AlarmRule(name, _own_threshold(binding, binding.warning), "warning", where)
    return milder, replace(rule, action=f"critical: {action}" if action else "critical")


def _own_threshold(binding: Binding, value: float) -> Threshold:
    return Threshold(f"{binding.operator} {value:g}", binding.operator, value)


STRAY = '[alarms."{}"] is bound, and no alarm goes by that name'


def unmatched(rules: Sequence[AlarmRule], settings: Settings) -> tuple[str, ...]:
    """Name the bindings that no alarm goes by: most often a misspelt name."""
    bound = [settings.binding(rule.name) for rule in rules]
    return tuple(
        name for name, binding in settings.alarms.items() if not any(b is binding for b in bound)
    )


# --- for a person -------------------------------------------------------------------------------


def describe(one: Watched, factor: float) -> str:
    """Say in a line what an alarm's name means here."""
    rule = one.rule
    limits = " / ".join(r.threshold.text for r in (*one.milder, rule))
    limit = "" if limits == rule.name else f" {limits}"
    actions = " / ".join(r.action for r in (*one.milder, rule) if r.action)
    head = f"{rule.name}{limit}" + (f" → {actions}" if actions else "")
    if one.binding is None or one.condition is None or one.terms is None:
        return f"{head}: unbound: {one.unbound}"
    return f"{head} = {_meaning(one, one.binding, one.terms, factor)}"


def _meaning(one: Watched, binding: Binding, terms: Terms, factor: float) -> str:
    match binding.source:
        case "composite":
            held = f", held by {binding.suppressor}" if binding.suppressor else ""
            return f"{binding.rule}{held}"
        case "cloudwatch-alarm":
            return f"CloudWatch's own alarm {binding.metric or one.rule.name}"
        case "probe":
            measure = _scaled(binding, binding.measure or "the first measure")
            what = f"{measure} ({binding.taken}) of probe {binding.probe}"
            return f"{what}, {_counts(terms)} periods of {one.period:g} s"
        case "cloudwatch":
            divided = f" (÷{factor:g} → {one.period:g} s)" if factor != 1 else ""
            every = f"{binding.every({}):g} s{divided}"
            return f"{_metric(binding)}, {_counts(terms)} periods of {every}"


def _counts(terms: Terms) -> str:
    counted = [f"{le.condition.datapoints} of {le.condition.periods}" for le in terms.levels]
    return " / ".join(dict.fromkeys(counted))


def described_binding(binding: Binding, measure: str = "") -> str:
    """Say what is measured: a metric of CloudWatch, or a `measure` of a probe."""
    if measure:
        return f"{_scaled(binding, measure)} ({binding.taken})"
    return _metric(binding)


def _metric(binding: Binding) -> str:
    metric = binding.metric or f"100·({'+'.join(binding.numerator)})/{binding.denominator}"
    where = ", ".join(f"{name}={value}" for name, value in sorted(binding.dimensions.items()))
    return f"{_scaled(binding, metric)} ({binding.taken}) of {binding.namespace} {{{where}}}"


def _scaled(binding: Binding, measured: str) -> str:
    if binding.rate_seconds:
        measured = f"growth of {measured} in {binding.rate_seconds:g} s"
    if binding.scale != 1:
        measured = f"{binding.scale:g}·{measured}"
    if binding.maximum is not None:
        measured = f"100·{measured}/{binding.maximum:g}"
    return measured


def measure_of(binding: Binding, probes: Mapping[str, AnyProbe]) -> str:
    """Name what of a probe's measures an alarm takes."""
    return binding.measure or MEASURES[type(probes[binding.probe])][0]
