"""Revenue Context Engine: buying signals become actions. Names as its runbook uses them."""

import json
from pathlib import Path

from steadyhand.lab.systems.parts import (
    Cache,
    Database,
    Family,
    LoadBalancer,
    MetricAlarm,
    Parts,
    Request,
    Secret,
    SecurityGroup,
    Service,
    Spending,
    TargetGroup,
    Topic,
)

ACCOUNTS = 60  # that the seeds write
CLUSTER = "prod-revenue-context"
CONFIG = "prod/revenue-context/config"
HOST = "api.prod.revenue-context.com"
MODULE = "steadyhand.lab.systems.revenue_context.app"
ENVIRONMENT = {
    "DB_HOST": "{db.host}",
    "DB_PORT": "{db.port}",
    "DB_NAME": "{db.name}",
    "DB_USER": "{db.user}",
    "REDIS_URL": "redis://{cache.host}:{cache.port}/0",
    "KAFKA_BROKERS": "{kafka}",
    "OPENAI_URL": "{provider.openai}",
}
# Read at a task's start: a changed value needs a new deployment to be felt.
SECRETS = {key: f"{CONFIG}:{key}" for key in ("DB_PASSWORD", "LLM_DAILY_BUDGET", "OPENAI_API_KEY")}
OVER_FIVE_MINUTES = {"EvaluationPeriods": 5, "ComparisonOperator": "GreaterThanThreshold"}
DATABASE = {"DBInstanceIdentifier": "prod-revenue-context-db"}
API = {"ClusterName": CLUSTER, "ServiceName": "api"}
LAG = {
    "Cluster Name": "prod-revenue-context-kafka",
    "Consumer Group": "context_engine_group",
    "Topic": "signals.raw",
}
KINDS = ("page_view", "email_open", "page_view", "content_download", "pricing_view")


