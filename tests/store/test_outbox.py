"""The outbox on both databases: kept once, delivered in order, every attempt, digests."""

from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from steadyhand.model.incident.notice import Notice
from steadyhand.respond.storm import digest_of
from steadyhand.store import outbox
from steadyhand.store.database import Database

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
PAGE = Notice("i-1/2/L1/ada/mail", "i-1", "L1", "On-call", "mail", "t", "b", at=NOON.isoformat())


def put(database: Database, *notices: Notice) -> None:
    with database.writing() as connection:
        outbox.put(connection, notices)


def named(*ids: str) -> list[Notice]:
    return [replace(PAGE, id=one, incident=one.partition("/")[0]) for one in ids]


def test_the_notices_of_an_incident_are_its_own_in_the_order_of_its_events(
    database: Database,
) -> None:
    put(database, *named("i-1/10/L1/a", "i-1/2/L1/a", "i-10/2/L1/a", "i-1%/2/L1/a", "I-1/3/L1/a"))
    assert [one.notice.id for one in outbox.of(database, "i-1")] == ["i-1/2/L1/a", "i-1/10/L1/a"]
    waiting = [one.id for one in outbox.undelivered(database) if one.incident == "i-1"]
    assert waiting == ["i-1/2/L1/a", "i-1/10/L1/a"]


def test_a_notice_is_kept_once_and_every_attempt_is(database: Database) -> None:
    put(database, PAGE, PAGE)
    outbox.mark(database, PAGE, NOON, "away")
    outbox.mark(database, PAGE, NOON + timedelta(seconds=1))
    [sent] = outbox.of(database, "i-1")
    assert (sent.attempts, sent.failure, sent.delivered_at) == (2, "", NOON + timedelta(seconds=1))
    assert [(one.at - NOON, one.failure) for one in sent.log] == [
        (timedelta(), "away"), (timedelta(seconds=1), ""),
    ]  # fmt: skip
    assert outbox.undelivered(database) == []


def test_what_fails_for_ever_does_not_fill_the_log(database: Database) -> None:
    put(database, PAGE)
    for second in range(60):
        outbox.mark(database, PAGE, NOON + timedelta(seconds=second), "away")
    outbox.mark(database, PAGE, NOON + timedelta(seconds=99))
    [sent] = outbox.of(database, "i-1")
    assert (sent.attempts, len(sent.log), sent.log[-1].failure) == (61, 51, "")


def test_a_digest_takes_the_place_of_its_pages(database: Database) -> None:
    pages = named("i-1/2/L1/a", "i-2/2/L1/a")
    put(database, *pages)
    digest = digest_of(pages, NOON)
    outbox.fold(database, digest, pages, NOON)
    assert outbox.undelivered(database) == [digest]
    assert outbox.folded(database, digest.id) == pages
    of_one = {sent.notice.id: sent for sent in outbox.of(database, "i-1")}
    page, sent = of_one[pages[0].id], of_one[digest.id]
    assert (outbox.digest_of(database, page), outbox.digest_of(database, sent)) == (sent, None)
    assert outbox.reached(database, NOON - timedelta(minutes=1)) == []  # nobody was reached yet
    outbox.mark(database, digest, NOON)
    assert outbox.reached(database, NOON - timedelta(minutes=1)) == [(digest, NOON)]
    assert outbox.reached(database, NOON) == []
