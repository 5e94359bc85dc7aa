"""Attacks on a journal, really done on its files: each is seen, the first bad entry named."""

import hashlib
import hmac
import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from steadyhand.store.audit.chain import EVENT, Unkeyed, digest, first_link, next_link
from tests.store.audit.keeping import EVENTS, Kept, filled, grow

Attack = Callable[[sqlite3.Connection], Any]


def sql(*statements: str) -> Attack:
    def attack(connection: sqlite3.Connection) -> None:
        for statement in statements:
            assert connection.execute(statement).rowcount > 0, statement

    return attack


def recompute(key: bytes) -> Attack:
    """Edit an event, and make every link after it fit again, under a key of the attacker's."""

    def attack(connection: sqlite3.Connection) -> None:
        connection.execute("update events set body = '{\"by\":99}' where position = 3")
        rows = connection.execute(
            "select number, position, outputs, printed from links order by number"
        ).fetchall()
        before = first_link(key, rows[0][1], rows[0][2], rows[0][3]).link
        connection.execute("update links set link = ? where number = 0", [before])
        for number, position, outputs, printed in rows[1:]:
            event = connection.execute(
                f"select {', '.join(EVENT)} from events where position = ?", [position]
            ).fetchone()
            before = next_link(key, before, number, event, outputs, printed).link
            connection.execute("update links set link = ? where number = ?", [before, number])

    return attack


def renumbered(connection: sqlite3.Connection) -> None:
    """Drop an event from the middle and close the gap, in both tables."""
    sql("delete from events where position = 4", "delete from links where number = 4")(connection)
    for old in range(5, EVENTS + 1):
        connection.execute("update events set position = ? where position = ?", [old - 1, old])
        connection.execute(
            "update links set number = ?, position = ? where number = ?", [old - 1, old - 1, old]
        )


# name: (what is done, number of the first bad entry, where and what is said of it)
ON_ROWS: dict[str, tuple[Attack, int | None, str]] = {
    "edit a body": (
        sql("update events set body = '{\"by\":99}' where position = 3"),
        3, "position 3, plant oak, event 3: the event, its link or its place was changed",
    ),
    "edit a time": (
        sql("update events set at = '2026-11-21T02:59:00.000000+00:00' where position = 5"),
        5, "position 5, plant elm, event 1: the event",
    ),
    "edit a kind": (sql("update events set kind = 'tree' where position = 5"), 5, "tree elm"),
    "a body that is no text": (
        sql("update events set body = x'00ff' where position = 3"), 3, "plant oak, event 3",
    ),
    "a name that is no UTF-8 and not for a terminal": (
        sql("update events set id = cast(x'1b5b32ff' as text) where position = 3"),
        3, "position 3, plant '\\x1b[2\\udcff', event 3: the event",
    ),
    "drop the tail": (
        sql("delete from events where position > 6", "delete from links where number > 6",
            "delete from outputs where position > 6"),
        7, "it is gone, and all up to entry 8: the head",
    ),
    "drop the tail, and its links not": (
        sql("delete from events where position = 8"),
        8, "position 8: it is gone, and its link is not",
    ),
    "drop the last of all": (
        sql("delete from events where position = 8", "delete from links where number = 8",
            "delete from outputs where position > 6"),
        8, "it is gone, and all up to entry 8: the head",
    ),
    "drop everything": (
        sql("delete from events", "delete from links", "delete from outputs"),
        1, "it is gone, and all 8 entries that the head",
    ),
    "drop the middle": (
        sql("delete from events where position in (3, 4)"),
        3, "position 3: it is gone, and its link is not; it came after position 2, plant oak,",
    ),
    "drop the middle with its links": (
        sql("delete from events where position in (3, 4)",
            "delete from links where number in (3, 4)",
            "delete from outputs where position in (3, 4)"),
        3, "it is gone with its link, and all up to entry 4; it came after position 2, plant",
    ),
    "drop the middle and close the gap": (renumbered, 4, "plant elm, event 1: the event, its link"),
    "reorder": (
        sql("update events set position = 100 where position = 3",
            "update events set position = 3 where position = 5",
            "update events set position = 5 where position = 100"),
        3, "position 3, plant elm, event 1: the event, its link or its place",
    ),
    "reorder links too": (
        sql("update links set number = 100 where number = 3",
            "update links set number = 3 where number = 5",
            "update links set number = 5 where number = 100"),
        3, "position 5, plant elm, event 1: the event, its link or its place",
    ),
    "recompute with no key": (recompute(b""), 0, "was not made with this key"),
    "recompute with a key of one's own": (recompute(b"x" * 32), 0, "was not made with this key"),
    "edit an output": (
        sql("update outputs set body = x'6f6b0a' where position = 3"),
        4, "position 4, plant oak, event 4: what it printed was changed",
    ),
    "an output that is text now": (
        sql("update outputs set body = 'leaf\n' where position = 3"), 4, "what it printed",
    ),
    "drop an output": (sql("delete from outputs where position = 4"), 4, "what it printed"),
    "another stream": (
        sql("update outputs set stream = 'stdout' where position = 4"), 4, "what it printed",
    ),
    "put an output at the end": (
        sql("insert into outputs (run, step, number, stream, body) values "
            "('oak', 's', 2, 'stdout', x'21')"),
        None, "run oak, step s: no event printed it",
    ),
    "put an output before all": (
        sql("insert into outputs values (-1, 'oak', 's', 2, 'stdout', x'21')"),
        0, "was changed after the chain began",
    ),
    "put an event in": (
        sql("insert into events (kind, id, seq, at, type, version, body) values "
            "('plant', 'oak', 5, '2026-11-21T03:00:00.000000+00:00', 'Grown', 1, '{\"by\":1}')"),
        None, "position 9, plant oak, event 5: it has no link",
    ),
    "put an event before all": (
        sql("insert into events values "
            "(-3, 'plant', 'ash', 1, '2026-11-21T03:00:00.000000+00:00', 'Grown', 1, '{}')"),
        0, "was changed after the chain began",
    ),
    "put an event in with a copied link": (
        sql("insert into events (kind, id, seq, at, type, version, body) values "
            "('plant', 'oak', 5, '2026-11-21T03:00:00.000000+00:00', 'Grown', 1, '{\"by\":1}')",
            "insert into links select 9, 9, outputs, printed, link from links where number = 8"),
        9, "position 9, plant oak, event 5: the event",
    ),
    "drop a link": (
        sql("delete from links where number = 4"),
        None, "position 4, plant oak, event 4: it has no link",
    ),
    "drop the last link": (
        sql("delete from links where number = 8"), None, "event 4: it has no link",
    ),
    "drop the beginning": (
        sql("delete from links where number = 0"), 0, "gone with its link; it came after the beg",
    ),
    "drop every link": (sql("delete from links"), 1, "it is gone, and all 8 entries that the head"),
    "edit a link": (
        sql("update links set link = 'é' where number = 4"), 4, "plant oak, event 4: the event",
    ),
    "edit what a link says of outputs": (
        sql("update links set printed = 'é', outputs = 'x' where number = 4"), 4, "event 4: the",
    ),
}  # fmt: skip


