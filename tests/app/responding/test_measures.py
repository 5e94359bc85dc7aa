"""What an alarm's action asks for beyond telling people: capacity, and a security alert.

The town is the account behind the door; journal, gate, bash and policy are the program's own.
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from steadyhand.app import audit
from steadyhand.app.problem import Problem
from steadyhand.app.responding import incident_list, incidents
from steadyhand.app.running import runs
from steadyhand.app.targets import resolve
from steadyhand.model.alarm import Deed
from steadyhand.model.incident.events import EvidenceKept, RemedyChosen
from steadyhand.model.run.events import Outcome
from steadyhand.model.run.state import Run
from steadyhand.world.door import Call, Sink, Stream, World
from tests.app.shop import Shop
from tests.rows import change
from tests.run.town.account import Account
from tests.run.town.place import contract
from tests.run.town.world import Town

DOCUMENT = """# Shop Runbook

## Incidents

### 1. High Load

**Symptoms:** CPU load of the containers is high

**Investigation:**

```bash
aws ecs describe-services --cluster c --services town-api
```

**Scale Service:**

```bash
aws ecs update-service --cluster c --service town-api --desired-count 4
```

## Alarms

| Alarm | Threshold | Action |
|-------|-----------|--------|
| ECS CPU | > 85% for 10 min | Auto-scale |
| Kafka Lag | > 1000 for 5 min | Auto-scale |
| Failed Login Rate | > 100/min | Security alert |

## Logs

| Log Type | Location |
|----------|----------|
| API | CloudWatch Logs, group `/ecs/town` |

## Disaster Recovery

### Full Recovery

```bash
aws secretsmanager put-secret-value --secret-id town/t --secret-string x
```

## Security Procedures

### Incident Response

1. **Identify** - Who is it?
2. **Contain** - Lock the door

### Rotate Database Password

```bash
aws secretsmanager put-secret-value --secret-id town/s --secret-string x
```

## Escalation Path

| Level | Contact | When |
|-------|---------|------|
| L1 | On-call engineer | First response |
| L2 | Engineering lead | L1 can't resolve in 30 min |
"""

SETTINGS = """
[alarms."ECS CPU"]
namespace = "AWS/ECS"
metric = "CPUUtilization"
service = {{ cluster = "c", name = "town-api" }}

[alarms."Kafka Lag"]
namespace = "Shop"
metric = "Lag"

[alarms."Failed Login Rate"]
namespace = "Shop"
metric = "FailedLogins"

[people.ada]
notices = ["terminal"]

[contacts."On-call engineer"]
people = ["ada"]

[contacts."Engineering lead"]
people = ["ada"]

[policy]
claimed_names = true
{policy}
"""

LINES = {"events": [{"message": "login of root failed", "logStreamName": "api/1"}]}
PATTERN = 'unattended = ["aws ecs update-service * --service town-api --desired-count 4"]'


@dataclass
class WithLogs:
    """The account's logs; everything else goes on to the town."""

    inner: World

    def send(self, call: Call, sink: Sink, stdin: int | None = None) -> int:
        if call.argv[1:3] != ("logs", "filter-log-events"):
            return self.inner.send(call, sink, stdin)
        sink(Stream.OUT, json.dumps(LINES).encode())
        return 0

    def close(self) -> None:
        self.inner.close()


@dataclass
class Works:
    shop: Shop
    account: Account
    values: float = 10.0  # what the alarm's metric shows from now on

    def drive(self) -> None:
        """Do what is due, runs as well, as the operator's loops do."""
        control = self.shop.control
        for _ in range(4):
            self.shop.drive()
            for key, _at in control.journal.keys("run"):
                if runs.state(control, key).outcome is None:
                    control.engine.drive("run", key)

    def periods(
        self, _world: World, _alarm: str, since: datetime, until: datetime
    ) -> tuple[datetime, tuple[float | None, ...]]:
        minutes = int((until - since) / timedelta(minutes=1))
        return until, (self.values,) * minutes

    def run(self, suffix: str) -> Run:
        return runs.state(self.shop.control, self.shop.incidents()[0] + suffix)

    @property
    def desired(self) -> int:
        desired: int = self.account.state["services"]["town-api"]["desired"]
        return desired


@contextmanager
def works(folder: Path, policy: str = "", document: str = DOCUMENT) -> Iterator[Works]:
    contract(folder / "state" / "lab" / "lab.json")
    shop = Shop(folder, SETTINGS.format(policy=policy), document, settings="")
    account = Account.open(folder)
    control = shop.control
    inner, reading = control.performer.world_of, control.reading_world
    control.performer.world_of = lambda run: Town(account, inner(run))
    control.reading_world = lambda target: WithLogs(Town(account, reading(target)))
    made = Works(shop, account)
    shop.desk.responder.periods = made.periods
    shop.desk.responder.target = resolve("lab", control.lab_file)
    yield made
    for key, _ in control.journal.keys("run"):
        control.performer.close(key)
    shop.close()


# --- capacity -------------------------------------------------------------------------------------


def test_capacity_waits_for_an_approval(tmp_path: Path) -> None:
    with works(tmp_path) as one:
        one.shop.turn("ECS CPU")
        one.drive()
        assert one.shop.told()[0] == ("L1", "ada", "terminal")
        run = one.run("-remedy")
        assert run.question is not None
        assert [step.step.text.split()[2] for step in run.plan.steps] == ["update-service"]
        assert one.desired == 2
        chosen = next(
            r.event
            for r in incident_list.timeline(one.shop.control, one.shop.incidents()[0])
            if isinstance(r.event, RemedyChosen)
        )
        assert (chosen.by, chosen.section) == ("", "Scale Service")
        assert "“Auto-scale”, as the document does it" in chosen.why
        runs.approve(one.shop.control, one.shop.incidents()[0] + "-remedy", "ada", claimed=True)
        one.drive()
        assert one.desired == 4
        assert one.shop.incident().mitigated is not None
        one.shop.clock.sleep(700)
        one.drive()
        assert one.shop.incident().review


