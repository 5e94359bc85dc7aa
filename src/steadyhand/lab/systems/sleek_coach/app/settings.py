"""The environment in, settings out. Nothing else in the application reads the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from psycopg.conninfo import make_conninfo

from steadyhand.lab.systems.sleek_coach.app.queries import RELEASES, Queries


@dataclass(frozen=True)
class Aws:
    """How the task reaches AWS: the endpoint of every service, and its role's credentials."""

    endpoint: str
    region: str
    key_id: str
    key: str


@dataclass(frozen=True)
class Provider:
    """A provider of language models: which one, where it is, and the key it knows us by."""

    name: str
    url: str
    key: str
    timeout: float = 8.0


@dataclass(frozen=True)
class Settings:
    version: str
    dsn: str
    redis_url: str
    aws: Aws
    bucket: str
    signing_key: str
    provider: Provider
    pool_size: int

    @property
    def line(self) -> str:
        return self.version.rpartition(".")[0]

    @property
    def queries(self) -> Queries:
        """Those of the release line; an image that was built by hand has the newest line's."""
        return RELEASES.get(self.line) or RELEASES[max(RELEASES)]


def dsn(given: Mapping[str, str] = os.environ) -> str:
    """Where the database is. Raises KeyError, naming the variable that is missing."""
    return make_conninfo(
        host=given["DB_HOST"],
        port=given["DB_PORT"],
        dbname=given["DB_NAME"],
        user=given["DB_USER"],
        password=given["DB_PASSWORD"],
        connect_timeout=3,
        application_name="sleek-coach-api",
        # A query that waits for a lock ends before the load balancer gives the user up.
        options="-c statement_timeout=10000",
    )


def aws(given: Mapping[str, str] = os.environ) -> Aws:
    """Raises KeyError."""
    return Aws(
        given["AWS_ENDPOINT_URL"],
        given["AWS_REGION"],
        given["AWS_ACCESS_KEY_ID"],
        given["AWS_SECRET_ACCESS_KEY"],
    )


def settings(given: Mapping[str, str] = os.environ) -> Settings:
    """Raises KeyError, ValueError."""
    name = given.get("AI_PROVIDER", "openai").strip().lower()
    return Settings(
        version=given["VERSION"],
        dsn=dsn(given),
        redis_url=given["REDIS_URL"],
        aws=aws(given),
        bucket=given["PHOTO_BUCKET"],
        signing_key=given["TOKEN_SIGNING_KEY"],
        provider=Provider(
            name=name,
            url=given[f"{name.upper()}_URL"],
            key=given[f"{name.upper()}_API_KEY"],
            timeout=float(given.get("AI_TIMEOUT_SECONDS", "8")),
        ),
        pool_size=int(given.get("DB_POOL_SIZE", "5")),
    )
