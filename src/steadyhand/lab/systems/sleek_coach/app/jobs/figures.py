"""What members did in the last hour in, the figures of the dashboards out: kept, and sent."""

from datetime import UTC, datetime
from typing import Any

import botocore.session
import psycopg

from steadyhand.lab.systems.sleek_coach.app.settings import Aws, aws, dsn

NAMESPACE = "SleekCoach"
HOUR = "created_at > now() - interval '1 hour'"
DAY = "created_at > now() - interval '1 day'"
FIGURES = {
    "DailyActiveMembers": f"""select count(distinct member_id) from (
        select member_id from check_ins where {DAY} union all
        select member_id from nutrition_entries where {DAY} union all
        select member_id from coach_sessions where last_at > now() - interval '1 day') active""",
    "CheckIns": f"select count(*) from check_ins where {HOUR}",
    "CoachConversations": "select count(*) from coach_sessions "
    "where last_at > now() - interval '1 hour'",
    "PolicyViolations": f"select count(*) from policy_violations where {HOUR}",
}
KEEP = """insert into metrics_hourly (hour, name, value)
    values (date_trunc('hour', now()), %s, %s)
    on conflict (hour, name) do update set value = excluded.value"""


def run() -> dict[str, float]:
    found: dict[str, float] = {}
    with psycopg.connect(dsn()) as connection:
        for name, query in FIGURES.items():
            row = connection.execute(query.encode()).fetchone()
            found[name] = float(row[0]) if row else 0.0
            connection.execute(KEEP.encode(), (name, found[name]))
    now = datetime.now(UTC)
    data = [
        {"MetricName": name, "Value": value, "Unit": "Count", "Timestamp": now}
        for name, value in found.items()
    ]
    client("cloudwatch", aws()).put_metric_data(Namespace=NAMESPACE, MetricData=data)
    return found


def client(service: str, given: Aws) -> Any:
    return botocore.session.Session().create_client(
        service,
        region_name=given.region,
        endpoint_url=given.endpoint,
        aws_access_key_id=given.key_id,
        aws_secret_access_key=given.key,
    )
