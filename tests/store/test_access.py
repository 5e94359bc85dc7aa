"""Tokens, users, sessions and heartbeats, on both databases: nothing kept lets anybody in."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, event, text

from steadyhand.store import heartbeats
from steadyhand.store.access import tokens, users
from steadyhand.store.heartbeats import Beat

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def everything(engine: Engine) -> str:
    with engine.connect() as connection:
        rows = [
            str(row)
            for table in ("tokens", "users", "sessions")
            for row in connection.execute(text(f"select * from {table}"))
        ]
    return "\n".join(rows)


def test_a_token_is_known_until_it_expires_or_is_revoked(engine: Engine) -> None:
    secret, made = tokens.create(engine, "ada", ["read", "approve"], NOON, NOON + HOUR)
    lasting, other = tokens.create(engine, "bob", ["read"], NOON, None)
    assert tokens.find(engine, secret, NOON) == made
    assert tokens.find(engine, secret, NOON + HOUR) is None
    assert tokens.find(engine, lasting, NOON + 9999 * HOUR) == other
    assert tokens.revoke(engine, other.id, NOON)
    assert not tokens.revoke(engine, other.id, NOON)
    assert tokens.find(engine, lasting, NOON) is None
    assert {one.person for one in tokens.listed(engine)} == {"ada", "bob"}
    assert secret.split("_", 2)[2] not in everything(engine)


@pytest.mark.parametrize("wrong", ["", "sh_", "sh_x", "nothing", "sh_00000000_abc", "\udc80"])
def test_what_is_no_token_is_none(engine: Engine, wrong: str) -> None:
    secret, made = tokens.create(engine, "ada", ["read"], NOON, None)
    assert tokens.find(engine, wrong, NOON) is None
    assert tokens.find(engine, secret[:-1], NOON) is None
    assert tokens.find(engine, f"sh_{made.id}_", NOON) is None


def test_a_user_logs_in_and_out(engine: Engine) -> None:
    user = users.add(engine, "ada", "correct horse", ["respond"], NOON)
    assert user is not None
    assert users.add(engine, "ada", "another", ["admin"], NOON) is None
    assert users.check(engine, "ada", "correct horse") == user
    assert users.check(engine, "ada", "another") is None
    assert users.check(engine, "bob", "correct horse") is None
    secret, begun = users.begin(engine, user, NOON)
    assert users.session(engine, secret, NOON) == begun
    assert users.session(engine, secret, NOON + users.LASTS) is None
    assert "correct horse" not in everything(engine)
    assert secret not in everything(engine)
    users.end(engine, secret)
    assert users.session(engine, secret, NOON) is None
    again, _ = users.begin(engine, user, NOON)
    assert users.remove(engine, "ada")
    assert not users.remove(engine, "ada")
    assert users.session(engine, again, NOON) is None


def test_the_newest_heartbeat_counts(engine: Engine) -> None:
    assert heartbeats.newest(engine, ["backup"]) is None
    heartbeats.record(engine, Beat("backup", NOON))
    failed = Beat("backup", NOON + HOUR, failed=True, detail="disk full")
    heartbeats.record(engine, failed)
    heartbeats.record(engine, Beat("report", NOON))
    assert heartbeats.newest(engine, ["backup"]) == failed
    assert [one.name for one in heartbeats.listed(engine)] == ["backup", "report"]


def test_the_newest_under_any_of_several_names_is_one_question(engine: Engine) -> None:
    for number, name in enumerate(("a", "c", "b")):
        heartbeats.record(engine, Beat(name, NOON + number * HOUR))
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *said: asked.append(said[2]))
    assert heartbeats.newest(engine, ("a", "b", "shop.b")) == Beat("b", NOON + 2 * HOUR)
    assert heartbeats.newest(engine, ("shop.b",)) is None
    assert sum("SELECT" in one for one in asked) == 2
