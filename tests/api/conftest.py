"""The API over a real journal, on a real socket; nothing is driven but what a test drives."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import httpx
import pytest

from steadyhand.api.listen import Listening, listen
from steadyhand.app.serving import access
from steadyhand.app.serving.service import Service, Wanted, desks
from steadyhand.model.alarm import AlarmState, AlarmTurned, Condition
from steadyhand.model.incident.conduct import Rung
from steadyhand.model.incident.events import IncidentOpened
from steadyhand.model.incident.notice import Notice
from steadyhand.model.key import alarm_key
from tests.run.town.place import Place

DOCUMENT = """# Shop

## Roll back

```bash
# Put the one before back
aws ecs update-service --cluster shop --service shop-api --task-definition "shop-api:10"
```

## Alarms

| Alarm | Threshold | Action |
|-------|-----------|--------|
| Secret Queue | > 100 for 5 min | Page on-call |
| Unbound One | > 5% for 5 min | Notify team |
"""

SETTINGS = """target = "lab"

[alarms."Secret Queue"]
namespace = "Shop"
metric = "Depth"

[status]
name = "The shop"
components = { Checkout = ["Secret Queue"], Search = [] }
"""


@dataclass
class Api:
    """The service that is asked, and how it is asked."""

    service: Service
    place: Place
    http: Listening
    said: list[str]

    def token(self, *scopes: str, person: str = "ada", heartbeat: str = "") -> str:
        return access.create_token(self.service.control, person, scopes, 1, heartbeat)[0]

    def client(self, *scopes: str, person: str = "ada") -> httpx.Client:
        headers = {"authorization": f"Bearer {self.token(*scopes, person=person)}"}
        return httpx.Client(base_url=self.http.address, headers=headers if scopes else {})

    def incident(self, key: str = "one", severity: str = "P2") -> str:
        """Open an incident, as an alarm's turn would."""
        control = self.service.control
        now = control.clock.now()
        turned = control.engine.turn("alarm", alarm_key("shop", "Secret Queue"))
        if turned.state is None:
            turned.append(AlarmTurned("Secret Queue", AlarmState.ALARM, "150", (150.0,), now))
        control.engine.turn("incident", key).append(_opened(now, severity))
        return key


def _opened(now: datetime, severity: str) -> IncidentOpened:
    return IncidentOpened(
        at=now, onset=now, alarm="Secret Queue", rule="> 100", reason="150",
        condition=Condition(">", 100, 1, 1), period_seconds=60, verify_seconds=60,
        levels=(Rung("L1", "On-call", "at once", 0.0),), system="shop", runbook="shop.md",
        target="lab", factor=1.0, severity=severity,
    )  # fmt: skip


Make = Callable[[str], Api]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """Make an API over one document with these settings."""
    made: list[Api] = []

    def one(settings: str) -> Api:
        place = Place.open(tmp_path)
        (tmp_path / "shop.md").write_text(DOCUMENT)
        (tmp_path / "steadyhand.toml").write_text(settings)
        found, _left = desks(place.control, Wanted([tmp_path / "shop.md"]))
        said: list[str] = []
        service = Service(place.control, found, said.append, _nobody)
        made.append(Api(service, place, listen(service, "127.0.0.1", 0), said))
        return made[-1]

    yield one
    for api in made:
        api.service.end()
        api.http.close()
        api.service.close()
        api.place.control.close()


def _nobody(_notice: Notice) -> None:
    raise AssertionError("nothing is delivered here")


@pytest.fixture
def api(make: Make) -> Api:
    return make(SETTINGS)
