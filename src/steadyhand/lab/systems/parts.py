"""What a system is made of, as data: what AWS would list for it, what its tasks run, who uses it.

Says what, never how: the lab makes each part real. To add a system: a folder here with its
application, its migrations and a `PARTS`, and a line in SYSTEMS.

Texts marked *filled in* may hold `{db.host} {db.port} {db.name} {db.user} {db.password}
{cache.host} {cache.port} {kafka} {aws} {region} {account} {revision}` and `{provider.NAME}`, the
address of a stand-in for an outside provider; each is put in once, when the part is made.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import Any

_PROGRAMS = {"module", "migrate"}  # names of ours, not of resources


@dataclass(frozen=True)
class Request:
    """One request of a user. `body` is JSON text; empty means none."""

    method: str
    path: str
    body: str = ""
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Family:
    """A task definition family with one container, and its revisions 1 to `revisions`.

    A task runs `python -m module *arguments` with HOST, PORT, VERSION (the image's tag) and
    STOP_SECONDS set, `environment` filled in, and each of `secrets` (variable → where from) read at
    its start: a Secrets Manager name, `name:key` for one key of a JSON secret, or `/an/ssm/name`.
    """

    name: str
    container: str
    repository: str
    module: str
    log_group: str
    arguments: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)  # filled in
    secrets: Mapping[str, str] = field(default_factory=dict)
    port: int | None = 8000
    cpu: int = 256  # CPU units; 1024 are one core
    memory: int = 512  # MiB
    tag: str = "1.0.{revision}"  # filled in
    revisions: int = 7


@dataclass(frozen=True)
class TargetGroup:
    """Where a load balancer sends requests: healthy tasks, asked at `health_path`."""

    name: str
    health_path: str = "/health"


@dataclass(frozen=True)
class Service:
    """An ECS service: `desired` tasks of the newest revision of `family`."""

    name: str
    cluster: str
    family: str
    target_group: str = ""  # none: nobody reaches it through a load balancer
    desired: int = 2


@dataclass(frozen=True)
class LoadBalancer:
    """`hosts` are the names that lead to it; a path's first part may have a group of its own.
    `access_logs` is the bucket and the prefix that they are delivered to; "": none."""

    name: str
    hosts: tuple[str, ...]
    target_group: str
    paths: Mapping[str, str] = field(default_factory=dict)  # "/api/*" → target group
    host_groups: Mapping[str, str] = field(default_factory=dict)  # "green.x.org" → target group
    access_logs: str = ""  # "bucket/prefix"


@dataclass(frozen=True)
class Database:
    """An RDS instance with PostgreSQL. `migrate` is the module that makes schema and seed data:
    `python -m migrate` with DB_HOST, DB_PORT, DB_NAME, DB_USER, DB_PASSWORD set."""

    instance: str
    name: str
    user: str
    migrate: str
    instance_class: str = "db.t3.medium"
    multi_az: bool = False
    parameter_group: str = "default.postgres18"
    backup_retention_days: int = 7
    backup_window: str = "03:00-04:00"
    allocated_gib: int = 100


@dataclass(frozen=True)
class Cache:
    """An ElastiCache replication group, or a cache cluster that stands alone: Valkey within
    `max_memory` MiB on each node."""

    name: str
    max_memory: int = 64
    eviction: str = "volatile-lru"
    replicas: int = 0
    alone: bool = False
    node_type: str = "cache.t3.medium"


@dataclass(frozen=True)
class Topic:
    name: str
    partitions: int = 3


@dataclass(frozen=True)
class Secret:
    """In Secrets Manager, or in SSM where the name begins with a slash. `value` is filled in."""

    name: str
    value: str
    secure: bool = True  # of SSM: a SecureString, or a plain String
    description: str = ""


@dataclass(frozen=True)
class Bucket:
    """An S3 bucket, what lies in it at the beginning, and who may use it. Objects are copied to the
    bucket `copies_to`, which stands before it."""

    name: str
    objects: Mapping[str, bytes] = field(default_factory=dict)
    policy: str = ""  # filled in; JSON
    origins: tuple[str, ...] = ()  # whose pages may read and write it (CORS)
    region: str = ""  # another one than the system's
    copies_to: str = ""


@dataclass(frozen=True)
class Trail:
    """A CloudTrail trail that logs to a bucket and a prefix of it."""

    name: str
    place: str  # "bucket/prefix"


@dataclass(frozen=True)
class SecurityGroup:
    """What may come in: (port, from), `from` a CIDR block or another group's name."""

    name: str
    ingress: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class Schedule:
    """An EventBridge rule that runs a task of `family` with `arguments`, by cron(…) or rate(…)."""

    name: str
    expression: str
    cluster: str
    family: str
    arguments: tuple[str, ...]
    description: str = ""


@dataclass(frozen=True)
class MetricAlarm:
    """An alarm that CloudWatch keeps. `given` are the other parameters of PutMetricAlarm, as JSON;
    filled in, also with the `{balancer}` that stands in the first balancer's metrics."""

    name: str
    given: str


@dataclass(frozen=True)
class Checkout:
    """The repository of a system, `owner/name`, and where in it the system's folder lies."""

    repository: str
    below: str = ""  # "apps/api"


@dataclass(frozen=True)
class Spending:
    """What a system spends on its language model in a day, in dollars: `key` of its cache, filled
    in with the `{day}`. The others are variables of its first service's containers."""

    key: str
    budget: str
    address: str
    api_key: str


@dataclass(frozen=True)
class Parts:
    """A whole system. `user` gives the n-th request of its steady traffic."""

    name: str
    folder: Path  # holds RUNBOOK.md and steadyhand.toml
    clusters: tuple[str, ...]
    families: tuple[Family, ...]
    services: tuple[Service, ...]
    target_groups: tuple[TargetGroup, ...]
    balancers: tuple[LoadBalancer, ...]
    database: Database
    user: Callable[[int], Request]
    bad_tag: str  # the image tag of a release that was made too early; see faults/release
    log_groups: tuple[str, ...] = ()  # beside those of the families
    cache: Cache | None = None
    topics: tuple[Topic, ...] = ()
    kafka: str = ""  # the name of the MSK cluster that has the topics
    spending: Spending | None = None
    secrets: tuple[Secret, ...] = ()
    buckets: tuple[Bucket, ...] = ()
    trails: tuple[Trail, ...] = ()
    certificates: tuple[str, ...] = ()  # domain names
    security_groups: tuple[SecurityGroup, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    alarms: tuple[MetricAlarm, ...] = ()
    repositories: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # → release lines
    checkout: Checkout | None = None  # none: your-org/<name>
    operator: Mapping[str, str] = field(default_factory=dict)  # variables that one has; filled in
    crawler: Callable[[int], Request] | None = None  # the n-th request of one who asks for all
    intruder: Callable[[int], Request] | None = None  # the n-th guess of one who has no key


def renamed(parts: Parts, renames: Mapping[str, str]) -> Parts:
    """Replace each old name wherever it stands in a resource's name; one pass, longest first."""
    if not renames:
        return parts
    olds = sorted(renames, key=len, reverse=True)
    pattern = re.compile("|".join(re.escape(old) for old in olds))

    def new(value: Any) -> Any:
        match value:
            case str():
                return pattern.sub(lambda match: renames[match.group()], value)
            case tuple():
                return tuple(map(new, value))
            case Mapping():
                return {new(key): new(held) for key, held in value.items()}
            case _ if is_dataclass(value) and not isinstance(value, type):
                names = {f.name for f in fields(value)} - _PROGRAMS
                changed = {name: new(getattr(value, name)) for name in names}
                return replace(value, **changed)
            case _:
                return value

    made: Parts = replace(new(parts), name=parts.name)
    return made
