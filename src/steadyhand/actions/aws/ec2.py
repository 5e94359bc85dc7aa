"""`aws ec2 authorize-` and `revoke-security-group-ingress`: is the way in open now, and back.

Reads what `describe-security-groups` prints. A rule given as `--ip-permissions` is compared when it
is JSON with one range or group; other forms are not looked at.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from steadyhand.actions.action import Action, State
from steadyhand.actions.aws.argv import AwsCommand
from steadyhand.actions.aws.setting import Setting, again, reading, setting
from steadyhand.actions.words import Argv

_OPEN, _CLOSED = "open", "closed"
_BY = ("--group-id", "--group-name")
_RULE = ("--protocol", "--port", "--cidr", "--source-group", "--ip-permissions")


def _permissions(permissions: list[Any]) -> Iterator[str]:
    """Name each way in: `tcp 443-443 10.0.0.0/8`."""
    for one in permissions:
        protocol = str(one["IpProtocol"])
        ports = f"{one.get('FromPort', -1)}-{one.get('ToPort', -1)}"
        sources = [
            *(r["CidrIp"] for r in one.get("IpRanges", ())),
            *(r["CidrIpv6"] for r in one.get("Ipv6Ranges", ())),
            *(r["PrefixListId"] for r in one.get("PrefixListIds", ())),
            *(p["GroupId"] for p in one.get("UserIdGroupPairs", ()) if "GroupId" in p),
        ]
        for source in sources:
            yield f"all {source}" if protocol == "-1" else f"{protocol} {ports} {source}"


def _way_in(command: AwsCommand) -> str | None:
    """Name the way in that a call is about, as `_permissions` does; None where it cannot."""
    if (text := command.get("--ip-permissions")) is not None:
        try:
            said = json.loads(text)
            ways = list(_permissions(said if isinstance(said, list) else [said]))
        except (ValueError, LookupError, TypeError, AttributeError):
            return None
        return ways[0] if len(ways) == 1 else None
    protocol, port = command.get("--protocol"), command.get("--port")
    source = command.get("--cidr") or command.get("--source-group")
    if protocol is None or source is None:
        return None
    if protocol in {"-1", "all"}:
        return f"all {source}"
    if port is None:
        return None
    first, dash, last = port.partition("-") if port != "-1" else (port, "", "")  # every type
    return f"{protocol} {first}-{last if dash else first} {source}"


def _group(command: AwsCommand) -> tuple[str, str] | None:
    return next(((by, name) for by in _BY if (name := command.get(by)) is not None), None)


def _read(command: AwsCommand) -> Argv | None:
    found = _group(command)
    return (
        None
        if found is None
        else reading(command, "describe-security-groups", f"{found[0]}s", found[1])
    )


def _state(answer: Any, command: AwsCommand) -> State:
    way = _way_in(command)
    there = set(_permissions(answer["SecurityGroups"][0]["IpPermissions"]))
    return {} if way is None else {way: _OPEN if way in there else _CLOSED}


def _ingress(to: str, opposite: str) -> Action:
    def wanted(command: AwsCommand) -> State:
        way = _way_in(command)
        return {} if way is None else {way: to}

    def back(command: AwsCommand, _was: Mapping[str, str], _changed: State) -> Argv | None:
        by, name = _group(command) or ("", "")
        words = (word for o in _RULE if (v := command.get(o)) is not None for word in (o, v))
        return again(command, opposite, by, name, *words)

    return setting(
        Setting(
            verify=f"describe-security-groups: the way in is {to}",
            resource=lambda command: f"security group {(_group(command) or ('', '?'))[1]}",
            read=_read,
            state=_state,
            wanted=wanted,
            back=back,
        )
    )


AUTHORIZE_INGRESS: Action = _ingress(_OPEN, "revoke-security-group-ingress")
REVOKE_INGRESS: Action = _ingress(_CLOSED, "authorize-security-group-ingress")