def test_capacity_is_given_by_itself_where_the_policy_allows_that_very_command(
    tmp_path: Path,
) -> None:
    with works(tmp_path, PATTERN) as one:
        one.shop.turn("ECS CPU")
        one.drive()
        assert one.desired == 4
        assert one.run("-remedy").outcome is Outcome.COMPLETED
        assert one.account.changes == ["update-service town-api"]


@pytest.mark.parametrize(
    "policy",
    [
        'unattended = ["aws ecs update-service * --desired-count 5"]',
        PATTERN + '\nprotected = ["town-*"]',
    ],
)
def test_another_command_or_what_is_protected_is_put_to_people(tmp_path: Path, policy: str) -> None:
    with works(tmp_path, policy) as one:
        one.shop.turn("ECS CPU")
        one.drive()
        assert one.run("-remedy").question is not None
        assert one.desired == 2


def test_capacity_that_does_not_help_goes_to_the_next_level(tmp_path: Path) -> None:
    with works(tmp_path, PATTERN) as one:
        one.values = 99.0
        one.shop.turn("ECS CPU")
        one.drive()
        for _ in range(8):
            one.shop.clock.sleep(225)
            one.drive()
        assert "RecoveryMissed" in one.shop.events()
        assert "Escalated" in one.shop.events()
        assert one.shop.incident().open


@pytest.mark.parametrize(("count", "why"), [(1, "desired count 2 → 1"), (2, "it is so already")])
def test_what_gives_less_or_the_same_is_left_to_a_person(
    tmp_path: Path, count: int, why: str
) -> None:
    document = DOCUMENT.replace("--desired-count 4", f"--desired-count {count}")
    with works(tmp_path, 'unattended = ["aws *"]', document) as one:
        one.shop.turn("ECS CPU")
        one.drive()
        assert one.desired == 2
        assert one.account.deeds == []
        needed = one.shop.incident().needs_person
        assert needed.endswith(f"may not give more: {why}"), needed


def test_no_step_that_gives_more_of_it_is_said(tmp_path: Path) -> None:
    with works(tmp_path) as one:
        one.shop.turn("Kafka Lag")
        one.drive()
        measure = one.shop.incident().opened.measure
        assert measure is not None
        assert measure.steps == ()
        assert "no step of the document does that for Kafka Lag" in one.shop.incident().needs_person


# --- a security alert -----------------------------------------------------------------------------


def test_evidence_is_kept_and_nothing_is_frozen(tmp_path: Path) -> None:
    policy = 'unattended = ["aws *"]\nchange = { count = 0, starter_may = true }'
    with works(tmp_path, policy) as one:
        one.shop.turn("Failed Login Rate")
        one.drive()
        incident, (key,) = one.shop.incident(), one.shop.incidents()
        assert incident.opened.measure is not None
        assert incident.opened.measure.deed is Deed.SECURITY
        assert incident.opened.title == "Incident Response"
        assert [task.text for task in incident.tasks.values()] == [
            "Identify - Who is it?", "Contain - Lock the door",
        ]  # fmt: skip
        kept = next(
            r.event
            for r in incident_list.timeline(one.shop.control, key)
            if isinstance(r.event, EvidenceKept)
        )
        log, trail = kept.items
        assert json.loads(incident_list.evidence(one.shop.control, key, 1)) == LINES
        text = incident_list.evidence(one.shop.control, key, 1)
        assert (log.what, log.size) == ("log /ecs/town", len(text))
        assert log.sha256 == hashlib.sha256(text).hexdigest()
        assert "InvalidAction" in trail.why  # the town has no trail, and that is said
        with pytest.raises(Problem, match="was not read"):
            incident_list.evidence(one.shop.control, key, 2)
        assert "access is frozen by a person alone" in incident.needs_person
        assert "Full Recovery" not in incident.needs_person  # that is for something else
        assert one.account.deeds == []
        assert one.shop.told()[0] == ("L1", "ada", "terminal")


def test_access_is_frozen_by_approval_whatever_the_policy_allows(tmp_path: Path) -> None:
    policy = 'unattended = ["aws *"]\nchange = { count = 0, starter_may = true }'
    with works(tmp_path, policy) as one:
        one.shop.turn("Failed Login Rate")
        one.drive()
        (key,) = one.shop.incidents()
        with pytest.raises(Problem, match="“Rotate Database Password”"):
            incidents.choose_remedy(one.shop.control, key, "Nothing", "ada")
        incidents.choose_remedy(one.shop.control, key, "rotate database password", "ada")
        one.drive()
        assert one.run("-remedy").question is not None
        assert one.account.deeds == []
        runs.approve(one.shop.control, f"{key}-remedy", "ada", claimed=True)
        one.drive()
        assert one.account.changes == ["put-secret-value town/s"]


def test_evidence_that_was_changed_is_seen(tmp_path: Path) -> None:
    with works(tmp_path) as one:
        one.shop.turn("Failed Login Rate")
        one.drive()
        control = one.shop.control
        assert not audit.verify(control).faults
        change(control.journal.database, "UPDATE outputs SET body = x'00' WHERE step = 'evidence'")
        assert audit.verify(control).faults
