"""The outbox on both databases: kept once, delivered in order, every attempt, digests."""

from datetime import UTC, datetime, timedelta

from msgspec.structs import replace
from sqlalchemy import Engine

from steadyhand.model.incident.notice import Notice
from steadyhand.respond.storm import digest_of
from steadyhand.store import outbox
from steadyhand.store.schema import writing

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
PAGE = Notice("i-1/2/L1/ada/mail", "i-1", "L1", "On-call", "mail", "t", "b", at=NOON.isoformat())


def put(engine: Engine, *notices: Notice) -> None:
    with writing(engine) as connection, connection.begin():
        outbox.put(connection, notices)


def named(*ids: str) -> list[Notice]:
    return [replace(PAGE, id=one, incident=one.partition("/")[0]) for one in ids]


def test_the_notices_of_an_incident_are_its_own_in_the_order_of_its_events(engine: Engine) -> None:
    put(engine, *named("i-1/10/L1/a", "i-1/2/L1/a", "i-10/2/L1/a", "i-1%/2/L1/a", "I-1/3/L1/a"))
    assert [one.notice.id for one in outbox.of(engine, "i-1")] == ["i-1/2/L1/a", "i-1/10/L1/a"]
    waiting = [one.id for one in outbox.undelivered(engine) if one.incident == "i-1"]
    assert waiting == ["i-1/2/L1/a", "i-1/10/L1/a"]


def test_a_notice_is_kept_once_and_every_attempt_is(engine: Engine) -> None:
    put(engine, PAGE, PAGE)
    outbox.mark(engine, PAGE, NOON, "away")
    outbox.mark(engine, PAGE, NOON + timedelta(seconds=1))
    [sent] = outbox.of(engine, "i-1")
    assert (sent.attempts, sent.failure, sent.delivered_at) == (2, "", NOON + timedelta(seconds=1))
    assert [(one.at - NOON, one.failure) for one in sent.log] == [
        (timedelta(), "away"), (timedelta(seconds=1), ""),
    ]  # fmt: skip
    assert outbox.undelivered(engine) == []


def test_what_fails_for_ever_does_not_fill_the_log(engine: Engine) -> None:
    put(engine, PAGE)
    for second in range(60):
        outbox.mark(engine, PAGE, NOON + timedelta(seconds=second), "away")
    outbox.mark(engine, PAGE, NOON + timedelta(seconds=99))
    [sent] = outbox.of(engine, "i-1")
    assert (sent.attempts, len(sent.log), sent.log[-1].failure) == (61, 51, "")


def test_a_digest_takes_the_place_of_its_pages(engine: Engine) -> None:
    pages = named("i-1/2/L1/a", "i-2/2/L1/a")
    put(engine, *pages)
    digest = digest_of(pages, NOON)
    outbox.fold(engine, digest, pages, NOON)
    assert outbox.undelivered(engine) == [digest]
    assert outbox.reached(engine, NOON - timedelta(minutes=1)) == []  # nobody was reached yet
    outbox.mark(engine, digest, NOON)
    assert outbox.reached(engine, NOON - timedelta(minutes=1)) == [(digest, NOON)]
    assert outbox.reached(engine, NOON) == []
