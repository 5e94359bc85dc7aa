"""Somebody has revoked what a security group let in: connections get lost on their way."""

from contextlib import suppress
from typing import Any

from steadyhand.lab.cache.link import Silent
from steadyhand.lab.faults.fault import BadParameter, Fault, Scene, text
from steadyhand.lab.network.closing import enforce, groups_of
from steadyhand.lab.network.groups import APPLICATION, CACHE, POSTGRES

OF = {"tasks": APPLICATION, "database": POSTGRES, "cache": CACHE}


def inject(scene: Scene) -> dict[str, Any]:
    """Revoke the ingress of the tasks', the database's or the cache's group."""
    of = text(scene.given, "of", "tasks")
    if of not in OF:
        raise BadParameter(f"of must be one of {', '.join(OF)}")
    ec2 = scene.lab.moto.ec2
    with scene.lab.lock:
        revoked = scene.kept["revoked"] = []
        for identity in _groups(scene, of):
            group = ec2.get_security_group_from_id(identity)
            for rule in [rule for rule in group.ingress_rules if rule.from_port == OF[of]]:
                group.ingress_rules.remove(rule)
                revoked.append((group.id, rule))
        if not revoked:
            raise BadParameter(f"{scene.live.parts.name} has no group of its own for its {of}")
        # Now, not with the next tick: what is ended below would come back in between.
        enforce(scene.lab)
    if of == "cache":
        _forget_connections(scene)
    return {"of": of, "groups": sorted({identity for identity, _ in revoked})}


def clear(scene: Scene) -> None:
    """Authorize it again, unless somebody has done that or removed the group."""
    with scene.lab.lock:
        for identity, rule in scene.kept["revoked"]:
            group = scene.lab.moto.ec2.get_security_group_from_id(identity)
            if group is not None and rule not in group.ingress_rules:
                group.ingress_rules.append(rule)


def _groups(scene: Scene, of: str) -> list[str]:
    """The ids of the groups that are in the way to it."""
    parts = scene.live.parts
    if of == "tasks":
        return groups_of(scene.running.service)
    if of == "database":
        live = scene.lab.rds.room.lives.get(parts.database.instance)
        return [] if live is None else list(live.instance.security_groups)
    group = None if parts.cache is None else scene.lab.caches.kept.groups.get(parts.cache.name)
    return [] if group is None else list(group.security_groups)


# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/security-group-connection-tracking.html
def _forget_connections(scene: Scene) -> None:
    """End the connections to the cache that stand. Tracked ones go on until they have been idle
    for too long; a database's pool replaces them with age, but a client of a cache keeps its own
    for ever: what follows is what is seen once they have ended."""
    assert scene.live.parts.cache is not None
    group = scene.lab.caches.kept.groups[scene.live.parts.cache.name]
    for node in group.nodes:
        if node.link is not None:
            with scene.lab.lock, suppress(Silent):
                node.link.run("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")


SECURITY_GROUP_CHANGE = Fault(
    name="security-group-change",
    summary="The ingress of a security group is revoked: packets to what it guards are dropped.",
    notice=(
        "describe-security-groups shows the group without its rule. Of tasks: targets are "
        "unhealthy with Target.Timeout and requests end in 504 and 503 while the tasks run. Of the "
        "database or the cache: it is available and answers others, but from within a task new "
        "connections to it are neither made nor refused (pg_isready: no response). Connections to "
        "the database that stand are tracked and go on; users see errors once the pools replace "
        "them, which takes up to 300 s, divided by the factor (at least 20 s)."
    ),
    inject=inject,
    clear=clear,
    parameters={
        "of": "whose ingress is revoked: tasks, database or cache (tasks)",
        "service": "of tasks: the ECS service (the system's first)",
    },
)
