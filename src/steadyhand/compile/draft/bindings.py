"""An alarm's words and the names of a document in, the metric they mean out, or what is missing.

Only metrics whose meaning is plain from what is measured; everything else is for a person.
"""

from collections.abc import Iterator, Sequence
from pathlib import PurePath

from msgspec import Struct

from steadyhand.compile.draft.names import Names
from steadyhand.compile.draft.toml import quoted
from steadyhand.compile.facts.limits import subject_of
from steadyhand.model.document.facts import AlarmRule, Retention, Trait
from steadyhand.model.document.runbook import Runbook

Lines = tuple[tuple[str, str], ...]


class Metric(Struct, frozen=True):
    """A metric: the words of a subject that mean it, and those that may stand there besides.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/aws-services-cloudwatch-metrics.html
    """

    needs: frozenset[str]
    may: frozenset[str]
    namespace: str
    metric: str  # "" for a ratio
    dimensions: tuple[tuple[str, str], ...]  # name, and the kind of resource that is its value
    units: frozenset[str]
    statistic: str = "Average"
    numerator: tuple[str, ...] = ()
    denominator: str = ""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ECS = (("ClusterName", "cluster"), ("ServiceName", "service"))
_ECS_WORDS = _words("ecs fargate service task container")
_ANY = _words("p50 p75 p90 p95 p98 p99 http target web server response")
_PERCENT = frozenset({"%"})
_COUNT = frozenset({"", "connections", "messages"})
METRICS = (
    Metric(_words("cpu ecs"), _ECS_WORDS, "AWS/ECS", "CPUUtilization", _ECS, _PERCENT),
    Metric(_words("ecs memory"), _ECS_WORDS, "AWS/ECS", "MemoryUtilization", _ECS, _PERCENT),
    Metric(
        _words("cpu database"), frozenset(), "AWS/RDS", "CPUUtilization",
        (("DBInstanceIdentifier", "database"),), _PERCENT,
    ),
    Metric(
        _words("connections database"), frozenset(), "AWS/RDS", "DatabaseConnections",
        (("DBInstanceIdentifier", "database"),), _COUNT, "Maximum",
    ),
    Metric(
        _words("memory redis"), frozenset(), "AWS/ElastiCache", "DatabaseMemoryUsagePercentage",
        (("CacheClusterId", "cache"),), _PERCENT,
    ),
    Metric(
        _words("cpu redis"), frozenset(), "AWS/ElastiCache", "EngineCPUUtilization",
        (("CacheClusterId", "cache"),), _PERCENT,
    ),
    Metric(
        _words("queue"), _words("message sqs"), "AWS/SQS", "ApproximateNumberOfMessagesVisible",
        (("QueueName", "queue"),), _COUNT, "Maximum",
    ),
    Metric(
        _words("latency"), _ANY, "AWS/ApplicationELB", "TargetResponseTime",
        (("LoadBalancer", "load balancer"),), frozenset({"s"}),
    ),
    Metric(
        _words("5xx"), _ANY, "AWS/ApplicationELB", "",
        (("LoadBalancer", "load balancer"),), _PERCENT, "Sum",
        ("HTTPCode_Target_5XX_Count", "HTTPCode_ELB_5XX_Count"), "RequestCount",
    ),
)  # fmt: skip
_STATISTICS = {"average": "Average", "maximum": "Maximum", "minimum": "Minimum"}
_LOG_GROUPS = ("/ecs/", "/aws/ecs/")


class Bound(Struct, frozen=True):
    """What can be written of an alarm's binding, and what cannot, with the reason.

    With anything missing it is no binding yet.
    """

    lines: Lines = ()
    missing: tuple[str, ...] = ()
    service: Lines = ()


