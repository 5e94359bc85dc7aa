r"""# metric-dimensions

## What it does

Finds a request or an alarm on a metric of AWS whose dimensions no metric has: one of them missing
or too many, or a value of another kind than CloudWatch uses, such as an ARN where it has
`app/<name>/<id>`.

## Why it is bad

CloudWatch keeps every combination of dimensions as a metric of its own and does not sum up. A
request for another combination is answered with an empty list and no error, which looks like "no
load"; an alarm on it stays at INSUFFICIENT_DATA.

## Bad

```bash
aws cloudwatch get-metric-statistics --namespace AWS/ECS --metric-name CPUUtilization \
  --dimensions Name=ServiceName,Value=web --statistics Average --period 60 \
  --start-time 2025-03-01T00:00:00Z --end-time 2025-03-01T01:00:00Z
```

## Good

```bash
aws cloudwatch get-metric-statistics --namespace AWS/ECS --metric-name CPUUtilization \
  --dimensions Name=ClusterName,Value=shop Name=ServiceName,Value=web --statistics Average \
  --period 60 --start-time 2025-03-01T00:00:00Z --end-time 2025-03-01T01:00:00Z
```

## How to fix

Give the whole set; `aws cloudwatch list-metrics --namespace AWS/ECS` shows which there are. The
value of `LoadBalancer` is what follows `loadbalancer/` in its ARN: `cut -d/ -f2-` of the ARN is
all of it, `app/` included.

## Source

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html
"""

from collections.abc import Iterator

from steadyhand.lint.asked import Asked, asked
from steadyhand.lint.metric_values import Dimension, dimensions, wrong_value
from steadyhand.lint.metrics import Names, NoSuchSet, judge
from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity

OPERATIONS = ("get-metric-statistics", "put-metric-alarm")


def check(subject: Subject) -> Iterator[Finding]:
    """Report a combination that does not exist, else each value that cannot be one."""
    for command in asked(subject, "cloudwatch", *OPERATIONS):
        namespace, metric = command.text("--namespace") or "", command.text("--metric-name") or ""
        given = _given(command)
        if given is None:
            continue
        names = frozenset(dimension.name for dimension in given)
        missing = judge(namespace, metric, names)
        if missing is not None:
            yield _no_such_set(subject, command, names, missing)
            continue
        for dimension in given:
            yield from _value(subject, command, namespace, dimension)


def _given(command: Asked) -> tuple[Dimension, ...] | None:
    """Give the dimensions; None where they, or whether there are any, come at run time."""
    words = command.words("--dimensions")
    if words is None:
        return () if command.lacks("--dimensions", "--metrics") else None
    return dimensions(words)


def _no_such_set(subject: Subject, command: Asked, names: Names, missing: NoSuchSet) -> Finding:
    namespace, metric = command.text("--namespace"), command.text("--metric-name")
    sets = " or by ".join(_listed(found) for found in missing.sets)
    by = f"by {_listed(names)} only" if names else "without dimensions"
    absent = sorted(missing.nearest - names)
    extra = sorted(names - missing.nearest)
    advice = [f"add Name={name},Value=…" for name in absent] + [f"leave {n} out" for n in extra]
    return RULE.finding(
        command.used.step.span,
        f"{namespace} has no `{metric}` {by}, so nothing is found: it comes by {sets}",
        " and ".join(advice),
        mark=command.mark(subject, "--dimensions") or command.mark(subject, str(metric)),
    )


def _listed(names: Names) -> str:
    return " and ".join(sorted(names))


def _value(
    subject: Subject, command: Asked, namespace: str, dimension: Dimension
) -> Iterator[Finding]:
    wrong = wrong_value(namespace, dimension, subject)
    if wrong is not None:
        mark = command.mark(subject, f"Name={dimension.name},Value=")
        yield RULE.finding(
            command.used.step.span,
            f"{wrong.message}, so nothing is found",
            wrong.help,
            mark=mark,
        )


RULE = Rule("metric-dimensions", Severity.WARNING, Confidence.HIGH, check)
