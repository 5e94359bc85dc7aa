"""Deployments read out of describe-services, with their own times."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from steadyhand.model.change.deployment import DeploymentSeen, ServiceSeen, read_service, read_time
from steadyhand.model.settings.binding import ServiceName
from steadyhand.watch.deployments import argv, new_deployments

BORN = datetime(2026, 5, 1, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return BORN + timedelta(seconds=seconds)


def deployment(key: str, definition: str, seconds: float) -> dict[str, Any]:
    arn = f"arn:aws:ecs:us-east-1:1:task-definition/{definition}"
    return {"id": key, "taskDefinition": arn, "createdAt": at(seconds).isoformat()}


def completed(key: str, seconds: float) -> dict[str, Any]:
    message = f"(service shop) (deployment {key}) deployment completed."
    return {"id": key, "createdAt": at(seconds).timestamp(), "message": message}


def service(
    deployments: list[dict[str, Any]], events: list[dict[str, Any]] | None = None
) -> ServiceSeen:
    shape = {
        "serviceName": "shop",
        "runningCount": 1,
        "desiredCount": 2,
        "createdAt": BORN.isoformat(),
        "deployments": deployments,
        "events": events or [],
    }
    return read_service(json.dumps({"services": [shape]}))


FIRST = deployment("d1", "shop:1", 0.4)
ROLLING = service([deployment("d2", "shop:2", 60), FIRST])


def test_a_service_begins_with_a_deployment_that_is_no_change() -> None:
    assert service([FIRST]).deployments == ()


def test_a_rollout_says_what_it_replaces() -> None:
    assert ROLLING.deployments == (DeploymentSeen("shop", "shop:1", "shop:2", at(60), "d2"),)
    assert (ROLLING.running, ROLLING.desired) == (1, 2)


def test_the_order_of_the_list_does_not_matter() -> None:
    assert service([FIRST, deployment("d2", "shop:2", 60)]) == ROLLING


def test_what_only_the_events_remember_is_dated_by_them() -> None:
    seen = service([deployment("d3", "shop:1", 90)], [completed("d2", 80), completed("d1", 10)])
    assert [(one.id, one.at) for one in seen.deployments] == [("d3", at(90)), ("d2", at(80))]


def test_a_completed_rollout_that_is_still_listed_is_one_deployment() -> None:
    seen = service([deployment("d2", "shop:2", 60)], [completed("d2", 80), completed("d1", 10)])
    assert [(one.id, one.at) for one in seen.deployments] == [("d2", at(60))]


def test_new_ones_are_told_once_the_oldest_first() -> None:
    later = service([deployment("d3", "shop:3", 90), deployment("d2", "shop:2", 60)])
    assert [one.id for one in new_deployments(None, later)] == ["d2", "d3"]
    assert [one.id for one in new_deployments(ROLLING, later)] == ["d3"]
    assert new_deployments(later, later) == ()


@pytest.mark.parametrize("printed", ["{}", "[]", '{"services": []}', '{"services": [3]}', "?"])
def test_no_service_is_said(printed: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_service(printed)


def test_times_of_both_command_lines() -> None:
    assert read_time(BORN.timestamp()) == BORN
    assert read_time("2026-05-01T14:00:00+02:00") == BORN
    assert read_time("2026-05-01T12:00:00") == BORN
    assert read_time("soon") is None
    assert read_time(None) is None


def test_the_read_names_one_service() -> None:
    assert argv(ServiceName("prod", "shop"))[3:7] == ("--cluster", "prod", "--services", "shop")
