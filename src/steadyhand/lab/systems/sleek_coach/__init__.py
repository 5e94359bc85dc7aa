"""Sleek Coach: people log check-ins and meals. Names as its runbook uses them."""

import json
from pathlib import Path

from steadyhand.lab.systems.parts import (
    Checkout,
    Database,
    Family,
    LoadBalancer,
    Parts,
    Request,
    Secret,
    Service,
    TargetGroup,
)

DATABASE = {
    "DB_HOST": "{db.host}",
    "DB_PORT": "{db.port}",
    "DB_NAME": "{db.name}",
    "DB_USER": "{db.user}",
}
MEMBERS = 40  # that the migration writes


def user(number: int) -> Request:
    """Two reads to each write, over all members, every route in turn."""
    member = 1 + number * 7 % MEMBERS
    match number % 6:
        case 0:
            body = {"member_id": member, "weight_kg": 60 + number % 30, "energy": 1 + number % 10}
            return Request("POST", "/api/v1/check-ins", json.dumps(body))
        case 1:
            meal = {"member_id": member, "meal": "lunch", "calories": 650, "protein_g": 40}
            return Request("POST", "/api/v1/nutrition", json.dumps(meal))
        case 2:
            return Request("GET", f"/api/v1/nutrition?member_id={member}")
        case 3:
            return Request("GET", f"/api/v1/members/{member}/summary")
        case _:
            return Request("GET", f"/api/v1/check-ins?member_id={member}")


def crawler(number: int) -> Request:
    """Ask for one member's report of one week after the other, back into the past."""
    member, weeks_ago = 1 + number % MEMBERS, number // MEMBERS
    return Request("GET", f"/api/v1/members/{member}/report?weeks_ago={weeks_ago}")


SLEEK_COACH = Parts(
    name="sleek-coach",
    folder=Path(__file__).parent,
    clusters=("sleek-coach-prod",),
    families=(
        Family(
            name="sleek-coach-api",
            container="api",
            repository="sleek-coach-api",
            module="steadyhand.lab.systems.sleek_coach.app",
            log_group="/ecs/sleek-coach-api",
            environment=DATABASE,
            secrets={"DB_PASSWORD": "sleek-coach-prod/db-password"},
            cpu=1024,
            memory=256,
            tag="2.4.{revision}",
        ),
        *(
            Family(
                name=name,
                container="api",
                repository="sleek-coach-api",
                module="steadyhand.lab.systems.sleek_coach.app",
                log_group="/ecs/sleek-coach-api",
                tag="1.0.0",
                revisions=revisions,
            )
            for name, revisions in (
                ("sleek-coach-api-worker", 12),
                ("sleek-coach-migrate", 1),
                ("sleek-coach-migrate-rollback", 1),
            )
        ),
    ),
    services=(
        Service("sleek-coach-api", "sleek-coach-prod", "sleek-coach-api", "sleek-coach-api"),
    ),
    target_groups=(TargetGroup("sleek-coach-api"),),
    balancers=(LoadBalancer("sleek-coach-api", ("api.sleekcoach.example",), "sleek-coach-api"),),
    database=Database(
        instance="sleek-coach-prod",
        name="sleekcoach",
        user="sleekcoach",
        migrate="steadyhand.lab.systems.sleek_coach.schema",
        instance_class="db.r6g.large",
        multi_az=True,
    ),
    secrets=(Secret("sleek-coach-prod/db-password", "{db.password}"),),
    checkout=Checkout("your-org/sleek-coach", below="apps/api"),
    user=user,
    crawler=crawler,
    bad_tag="2.5.0",
    repositories={"sleek-coach-api": ("2.4", "2.5")},
)
