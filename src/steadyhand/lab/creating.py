"""A system as data in, its parts made real through the lab's rooms, what others need first.

Knows nothing of how a part goes on living: that is its room's.
"""

import json
from typing import TYPE_CHECKING

from steadyhand.lab.account import ACCOUNT, REGION, ecs_arn
from steadyhand.lab.cache.room import Caches, Wanted
from steadyhand.lab.cloud import resources
from steadyhand.lab.delivery.trails import create_trail
from steadyhand.lab.ecs.model import Service, new_deployment, now
from steadyhand.lab.ecs.registry import line_of
from steadyhand.lab.live import Live
from steadyhand.lab.network.groups import attached
from steadyhand.lab.rds.api import Database
from steadyhand.lab.rds.provision import Wanted as WantedDatabase
from steadyhand.lab.systems import parts as declared
from steadyhand.lab.systems.parts import Family, Parts

if TYPE_CHECKING:
    from steadyhand.lab.lab import Lab

_CONNECTION = ("host", "port", "name", "user", "password")


def create(lab: "Lab", live: Live) -> None:
    """Make a system's parts real, what others need first; of what the account keeps, only what no
    earlier lab has made."""
    parts, values = live.parts, live.values
    first = lab.account.ledger.first
    for cluster in parts.clusters:
        if first(f"cluster {cluster}"):
            lab.moto.ecs.create_cluster(cluster)
    tasks_logs = (family.log_group for family in parts.families)
    for group in {*parts.log_groups, *tasks_logs, database_log(parts.database.instance)}:
        if first(f"log group {group}"):
            lab.logs.create(group)
    for secret in parts.secrets:
        if first(f"secret {secret.name}"):
            resources.create_secret(lab.moto, secret, values)
    for bucket in parts.buckets:
        if first(f"bucket {bucket.name}"):
            resources.create_bucket(lab.moto, bucket, values)
            if bucket.copies_to:
                lab.deliveries.replication.declare(bucket)
    for trail in parts.trails:
        create_trail(lab.moto.cloudtrail, trail)
    certificates = {one: lab.certificates.create(one) for one in parts.certificates}
    resources.create_security_groups(lab.moto, parts.security_groups)
    resources.create_load_balancing(lab.moto, parts, certificates)
    _attach(lab, parts)
    lab.balancing.sync(lab.moto.elbv2)
    for family in parts.families:
        _add_family(lab, live, family)
    for service in parts.services:
        if first(f"service {service.cluster}/{service.name}"):
            _create_service(lab, live, service)
    for schedule in parts.schedules:
        inside = attached(parts).services[parts.services[0].name]
        resources.create_schedule(lab.moto, schedule, inside)
    filled = {**values, "balancer": resources.dimension(lab.moto, parts.balancers[0].name)}
    for alarm in parts.alarms:
        if first(f"alarm {alarm.name}"):
            given = json.loads(resources.fill(alarm.given, filled))
            lab.alarms.answer("PutMetricAlarm", {"AlarmName": alarm.name, **given})


def _attach(lab: "Lab", parts: Parts) -> None:
    """Put the database and the cache into the security groups that are theirs."""
    groups = attached(parts)
    if groups.database:
        database = lab.rds.room.lives[parts.database.instance].instance
        database.security_groups = [resources.group_id(lab.moto, groups.database)]
    if parts.cache is not None and groups.cache:
        cache = lab.caches.kept.groups[parts.cache.name]
        cache.security_groups = (resources.group_id(lab.moto, groups.cache),)


def bring_up_cache(caches: Caches, parts: Parts) -> dict[str, str]:
    """Bring a system's cache up; where it is."""
    if parts.cache is None:
        return {}
    cache = parts.cache
    wanted = Wanted(
        cache.name,
        cache.max_memory,
        cache.eviction,
        cache.replicas,
        cache.alone,
        cache.node_type,
    )
    host, port = caches.bring_up(wanted).endpoint
    return {"cache.host": host, "cache.port": str(port)}


def values_of(lab: "Lab", database: Database) -> dict[str, str]:
    return {
        **{f"db.{name}": str(getattr(database, name)) for name in _CONNECTION},
        "aws": lab.api.endpoint,
        "region": REGION,
        "account": ACCOUNT,
        **lab.outside.values,
    }


def migration(live: Live) -> tuple[str, dict[str, str]]:
    """The module that makes a system's schema and its first rows, and where."""
    where = {f"DB_{name.upper()}": live.values[f"db.{name}"] for name in _CONNECTION}
    return live.parts.database.migrate, where


def _add_family(lab: "Lab", live: Live, family: Family) -> None:
    repository, module = family.repository, family.module
    released = [line_of(family.tag.format(revision=1)), line_of(live.parts.bad_tag)]
    for line in live.parts.repositories.get(repository, released):
        lab.registry.add(repository, module, live.parts.folder, line)
    for revision in range(1, family.revisions + 1):
        if lab.account.ledger.first(f"task definition {family.name}:{revision}"):
            resources.register(lab.moto, family, revision, live.values)


def _create_service(lab: "Lab", live: Live, wanted: declared.Service) -> None:
    family = live.family(wanted.family)
    definition = ecs_arn("task-definition", f"{family.name}:{family.revisions}")
    lab.fleet.create(
        Service(
            name=wanted.name,
            arn=ecs_arn("service", f"{wanted.cluster}/{wanted.name}"),
            cluster=wanted.cluster,
            cluster_arn=ecs_arn("cluster", wanted.cluster),
            target_group=resources.group_arn(lab.moto, wanted.target_group),
            container=family.container,
            port=family.port or 0,
            desired=wanted.desired,
            deployments=(new_deployment(definition, "start"),),
            created_at=now(),
            network=resources.network(lab.moto, attached(live.parts).services[wanted.name]),
            exec_enabled=True,
        )
    )


def database_log(instance: str) -> str:
    return f"/aws/rds/instance/{instance}/postgresql"


def wanted_database(parts: Parts) -> WantedDatabase:
    database = parts.database
    return WantedDatabase(
        instance=database.instance,
        database=database.name,
        user=database.user,
        instance_class=database.instance_class,
        multi_az=database.multi_az,
        parameter_group=database.parameter_group,
        retention_days=database.backup_retention_days,
        backup_window=database.backup_window,
        allocated_gib=database.allocated_gib,
    )
