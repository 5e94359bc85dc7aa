"""Which combinations of dimensions exist, and which of them is meant."""

import pytest

from steadyhand.lint.metrics import KNOWN, judge


@pytest.mark.parametrize(
    ("namespace", "metric", "given", "nearest"),
    [
        ("AWS/ECS", "CPUUtilization", "ServiceName", "ClusterName ServiceName"),
        ("AWS/ECS", "CPUUtilization", "", "ClusterName"),
        ("AWS/ECS", "MemoryReservation", "ClusterName ServiceName", "ClusterName"),
        ("AWS/S3", "BucketSizeBytes", "BucketName", "BucketName StorageType"),
        ("AWS/ApplicationELB", "RequestCount", "TargetGroup", "LoadBalancer TargetGroup"),
        ("AWS/ApplicationELB", "HealthyHostCount", "LoadBalancer", "LoadBalancer TargetGroup"),
    ],
)
def test_the_nearest_set_is_what_was_meant(
    namespace: str, metric: str, given: str, nearest: str
) -> None:
    found = judge(namespace, metric, frozenset(given.split()))
    assert found is not None
    assert found.nearest == set(nearest.split())
    assert all(found.sets)


def test_each_listed_set_is_one() -> None:
    for namespace, groups in KNOWN.items():
        for group in groups:
            for metric in group.metrics:
                assert [s for s in group.sets if judge(namespace, metric, s) is not None] == []
