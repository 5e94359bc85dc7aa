"""Small settings of several services: scaling limits, log retention, alarms' actions, rules.

Each is read back with a describe and set back with the opposite operation or the value before.
"""

from collections.abc import Mapping
from typing import Any

from steadyhand.actions.action import Action, State
from steadyhand.actions.aws.argv import AwsCommand
from steadyhand.actions.aws.setting import Setting, again, reading, setting
from steadyhand.actions.words import Argv

_LEAST, _MOST = "least", "most"
_TARGET = ("--service-namespace", "--resource-id", "--scalable-dimension")


# --- application-autoscaling register-scalable-target ---------------------------------------------


def _named(command: AwsCommand) -> list[str] | None:
    """Give the three names of a scalable target; None where one is not given."""
    names = [value for name in _TARGET if (value := command.get(name)) is not None]
    return names if len(names) == len(_TARGET) else None


def _scales(command: AwsCommand) -> Argv | None:
    names = _named(command)
    if names is None:
        return None
    namespace, resource, dimension = names
    return reading(
        command,
        "describe-scalable-targets",
        *("--service-namespace", namespace, "--resource-ids", resource),
        *("--scalable-dimension", dimension),
    )


def _limits(answer: Any, _command: AwsCommand) -> State:
    targets = answer["ScalableTargets"]
    if not targets:
        return {_LEAST: "none", _MOST: "none"}
    return {_LEAST: str(targets[0]["MinCapacity"]), _MOST: str(targets[0]["MaxCapacity"])}


def _limits_wanted(command: AwsCommand) -> State:
    given = ((_LEAST, "--min-capacity"), (_MOST, "--max-capacity"))
    return {field: value for field, name in given if (value := command.get(name)) is not None}


def _limits_back(command: AwsCommand, was: Mapping[str, str], changed: State) -> Argv | None:
    names = _named(command)
    if names is None:
        return None
    words = [word for pair in zip(_TARGET, names, strict=True) for word in pair]
    if was[_LEAST] == "none":
        return again(command, "deregister-scalable-target", *words)
    if _LEAST in changed:
        words += ["--min-capacity", was[_LEAST]]
    if _MOST in changed:
        words += ["--max-capacity", was[_MOST]]
    return again(command, "register-scalable-target", *words)


REGISTER_SCALABLE_TARGET: Action = setting(
    Setting(
        verify="describe-scalable-targets: the limits are the new ones",
        resource=lambda command: f"scaling of {command.get('--resource-id') or '?'}",
        read=_scales,
        state=_limits,
        wanted=_limits_wanted,
        back=_limits_back,
    )
)


def _limits_again(command: AwsCommand, was: Mapping[str, str], _changed: State) -> Argv | None:
    names = _named(command)
    if names is None:
        return None
    words = [word for pair in zip(_TARGET, names, strict=True) for word in pair]
    sizes = ("--min-capacity", was[_LEAST], "--max-capacity", was[_MOST])
    return again(command, "register-scalable-target", *words, *sizes)


DEREGISTER_SCALABLE_TARGET: Action = setting(
    Setting(
        verify="describe-scalable-targets: it is not listed any more",
        resource=lambda command: f"scaling of {command.get('--resource-id') or '?'}",
        read=_scales,
        state=_limits,
        wanted=lambda _command: {_LEAST: "none", _MOST: "none"},
        back=_limits_again,
    )
)

# --- logs put-retention-policy --------------------------------------------------------------------

_KEPT = "kept for (days)"
_GROUP = "--log-group-name"


def _group(answer: Any, command: AwsCommand) -> State:
    name = command.get(_GROUP)
    group = next((g for g in answer["logGroups"] if g["logGroupName"] == name), None)
    return {} if group is None else {_KEPT: str(group.get("retentionInDays", "ever"))}


def _kept_back(command: AwsCommand, was: Mapping[str, str], _changed: State) -> Argv | None:
    name = command.get(_GROUP) or ""
    if was[_KEPT] == "ever":
        return again(command, "delete-retention-policy", _GROUP, name)
    days = ("--retention-in-days", was[_KEPT])
    return again(command, "put-retention-policy", _GROUP, name, *days)


def _retention(wanted: Any) -> Action:
    return setting(
        Setting(
            verify="describe-log-groups: the retention is the new one",
            resource=lambda command: f"log group {command.get(_GROUP) or '?'}",
            read=lambda command: (
                reading(command, "describe-log-groups", "--log-group-name-prefix", name)
                if (name := command.get(_GROUP))
                else None
            ),
            state=_group,
            wanted=wanted,
            back=_kept_back,
        )
    )


def _days(command: AwsCommand) -> State:
    days = command.get("--retention-in-days")
    return {} if days is None else {_KEPT: days}


PUT_RETENTION: Action = _retention(_days)
DELETE_RETENTION: Action = _retention(lambda command: {_KEPT: "ever"} if command.rest else {})

# --- cloudwatch enable-alarm-actions, disable-alarm-actions ---------------------------------------

_ALARMS = "--alarm-names"


def _speaks(answer: Any, _command: AwsCommand) -> State:
    alarms = [*answer.get("MetricAlarms", ()), *answer.get("CompositeAlarms", ())]
    return {
        f"actions of {alarm['AlarmName']}": "on" if alarm["ActionsEnabled"] else "off"
        for alarm in alarms
    }


def _alarm_actions(to: str, opposite: str) -> Action:
    def wanted(command: AwsCommand) -> State:
        return {f"actions of {name}": to for name in command.values(_ALARMS)}

    def back(command: AwsCommand, _was: Mapping[str, str], changed: State) -> Argv | None:
        names = [name for name in command.values(_ALARMS) if f"actions of {name}" in changed]
        return again(command, opposite, _ALARMS, *names)

    return setting(
        Setting(
            verify=f"describe-alarms: their actions are {to}",
            resource=lambda command: f"alarms {', '.join(command.values(_ALARMS)) or '?'}",
            read=lambda command: reading(
                command, "describe-alarms", _ALARMS, *command.values(_ALARMS)
            ),
            state=_speaks,
            wanted=wanted,
            back=back,
        )
    )


ENABLE_ALARMS: Action = _alarm_actions("on", "disable-alarm-actions")
DISABLE_ALARMS: Action = _alarm_actions("off", "enable-alarm-actions")

# --- events enable-rule, disable-rule -------------------------------------------------------------


def _rule(command: AwsCommand) -> tuple[str, ...]:
    bus = command.get("--event-bus-name")
    name = command.get("--name")
    return ("--name", name, *(("--event-bus-name", bus) if bus else ())) if name else ()


def _event_rule(to: str, opposite: str) -> Action:
    return setting(
        Setting(
            verify=f"describe-rule: it is {to}",
            resource=lambda command: f"event rule {command.get('--name') or '?'}",
            read=lambda command: reading(command, "describe-rule", *_rule(command)),
            state=lambda answer, _: {"rule": str(answer["State"]).lower()},
            wanted=lambda command: {"rule": to} if _rule(command) else {},
            back=lambda command, _was, _changed: again(command, opposite, *_rule(command)),
        )
    )


ENABLE_RULE: Action = _event_rule("enabled", "disable-rule")
DISABLE_RULE: Action = _event_rule("disabled", "enable-rule")
