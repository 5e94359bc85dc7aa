r"""# contradictory-threshold

## What it does

Finds a symptom or a cause with a limit that an alarm for the same thing reaches only later: "p95
latency above 1 s" is a symptom, and the alarm fires at 2 s. Two alarms of one name with different
limits are found as well, where no heading says that they watch different things.

A limit beyond the alarm's is fine (the worse case has its own procedure), and so are pairs of
warning and critical.

## Why it is bad

Between the two numbers the system is sick by the one and well by the other. Nobody is called, and
whoever is there cannot tell whether the procedure is meant for this.

## Bad

````markdown
# Shop

## Slow answers

**Symptoms:**
- P95 latency > 1s

```bash
curl -s https://shop.example.org/health
```

## Alarms

| Alarm | Threshold | Action |
|---|---|---|
| P95 latency | > 2s | Page on-call |
````

## Good

````markdown
# Shop

## Slow answers

**Symptoms:**
- P95 latency > 2s

```bash
curl -s https://shop.example.org/health
```

## Alarms

| Alarm | Threshold | Action |
|---|---|---|
| P95 latency | > 2s | Page on-call |
````

## How to fix

Decide which number is right and write it in both places, or say which one is the early warning.

## Source

https://sre.google/sre-book/monitoring-distributed-systems/
"""

from collections.abc import Iterator, Sequence

from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.lint.writing.places import is_general, section
from steadyhand.model.document.facts import AlarmRule, Limit
from steadyhand.model.document.finding import Confidence, Finding, Severity


def check(subject: Subject) -> Iterator[Finding]:
    """Report each limit that comes before its alarm, and each second limit of one alarm."""
    limits = subject.runbook.facts.limits
    alarms = [limit for limit in limits if limit.origin == "alarm"]
    for limit in limits:
        if limit.origin not in {"symptom", "cause"} or len(limit.subject.split()) < 2:
            continue  # "cpu" alone may be that of anything
        same = [alarm for alarm in alarms if _comparable(limit, alarm)]
        if same and all(_before(limit, alarm) for alarm in same):
            alarm = min(same, key=lambda a: abs(_value(a) - _value(limit)))
            yield RULE.finding(
                limit.span,
                f"the {limit.origin} is `{limit.threshold.text.strip()}`, but the alarm in line "
                f"{alarm.span.line} fires at `{alarm.threshold.text.strip()}`",
                "write the same number in both places, or say which is the early warning",
                mark=subject.mark(limit.span, limit.threshold.text.strip()),
            )
    yield from _twice(subject, subject.runbook.facts.alarms)


def _comparable(limit: Limit, alarm: Limit) -> bool:
    """Tell whether two limits are for the same thing, measured in the same way."""
    one, other = limit.threshold, alarm.threshold
    return (
        limit.subject == alarm.subject
        and one.statistic == other.statistic
        and one.operator[:1] == other.operator[:1]
        and _unit(limit) == _unit(alarm)
        and (not limit.level or not alarm.level or limit.level == alarm.level)
    )


def _before(limit: Limit, alarm: Limit) -> bool:
    """Tell whether a limit is passed while the alarm's is not yet."""
    if limit.threshold.operator.startswith(">"):
        return _value(limit) < _value(alarm)
    return _value(limit) > _value(alarm)


def _value(limit: Limit) -> float:
    comparable = limit.threshold.comparable
    return comparable[0] if comparable else 0.0


def _unit(limit: Limit) -> str:
    comparable = limit.threshold.comparable
    return comparable[1] if comparable else ""


def _twice(subject: Subject, alarms: Sequence[AlarmRule]) -> Iterator[Finding]:
    """Report alarms of one name under two general headings with different limits."""
    first: dict[tuple[str, str, str], AlarmRule] = {}
    for alarm in alarms:
        limit = alarm.threshold
        heading = section(subject.runbook, alarm.span.line)
        if limit.value is None or not is_general(heading):
            continue
        level = alarm.action if alarm.action in {"warning", "critical"} else ""
        other = first.setdefault((alarm.name.casefold(), level, limit.statistic), alarm)
        elsewhere = section(subject.runbook, other.span.line) != heading
        if elsewhere and limit.comparable != other.threshold.comparable:
            yield RULE.finding(
                alarm.span,
                f"`{alarm.name}` fires at `{limit.text.strip()}` here and at "
                f"`{other.threshold.text.strip()}` by line {other.span.line}",
                "write the same number in both places, or name what each of them watches",
                mark=subject.mark(alarm.span, limit.text.strip()),
            )


RULE = Rule("contradictory-threshold", Severity.WARNING, Confidence.MEDIUM, check)
