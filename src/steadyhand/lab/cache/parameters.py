"""Parameter groups in, what a server is told out: names, allowed values, defaults, as AWS has them.

https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ParameterGroups.Engine.html
"""

import re
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Parameter:
    """`server`: the server has one of the same name, which is set when the group is changed."""

    name: str
    default: str
    allowed: str
    kind: str  # "string" or "integer"
    modifiable: bool = True
    server: bool = True


POLICIES = (
    "volatile-lru,allkeys-lru,volatile-lfu,allkeys-lfu,volatile-random,allkeys-random,"
    "volatile-ttl,noeviction"
)
_KNOWN = (
    Parameter("activedefrag", "no", "yes,no", "string", server=False),
    Parameter("cluster-enabled", "no", "yes,no", "string", modifiable=False, server=False),
    Parameter("lazyfree-lazy-eviction", "yes", "yes,no", "string"),
    Parameter("lazyfree-lazy-expire", "yes", "yes,no", "string"),
    Parameter("maxclients", "65000", "1-65000", "integer", modifiable=False, server=False),
    Parameter("maxmemory-policy", "volatile-lru", POLICIES, "string"),
    Parameter("maxmemory-samples", "3", "1-", "integer"),
    Parameter("notify-keyspace-events", "", "", "string"),
    Parameter("reserved-memory-percent", "25", "0-100", "integer", server=False),
    Parameter("slowlog-log-slower-than", "10000", "-1-", "integer"),
    Parameter("slowlog-max-len", "128", "0-", "integer"),
    Parameter("tcp-keepalive", "300", "0-", "integer"),
    Parameter("timeout", "0", "0,20-", "integer"),
)
PARAMETERS = {parameter.name: parameter for parameter in _KNOWN}
FAMILIES = ("redis6.x", "redis7", "valkey7", "valkey8", "valkey9")


@dataclass
class ParameterGroup:
    name: str
    family: str
    description: str
    values: dict[str, str] = field(default_factory=dict)  # those that were set

    @property
    def is_default(self) -> bool:
        return self.name.startswith("default.")

    def server_settings(self) -> dict[str, str]:
        """What a server of this group is started with."""
        settings = {p.name: p.default for p in _KNOWN if p.server}
        return settings | {n: v for n, v in self.values.items() if PARAMETERS[n].server}


def defaults() -> dict[str, ParameterGroup]:
    made = (
        ParameterGroup(f"default.{family}", family, f"Default parameter group for {family}")
        for family in FAMILIES
    )
    return {group.name: group for group in made}


def family_of(engine: str, version: str) -> str:
    """The family of an engine's version: redis7, redis6.x, valkey8 …"""
    major = version.partition(".")[0]
    return f"{engine}6.x" if (engine, major) == ("redis", "6") else f"{engine}{major}"


def allows(parameter: Parameter, value: str) -> bool:
    """Hold a value against the allowed ones: words, numbers, ranges with or without an end."""
    if not parameter.allowed:
        return True
    if parameter.kind == "string":
        return value in parameter.allowed.split(",")
    if not re.fullmatch(r"-?\d+", value):
        return False
    return any(_within(part, int(value)) for part in parameter.allowed.split(","))


def _within(part: str, value: int) -> bool:
    found = re.fullmatch(r"(-?\d+)(-)?(\d*)", part)
    assert found is not None
    lowest, is_range, highest = found.groups()
    if not is_range:
        return value == int(lowest)
    return value >= int(lowest) and (not highest or value <= int(highest))
