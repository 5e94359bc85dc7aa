"""A restart of a database that was accepted, and came to nothing: no good end."""

import pytest

from tests.run.town import killed
from tests.run.town.place import Place
from tests.run.town.world import Trouble

DOCUMENT = """\
# Town

## Restart the database

```bash
aws rds reboot-db-instance --db-instance-identifier town-db
```
"""


@pytest.mark.parametrize(("ignored", "outcome"), [((), "completed"), ((1,), "unverified")])
def test_a_restart_is_seen_or_the_run_does_not_end_well(
    ignored: tuple[int, ...], outcome: str
) -> None:
    with killed.folder() as where:
        place = Place.open(where, Trouble(ignore=frozenset(ignored)))
        try:
            key = place.begin(DOCUMENT)
            assert place.to_the_end(key) == outcome
            if ignored:
                assert "no restart is among the events" in place.run(key).detail
        finally:
            place.close()
