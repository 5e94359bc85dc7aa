"""Sleek Coach: people log check-ins, meals and photos, and ask their coach. Names as its runbook
uses them."""

import json
import time
from base64 import b64decode
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
    Schedule,
    Secret,
    SecurityGroup,
    Service,
    TargetGroup,
    Trail,
)
from steadyhand.lab.systems.sleek_coach.app.tokens import access_token

CLUSTER = "sleek-coach-prod"
MODULE = "steadyhand.lab.systems.sleek_coach.app"
PHOTOS, LOGS = "sleek-coach-photos-prod", "sleek-coach-logs"
COPIES = "sleek-coach-photos-prod-copies"  # of photos, in another region

MEMBERS = 40  # that the seeds write
WITH_PHOTO = 5  # the first members have a photo, which the bucket holds
PASSWORD = "steady-progress-1"  # of every member of the seeds
# Whoever can read these can reach the loopback that the lab listens on anyway. The lab's members
# hold access tokens as devices do, so their key has to be known here.
SIGNING_KEY = "sleek-coach-lab-signing-key"
# The first keys that the stand-ins of the providers accept.
OPENAI_KEY, GEMINI_KEY, ANTHROPIC_KEY = "openai-key-1", "gemini-key-1", "anthropic-key-1"
PHOTO = b64decode(  # one grey pixel
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="
)

AWS = {"AWS_ENDPOINT_URL": "{aws}", "AWS_REGION": "{region}"}  # the keys come with the role
DATABASE = {"DB_PORT": "{db.port}", "DB_NAME": "{db.name}", "DB_USER": "{db.user}"}
# The address too: a restored database has another one.
DATABASE_SECRETS = {
    "DB_HOST": "sleek-coach-prod/db-host",
    "DB_PASSWORD": "sleek-coach-prod/db-password",
}
QUESTIONS = (
    "How does my weight look over the last 14 days?",
    "Did I eat enough protein and calories this week?",
    "What do my notes say about sleep and training?",
    "How should I warm up?",
)


