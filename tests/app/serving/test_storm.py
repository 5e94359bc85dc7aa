"""A storm while pages are delivered: each counts once, and what goes out is in no digest."""

import threading
from collections.abc import Iterator
from concurrent.futures import wait
from pathlib import Path

import pytest

from steadyhand.app.serving import courier
from steadyhand.model.incident.notice import Notice
from steadyhand.respond.notices import Delivered
from steadyhand.store import outbox
from tests.app.shop import Shop

PEOPLE = """
[people.ada]
notices = ["webhook"]
webhook = "http://127.0.0.1:9/ada"

[contacts."On-call engineer"]
people = ["ada"]

[contacts."Engineering lead"]
people = ["ada"]

[notices]
storm_pages = 2
storm_seconds = 600
"""


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path, PEOPLE)
    yield made
    made.operator.courier.close(0)
    made.close()


def kinds(shop: Shop) -> list[str]:
    return [one.kind for one in outbox.undelivered(shop.control.journal.database)]


def pages(shop: Shop) -> set[str]:
    found = outbox.undelivered(shop.control.journal.database)
    return {one.id for one in found if one.kind == "page"}


def test_a_page_that_is_delivered_meanwhile_counts_once(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.turn("API 5xx Rate")
    shop.turn("API Latency")
    read = outbox.undelivered

    def delivered_then(*_: object) -> list[Notice]:
        found = read(shop.control.journal.database)
        outbox.mark(shop.control.journal.database, found[0], shop.clock.at)
        return found

    monkeypatch.setattr(outbox, "undelivered", delivered_then)
    shop.operator.courier.once()
    monkeypatch.undo()
    assert "digest" not in kinds(shop)


def test_what_is_under_way_is_counted_and_not_gathered(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go = threading.Event(), threading.Event()

    def slowly(*_: object) -> Delivered:
        begun.set()
        assert go.wait(20)
        return Delivered()

    monkeypatch.setattr(courier, "deliver", slowly)
    for alarm in ("API 5xx Rate", "API Latency"):
        shop.turn(alarm)
    out = pages(shop)
    started = shop.operator.courier.once()
    assert begun.wait(20)
    shop.clock.sleep(-1)  # what was wanted first may be written last
    shop.turn("Disk")
    late = pages(shop) - out
    shop.operator.courier.once()
    assert pages(shop) == out, "what goes out is in no digest"
    assert "digest" in kinds(shop)
    assert late
    go.set()
    wait(started, 20)


def test_what_waits_no_more_is_not_waited_for(shop: Shop) -> None:
    """What failed here and was delivered elsewhere is no reason to look again and again."""
    shop.turn("API 5xx Rate")
    wait(shop.operator.courier.once(), 20)
    shop.operator.courier.once()
    assert shop.operator.courier.waiting() is not None
    for notice in outbox.undelivered(shop.control.journal.database):
        outbox.mark(shop.control.journal.database, notice, shop.clock.at)
    shop.clock.sleep(60)
    shop.operator.courier.once()
    assert shop.operator.courier.waiting() is None


def test_what_is_under_way_is_not_waited_for(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is to be tried again while another of its group is: that one's end is looked for."""
    shop.turn("API 5xx Rate")
    wait(shop.operator.courier.once(), 20)
    shop.clock.sleep(60)
    go = threading.Event()
    monkeypatch.setattr(courier, "deliver", lambda *_: Delivered() if go.wait(20) else None)
    started = shop.operator.courier.once()
    shop.operator.courier.once()
    assert shop.operator.courier.waiting() is None
    go.set()
    wait(started, 20)
