"""A run that is driven from here and ended by another process: nothing of it stays open here."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from steadyhand.app.runbooks import documents
from steadyhand.app.running import runs
from steadyhand.app.serving.operate import Operator
from steadyhand.app.targets import resolve
from steadyhand.app.watching.desk import Desk
from steadyhand.model.run.events import Outcome, RunEnded
from tests.app.serving.test_much import opened
from tests.run.town.place import SETTINGS, Place
from tests.serve.place import until

DOCUMENT = """# Shop

## Work

```bash
# Look at it
aws ssm get-parameter --name /town/p
# Put it
aws ssm put-parameter --overwrite --name /town/p --value v1
```

## Alarms

| Alarm | Threshold | Action |
|-------|-----------|--------|
| Queue | > 100 for 5 min | Page on-call |
"""

BOUND = '\n[alarms.Queue]\nnamespace = "Shop"\nmetric = "Depth"\n'


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    one = Place.open(tmp_path)
    yield one
    one.close()


def shells(place: Place, key: str) -> list[str]:
    """List the processes that work in a run's directory."""
    folder = place.folder / "state" / "runs" / key
    found = []
    for one in Path("/proc").glob("[0-9]*/cwd"):
        try:
            if one.readlink().is_relative_to(folder):
                found.append(one.parent.name)
        except OSError:
            continue
    return found


def test_its_session_is_closed_and_its_world_let_go(place: Place) -> None:
    place.control.engine.turn("incident", "i1").append(opened(1))
    key = place.begin(DOCUMENT, settings=SETTINGS + BOUND, incident="i1")
    loaded = documents.load(place.folder / "town.md")
    desk = Desk(place.control, loaded, resolve("lab", place.control.lab_file), "shop")
    said: list[object] = []
    forgotten: list[str] = []
    forget = place.control.performer.forget

    def forgets(run: str) -> None:
        forgotten.append(run)
        forget(run)

    place.control.performer.forget = forgets
    operator = Operator(place.control, [desk], said.append, trouble=said.append)
    operator.start()
    try:
        until(lambda: place.run(key).question is not None and shells(place, key), what=str(said))
        other = place.again()
        runs.append(other.control, key, RunEnded(Outcome.REFUSED, "not now"))
        other.close()
        until(lambda: not shells(place, key) and forgotten == [key], what=str(said))
    finally:
        operator.stop(0)
