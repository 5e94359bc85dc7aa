"""Tokens, users, sessions and heartbeats, on both databases: nothing kept lets anybody in."""

from datetime import UTC, datetime, timedelta

import pytest

from steadyhand.store import heartbeats
from steadyhand.store.access import tokens, users
from steadyhand.store.database import Database
from steadyhand.store.heartbeats import Beat
from tests.conftest import Asked
from tests.rows import ask

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def everything(database: Database) -> str:
    tables = ("tokens", "users", "sessions")
    return "\n".join(str(row) for one in tables for row in ask(database, f"SELECT * FROM {one}"))


def test_a_token_is_known_until_it_expires_or_is_revoked(database: Database) -> None:
    secret, made = tokens.create(database, "ada", ["read", "approve"], NOON, NOON + HOUR)
    lasting, other = tokens.create(database, "bob", ["read"], NOON, None)
    assert tokens.find(database, secret, NOON) == made
    assert tokens.find(database, secret, NOON + HOUR) is None
    assert tokens.find(database, lasting, NOON + 9999 * HOUR) == other
    assert tokens.revoke(database, other.id, NOON)
    assert not tokens.revoke(database, other.id, NOON)
    assert tokens.find(database, lasting, NOON) is None
    assert {one.person for one in tokens.listed(database)} == {"ada", "bob"}
    assert secret.split("_", 2)[2] not in everything(database)


@pytest.mark.parametrize("wrong", ["", "sh_", "sh_x", "nothing", "sh_00000000_abc", "\udc80"])
def test_what_is_no_token_is_none(database: Database, wrong: str) -> None:
    secret, made = tokens.create(database, "ada", ["read"], NOON, None)
    assert tokens.find(database, wrong, NOON) is None
    assert tokens.find(database, secret[:-1], NOON) is None
    assert tokens.find(database, f"sh_{made.id}_", NOON) is None


def test_a_user_logs_in_and_out(database: Database) -> None:
    user = users.add(database, "ada", "correct horse", ["respond"], NOON)
    assert user is not None
    assert users.add(database, "ada", "another", ["admin"], NOON) is None
    assert users.listed(database) == [user]
    assert users.check(database, "ada", "correct horse") == user
    assert users.check(database, "ada", "another") is None
    assert users.check(database, "bob", "correct horse") is None
    secret, begun = users.begin(database, user, NOON)
    assert users.session(database, secret, NOON) == begun
    assert users.session(database, secret, NOON + users.LASTS) is None
    assert "correct horse" not in everything(database)
    assert secret not in everything(database)
    users.end(database, secret)
    assert users.session(database, secret, NOON) is None
    again, _ = users.begin(database, user, NOON)
    assert users.remove(database, "ada")
    assert not users.remove(database, "ada")
    assert users.session(database, again, NOON) is None


def test_the_newest_heartbeat_counts(database: Database) -> None:
    assert heartbeats.newest(database, ["backup"]) is None
    heartbeats.record(database, Beat("backup", NOON))
    failed = Beat("backup", NOON + HOUR, failed=True, detail="disk full")
    heartbeats.record(database, failed)
    heartbeats.record(database, Beat("report", NOON))
    assert heartbeats.newest(database, ["backup"]) == failed
    assert [one.name for one in heartbeats.listed(database)] == ["backup", "report"]


def test_the_newest_under_any_of_several_names_is_one_question(
    database: Database, asked: Asked
) -> None:
    for number, name in enumerate(("a", "c", "b")):
        heartbeats.record(database, Beat(name, NOON + number * HOUR))
    asked.clear()
    assert heartbeats.newest(database, ("a", "b", "shop.b")) == Beat("b", NOON + 2 * HOUR)
    assert heartbeats.newest(database, ("shop.b",)) is None
    assert len(asked) == 2
    assert heartbeats.newest(database, ()) is None
