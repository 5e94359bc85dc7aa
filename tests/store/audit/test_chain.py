"""The chain while nobody attacks: writers at once, crashes, older journals; on both databases."""

import hashlib
import json
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from steadyhand.store.audit.chain import Chain
from steadyhand.store.audit.export import exported
from steadyhand.store.audit.head import Anchor
from steadyhand.store.audit.verify import verify
from steadyhand.store.database import Database, Unavailable
from steadyhand.store.journal import Conflict, Journal, Output
from tests.rows import change, put
from tests.store.audit.keeping import EVENTS, NOW, TYPES, Grown, Kept, grow

OLDER = sorted((Path(__file__).parents[1] / "older").glob("*.jsonl"))


def chained(database: Database, folder: Path) -> tuple[Journal, Chain]:
    chain = Chain(database, folder / "audit.key", [Anchor(folder / "audit.head")])
    return Journal(database, TYPES, chain), chain


def test_eight_writers_at_once_leave_one_chain(database: Database, tmp_path: Path) -> None:
    barrier = threading.Barrier(8)
    chains: list[Chain] = []
    failed: list[Exception] = []

    def write(name: int) -> None:
        journal, chain = chained(database, tmp_path)
        chains.append(chain)
        barrier.wait()
        try:
            grow(journal, f"plant-{name}", range(1, 9))
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failed == []
    assert [trouble for chain in chains for trouble in chain.troubles] == []
    verdict = verify(chains[0])
    assert (verdict.faults, verdict.notes) == ((), ())
    assert (verdict.chained, verdict.heads) == (64, 1)


def test_an_export_has_every_event_with_what_it_wrote(database: Database, tmp_path: Path) -> None:
    journal, chain = chained(database, tmp_path)
    grow(journal, "oak", range(1, 5))
    beginning, *events, head = exported(chain)
    assert (beginning["number"], beginning["wrote"]) == (0, [])
    assert [(line["seq"], line["number"]) for line in events] == [(n, n) for n in range(1, 5)]
    leaf, other = (hashlib.sha256(body).hexdigest() for body in (b"leaf\n", b"\xff\x00"))
    assert [line["wrote"] for line in events] == [
        [],
        [["oak", "s", 2, "stdout", leaf], ["oak", "s", 2, "stderr", other]],
        [],
        [["oak", "s", 4, "stdout", leaf], ["oak", "s", 4, "stderr", other]],
    ]
    assert (head["count"], head["link"]) == (4, events[-1]["link"])


def test_an_attack_is_seen_on_both_databases(database: Database, tmp_path: Path) -> None:
    journal, chain = chained(database, tmp_path)
    grow(journal, "oak", range(1, 5))
    change(database, "UPDATE outputs SET body = body || body WHERE stream = 'stderr'")
    assert verify(chain).faults[0].what == "what it printed was changed"
    change(database, "UPDATE events SET body = '{}' WHERE seq = 1")
    first = verify(chain).faults[0]
    assert first.number == 1
    assert "plant oak, event 1" in first.entry
    change(
        database,
        "DELETE FROM events WHERE seq <> 0",
        "DELETE FROM links WHERE number <> 0",
        "DELETE FROM outputs",
    )
    first = verify(chain).faults[0]
    assert first.number == 1
    assert "it is gone, and all up to entry 4" in first.what


def test_a_conflict_leaves_no_link(database: Database, tmp_path: Path) -> None:
    journal, chain = chained(database, tmp_path)
    grow(journal, "oak", range(1, 3))
    with pytest.raises(Conflict):
        journal.append("plant", "oak", 2, Grown(9), NOW, printed=[Output("s", 1, "out", b"x")])
    grow(journal, "oak", range(3, 5))
    verdict = verify(chain)
    assert (verdict.faults, verdict.chained) == ((), 4)


def test_the_first_append_may_fail(database: Database, tmp_path: Path) -> None:
    """Key and head are there then, and the chain begins with the next."""
    old = {"kind": "plant", "id": "oak", "seq": 1, "at": "", "type": "Grown", "version": 1}
    put(database, "events", [{**old, "body": '{"by":1}'}])
    journal, chain = chained(database, tmp_path)
    with pytest.raises(Conflict):
        grow(journal, "oak", range(1, 2))
    journal, chain = chained(database, tmp_path)
    grow(journal, "oak", range(2, 3))
    verdict = verify(chain)
    assert (verdict.faults, verdict.chained, verdict.before) == ((), 1, 1)
    assert chain.troubles == {}


@pytest.mark.parametrize("file", OLDER, ids=lambda file: file.stem)
def test_what_an_older_version_wrote_is_held_fast_as_it_was(
    database: Database, tmp_path: Path, file: Path
) -> None:
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    printed = {"run": rows[0]["id"], "step": "s", "number": 1, "stream": "stdout", "body": b"old"}
    put(database, "events", rows)
    put(database, "outputs", [printed])
    journal, chain = chained(database, tmp_path)
    assert "no chain" in verify(chain).faults[0].what
    grow(journal, "oak", range(1, 4))
    verdict = verify(chain)
    assert (verdict.faults, verdict.chained, verdict.before) == ((), 3, len(rows))
    for damage in (
        "update outputs set body = '\\x00' where run <> 'oak'",
        "update events set at = '2026' where seq = 3 and kind <> 'plant'",
    ):
        assert change(database, damage) > [0]
        first = verify(chain).faults[0]
        assert (first.number, first.entry) == (0, f"positions 1 to {len(rows)}")
        assert first.what == "what an older version had written was changed after the chain began"