def bound(rule: AlarmRule, names: Names) -> Bound:
    """Say which metric an alarm's name means, as far as a document says it. Pure."""
    if rule.threshold.value is None:
        return Bound(missing=(f"threshold: no number can be read from “{rule.threshold.text}”",))
    subject = _words(subject_of(rule.name))
    metric = next((m for m in METRICS if m.needs <= subject <= m.needs | m.may), None)
    if metric is None:
        said = f"metric: nothing in the document says which metric “{rule.name}” is"
        return Bound(missing=(said,))
    missing = list(_missing(metric, rule, names))
    return Bound(tuple(_lines(metric, rule, names)), tuple(missing), tuple(_service(names)))


def _lines(metric: Metric, rule: AlarmRule, names: Names) -> Iterator[tuple[str, str]]:
    yield "namespace", f'"{metric.namespace}"'
    known = [(name, names.only(kind)) for name, kind in metric.dimensions if names.only(kind)]
    if len(known) == len(metric.dimensions) and "LoadBalancer" not in dict(known):
        inside = ", ".join(f"{name} = {quoted(value)}" for name, value in known)
        yield "dimensions", f"{{ {inside} }}"
    if metric.metric:
        yield "metric", f'"{metric.metric}"'
    else:
        yield "numerator", "[" + ", ".join(f'"{name}"' for name in metric.numerator) + "]"
        yield "denominator", f'"{metric.denominator}"'
    said = rule.threshold.statistic
    yield "statistic", quoted(_STATISTICS.get(said, said) or metric.statistic)
    yield "period_seconds", "60"


def _missing(metric: Metric, rule: AlarmRule, names: Names) -> Iterator[str]:
    unit = rule.threshold.unit
    if unit not in metric.units:
        measured = metric.metric or "the ratio"
        yield f"scale: {measured} is not measured in “{unit}”; say what brings it into that unit"
    for name, kind in metric.dimensions:
        if name == "LoadBalancer":
            yield "dimensions: LoadBalancer is app/<name>/<id>, and no document says the id"
        elif not names.only(kind):
            yield f"dimensions: {name}: {names.unsettled(kind)}"


def _service(names: Names) -> Iterator[tuple[str, str]]:
    """Give the service behind the alarms, where there is only one."""
    cluster, service = names.only("cluster"), names.only("service")
    if cluster and service:
        yield "cluster", cluster
        yield "name", service
        groups = [g for g in names.kinds.get("log group", ()) if g.startswith(_LOG_GROUPS)]
        if len(groups) == 1:
            yield "log_group", groups[0]


class Check(Struct, frozen=True):
    """A drift check; `missing` says why its resource is not known."""

    kind: str
    resource: str
    attribute: str
    expected: str
    span: str
    missing: str = ""


def drifts(runbooks: Sequence[Runbook], names: Names) -> Iterator[Check]:
    """Give what documents say of how resources are set up, each attribute once. Pure."""
    seen: set[tuple[str, str, str]] = set()
    for runbook in runbooks:
        stated = [*runbook.facts.traits, *filter(None, map(_kept, runbook.facts.retention))]
        for trait in sorted(stated, key=lambda t: t.span):
            resource = trait.resource or names.only(trait.kind)
            key = (trait.kind, resource, trait.attribute)
            if key not in seen:
                seen.add(key)
                missing = "" if resource else names.unsettled(trait.kind)
                at = f"{PurePath(trait.span.path).name}:{trait.span.line}"
                yield Check(trait.kind, resource, trait.attribute, trait.expected, at, missing)


def _kept(fact: Retention) -> Trait | None:
    """Read how long backups of a database and logs are kept as an attribute of the resource."""
    if fact.seconds is None or fact.seconds % 86400:
        return None
    days, said = f"{fact.seconds / 86400:g}", f"{fact.what} {fact.place}".lower()
    if "database" in fact.what.lower() and ("rds" in said or "automated" in said):
        return Trait("database", "", "BackupRetentionPeriod", days, fact.text, fact.span)
    if "log" in fact.what.lower() and "cloudwatch" in said:
        return Trait("log group", "", "retentionInDays", days, fact.text, fact.span)
    return None
