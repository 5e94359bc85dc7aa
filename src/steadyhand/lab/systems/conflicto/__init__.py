"""Conflicto: presenters run live sessions, the audience answers polls and asks. Names as its
runbook uses them.
"""

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
    SecurityGroup,
    Service,
    TargetGroup,
)

# The rows that the seeds write; `user` walks over them.
LIVE = 8
ENDED = 4
PARTICIPANTS = 30  # of each session
POLLS = 3  # of each session
OPTIONS = 4  # of each poll


def user(number: int) -> Request:
    """Three looks to each thing done, over all live sessions: screens ask again and again."""
    session = number * 5 % LIVE  # from 0, as in the seeds
    row = session + (LIVE + ENDED) * (number // LIVE % PARTICIPANTS)
    poll = 1 + session + (LIVE + ENDED) * (number // 3 % POLLS)
    code = f"LIVE{session + 1:02}"
    token = (("X-Participant-Token", f"participant-{row + 1}"),)
    match number % 12:
        case 0:
            nickname = json.dumps({"nickname": f"Guest {number % 1000}"})
            return Request("POST", f"/api/v1/sessions/{code}/join", nickname)
        case 4 | 8:
            chosen = json.dumps({"option_id": (poll - 1) * OPTIONS + 1 + number // 12 % OPTIONS})
            return Request("POST", f"/api/v1/polls/{poll}/responses", chosen, token)
        case 6 if number // 12 % 10 == 0:
            asked = json.dumps({"body": f"What about point {number % 100}?"})
            return Request("POST", f"/api/v1/sessions/{code}/questions", asked, token)
        case 1 | 5 | 9:
            return Request("GET", f"/api/v1/polls/{poll}/results")
        case 2 | 6 | 10:
            return Request("GET", f"/api/v1/sessions/{code}/questions?since=0&limit=20")
        case _:
            return Request("GET", f"/api/v1/sessions/{code}")


def intruder(number: int) -> Request:
    """Try to end other people's sessions."""
    guess = (("X-Presenter-Key", f"guess-{number}"),)
    return Request("POST", f"/api/v1/sessions/LIVE{1 + number % LIVE:02}/end", headers=guess)


CONFLICTO = Parts(
    name="conflicto",
    folder=Path(__file__).parent,
    clusters=("conflicto-prod-cluster",),
    families=(
        Family(
            name="conflicto-prod",
            container="conflicto-backend",
            repository="conflicto-backend",
            module="steadyhand.lab.systems.conflicto.app",
            log_group="/ecs/conflicto-backend-prod",
            environment={
                "DB_HOST": "{db.host}",
                "DB_PORT": "{db.port}",
                "DB_NAME": "{db.name}",
                "DB_USER": "{db.user}",
                "ENVIRONMENT": "prod",
            },
            secrets={"DB_PASSWORD": "conflicto-prod/db-password"},
            cpu=512,
            memory=256,
            tag="0.1.{revision}",
        ),
    ),
    services=(
        Service("conflicto-prod-svc", "conflicto-prod-cluster", "conflicto-prod", "conflicto-prod"),
    ),
    target_groups=(TargetGroup("conflicto-prod", "/api/v1/health/"),),
    balancers=(LoadBalancer("conflicto-prod-alb", ("conflicto.app",), "conflicto-prod"),),
    database=Database(
        instance="conflicto-prod",
        name="conflicto",
        user="conflicto",
        migrate="steadyhand.lab.systems.conflicto.schema",
    ),
    secrets=(
        Secret("conflicto-prod/db-password", "{db.password}"),
        Secret(
            "conflicto-prod/database-url",
            "postgresql://{db.user}:{db.password}@{db.host}:{db.port}/{db.name}",
        ),
    ),
    certificates=("conflicto.app",),
    security_groups=(
        SecurityGroup("conflicto-prod-alb", ((443, "0.0.0.0/0"), (80, "0.0.0.0/0"))),
        SecurityGroup("conflicto-prod-tasks", ((8000, "conflicto-prod-alb"),)),
        SecurityGroup("conflicto-prod-db", ((5432, "conflicto-prod-tasks"),)),
    ),
    checkout=Checkout("your-org/conflicto"),
    operator={
        "PROD_DATABASE_URL": "postgresql://{db.user}:{db.password}@{db.host}:{db.port}/{db.name}"
    },
    user=user,
    intruder=intruder,
    bad_tag="0.2.0",
    repositories={"conflicto-backend": ("0.1", "0.2")},
)