def first_line(kept: Kept, *also: Path) -> tuple[int | None, str]:
    faults = kept.verdict(*also).faults
    assert faults, "nothing was seen"
    return faults[0].number, f"{faults[0].entry}: {faults[0].what}"


def test_what_nobody_touched_is_intact(kept: Kept) -> None:
    verdict = kept.verdict()
    assert verdict.faults == ()
    assert verdict.notes == ()
    assert (verdict.chained, verdict.before, verdict.heads) == (EVENTS, 0, 1)
    assert kept.key.stat().st_mode & 0o777 == 0o600
    assert kept.key.read_text().strip() not in kept.head.read_text()


@pytest.mark.parametrize("name", ON_ROWS)
def test_an_attack_on_rows_is_seen_also_when_work_goes_on(name: str, kept: Kept) -> None:
    attack, number, said = ON_ROWS[name]
    with kept.sql() as connection:
        attack(connection)
    seen_number, seen = first_line(kept)
    assert said in seen
    assert seen_number == number
    with kept.opened() as journal:  # a writer never writes over the head that proves it
        grow(journal, "yew", range(1, 4))
    assert kept.verdict().faults


def test_the_tail_and_the_head_file_dropped(kept: Kept) -> None:
    with kept.sql() as connection:
        ON_ROWS["drop the tail"][0](connection)
    kept.head.unlink()
    assert "audit.head is missing" in first_line(kept)[1]
    with kept.opened() as journal:
        grow(journal, "yew", range(1, 6))
        assert journal.chain is not None
        assert any("audit.head is missing" in said for said in journal.chain.troubles)
    assert "audit.head is missing" in first_line(kept)[1]


@pytest.mark.parametrize("change", ["edit", "garble", "empty"])
def test_a_head_that_is_laid_hands_on(change: str, kept: Kept) -> None:
    with kept.sql() as connection:
        ON_ROWS["drop the last of all"][0](connection)
        link = connection.execute("select link from links where number = 7").fetchone()[0]
    said = {**json.loads(kept.head.read_text()), "count": 7, "link": link}
    text, seen = {
        "edit": (json.dumps(said), "was not made with this key"),
        "garble": ("[]", "is no head"),
        "empty": ("", "is no head"),
    }[change]
    kept.head.write_text(text)
    assert seen in first_line(kept)[1]


