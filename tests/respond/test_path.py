"""From what a document says of severities, escalation and contacts to the path of one incident."""

from pathlib import Path
from typing import Any

import pytest

from steadyhand.app.runbooks import documents
from steadyhand.model.document.facts import (
    ContactPoint,
    EscalationLevel,
    EscalationPath,
    Facts,
    SeverityLevel,
)
from steadyhand.model.document.span import Span
from steadyhand.model.incident.conduct import Rung, TimeBox
from steadyhand.model.settings.on import On
from steadyhand.model.settings.reach import Contact, Person
from steadyhand.model.settings.responding import LevelSetting, Responding
from steadyhand.model.settings.whole import Settings
from steadyhand.respond.path import boxes, grade, levels
from steadyhand.respond.whom import everyone, recipients

HERE = Span("x.md", 1, 1)
P0 = SeverityLevel("P0", 900.0, "P0 critical", HERE, 0)
P2 = SeverityLevel("P2", 14400.0, "P2 medium", HERE, 2)
P3 = SeverityLevel("P3", None, "P3 low, next business day", HERE, 3)
SEVERITIES = (P0, P2, P3)
PATHS = (
    EscalationPath("P0", ("On-Call", "Manager", "CTO"), "On-Call → Manager → CTO", HERE),
    EscalationPath("P2", ("On-Call",), "On-Call", HERE),
)
TABLE = (
    EscalationLevel("L1", "On-call", "first", 0.0, HERE),
    EscalationLevel("L2", "Lead", "after 30 min", 1800.0, HERE),
)
CALLED = tuple(
    ContactPoint(role, "[Insert]", (), False, HERE)
    for role in ("AWS Support", "Escalation Manager", "Secondary On-Call", "Primary On-Call")
)


def path(facts: Facts, severity: str = "P0", **settings: Any) -> list[tuple[object, ...]]:
    row = next((one for one in facts.severities if one.name == severity), None)
    found = levels(facts, severity, row, "Page on-call", Responding(**settings))
    return [(one.name, one.contact, one.after_seconds, one.on) for one in found]


def test_a_path_is_one_contact_after_the_other_by_the_response_time_of_its_severity() -> None:
    facts = Facts(severities=SEVERITIES, paths=PATHS)
    assert path(facts) == [
        ("L1", "On-Call", 0.0, On.UNACKNOWLEDGED),
        ("L2", "Manager", 900.0, On.UNACKNOWLEDGED),
        ("L3", "CTO", 1800.0, On.UNACKNOWLEDGED),
    ]
    assert [one[1] for one in path(facts, "P2")] == ["On-Call"]
    assert [one[1] for one in path(facts, "")] == ["On-Call", "Manager", "CTO"]  # the first stated


def test_a_table_is_followed_until_it_is_resolved() -> None:
    assert path(Facts(escalation=TABLE)) == [
        ("L1", "On-call", 0.0, On.UNRESOLVED), ("L2", "Lead", 1800.0, On.UNRESOLVED),
    ]  # fmt: skip


def test_without_either_it_is_the_contacts_that_one_calls_in_the_order_one_does() -> None:
    facts = Facts(severities=SEVERITIES, contacts=CALLED)
    assert [one[1:3] for one in path(facts)] == [
        ("Primary On-Call", 0.0), ("Secondary On-Call", 900.0), ("Escalation Manager", 1800.0),
    ]  # fmt: skip


def test_without_anything_it_is_the_alarms_own_action() -> None:
    assert path(Facts()) == [("L1", "Page on-call", 0.0, On.UNRESOLVED)]


def test_the_settings_say_what_a_level_lacks() -> None:
    own = {"L2": LevelSetting("Director", 60.0, On.UNACKNOWLEDGED, ("Tell the board",))}
    found = levels(Facts(escalation=TABLE), "", None, "", Responding(levels=own))
    assert found[1] == Rung(
        "L2", "Director", "after 30 min", 60.0, On.UNACKNOWLEDGED, ("Tell the board",)
    )


def test_a_severity_is_found_by_name_by_word_and_by_the_settings() -> None:
    facts = Facts(severities=SEVERITIES)
    assert grade(facts, "p0", "X", "", Responding()) == ("P0", 0, P0)
    assert grade(facts, "CRITICAL", "X", "", Responding()) == ("P0", 0, P0)
    assert grade(facts, "", "X", "warning", Responding()) == ("P2", 2, P2)
    assert grade(facts, "P0", "Disk", "", Responding(severities={"di*": "P3"})) == ("P3", 3, P3)
    assert grade(Facts(), "CRITICAL", "X", "", Responding()) == ("CRITICAL", 0, None)
    assert grade(Facts(), "", "X", "", Responding()) == ("", None, None)


