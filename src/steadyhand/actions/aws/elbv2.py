"""`aws elbv2 modify-listener`, `modify-rule`: where a load balancer sends its traffic, and back.

Reads what `describe-listeners` and `describe-rules` print. Actions other than `forward` are not
compared; a call that sets one is not looked at.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from steadyhand.actions.action import Action, State
from steadyhand.actions.aws.argv import AwsCommand
from steadyhand.actions.aws.setting import Setting, again, reading, setting
from steadyhand.actions.words import Argv

FORWARDS = "forwards to"
_FIELDS = {"--certificates": "certificate", "--port": "port", "--ssl-policy": "TLS policy"}


def _forward(actions: list[Any]) -> str:
    """Name the target groups of a forward, with weights where there are several."""
    forward = next(a for a in actions if a["Type"].lower() == "forward")
    groups = forward.get("ForwardConfig", {}).get("TargetGroups") or []
    if len(groups) < 2:
        return str(forward.get("TargetGroupArn") or groups[0]["TargetGroupArn"])
    pairs = sorted((str(g["TargetGroupArn"]), int(g.get("Weight", 1))) for g in groups)
    return " ".join(f"{arn}={weight}" for arn, weight in pairs)


def _asked(words: Argv) -> str | None:
    """Read actions in the CLI's short form or as JSON; None where they say no forward."""
    text = " ".join(words)
    try:
        said = json.loads(text)
        return _forward(said if isinstance(said, list) else [said])
    except (ValueError, LookupError, TypeError, AttributeError, StopIteration):
        found = re.findall(r"TargetGroupArn=([^,\s\]}]+)", text)
    forwards = "type=forward" in text.lower() and text.lower().count("type=") == 1
    return found[0] if forwards and len(found) == 1 and "ForwardConfig" not in text else None


def _wanted(command: AwsCommand, option: str) -> State:
    words = command.values(option)
    found: State = {}
    if words:
        asked = _asked(words)
        if asked is None:
            return {}
        found[FORWARDS] = asked
    for name, field in _FIELDS.items():
        if (value := command.get(name)) is not None and command.operation == "modify-listener":
            found[field] = value.rpartition("CertificateArn=")[2] if "=" in value else value
    return found


def _listener(answer: Any, _command: AwsCommand) -> State:
    one = answer["Listeners"][0]
    certificates = one.get("Certificates") or [{}]
    return {
        FORWARDS: _forwarded(one["DefaultActions"]),
        "certificate": str(certificates[0].get("CertificateArn", "none")),
        "port": str(one.get("Port", "")),
        "TLS policy": str(one.get("SslPolicy", "none")),
    }


def _forwarded(actions: list[Any]) -> str:
    try:
        return _forward(actions)
    except StopIteration:
        return f"nothing, it is a {actions[0]['Type']}"


def _back(operation: str, name: str, option: str) -> Any:
    def back(command: AwsCommand, was: Mapping[str, str], changed: State) -> Argv | None:
        words: list[str] = []
        if FORWARDS in changed:
            if was[FORWARDS].startswith("nothing"):
                return None
            words += [option, _action(was[FORWARDS])]
        for given, field in _FIELDS.items():
            if field in changed and was[field] == "none":
                return None
            if field in changed:
                words += [given, ("CertificateArn=" if field == "certificate" else "") + was[field]]
        return again(command, operation, name, command.get(name) or "", *words)

    return back


def _action(forwards: str) -> str:
    if "=" not in forwards:
        return f"Type=forward,TargetGroupArn={forwards}"
    pairs = (pair.rpartition("=") for pair in forwards.split())
    groups = [{"TargetGroupArn": arn, "Weight": int(weight)} for arn, _, weight in pairs]
    return json.dumps([{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}])


def _short(command: AwsCommand, name: str) -> str:
    return (command.get(name) or "?").rpartition(":")[2]


def _reads(operation: str, name: str, option: str) -> Any:
    def read(command: AwsCommand) -> Argv | None:
        arn = command.get(name)
        return reading(command, operation, option, arn) if arn else None

    return read


MODIFY_LISTENER: Action = setting(
    Setting(
        verify="describe-listeners: it forwards to the new target group",
        resource=lambda command: f"load balancer's {_short(command, '--listener-arn')}",
        read=_reads("describe-listeners", "--listener-arn", "--listener-arns"),
        state=_listener,
        wanted=lambda command: _wanted(command, "--default-actions"),
        back=_back("modify-listener", "--listener-arn", "--default-actions"),
    )
)
MODIFY_RULE: Action = setting(
    Setting(
        verify="describe-rules: it forwards to the new target group",
        resource=lambda command: f"load balancer's {_short(command, '--rule-arn')}",
        read=_reads("describe-rules", "--rule-arn", "--rule-arns"),
        state=lambda answer, _: {FORWARDS: _forwarded(answer["Rules"][0]["Actions"])},
        wanted=lambda command: _wanted(command, "--actions"),
        back=_back("modify-rule", "--rule-arn", "--actions"),
    )
)
