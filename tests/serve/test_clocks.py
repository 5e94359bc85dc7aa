"""Every clock of an incident through a running service: what nobody plans and nobody types."""

import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from steadyhand.model.alarm import AlarmState
from tests.serve.place import FACTOR, Place, until

pytestmark = [pytest.mark.soak, pytest.mark.timeout(120)]

# By the factor 15 minutes are 1.5 seconds.
DOCUMENT = """# Shop Operations Runbook

## Severity

| Level | Description | Response Time |
|-------|-------------|---------------|
| P1 | Critical: all is down | 15 minutes |
| P4 | Low: can wait | Next business day |

## Incidents

### CPU is high

**Symptoms:** CPU is high

```bash
aws ecs describe-services --cluster c --services shop-api
```

**Escalation Steps**:
1. **0-5 min**: Look at the board
2. **5-10 min**: Tell support

## Alarms

| Alarm | Threshold | Action |
|-------|-----------|--------|
| High CPU | > 100 for 5 min | Page on-call |
| Low Disk | > 100 for 5 min | Page on-call |

## Contacts & Escalation

### Escalation Path

| Level | Contact | When |
|-------|---------|------|
| L1 | On-call engineer | At once, for every page |
| L2 | Engineering lead | Unresolved after 40 min |
"""

# The business day of this team has been yesterday for everybody: it never opens again in this test.
SETTINGS = """
[respond.severities]
"High CPU" = "P1"
"Low Disk" = "P4"

[people.ada]
notices = ["webhook"]
webhook = "{hook}/ada"

[schedules.primary]
zone = "UTC"
[[schedules.primary.rotations]]
people = ["ada"]
starts = 2026-01-01
days = "mon"
hours = "00:00-00:01"

[contacts.Pager]
schedules = ["primary"]
"""


def typed(place: Place, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "steadyhand", "--state", str(place.state), *words],
        env=place.environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True,
        cwd=place.folder, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def incident(place: Place, alarm: str) -> str:
    found = place.control.engine.states(
        "incident", [key for key, _ in place.control.journal.keys("incident")]
    )
    return next((key for key, one in found if one.opened.alarm == alarm), "")


def events(place: Place, alarm: str) -> list[str]:
    key = incident(place, alarm)
    return [type(one.event).__name__ for one in place.control.journal.read("incident", key)]


def test_every_clock_brings_its_event_and_a_person_is_told(place: Place) -> None:
    document: Path = place.write("shop", ["High CPU", "Low Disk"])
    document.write_text(DOCUMENT)
    settings = document.with_name("steadyhand.toml")
    text = settings.read_text().replace("repeat_seconds = 36000000", "repeat_seconds = 900")
    text = text.replace("update_seconds = 36000000", "update_seconds = 1500")
    settings.write_text(text + SETTINGS.format(hook=f"{place.receiver.address}/hook"))
    place.serve()
    place.turn("High CPU", AlarmState.ALARM)
    place.turn("Low Disk", AlarmState.ALARM)
    until(lambda: place.receiver.pages("High CPU"), what=place.said())

    def came(*names: str) -> None:
        until(lambda: set(names) <= set(events(place, "High CPU")), 30, place.said())

    came("TaskAdded", "ResponseAtRisk", "ResponseBreached", "PagedAgain", "UpdateDue")
    came("TaskOverdue", "Escalated")  # unresolved, after 40 minutes
    key = incident(place, "High CPU")
    typed(place, "incidents", "ack", key)
    came("AcknowledgementExpired")
    assert 1800 / FACTOR < 10
    typed(place, "incidents", "page", key, "--everyone", "--reason", "fire in the hall",
          "--runbook", str(document))  # fmt: skip
    came("EveryonePaged")

    def said(words: str) -> bool:
        return any(words in str(one["body"]) for _, one in place.receiver.got)

    for words in ("a response was due", "news", "is overdue", "it is not resolved", "fire in the"):
        until(partial(said, words), 20, f"{words}: {place.said()}")
    # Of what waits for the next business day nobody was told, and somebody will be.
    assert place.receiver.pages("Low Disk") == []
    low = place.control.engine.turn("incident", incident(place, "Low Disk")).state
    assert low.opened.pages_from is not None
    until(lambda: "nobody is on call by primary" in place.said(), 20, place.said())
    time.sleep(0.1)
    assert "Traceback" not in place.said()
