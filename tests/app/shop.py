"""A control plane that responds from a document, with a clock that is moved and a real journal.

Tests turn its alarms, and drive what is due; nothing runs by itself, and no metric is read.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from steadyhand.app.control import Control
from steadyhand.app.runbooks import documents
from steadyhand.app.serving.operate import Operator
from steadyhand.app.watching.desk import Desk
from steadyhand.main import build
from steadyhand.model.alarm import Alarm, AlarmState, AlarmTurned
from steadyhand.model.incident.notice import Notice
from steadyhand.model.incident.state import Incident
from steadyhand.model.key import alarm_key
from steadyhand.model.oncall.roster import CalendarImported
from steadyhand.model.run.target import Target
from steadyhand.store import outbox

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)  # a Monday

DOCUMENT = """# Shop Runbook

## Alarms

| Alarm | Threshold | Action |
|-------|-----------|--------|
| API 5xx Rate | > 5% for 5 min | Page on-call |
| API Latency | > 2s for 5 min | Page on-call |
| RDS Connections | > 80% for 5 min | Page on-call |
| Disk | > 90% for 5 min | Page on-call |

## Dependencies

| Service | Purpose | Health Check |
|---------|---------|--------------|
| RDS PostgreSQL | Primary database | Connection test |

## Maintenance

**Maintenance window**: Sundays 2:00 AM - 4:00 AM UTC

## Severity

| Level | Description | Response Time |
|-------|-------------|---------------|
| P1 | Critical: all is down | 15 minutes |
| P3 | Low | Next business day |

## Escalation Path

| Level | Contact | When |
|-------|---------|------|
| L1 | On-call engineer | First response |
| L2 | Engineering lead | L1 can't resolve in 30 min |
"""

ALARM = """
[alarms."{name}"]
namespace = "Shop"
metric = "M"
"""

SETTINGS = "".join(
    ALARM.format(name=name) for name in ("API 5xx Rate", "API Latency", "RDS Connections", "Disk")
)

PEOPLE = """
[people.ada]
notices = ["terminal", "webhook"]
webhook = "http://127.0.0.1:9/ada"

[people.bob]
notices = ["terminal"]

[schedules.primary]
zone = "Europe/Berlin"

[[schedules.primary.rotations]]
people = ["ada", "bob"]
starts = 2026-05-04
length = "daily"

[contacts."On-call engineer"]
schedules = ["primary"]

[contacts."Engineering lead"]
people = ["bob"]
"""


@dataclass
class Moved:
    """A clock that a test moves."""

    at: datetime = NOON

    def now(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@dataclass
class Shop:
    """One document, operated by hand. `more` is added to the settings."""

    folder: Path
    more: str = PEOPLE
    document: str = DOCUMENT
    settings: str = SETTINGS
    clock: Moved = field(default_factory=Moved)
    said: list[Notice] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.file = self.folder / "shop.md"
        self.file.write_text(self.document)
        (self.folder / "steadyhand.toml").write_text(self.settings + self.more)
        self.start()

    def start(self) -> None:
        """Start, as a program does; on what is there already."""
        self.control: Control = build(self.folder / "state")
        self.control.clock = self.clock
        self.control.engine.clock = self.clock
        self.loaded = documents.load(self.file)
        target = Target("lab", "us-east-1", "", "http://127.0.0.1:9")
        self.desk = Desk(self.control, self.loaded, target, "shop")
        self.operator = Operator(self.control, [self.desk], self.said.append)

    def restart(self) -> None:
        self.close()
        self.start()

    def turn(self, alarm: str, state: AlarmState = AlarmState.ALARM) -> None:
        """Turn an alarm, and drive what that brings about."""
        event = AlarmTurned(alarm, state, "5 of 5", (9.0,) * 5, self.clock.at)
        self.control.engine.turn("alarm", alarm_key("shop", alarm)).append(event)
        self.drive()

    def keep_calendar(self, text: str) -> None:
        """Keep a calendar of the schedule `primary` unread, as an older version did."""
        kept = CalendarImported(text, "x.ics", "ada", self.clock.at)
        self.control.engine.turn("schedule", "primary").append(kept)

    def drive(self) -> None:
        """Do everything that is due now."""
        for key, _ in self.control.journal.keys("alarm"):
            self.control.engine.drive("alarm", key)
        for key in self.incidents():
            if not self.incident(key).review:
                self.control.engine.drive("incident", key)

    def after(self, minutes: float) -> None:
        """Let time pass, a minute at a time, and do what is due at each."""
        end = self.clock.at + timedelta(minutes=minutes)
        while self.clock.at < end:
            self.clock.at = min(end, self.clock.at + timedelta(minutes=1))
            self.drive()

    def alarm(self, name: str) -> Alarm:
        alarm: Alarm = self.control.engine.turn("alarm", alarm_key("shop", name)).state
        return alarm

    def incidents(self) -> list[str]:
        return [key for key, _ in self.control.journal.keys("incident")]

    def incident(self, key: str = "") -> Incident:
        incident: Incident = self.control.engine.turn("incident", key or self.incidents()[0]).state
        return incident

    def told(self, kind: str = "page", key: str = "") -> list[tuple[str, str, str]]:
        """List what was wanted said: level, to whom, by which channel."""
        found = outbox.of(self.control.journal.database, key or self.incidents()[0])
        return [
            (one.notice.level, one.notice.person or one.notice.contact, one.notice.channel)
            for one in found
            if one.notice.kind == kind
        ]

    def events(self, key: str = "") -> list[str]:
        recorded = self.control.journal.read("incident", key or self.incidents()[0])
        return [type(one.event).__name__ for one in recorded]

    def close(self) -> None:
        self.desk.lease.release()
        self.control.close()