def test_an_older_copy_of_the_database(kept: Kept) -> None:
    older = kept.database.read_bytes()
    with kept.opened() as journal:
        grow(journal, "yew", range(1, 3))
    kept.database.write_bytes(older)
    number, said = first_line(kept)
    assert number == EVENTS + 1
    assert "it is gone, and all up to entry 10: " in said
    with kept.opened() as journal:  # and it is not grown over
        grow(journal, "fir", range(1, 5))
    number, said = first_line(kept)
    assert (number, "its link is not the one that the head" in said) == (10, True)


def test_an_older_copy_of_database_and_head_is_seen_by_another_head_only(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    kept = filled(tmp_path / "state", tmp_path / "other-disk.head")
    older = kept.files()
    with kept.opened() as journal:
        grow(journal, "yew", range(1, 3))
    for path, content in older.items():
        path.write_bytes(content)
    assert "other-disk.head counts 10 entries, the journal has 8" in first_line(kept)[1]
    # Without it, nothing can be seen: the pair is a true one, of another day.
    alone = Kept(kept.folder)
    assert alone.verdict().faults == ()
    # A copy of a head that somebody put away tells it as well.
    assert "other-disk.head counts 10" in first_line(alone, tmp_path / "other-disk.head")[1]


def test_another_journal_in_its_place(kept: Kept, tmp_path: Path) -> None:
    (tmp_path / "forged").mkdir()
    forged = filled(tmp_path / "forged")
    shutil.copy(forged.database, kept.database)
    assert "was not made with this key" in first_line(kept)[1]
    kept.database.unlink()
    number, said = first_line(kept)
    assert number == 1
    assert "or it is another journal" in said


def test_everything_replaced_is_seen_by_another_head_only(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "forged").mkdir()
    kept = filled(tmp_path / "state", tmp_path / "other-disk.head")
    forged = filled(tmp_path / "forged")
    for path, content in forged.files().items():
        (kept.folder / path.name).write_bytes(content)
    assert Kept(kept.folder).verdict().faults == ()
    assert "other-disk.head was not made with this key" in first_line(kept)[1]


def test_a_missing_key_is_its_own_message_and_is_never_made_anew(kept: Kept) -> None:
    kept.key.unlink()
    with pytest.raises(Unkeyed, match=r"audit\.key is missing"):
        kept.verdict()
    assert not kept.key.exists()


def test_every_link_gone_and_the_head_too(kept: Kept) -> None:
    with kept.sql() as connection:
        connection.execute("delete from links")
    kept.head.unlink()
    assert "there is a key, and every link of the chain is gone" in first_line(kept)[1]
    with kept.opened() as journal:  # which begins a chain, and makes no head for it
        grow(journal, "yew", range(1, 3))
    assert "audit.head is missing" in first_line(kept)[1]


def test_every_link_gone_and_head_and_key_too(kept: Kept) -> None:
    """As if an older version had written it all: said as it is, and seen by another head."""
    copy = kept.folder / "copy.head"
    kept.head.rename(copy)
    with kept.sql() as connection:
        connection.execute("delete from links")
    kept.key.unlink()
    assert "this journal has no chain" in first_line(kept)[1]
    with kept.opened() as journal:
        grow(journal, "yew", range(1, 3))
    verdict = kept.verdict()
    assert (verdict.faults, verdict.chained, verdict.before) == ((), 2, EVENTS)
    assert "copy.head was not made with this key" in first_line(kept, copy)[1]


def test_a_link_is_what_the_documents_say(tmp_path: Path) -> None:
    """The formula once more, from its description only."""
    kept = filled(tmp_path)
    with kept.sql() as connection:
        link = connection.execute("select * from links where number = 2").fetchone()
        event = connection.execute("select * from events where position = 2").fetchone()
        (before,) = connection.execute("select link from links where number = 1").fetchone()
    wrote = b"".join(
        json.dumps(
            ["oak", "s", 2, stream, hashlib.sha256(body).hexdigest()], separators=(",", ":")
        ).encode() + b"\n"
        for stream, body in (("stdout", b"leaf\n"), ("stderr", b"\xff\x00"))
    )  # fmt: skip
    fields = ["steadyhand-link-1", before, 2, *event, 2, hashlib.sha256(wrote).hexdigest()]
    text = json.dumps(fields, separators=(",", ":")).encode()
    key = bytes.fromhex(kept.key.read_text())
    assert link[4] == hmac.new(key, text, "sha256").hexdigest()
    assert link[3] == digest([wrote])
