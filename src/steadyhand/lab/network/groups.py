"""Security groups as moto's EC2 keeps them, in; who may reach whom, out. Pure but for moto's data.

Only what comes in is judged, and only between groups that the lab made: the default group, and a
source that is no group of the lab's, is let through.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from steadyhand.lab.systems.parts import Parts

HTTPS, APPLICATION, POSTGRES, CACHE = 443, 8000, 5432, 6379
ANYWHERE = "0.0.0.0/0"


@dataclass(frozen=True)
class Attached:
    """The names of the groups that a system's parts have; "" is the default group."""

    balancer: str = ""
    database: str = ""
    cache: str = ""
    services: dict[str, str] = field(default_factory=dict)


def attached(parts: Parts) -> Attached:
    """A group belongs to what listens on the ports it lets in; among services, to its namesake."""

    def first(port: int) -> str:
        return next((name for name, ports in lets_in.items() if port in ports), "")

    lets_in = {group.name: {port for port, _ in group.ingress} for group in parts.security_groups}
    applications = {name for name, ports in lets_in.items() if APPLICATION in ports}
    services = {
        service.name: service.name if service.name in applications else first(APPLICATION)
        for service in parts.services
    }
    return Attached(first(HTTPS), first(POSTGRES), first(CACHE), services)


def reaches(ec2: Any, sources: Iterable[str], targets: Iterable[str], port: int) -> bool:
    """Whether something in one of the groups `sources` may connect to something in `targets`."""
    sources = set(sources)
    found = [ec2.get_security_group_from_id(one) for one in targets]
    groups = [group for group in found if group is not None and not group.is_default]
    if not groups or len(groups) < len(found):
        return True
    return any(_lets_in(rule, sources, port) for group in groups for rule in group.ingress_rules)


def _lets_in(rule: Any, sources: set[str], port: int) -> bool:
    every = str(rule.ip_protocol) == "-1"
    if not every and not int(rule.from_port) <= port <= int(rule.to_port):
        return False
    if (rule.ip_range or {}).get("CidrIp") == ANYWHERE:
        return True
    return (rule.source_group or {}).get("GroupId") in sources
