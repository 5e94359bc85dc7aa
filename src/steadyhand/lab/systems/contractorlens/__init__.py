"""ContractorLens: a measured room becomes a priced estimate. Names as its runbook uses them."""

import json
from pathlib import Path

from steadyhand.lab.systems.parts import (
    Bucket,
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

ENVIRONMENT = {
    "DB_HOST": "{db.host}",
    "DB_PORT": "{db.port}",
    "DB_NAME": "{db.name}",
    "DB_USER": "{db.user}",
    "GEMINI_URL": "{provider.gemini}",
    "FIREBASE_URL": "{provider.firebase}",
}
# Read at a task's start: a changed value needs a new deployment to be felt.
SECRETS = {
    "DB_PASSWORD": "/contractorlens/db/password",
    "GEMINI_API_KEY": "/contractorlens/gemini/api-key",
    "FIREBASE_API_KEY": "/contractorlens/firebase/api-key",
    "ML_ENABLED": "/contractorlens/feature-flags/ml-enabled",
}
# The first key that each stand-in of an outside provider accepts.
GEMINI_KEY = "gemini-key-1"
FIREBASE_KEY = "firebase-key-1"

ESTIMATES = 200  # that the seeds write, numbered from 1
ROOMS = ("kitchen", "bathroom", "bedroom", "living_room")
ZIPS = ("94105", "10001", "78701", "60601", "98101", "33101", "80202")


def user(number: int) -> Request:
    """Four reads to each write, over all rooms and places."""
    zip_code = ZIPS[number % len(ZIPS)]
    match number % 5:
        case 0:
            body = {
                "room_type": ROOMS[number // 5 % len(ROOMS)],
                "dimensions": {"length": 8 + number % 9, "width": 8 + number % 7, "height": 8},
                "location": {"zip_code": zip_code},
            }
            return Request("POST", "/api/v1/estimates", json.dumps(body))
        case 1 | 2:
            return Request("GET", f"/api/v1/estimates?zip_code={zip_code}&limit=10")
        case _:
            return Request("GET", f"/api/v1/estimates/{1 + number * 7 % ESTIMATES}")


def intruder(number: int) -> Request:
    """Ask for one estimate after the other with a token that nobody was given."""
    guess = (("Authorization", f"Bearer guess-{number}"),)
    return Request("GET", f"/api/v1/estimates/{1 + number % ESTIMATES}", headers=guess)


CONTRACTORLENS = Parts(
    name="contractorlens",
    folder=Path(__file__).parent,
    clusters=("contractorlens",),
    families=(
        Family(
            name="contractorlens",
            container="backend",
            repository="contractorlens-backend",
            module="steadyhand.lab.systems.contractorlens.app",
            log_group="/ecs/contractorlens",
            environment=ENVIRONMENT,
            secrets=SECRETS,
            cpu=512,
            memory=256,
            tag="3.2.{revision}",
        ),
    ),
    services=(
        Service("contractorlens", "contractorlens", "contractorlens", "contractorlens-app-tg"),
    ),
    target_groups=(TargetGroup("contractorlens-app-tg"),),
    balancers=(
        LoadBalancer("contractorlens-alb", ("api.contractorlens.com",), "contractorlens-app-tg"),
    ),
    # The runbook's psql names a user and no database: psql then takes the one of the same name.
    database=Database(
        instance="contractorlens-db",
        name="contractorlens",
        user="contractorlens",
        migrate="steadyhand.lab.systems.contractorlens.schema",
    ),
    secrets=(
        Secret("/contractorlens/db/password", "{db.password}"),
        Secret("/contractorlens/gemini/api-key", GEMINI_KEY),
        Secret("/contractorlens/firebase/api-key", FIREBASE_KEY),
        Secret("/contractorlens/feature-flags/ml-enabled", "true", secure=False),
    ),
    buckets=(Bucket("contractorlens-logs-export"),),
    certificates=("api.contractorlens.com",),
    security_groups=(
        SecurityGroup("contractorlens-alb-sg", ((443, "0.0.0.0/0"),)),
        SecurityGroup("contractorlens-app-sg", ((8000, "contractorlens-alb-sg"),)),
        SecurityGroup("contractorlens-db-sg", ((5432, "contractorlens-app-sg"),)),
    ),
    operator={"DB_HOST": "{db.host}", "DB_USER": "{db.user}", "GEMINI_API_KEY": GEMINI_KEY},
    user=user,
    intruder=intruder,
    bad_tag="3.3.0",
    repositories={"contractorlens-backend": ("3.2", "3.3")},
)
