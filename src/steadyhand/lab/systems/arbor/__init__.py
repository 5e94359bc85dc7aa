"""Arbor: households get the energy plans that fit them. Names as its runbook uses them."""

import json
from pathlib import Path

from steadyhand.lab.systems.parts import (
    Bucket,
    Cache,
    Checkout,
    Database,
    Family,
    LoadBalancer,
    Parts,
    Request,
    Secret,
    SecurityGroup,
    Service,
    TargetGroup,
)

CUSTOMERS = 60  # that the seeds write
NAMED_CUSTOMER = "abc123"  # the first of them
CLUSTER = "arbor-production-cluster"
MODULE = "steadyhand.lab.systems.arbor.app"
DATABASE_SECRETS = {
    "DB_HOST": "arbor/production/db:host",
    "DB_PORT": "arbor/production/db:port",
    "DB_NAME": "arbor/production/db:dbname",
    "DB_USER": "arbor/production/db:username",
    "DB_PASSWORD": "arbor/production/db:password",
}


def customer(number: int) -> str:
    """The id of the n-th customer of the seeds, from 1."""
    return NAMED_CUSTOMER if number == 1 else f"c{number:05}"


def user(number: int) -> Request:
    """Mostly looks at recommendations; some look around; a few upload a month."""
    path = f"/api/v1/customers/{customer(1 + number * 7 % CUSTOMERS)}"
    match number % 12:
        case 0:
            month = {"month": f"2026-{1 + number // 12 % 9:02}", "kwh": 700 + number % 300}
            return Request("PUT", f"{path}/usage", json.dumps({"readings": [month]}))
        case 3:
            months = [{"month": f"2026-{m:02}", "kwh": 600 + 10 * m} for m in range(1, 10)]
            return Request("POST", "/api/v1/recommendations", json.dumps({"readings": months}))
        case 6 if number // 12 % 5 == 0:
            wishes = {"cost_weight": 2, "renewable_weight": number // 12 % 3}
            return Request("PUT", f"{path}/preferences", json.dumps(wishes))
        case 2:
            return Request("GET", "/")
        case 4 | 8:
            return Request("GET", f"/api/v1/plans/{1 + number % 14}")
        case 10:
            return Request("GET", "/api/v1/plans")
        case _:
            return Request("GET", f"{path}/recommendations")


def intruder(number: int) -> Request:
    """Try to be an administrator."""
    guess = (("Authorization", f"Bearer guess-{number}"),)
    return Request("POST", "/api/v1/admin/cache/warm", headers=guess)


ARBOR = Parts(
    name="arbor",
    folder=Path(__file__).parent,
    clusters=(CLUSTER,),
    families=(
        Family(
            name="arbor-production-backend",
            container="backend",
            repository="arbor-production-backend",
            module=MODULE,
            log_group="/ecs/arbor-production/backend",
            environment={"REDIS_URL": "redis://{cache.host}:{cache.port}/0"},
            secrets={**DATABASE_SECRETS, "ADMIN_TOKEN": "arbor/production/admin-token"},
            cpu=512,
            memory=256,
            tag="1.2.{revision}",
        ),
        Family(
            name="arbor-production-frontend",
            container="frontend",
            repository="arbor-production-frontend",
            module=MODULE,
            arguments=("frontend",),
            log_group="/ecs/arbor-production/frontend",
            memory=128,
            tag="1.2.{revision}",
            revisions=3,
        ),
        Family(
            name="arbor-production-migrations",
            container="backend",
            repository="arbor-production-backend",
            module=MODULE,
            arguments=("alembic", "upgrade", "head"),
            log_group="/ecs/arbor-production/backend",
            secrets=DATABASE_SECRETS,
            port=None,
            memory=256,
            tag="1.2.{revision}",
            revisions=2,
        ),
    ),
    services=(
        Service(
            "arbor-production-backend",
            CLUSTER,
            "arbor-production-backend",
            "arbor-production-backend-blue",
        ),
        Service(
            "arbor-production-frontend",
            CLUSTER,
            "arbor-production-frontend",
            "arbor-production-frontend",
            desired=1,
        ),
    ),
    target_groups=(
        TargetGroup("arbor-production-backend-blue", "/api/v1/health/live"),
        TargetGroup("arbor-production-backend-green", "/api/v1/health/live"),
        TargetGroup("arbor-production-frontend"),
    ),
    balancers=(
        LoadBalancer(
            name="arbor-production-alb",
            hosts=("your-domain.com", "green.your-domain.com"),
            # The default is the back end's: what switches colours is the listener's default action.
            target_group="arbor-production-backend-blue",
            paths={"/": "arbor-production-frontend"},
            host_groups={"green.your-domain.com": "arbor-production-backend-green"},
        ),
    ),
    database=Database(
        instance="arbor-production-db",
        name="arbor_production",
        user="arbor_user",
        migrate="steadyhand.lab.systems.arbor.schema",
        multi_az=True,
        parameter_group="arbor-production-params",
    ),
    cache=Cache("arbor-production-redis", max_memory=48),
    log_groups=("/aws/rds/instance/arbor-production-db/postgresql",),
    secrets=(
        Secret(
            "arbor/production/db",
            '{"host": "{db.host}", "port": {db.port}, "username": "{db.user}",'
            ' "password": "{db.password}", "dbname": "{db.name}"}',
        ),
        # Whoever can read this can reach the loopback that the lab listens on anyway.
        Secret("arbor/production/admin-token", "arbor-lab-administrator"),
    ),
    buckets=(Bucket("arbor-log-exports"),),
    certificates=("your-domain.com", "green.your-domain.com"),
    security_groups=(
        SecurityGroup("arbor-production-alb", ((443, "0.0.0.0/0"), (80, "0.0.0.0/0"))),
        SecurityGroup("arbor-production-backend", ((8000, "arbor-production-alb"),)),
        SecurityGroup("arbor-production-frontend", ((8000, "arbor-production-alb"),)),
        SecurityGroup("arbor-production-db", ((5432, "arbor-production-backend"),)),
        SecurityGroup("arbor-production-redis", ((6379, "arbor-production-backend"),)),
    ),
    checkout=Checkout("your-org/arbor-energy-plan-agent"),
    # psql asks nobody for these where no terminal is.
    operator={
        "PGHOST": "{db.host}",
        "PGPORT": "{db.port}",
        "PGUSER": "{db.user}",
        "PGDATABASE": "{db.name}",
        "PGPASSWORD": "{db.password}",
        "REDIS_URL": "redis://{cache.host}:{cache.port}/0",
    },
    user=user,
    intruder=intruder,
    bad_tag="1.3.0",
    repositories={
        "arbor-production-backend": ("1.2", "1.3"),
        "arbor-production-frontend": ("1.2", "1.3"),
    },
)
