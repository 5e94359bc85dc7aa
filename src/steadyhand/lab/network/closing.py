"""Who is in which security group, in; what may not pass now, out: level-triggered, on each tick.

Called with the API's lock held. What enforces it is firewall.py for tasks, the proxy for balancers.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from steadyhand.lab.ecs.model import Service
from steadyhand.lab.network.firewall import Closed
from steadyhand.lab.network.groups import CACHE, POSTGRES, reaches

if TYPE_CHECKING:
    from steadyhand.lab.lab import Lab

Endpoint = tuple[str, int, int, tuple[str, ...]]  # host, port, the rule's port, groups


def enforce(lab: "Lab") -> None:
    """Make true what EC2's groups say now."""
    services = [one.service for one in lab.fleet.services.values()]
    lab.firewall.closed = closed(lab, services)
    for service in services:
        group = lab.balancing.groups.get(service.target_group)
        if group is not None:
            way = _balancers_reach(lab, service)
            group.hole = None if way else lab.firewall.hole.address


def closed(lab: "Lab", services: list[Service]) -> Closed:
    """What tasks may not connect to."""
    ec2, endpoints = lab.moto.ec2, list(_endpoints(lab))
    return frozenset(
        (who(service), host, port)
        for service in services
        for host, port, asked, groups in endpoints
        if not reaches(ec2, groups_of(service), groups, asked)
    )


def who(service: Service) -> str:
    """What the tasks of a service are known by."""
    return f"{service.cluster}/service:{service.name}"


def groups_of(service: Service) -> list[str]:
    given: dict[str, Any] = service.network.get("awsvpcConfiguration") or {}
    return list(given.get("securityGroups") or ())


def _endpoints(lab: "Lab") -> Iterator[Endpoint]:
    for live in lab.rds.room.lives.values():
        instance = live.instance
        yield instance.host, instance.port, POSTGRES, tuple(instance.security_groups)
    for group in lab.caches.kept.groups.values():
        places = {group.endpoint, *((node.host, node.port) for node in group.nodes)}
        for host, port in places:
            yield host, port, CACHE, group.security_groups


def _balancers_reach(lab: "Lab", service: Service) -> bool:
    """Whether every load balancer of a service's target group may connect to its tasks."""
    elbv2 = lab.moto.elbv2
    target_group = elbv2.target_groups.get(service.target_group)
    arns = [] if target_group is None else target_group.load_balancer_arns
    balancers = [elbv2.load_balancers[arn] for arn in arns if arn in elbv2.load_balancers]
    return all(
        reaches(lab.moto.ec2, one.security_groups, groups_of(service), service.port)
        for one in balancers
    )