BOXED = """# Shop

## Incidents

### P0: All is down

**Symptoms:** nothing answers

#### Immediate Actions (First 5 minutes)

```bash
aws ecs describe-services --cluster c --services a
```

### P1: It is slow

**Symptoms:** it is slow

```bash
aws ecs list-tasks --cluster c
```

**Escalation Steps**:
1. **0-2 min**: Look
2. **2+ min**: Call
"""


def test_time_boxes_are_those_of_the_procedure(tmp_path: Path) -> None:
    """Of its timeline, and of a part whose heading says so."""
    (tmp_path / "shop.md").write_text(BOXED)
    runbook = documents.load(tmp_path / "shop.md").runbook
    down, slow = (boxes(runbook, one.id) for one in runbook.procedures)
    assert down == (TimeBox("Immediate Actions (First 5 minutes)", 0.0, 300.0),)
    assert slow == (TimeBox("Look", 0.0, 120.0), TimeBox("Call", 120.0, None))
    assert boxes(runbook, "") == ()


# --- whom ----------------------------------------------------------------------------------------

SETTINGS = Settings(
    people={
        "ada": Person(notices=("slack",)),
        "bob": Person(contact="Lead"),
        "cyd": Person(),
    },
    contacts={
        "Lead": Contact(notices=("mail",)),
        "Team": Contact(people=("ada", "bob", "cyd"), schedules=("primary",)),
        "Night": Contact(schedules=("primary",)),
        "Mute": Contact(notices=()),
    },
)


@pytest.mark.parametrize(
    ("contact", "on_call", "told", "why"),
    [
        ("Lead", "", [("", ("mail",))], ""),
        ("team", "ada", [("ada", ("slack",)), ("bob", ("mail",))], ""),
        ("Night", "bob", [("bob", ("mail",))], ""),
        ("Night", "", [], "nobody is on call by primary"),
        ("Night", "!", [], "nobody is on call by primary: its calendar is gone"),
        ("Night", "cyd", [], "cyd cannot be reached"),
        ("Night", "stranger", [], "stranger cannot be reached"),
        ("Mute", "", [], "Mute has no channel"),
        ("CTO", "", [], 'steadyhand.toml says nothing of [contacts."CTO"]'),
    ],
)
def test_who_a_contact_is(
    contact: str, on_call: str, told: list[tuple[str, tuple[str, ...]]], why: str
) -> None:
    now = ("", "its calendar is gone") if on_call == "!" else (on_call, "")
    found, said = recipients(SETTINGS, contact, lambda _: now)
    assert [(one.person, one.channels) for one in found] == told
    assert said == why


def test_everyone_is_everyone_who_can_be_reached() -> None:
    assert {one.name for one in everyone(SETTINGS)} == {"ada", "bob", "Lead"}
    assert [one.channels for one in everyone(Settings())] == [("terminal",)]


# --- the five documents --------------------------------------------------------------------------

STATED = {
    "arbor-energy.md": {"P1": ["On-Call Engineer"], "P4": ["On-Call Engineer"]},
    "conflicto.md": {"": ["Repository owner", "Technical lead", "Management escalation"]},
    "contractorlens.md": {"P0": ["Primary On-Call", "Secondary On-Call", "Escalation Manager"]},
    "revenue-context.md": {
        "P0": ["On-Call", "Engineering Manager", "CTO"],
        "P1": ["On-Call", "Engineering Manager"],
        "P2": ["On-Call Engineer"],
        "P3": ["Ticket queue"],
    },
    "sleek-coach.md": {"": ["On-call engineer", "Engineering lead", "CTO / Founder"]},
}


@pytest.mark.seeds
@pytest.mark.parametrize("name", STATED)
def test_the_paths_of_the_five_documents(seed_folder: Path, name: str) -> None:
    facts = documents.load(seed_folder / name).runbook.facts
    for severity, contacts in STATED[name].items():
        _, _, row = grade(facts, severity, "", "", Responding())
        found = levels(facts, severity, row, "", Responding())
        assert [rung.contact for rung in found] == contacts
