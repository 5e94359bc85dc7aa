"""What an incident follows: the parts of one heading are one procedure."""

from datetime import UTC, datetime

import pytest

from steadyhand.compile import compile_runbook, parse
from steadyhand.model.document.runbook import AlarmRule, Procedure, Threshold
from steadyhand.respond.causes import judge
from steadyhand.respond.evidence import Evidence
from steadyhand.respond.match import match
from steadyhand.respond.whole import part_with, remedies, whole_of, wholes
from tests.respond.documents import span

DOCUMENT = """\
# Shop

## Queue lag

### Symptoms
- Orders are late

### Resolution
```bash
aws ecs update-service --cluster shop --service worker --desired-count 3
```

### Diagnosis
```bash
aws ecs describe-services --cluster shop --services worker
```

### Rollback
```bash
aws ecs update-service --cluster shop --service worker --desired-count 2
```

## Disk

### Disk of host a

**Symptoms:**
- Full

```bash
df -h
```

### Disk of host b

**Symptoms:**
- Full

```bash
df -h
```
"""


@pytest.fixture(scope="module")
def procedures() -> tuple[Procedure, ...]:
    runbook, _ = compile_runbook(parse("RUNBOOK.md", DOCUMENT))
    return runbook.procedures


def test_parts_of_a_heading_are_one_and_go_by_the_one_looked_at_first(
    procedures: tuple[Procedure, ...],
) -> None:
    found = wholes(procedures)
    assert [one.title for one in found] == ["Queue lag", "Disk of host a", "Disk of host b"]
    lag = found[0]
    assert (lag.id, len(lag.steps)) == ("diagnosis", 3)
    assert list(remedies(lag)) == ["Resolution", "Rollback"]


def test_a_part_is_found_again_with_the_whole_and_by_a_section(
    procedures: tuple[Procedure, ...],
) -> None:
    lag = whole_of(procedures, "rollback")
    assert lag == whole_of(procedures, "diagnosis")
    assert part_with(procedures, lag, "Rollback") == "rollback"
    assert part_with(procedures, lag, "nothing") == "diagnosis"
    with pytest.raises(LookupError, match="no procedure elsewhere"):
        whole_of(procedures, "elsewhere")


def test_an_alarm_finds_the_heading_and_a_person_chooses_the_part(
    procedures: tuple[Procedure, ...],
) -> None:
    rule = AlarmRule("queue-lag-high", Threshold("> 5"), "Page", span(1))
    best = match(rule, procedures).best
    assert best is not None
    assert (best.procedure.title, best.procedure.id) == ("Queue lag", "diagnosis")
    now = datetime(2026, 5, 1, tzinfo=UTC)
    judged = judge(best.procedure, Evidence(now, now, now, None, None, None, ()))
    assert judged.chosen is None
    assert judged.why.endswith("a person chooses what is done: “Resolution”, “Rollback”")
