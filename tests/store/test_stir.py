"""Whether a database was written to: no is only said where nothing was."""

from pathlib import Path

from sqlalchemy import Engine, insert

from steadyhand.store.schema import events, open_store, writing
from steadyhand.store.stir import Stir


def write(engine: Engine, seq: int) -> None:
    row = {"kind": "run", "id": "a", "seq": seq, "at": "", "type": "", "version": 1, "body": ""}
    with writing(engine) as connection, connection.begin():
        connection.execute(insert(events), [row])


def test_what_is_written_is_felt_once(engine: Engine) -> None:
    stir = Stir(engine)
    assert stir.felt()  # nothing is known yet
    write(engine, 1)
    assert stir.felt()
    if engine.dialect.name == "sqlite":
        assert not stir.felt()
        write(engine, 2)
        write(engine, 3)
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
    broken = stir._connection.driver_connection
    assert broken is not None
    broken.close()
    assert stir.felt()
    write(other, 2)
    assert stir.felt()
    mine.dispose()
    other.dispose()