def user(number: int) -> Request:
    """Signals and looks at accounts; a few drafts; now and then a decision about an action."""
    account = 1 + number * 7 % ACCOUNTS
    match number % 20:
        case 0 | 4 | 8 | 12 | 16:
            signal = {"account_id": account, "kind": KINDS[number // 4 % len(KINDS)]}
            return Request("POST", "/api/v1/signals", json.dumps(signal))
        case 3 if number // 20 % 5 == 0:
            return Request("POST", f"/api/v1/accounts/{account}/email-draft")
        case 7 if number // 20 % 5 == 0:
            decision = {"decision": "approved", "person": "traffic"}
            return Request("POST", "/api/v1/actions/next/decision", json.dumps(decision))
        case 2 | 10:
            return Request("GET", "/api/v1/accounts?limit=10")
        case 6 | 14:
            return Request("GET", "/api/v1/actions?status=proposed")
        case _:
            return Request("GET", f"/api/v1/accounts/{account}")


def family(role: str, port: int | None, memory: int) -> Family:
    return Family(
        name=f"prod-{role}",
        container=role,
        repository="revenue-context",
        module=MODULE,
        arguments=(role,),
        log_group=f"/ecs/production/{role}",
        environment=ENVIRONMENT,
        secrets=SECRETS,
        port=port,
        cpu=512,
        memory=memory,
        tag="2.3.{revision}",
    )


def metric_alarm(
    name: str, namespace: str, metric: str, dimensions: dict[str, str], threshold: float
) -> MetricAlarm:
    """One of the alarms that the runbook names; it says no thresholds, so they are ours."""
    given = {
        **OVER_FIVE_MINUTES,
        "Namespace": namespace,
        "MetricName": metric,
        "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
        "Statistic": "Maximum" if namespace == "AWS/Kafka" else "Average",
        "Period": 60,
        "Threshold": threshold,
    }
    return MetricAlarm(name, json.dumps(given))


def error_rate(name: str, per_cent: float) -> MetricAlarm:
    """The balancer's and its targets' 5xx answers in per cent of all requests."""
    errors = ("HTTPCode_Target_5XX_Count", "HTTPCode_ELB_5XX_Count")
    counted = [
        {
            "Id": key,
            "MetricStat": {
                "Metric": {
                    "Namespace": "AWS/ApplicationELB",
                    "MetricName": metric,
                    "Dimensions": [{"Name": "LoadBalancer", "Value": "{balancer}"}],
                },
                "Period": 60,
                "Stat": "Sum",
            },
            "ReturnData": False,
        }
        for key, metric in zip(("targets", "own", "all"), (*errors, "RequestCount"), strict=True)
    ]
    rate = "100 * (FILL(targets, 0) + FILL(own, 0)) / all"
    queries = [*counted, {"Id": "rate", "Expression": rate, "ReturnData": True}]
    given = {**OVER_FIVE_MINUTES, "Metrics": queries, "Threshold": per_cent}
    return MetricAlarm(name, json.dumps(given))


REVENUE_CONTEXT = Parts(
    name="revenue-context",
    folder=Path(__file__).parent,
    clusters=(CLUSTER,),
    families=(
        family("api", 8000, 2048),
        family("context-engine", None, 1024),
        family("orchestration-engine", None, 1024),
    ),
    services=(
        Service("api", CLUSTER, "prod-api", "prod-revenue-context-api"),
        Service("context-engine", CLUSTER, "prod-context-engine"),
        Service("orchestration-engine", CLUSTER, "prod-orchestration-engine", desired=1),
    ),
    target_groups=(TargetGroup("prod-revenue-context-api"),),
    balancers=(LoadBalancer("prod-revenue-context-alb", (HOST,), "prod-revenue-context-api"),),
    database=Database(
        instance="prod-revenue-context-db",
        name="revenue_context",
        user="revenue_context",
        migrate="steadyhand.lab.systems.revenue_context.schema",
        multi_az=True,
    ),
    cache=Cache("prod-revenue-context-redis"),
    topics=(Topic("signals.raw", 3), Topic("signals.raw.dlq", 1), Topic("context.updated", 3)),
    kafka="prod-revenue-context-kafka",
    spending=Spending("llm:spend:global:{day}", "LLM_DAILY_BUDGET", "OPENAI_URL", "OPENAI_API_KEY"),
    secrets=(
        Secret(
            CONFIG,
            json.dumps(
                {
                    "DB_PASSWORD": "{db.password}",
                    "LLM_DAILY_BUDGET": "100.0",
                    "OPENAI_API_KEY": "openai-key-1",
                }
            ),
        ),
    ),
    certificates=(HOST,),
    security_groups=(
        SecurityGroup("prod-revenue-context-alb-sg", ((443, "0.0.0.0/0"),)),
        SecurityGroup("prod-revenue-context-app-sg", ((8000, "prod-revenue-context-alb-sg"),)),
        SecurityGroup(
            "prod-revenue-context-data-sg",
            tuple((port, "prod-revenue-context-app-sg") for port in (5432, 6379, 9092)),
        ),
    ),
    operator={
        "KAFKA_BROKERS": "{kafka}",
        "REDIS_HOST": "{cache.host}",
        "REDIS_URL": "redis://{cache.host}:{cache.port}/0",
        "DATABASE_URL": "postgresql://{db.user}:{db.password}@{db.host}:{db.port}/{db.name}",
        "SLACK_WEBHOOK_URL": "https://hooks.slack.com/services/T000/B000/slack-key-1",
    },
    user=user,
    bad_tag="2.4.0",
    repositories={"revenue-context": ("2.3", "2.4")},
    alarms=(
        metric_alarm("db-cpu-high", "AWS/RDS", "CPUUtilization", DATABASE, 80),
        metric_alarm("db-connections-high", "AWS/RDS", "DatabaseConnections", DATABASE, 50),
        metric_alarm("kafka-lag-high", "AWS/Kafka", "SumOffsetLag", LAG, 1000),
        error_rate("api-error-rate-high", 5),
        metric_alarm("ecs-memory-high", "AWS/ECS", "MemoryUtilization", API, 85),
    ),
)
