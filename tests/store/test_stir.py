"""Whether a database was written to: no is only said where nothing was."""

from pathlib import Path

from steadyhand.store.database import Database
from steadyhand.store.schema import open_store
from steadyhand.store.stir import Stir
from tests.rows import put


def write(database: Database, seq: int) -> None:
    row = {"kind": "run", "id": "a", "seq": seq, "at": "", "type": "", "version": 1, "body": ""}
    put(database, "events", [row])


def test_what_is_written_is_felt_once(database: Database) -> None:
    stir = Stir(database)
    assert stir.felt()  # nothing is known yet
    write(database, 1)
    assert stir.felt()
    if database.kind == "sqlite":
        assert not stir.felt()
        write(database, 2)
        write(database, 3)
        assert stir.felt()
        assert not stir.felt()
    else:
        assert stir.felt()  # nothing counts there: whoever wants to know has to look


def test_what_another_process_writes_is_felt_and_a_lost_connection_is_no_silence(
    tmp_path: Path,
) -> None:
    mine, other = (open_store(f"sqlite:///{tmp_path / 'journal.db'}") for _ in range(2))
    stir = Stir(mine)
    assert (stir.felt(), stir.felt()) == (True, False)
    write(other, 1)
    assert (stir.felt(), stir.felt()) == (True, False)
    assert stir._connection is not None
    stir._connection.close()
    assert stir.felt()
    write(other, 2)
    assert stir.felt()
    mine.close()
    other.close()
