"""The catalog: services with owners and dependencies, procedures with their proof, gaps."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from steadyhand.compile import compile_runbook, parse
from steadyhand.model.document.catalog import (
    Drilled,
    Given,
    Happened,
    ServiceSetting,
    System,
    catalog,
    find,
)
from tests.moved import NOON

DOCUMENT = """\
# Shop

**Owner**: Ada
**Last Reviewed**: 2026-04-01

| Service | Purpose | Health Check |
|---------|---------|--------------|
| PostgreSQL | Orders | SELECT 1 |
| Mail | Receipts | |

## API down

**Symptoms**:
- 5xx Rate is above 5%

```bash
aws ecs describe-services --cluster shop --services shop-api
```

## Look at the worker

```bash
aws ecs describe-services --cluster shop --services shop-worker
```

## Escalation Path

| Level | Contact | When |
|-------|---------|------|
| L1 | On-call | First response |

## Contacts

- **Emergency**: [Insert Contact]
"""


def given(**more: Any) -> Given:
    runbook, _ = compile_runbook(parse("shop.md", DOCUMENT))
    one = Given(runbook, "shop", {}, ("on-call",), (), False, Happened())
    return replace(one, **more)


def made(**more: Any) -> System:
    [system] = catalog([given(**more)], NOON)
    return system


def gaps(system: System) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for gap in system.gaps:
        found.setdefault(gap.about, []).append(gap.text)
    return found


def test_services_are_those_that_the_commands_name_and_those_that_are_set() -> None:
    settings = {
        "shop-api": ServiceSetting(owner="Ben", depends_on=("shop-worker", "bank")),
        "shop-mail": ServiceSetting(about="sends receipts"),
    }
    system = made(services=settings)
    assert [(one.name, one.owner, one.declared) for one in system.services] == [
        ("shop-api", "Ben", True),
        ("shop-worker", "Ada", True),
        ("shop-mail", "Ada", False),
    ]
    api, worker, _ = system.services
    assert api.procedures == ("api-down",)
    assert worker.used_by == ("shop-api",)
    assert worker.procedures == ("look-at-the-worker",)


def test_what_is_missing_is_said_with_its_line() -> None:
    system = made(unbound=("5xx Rate",), reached=())
    found = gaps(system)
    assert found["contact"] == ["Emergency is not filled in"]
    assert found["reach"] == ["L1 On-call is not reached"]
    assert found["alarm"] == ["1 alarms mean nothing here yet"]
    assert found["dependency"] == ["how Mail is looked at is not said"]
    assert found["drill"] == ["API down was never drilled"]  # the other one is for no incident
    assert {"owner", "escalation", "review", "restore", "duty"} & {*found} == set()
    lines = DOCUMENT.splitlines()
    assert all(gap.text.split()[0] in lines[gap.line - 1] for gap in system.gaps if gap.line > 20)


def test_a_drill_proves_for_a_while_and_the_last_one_counts() -> None:
    passed = Drilled("api-down", "d-1", NOON - timedelta(days=50), True)
    failed = Drilled("api-down", "d-2", NOON - timedelta(days=10), False)
    good = made(happened=Happened(drills=(passed,)))
    assert (good.proven, gaps(good).get("drill")) == ((1, 1), None)
    bad = made(happened=Happened(drills=(failed, passed)))
    assert bad.proven == (0, 1)
    assert gaps(bad)["drill"] == ["API down failed its last drill (d-2)"]
    old = made(happened=Happened(drills=(replace(passed, at=NOON - timedelta(days=101)),)))
    assert gaps(old)["drill"] == ["API down was last drilled 101 days ago"]


def test_who_restores_has_targets_and_a_test() -> None:
    found = gaps(made(restores=True))
    assert found["objective"] == ["the document states no RPO", "the document states no RTO"]
    assert found["restore"] == ["no restore was ever tested"]
    late = Happened(restored=NOON - timedelta(days=200), overdue=("Daily Look",))
    found = gaps(made(restores=True, happened=late))
    assert found["restore"] == ["a restore was last tested 200 days ago"]
    assert found["duty"] == ["Daily Look is overdue"]


def test_an_old_document_is_a_gap() -> None:
    runbook, _ = compile_runbook(parse("shop.md", DOCUMENT.replace("2026-04-01", "2023-04-01")))
    assert gaps(made(runbook=runbook))["review"] == ["the document is old (looked at 2023-04-01)"]


def test_found_by_name_whatever_its_case() -> None:
    systems = catalog([given()], NOON)
    assert find(systems, "SHOP")[1] is None
    service = find(systems, "Shop-API")[1]
    assert service is not None
    assert service.name == "shop-api"
    with pytest.raises(LookupError, match="there is no service “bank”; there are: shop, shop-api"):
        find(systems, "bank")
