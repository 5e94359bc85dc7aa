"""Which services come back: of clusters that are up, and with a revision that there is."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from steadyhand.lab.account import ecs_arn
from steadyhand.lab.ecs.fleet import Definitions, Fleet, Placement
from steadyhand.lab.ecs.kept import WANTED, KeptServices
from steadyhand.lab.kept.ledger import Row

KNOWN = [ecs_arn("task-definition", f"shop:{number}") for number in (1, 2)]
OF_FAULT = ecs_arn("task-definition", "shop:9")


def content(definition: str) -> dict[str, Any]:
    given = dict.fromkeys(WANTED, 1) | {"created_at": datetime.now(UTC), "network": {}}
    return {**given, "target_group": "", "container": "app", "definition": definition}


@pytest.fixture
def fleet() -> Fleet:
    definitions = Definitions(
        find=lambda family: KNOWN[-1] if family == "shop" else None,
        arns=lambda status: KNOWN if status == "ACTIVE" else [],
        container=lambda _: {},
        network_mode=lambda _: "awsvpc",
    )
    nothing = cast(Any, SimpleNamespace(launcher=None, group=None, durations=None))
    return Fleet(definitions, cast(Placement, nothing), lambda: {"up", "down"}, lambda: 0)


@pytest.mark.parametrize(("kept", "runs"), [(KNOWN[0], KNOWN[0]), (OF_FAULT, KNOWN[1])])
def test_it_comes_back_with_its_revision_or_its_family_s_newest(
    fleet: Fleet, kept: str, runs: str
) -> None:
    services = KeptServices(fleet, lambda cluster: cluster == "up").shelf()
    services.put(Row("up/web", content(kept)))
    assert fleet.services["up", "web"].service.primary.task_definition == runs
    (row,) = services.rows("")
    assert (row.key, row.content["definition"]) == ("up/web", runs)


@pytest.mark.parametrize(
    ("key", "definition"),
    [("down/web", KNOWN[0]), ("up/web", ecs_arn("task-definition", "gone:1"))],
)
def test_what_cannot_run_sleeps_and_is_kept(fleet: Fleet, key: str, definition: str) -> None:
    services = KeptServices(fleet, lambda cluster: cluster == "up").shelf()
    services.put(Row(key, content(definition)))
    assert fleet.services == {}
    assert [(row.key, row.content["definition"]) for row in services.rows("")] == [
        (key, definition)
    ]