def test_a_journal_without_events_is_intact(database: Database, tmp_path: Path) -> None:
    _, chain = chained(database, tmp_path)
    assert verify(chain).faults == ()
    assert not (tmp_path / "audit.key").exists()


# --- processes -------------------------------------------------------------------------------


def _write_much(kept: Kept, name: str) -> None:
    with kept.opened() as journal:
        grow(journal, name, range(1, 21))
        assert journal.chain is not None
        assert journal.chain.troubles == {}


def _die_before_the_head(kept: Kept, name: str) -> None:
    """Commit, and be gone before the head is moved on."""
    with kept.opened() as journal:
        chain = journal.chain
        assert chain is not None
        vars(chain)["advance"] = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
        grow(journal, name, range(1, 2))


def _processes(target: Callable[[Kept, str], None], *each: tuple[Kept, str]) -> list[int]:
    fresh = multiprocessing.get_context("spawn")
    started = [fresh.Process(target=target, args=args) for args in each]
    for process in started:
        process.start()
    for process in started:
        process.join(60)
    return [process.exitcode or 0 for process in started]


def test_several_processes_leave_one_chain(kept: Kept) -> None:
    assert _processes(_write_much, (kept, "ash"), (kept, "yew")) == [0, 0]
    verdict = kept.verdict()
    assert (verdict.faults, verdict.notes, verdict.chained) == ((), (), EVENTS + 40)


def test_a_crash_between_journal_and_head_is_no_attack(kept: Kept, tmp_path: Path) -> None:
    # Once in the midst, and once with the very first event of a journal.
    (tmp_path / "new").mkdir()
    new = Kept(tmp_path / "new")
    assert _processes(_die_before_the_head, (kept, "ash"), (new, "ash")) == [-signal.SIGKILL] * 2
    for at, number in ((kept, EVENTS + 1), (new, 1)):
        verdict = at.verdict()
        assert (verdict.faults, verdict.chained) == ((), number)
        assert "audit.head is behind by 1: written before a crash" in verdict.notes[0]
        with at.opened() as journal:
            grow(journal, "yew", range(1, 2))
            assert journal.chain is not None
            assert journal.chain.troubles == {}
        verdict = at.verdict()
        assert (verdict.faults, verdict.notes, verdict.heads) == ((), (), 1)


# --- heads and key ---------------------------------------------------------------------------


def test_without_its_key_nothing_is_appended(kept: Kept) -> None:
    kept.key.unlink()
    with kept.opened() as journal:
        with pytest.raises(Unavailable, match=r"audit\.key is missing"):
            grow(journal, "yew", range(1, 2))
        assert journal.read("plant", "yew") == []
        assert len(journal.read("plant", "oak")) == 4
    assert not kept.key.exists()


@pytest.mark.parametrize("content", ["", "nonsense", "ab"])
def test_a_key_that_is_none_is_said(kept: Kept, content: str) -> None:
    kept.key.write_text(content)
    with kept.opened() as journal, pytest.raises(Unavailable, match="is not an audit key"):
        grow(journal, "yew", range(1, 2))


def test_a_head_that_cannot_be_written_stops_no_work(kept: Kept, tmp_path: Path) -> None:
    away = Kept(kept.folder, tmp_path / "unplugged" / "audit.head")
    with away.opened() as journal:
        grow(journal, "yew", range(1, 3))
        assert journal.chain is not None
        assert [*journal.chain.troubles] == [f"the head {away.second} is missing"]
    verdict = away.verdict()
    assert [fault.what for fault in verdict.faults] == [f"the head {away.second} is missing"]
    assert verdict.heads == 1  # the other one has been moved on


def test_heads_are_written_anew_only_when_a_person_wants_it(kept: Kept, tmp_path: Path) -> None:
    two = Kept(kept.folder, tmp_path / "other.head")
    before = kept.head.read_bytes()
    with kept.sql() as connection:  # a backup of a moment ago is put back
        for statement in ("from events where position", "from links where number"):
            connection.execute(f"delete {statement} > 6")
        connection.execute("delete from outputs where position > 6")
    with two.opened() as journal:
        assert journal.chain is not None
        journal.chain.renew("2026-11-21T04:00:00+00:00")
        grow(journal, "yew", range(1, 3))
        assert journal.chain.troubles == {}
    verdict = two.verdict()
    assert (verdict.faults, verdict.chained, verdict.heads) == ((), 8, 2)
    aside = kept.folder / "audit.head.until-2026-11-21T040000+0000"
    assert aside.read_bytes() == before
    assert two.verdict(aside).faults != ()
