"""Which step of a document gives more of what an alarm is about, and which only looks like it."""

import pytest

from steadyhand.compile import compile_runbook, parse
from steadyhand.model.alarm import Deed
from steadyhand.model.document.runbook import Runbook, Step
from steadyhand.model.run.plan import Change, PlannedStep
from steadyhand.model.settings.policy import ApprovalsNeeded
from steadyhand.respond.measures import falls_short, measure

DOCUMENT = """# Shop

## Capacity

**{section}:**

```bash
# {title}
{command}
```

## Alarms

| Alarm | Threshold | Action |
|-------|-----------|--------|
| Database CPU | > 85% for 10 min | Auto-scale |
| Instance CPU | > 85% for 10 min | Auto-scale |
| Redis CPU | > 85% for 10 min | Auto-scale |
"""
CLASS = "aws rds modify-db-instance --db-instance-identifier d --db-instance-class db.r6g.large"
GROUP = "aws autoscaling set-desired-capacity --auto-scaling-group-name g --desired-capacity 4"
REPLICAS = (
    "aws elasticache increase-replica-count --replication-group-id r --new-replica-count 3 "
    "--apply-immediately"
)


def compiled(command: str, section: str = "Scaling", title: str = "Change it") -> Runbook:
    text = DOCUMENT.format(section=section, title=title, command=command)
    return compile_runbook(parse("shop.md", text))[0]


def chosen(runbook: Runbook, alarm: str) -> tuple[str, ...]:
    rule = next(one for one in runbook.facts.alarms if one.name == alarm)
    found = measure(rule, None, runbook)
    assert found is not None
    assert found.deed is Deed.SCALE
    return found.steps


def step(command: str, section: str = "Scaling") -> Step:
    return compiled(command, section).procedures[0].steps[0]


@pytest.mark.parametrize(
    ("section", "title", "more"),
    [
        ("Scaling", "Change the class", False),
        ("Scale up", "Change the class", True),
        ("Scaling", "Scale the database up", True),
        ("Scaling", "Move to a larger class", True),
        ("Capacity", "Increase the class", True),
        ("Capacity", "Raise the class", True),
        ("Address", "Change the class", False),
        ("More or less", "Change the class", False),
        ("Scale down", "Raise no questions", False),
    ],
)
def test_a_class_gives_more_where_the_words_say_so(section: str, title: str, more: bool) -> None:
    assert bool(chosen(compiled(CLASS, section, title), "Database CPU")) is more


def test_a_number_is_held_against_the_one_that_is_there() -> None:
    assert chosen(compiled(GROUP), "Instance CPU")
    assert not chosen(compiled(GROUP.replace("4", "0")), "Instance CPU")
    assert not chosen(compiled(GROUP.replace("4", '"$BEFORE"')), "Instance CPU")


@pytest.mark.parametrize(
    ("one", "resource", "changes", "why"),
    [
        (step(GROUP), "g", (Change("desired", "9", "10"),), ""),
        (step(GROUP), "g", (Change("desired", "10", "9"),), "desired 10 → 9"),
        (step(GROUP, "Scale out"), "g", (Change("desired", "10", "9"),), "desired 10 → 9"),
        (step(GROUP, "Scale out"), "g", (), "it is so already"),
        (step(GROUP), "g", (Change("desired", "unknown", "9"),), "desired unknown → 9"),
        (step(GROUP, "Scale out"), "g", (Change("desired", "unknown", "9"),), ""),
        (step(GROUP), "", (), "what is there is not known"),
        (step(GROUP, "Scale out"), "", (), ""),
        (step(REPLICAS), "", (), ""),
        (step(CLASS, "Scale up"), "d", (Change("class", "a", "b"),), ""),
    ],
)
def test_nothing_is_done_that_may_give_less(
    one: Step, resource: str, changes: tuple[Change, ...], why: str
) -> None:
    said = falls_short(PlannedStep(one, ApprovalsNeeded(0, starter_may=True), resource, changes))
    assert said == (f"{one.span} may not give more: {why}" if why else "")