def user(number: int) -> Request:
    """Two reads to each write, over all members, every route in turn."""
    # Whatever is asked, all members ask it in their turn.
    member = 1 + (number + number // 60) * 7 % MEMBERS
    match number % 60:
        case 7:
            email = f"member-{member}@sleekcoach.example"
            body = {"email": email, "password": PASSWORD}
            return Request("POST", "/auth/login", json.dumps(body))
        case 13:
            question = {"message": QUESTIONS[number // 60 % len(QUESTIONS)]}
            return _signed(member, "POST", "/coach/chat", question)
        case 19:
            return _signed(member, "GET", "/api/v1/photos")
        case 25:
            first = 1 + number // 60 % WITH_PHOTO
            return _signed(first, "GET", f"/api/v1/photos/{first}")
        case 31:
            photo = {"content_type": "image/jpeg", "size": 200_000 + number % 1000}
            return _signed(member, "POST", "/api/v1/photos", photo)
    match number % 6:
        case 0:
            check_in = {"weight_kg": 60 + number % 30, "energy": 1 + number % 10}
            return _signed(member, "POST", "/api/v1/check-ins", check_in)
        case 1:
            meal = {"meal": "lunch", "calories": 650, "protein_g": 40}
            return _signed(member, "POST", "/api/v1/nutrition", meal)
        case 2:
            return _signed(member, "GET", "/api/v1/nutrition")
        case 3:
            return _signed(member, "GET", f"/api/v1/members/{member}/summary")
        case _:
            return _signed(member, "GET", "/api/v1/check-ins")


def crawler(number: int) -> Request:
    """Ask for one member's report of one week after the other, back into the past."""
    member, weeks_ago = 1 + number % MEMBERS, number // MEMBERS
    return _signed(member, "GET", f"/api/v1/members/{member}/report?weeks_ago={weeks_ago}")


def intruder(number: int) -> Request:
    """Try one password after the other, of one member after the other."""
    email = f"member-{1 + number % MEMBERS}@sleekcoach.example"
    return Request("POST", "/auth/login", json.dumps({"email": email, "password": f"no-{number}"}))


def _signed(member: int, method: str, path: str, body: object = None) -> Request:
    """A request of a member who has signed in before."""
    token = access_token(member, SIGNING_KEY, time.time())
    text = "" if body is None else json.dumps(body)
    return Request(method, path, text, (("Authorization", f"Bearer {token}"),))


def _task(name: str, container: str, *arguments: str) -> Family:
    """A family whose tasks run alone, to an exit code."""
    return Family(
        name=name,
        container=container,
        repository="sleek-coach-api",
        module=MODULE,
        log_group="/ecs/sleek-coach-api",
        arguments=arguments,
        environment={**DATABASE, **AWS, "LOG_BUCKET": LOGS},
        secrets=DATABASE_SECRETS,
        port=None,
        tag="2.4.7",
        revisions=1,
    )


SLEEK_COACH = Parts(
    name="sleek-coach",
    folder=Path(__file__).parent,
    clusters=(CLUSTER,),
    families=(
        Family(
            name="sleek-coach-api",
            container="api",
            repository="sleek-coach-api",
            module=MODULE,
            log_group="/ecs/sleek-coach-api",
            environment={
                **DATABASE,
                **AWS,
                "REDIS_URL": "redis://{cache.host}:{cache.port}/0",
                "PHOTO_BUCKET": PHOTOS,
                "OPENAI_URL": "{provider.openai}",
                "GEMINI_URL": "{provider.gemini}",
                "ANTHROPIC_URL": "{provider.anthropic}",
            },
            # Read at a task's start: a changed value needs a new deployment to be felt.
            secrets={
                **DATABASE_SECRETS,
                "TOKEN_SIGNING_KEY": "sleek-coach-prod/token-signing-key",
                "OPENAI_API_KEY": "sleek-coach-prod/openai-api-key",
                "GEMINI_API_KEY": "sleek-coach-prod/gemini-api-key",
                "ANTHROPIC_API_KEY": "sleek-coach-prod/anthropic-api-key",
                "AI_PROVIDER": "/sleek-coach-prod/ai-provider",
            },
            cpu=1024,
            memory=256,
            tag="2.4.{revision}",
        ),
        # A family whose name begins like another one's, which a prefix must not find.
        Family(
            name="sleek-coach-api-worker",
            container="api",
            repository="sleek-coach-api",
            module=MODULE,
            log_group="/ecs/sleek-coach-api",
            tag="1.0.0",
            revisions=12,
        ),
        _task("sleek-coach-migrate", "migrate", "alembic", "upgrade", "head"),
        _task("sleek-coach-migrate-rollback", "migrate", "alembic", "downgrade", "-1"),
        _task("sleek-coach-jobs", "jobs"),
    ),
    services=(Service("sleek-coach-api", CLUSTER, "sleek-coach-api", "sleek-coach-api"),),
    target_groups=(TargetGroup("sleek-coach-api"),),
    balancers=(
        LoadBalancer(
            "sleek-coach-api",
            ("api.sleekcoach.example",),
            "sleek-coach-api",
            access_logs=f"{LOGS}/alb",
        ),
    ),
    database=Database(
        instance="sleek-coach-prod",
        name="sleekcoach",
        user="sleekcoach",
        migrate="steadyhand.lab.systems.sleek_coach.schema",
        instance_class="db.r6g.large",
        multi_az=True,
        # The first of the five scheduled tasks: the others are the schedules below.
        backup_window="03:00-04:00",
        backup_retention_days=7,
    ),
    cache=Cache("sleek-coach-redis", max_memory=32, alone=True),
    secrets=(
        Secret("sleek-coach-prod/db-password", "{db.password}"),
        Secret("sleek-coach-prod/db-host", "{db.host}", description="address of the database"),
        Secret("sleek-coach-prod/openai-api-key", OPENAI_KEY),
        Secret("sleek-coach-prod/gemini-api-key", GEMINI_KEY),
        Secret("sleek-coach-prod/anthropic-api-key", ANTHROPIC_KEY),
        Secret("sleek-coach-prod/token-signing-key", SIGNING_KEY),
        Secret("/sleek-coach-prod/ai-provider", "openai", secure=False),
    ),
    buckets=(
        Bucket(COPIES, region="us-west-2"),
        Bucket(
            PHOTOS,
            copies_to=COPIES,
            objects={
                "test.txt": b"A probe. It holds no data of a member.\n",
                **{f"members/{member}/first": PHOTO for member in range(1, WITH_PHOTO + 1)},
            },
            policy=json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Sid": "PhotosOfTheApi",
                            "Effect": "Allow",
                            "Principal": {
                                "AWS": "arn:aws:iam::{account}:role/sleek-coach-api-task"
                            },
                            "Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
                            "Resource": f"arn:aws:s3:::{PHOTOS}/*",
                        }
                    ],
                }
            ),
            origins=("https://app.sleekcoach.example",),
        ),
        Bucket(
            LOGS,
            objects={
                "alb/AWSLogs/123456789012/ELBAccessLogTestFile": b"Enable AccessLogs for ELB",
                # Older than logs are kept: the next rotation takes it.
                "alb/AWSLogs/123456789012/elasticloadbalancing/us-east-1/2026/01/05/old.log.gz": (
                    b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00"
                ),
                "cloudtrail/AWSLogs/123456789012/CloudTrail/": b"",
            },
        ),
    ),
    trails=(Trail("sleek-coach-trail", f"{LOGS}/cloudtrail"),),
    security_groups=(
        SecurityGroup("sleek-coach-alb-sg", ((443, "0.0.0.0/0"),)),
        SecurityGroup("sleek-coach-app-sg", ((8000, "sleek-coach-alb-sg"),)),
        SecurityGroup("sleek-coach-db-sg", ((5432, "sleek-coach-app-sg"),)),
        SecurityGroup("sleek-coach-redis-sg", ((6379, "sleek-coach-app-sg"),)),
    ),
    schedules=(
        Schedule(
            "sleek-coach-token-cleanup",
            "cron(0 4 * * ? *)",
            CLUSTER,
            "sleek-coach-jobs",
            ("token-cleanup",),
            "Purge expired refresh tokens",
        ),
        Schedule(
            "sleek-coach-ai-session-cleanup",
            "cron(30 4 ? * SUN *)",
            CLUSTER,
            "sleek-coach-jobs",
            ("ai-session-cleanup",),
            "Archive conversations without a word for a month",
        ),
        Schedule(
            "sleek-coach-metrics-aggregation",
            "rate(1 hour)",
            CLUSTER,
            "sleek-coach-jobs",
            ("metrics-aggregation",),
            "Work out the figures of the dashboards",
        ),
        Schedule(
            "sleek-coach-log-rotation",
            "rate(1 day)",
            CLUSTER,
            "sleek-coach-jobs",
            ("log-rotation",),
            "Delete logs in S3 past their retention",
        ),
    ),
    checkout=Checkout("your-org/sleek-coach", below="apps/api"),
    operator={"DATABASE_URL": "postgresql://{db.user}:{db.password}@{db.host}:{db.port}/{db.name}"},
    user=user,
    crawler=crawler,
    intruder=intruder,
    bad_tag="2.5.0",
    repositories={"sleek-coach-api": ("2.4", "2.5")},
)
