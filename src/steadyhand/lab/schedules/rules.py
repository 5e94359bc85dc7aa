"""EventBridge's rules in, their targets run when they are due out; and what PutRule takes.

A rate is a duration and is divided by the factor; cron stays where it is on the clock. Knows ECS
tasks as targets, and no others. `tick` and `answer` are called with the API's lock held.
"""

import json
import logging
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from steadyhand.lab.cloud.metrics import Metric, MetricStore, floor, point
from steadyhand.lab.cloud.room import Parameters, Refusal
from steadyhand.lab.durations import Durations
from steadyhand.lab.schedules.expressions import BadSchedule, Rate, next_after, parse

LOG = logging.getLogger("steadyhand.lab")
OPERATIONS = ("PutRule",)
# https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html
NAME = re.compile(r"[.\-_A-Za-z0-9]{1,64}")
# A task needs its seconds to start and to end, however large the factor.
SHORTEST = 10.0
STARTED_BY = 36  # characters; ECS cuts the rule's name


@dataclass
class _Due:
    """When a rule is next run; of the expression it had then."""

    expression: str
    at: datetime | None


@dataclass
class Schedules:
    """`rules` gives moto's rules; `run` starts a task, and raises Refusal."""

    events: Any
    durations: Durations
    metrics: MetricStore
    run: Callable[[Parameters], Parameters]
    _due: dict[str, _Due] = field(default_factory=dict)

    def answer(self, _: str, asked: Parameters) -> Parameters:
        """Take a rule; one that could never run is refused."""
        name, expression = str(asked.get("Name") or ""), asked.get("ScheduleExpression")
        if not NAME.fullmatch(name):
            raise Refusal(
                "ValidationException",
                f"1 validation error detected: Value '{name}' at 'name' failed to satisfy "
                "constraint: Member must satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+",
            )
        if expression:
            try:
                parse(str(expression))
            except BadSchedule:
                refused = "Parameter ScheduleExpression is not valid."
                raise Refusal("ValidationException", refused) from None
        rule = self.events.put_rule(
            name=name,
            description=asked.get("Description"),
            event_bus_arn=asked.get("EventBusName"),
            event_pattern=asked.get("EventPattern"),
            role_arn=asked.get("RoleArn"),
            scheduled_expression=expression,
            state=asked.get("State"),
            tags=asked.get("Tags"),
        )
        return {"RuleArn": rule.arn}

    def tick(self, now: datetime) -> None:
        """Run what is due. One that is missed while the lab stands still is run once, late."""
        rules = self.events.event_buses["default"].rules
        for name, rule in list(rules.items()):
            if not rule.scheduled_expression or rule.state != "ENABLED":
                self._due.pop(name, None)
                continue
            kept = self._due.get(name)
            if kept is None or kept.expression != rule.scheduled_expression:
                self._due[name] = _Due(rule.scheduled_expression, self._next(rule, now))
            elif kept.at is not None and now >= kept.at:
                kept.at = self._next(rule, now)
                self._fire(name, rule.targets, now)
        for name in set(self._due) - set(rules):
            del self._due[name]

    def _next(self, rule: Any, now: datetime) -> datetime | None:
        try:
            schedule = parse(rule.scheduled_expression)
        except BadSchedule:  # another way in than PutRule, CloudFormation say
            return None
        if isinstance(schedule, Rate):
            return now + timedelta(seconds=self.durations.shortened(schedule.seconds, SHORTEST))
        return next_after(schedule, now)

    def _fire(self, name: str, targets: Iterable[dict[str, Any]], now: datetime) -> None:
        # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
        self._count("TriggeredRules", name, now)
        for target in targets:
            self._count("Invocations", name, now)
            try:
                self.run(task_of(name, target))
            except Refusal as refusal:
                LOG.warning("rule %s: %s: %s", name, refusal.code, refusal.message)
                self._count("FailedInvocations", name, now)

    def _count(self, metric: str, rule: str, now: datetime) -> None:
        name = Metric("AWS/Events", metric, frozenset({("RuleName", rule)}))
        start = floor(now, self.durations.metric_period)
        self.metrics.add(name, point(start, [1.0], "Count"))


def task_of(rule: str, target: dict[str, Any]) -> Parameters:
    """What RunTask is asked for by a target. Raises Refusal for one that is no ECS task.

    https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_EcsParameters.html
    """
    wanted = target.get("EcsParameters")
    if wanted is None:
        raise Refusal(
            "UnsupportedFeatureException", "The lab runs ECS tasks by rules, and no more."
        )
    network = (wanted.get("NetworkConfiguration") or {}).get("awsvpcConfiguration")
    asked: Parameters = {
        "cluster": target["Arn"],
        "taskDefinition": wanted["TaskDefinitionArn"],
        "count": wanted.get("TaskCount") or 1,
        "launchType": wanted.get("LaunchType") or "EC2",
        "startedBy": f"events-rule/{rule}"[:STARTED_BY],
    }
    if wanted.get("Group"):
        asked["group"] = wanted["Group"]
    if network:
        plain = {key[0].lower() + key[1:]: value for key, value in network.items()}
        asked["networkConfiguration"] = {"awsvpcConfiguration": plain}
    try:
        overrides = json.loads(target.get("Input") or "{}")
    except ValueError:
        raise Refusal("InvalidParameterException", "The target's input is not JSON.") from None
    if isinstance(overrides, dict) and overrides.get("containerOverrides"):
        asked["overrides"] = overrides
    return asked
