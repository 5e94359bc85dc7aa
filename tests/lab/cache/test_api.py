"""What ElastiCache's operations answer and refuse, from AWS's documentation; its address beside."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import botocore.session
import pytest
from tests.lab.cache.conftest import a_room, at_end, settle

from steadyhand.lab.cache.api import OPERATIONS, ElastiCache, answering
from steadyhand.lab.cache.model import Status, now
from steadyhand.lab.cache.room import Caches, Wanted
from steadyhand.lab.cloud.room import Refusal

API = "https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_"
GUIDE = "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/"
MODEL = botocore.session.get_session().get_service_model("elasticache")

Case = tuple[str, dict[str, Any], str, str, str]  # operation, parameters, code, words, address


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caches]:
    """A group with a replica, a group without, a cluster that stands alone, and a snapshot.

    Nothing that is refused changes it, so the cases share it.
    """
    room = a_room(tmp_path_factory.mktemp("caches"))
    room.bring_up(Wanted("plans", max_memory=8, replicas=1))
    room.bring_up(Wanted("lone", max_memory=8))
    single = room.bring_up(Wanted("limits", max_memory=8, alone=True))
    api = ElastiCache(room)
    api.answer("CreateSnapshot", {"CacheClusterId": "limits", "SnapshotName": "kept"})
    settle(room, single)
    api.answer("CreateSnapshot", {"ReplicationGroupId": "lone", "SnapshotName": "of-group"})
    settle(room, room.kept.groups["lone"])
    family = {"CacheParameterGroupFamily": "valkey8", "Description": "d"}
    api.answer("CreateCacheParameterGroup", {"CacheParameterGroupName": "own", **family})
    yield room
    room.stop()
    at_end()


@pytest.fixture
def shared(world: Caches) -> ElastiCache:
    return ElastiCache(world)


def group(**more: Any) -> dict[str, Any]:
    """What makes a replication group, with changes; None takes one out."""
    whole = {
        "ReplicationGroupId": "new",
        "ReplicationGroupDescription": "a new one",
        "CacheNodeType": "cache.t3.micro",
        "Engine": "valkey",
        **more,
    }
    return {name: value for name, value in whole.items() if value is not None}


def cluster(**more: Any) -> dict[str, Any]:
    whole = {"CacheClusterId": "new", "CacheNodeType": "cache.t3.micro", "Engine": "redis", **more}
    return {name: value for name, value in whole.items() if value is not None}


def cases(operation: str, page: str, *rows: tuple[dict[str, Any], str, str]) -> list[Case]:
    return [(operation, asked, code, words, page) for asked, code, words in rows]


VALUE, TOGETHER = "InvalidParameterValue", "InvalidParameterCombination"
NO_GROUP, NO_CLUSTER = "ReplicationGroupNotFoundFault", "CacheClusterNotFound"
NO_SNAPSHOT, MISSING = "SnapshotNotFoundFault", "MissingParameter"

REFUSED: list[Case] = [
    *cases(
        "DescribeCacheClusters",
        API + "DescribeCacheClusters.html",
        ({"CacheClusterId": "nobody"}, NO_CLUSTER, "not found"),
        ({"MaxRecords": 19}, VALUE, "between 20 and 100"),
        ({"MaxRecords": 101}, VALUE, "between 20 and 100"),
        ({"MaxRecords": "many"}, VALUE, "MaxRecords"),
        ({"Marker": "elsewhere"}, VALUE, "Marker"),
        ({"ShowCacheNodeInfo": "perhaps"}, VALUE, "ShowCacheNodeInfo"),
        ({"CacheClusterId": "plans"}, NO_CLUSTER, "plans"),  # a group is no cluster
    ),
    *cases(
        "DescribeReplicationGroups",
        API + "DescribeReplicationGroups.html",
        ({"ReplicationGroupId": "nobody"}, NO_GROUP, "nobody"),
        ({"ReplicationGroupId": "limits"}, NO_GROUP, "limits"),  # a cluster is no group
        ({"MaxRecords": 5}, VALUE, "between 20 and 100"),
    ),
    *cases(
        "DescribeSnapshots",
        API + "DescribeSnapshots.html",
        ({"SnapshotName": "nothing"}, NO_SNAPSHOT, "nothing"),
        ({"SnapshotSource": "manual"}, VALUE, "system and user"),
        ({"MaxRecords": 51}, VALUE, "between 20 and 50"),
    ),
    *cases(
        "DescribeEvents",
        API + "DescribeEvents.html",
        ({"SourceType": "cluster"}, VALUE, "source type"),
        ({"SourceIdentifier": "plans"}, TOGETHER, "SourceType"),
        ({"StartTime": "yesterday"}, VALUE, "ISO 8601"),
        (
            {"StartTime": "2026-01-02T00:00:00Z", "EndTime": "2026-01-01T00:00:00Z"},
            TOGETHER,
            "after",
        ),
    ),
    *cases(
        "CreateSnapshot",
        API + "CreateSnapshot.html",
        ({"ReplicationGroupId": "plans"}, MISSING, "SnapshotName"),
        ({"SnapshotName": "one"}, TOGETHER, "Either"),
        (
            {"SnapshotName": "one", "ReplicationGroupId": "plans", "CacheClusterId": "limits"},
            TOGETHER,
            "not both",
        ),
        ({"SnapshotName": "one", "ReplicationGroupId": "nobody"}, NO_GROUP, "nobody"),
        ({"SnapshotName": "one", "CacheClusterId": "nobody"}, NO_CLUSTER, "nobody"),
        (
            {"SnapshotName": "KEPT", "CacheClusterId": "limits"},
            "SnapshotAlreadyExistsFault",
            "already exists",
        ),
        ({"SnapshotName": "2026-11", "CacheClusterId": "limits"}, VALUE, "begin with a letter"),
        ({"SnapshotName": "a--b", "CacheClusterId": "limits"}, VALUE, "consecutive hyphens"),
    ),
    *cases(
        "CopySnapshot",
        API + "CopySnapshot.html",
        ({"SourceSnapshotName": "x", "TargetSnapshotName": "y"}, NO_SNAPSHOT, "x"),
        (
            {"SourceSnapshotName": "kept", "TargetSnapshotName": "kept"},
            "SnapshotAlreadyExistsFault",
            "kept",
        ),
    ),
    *cases(
        "DeleteSnapshot",
        API + "DeleteSnapshot.html",
        ({"SnapshotName": "nothing"}, NO_SNAPSHOT, "nothing"),
        ({}, MISSING, "SnapshotName"),
    ),
    *cases(
        "CreateReplicationGroup",
        API + "CreateReplicationGroup.html",
        (group(ReplicationGroupId="plans"), "ReplicationGroupAlreadyExists", "plans"),
        (group(ReplicationGroupId="a" * 41), VALUE, "40"),
        (group(ReplicationGroupId="1st"), VALUE, "begin with a letter"),
        (group(ReplicationGroupId="ends-"), VALUE, "end with a hyphen"),
        (group(ReplicationGroupId="two--hyphens"), VALUE, "consecutive hyphens"),
        (group(ReplicationGroupDescription=None), MISSING, "ReplicationGroupDescription"),
        (group(Engine="memcached"), VALUE, "valkey and redis"),
        (group(EngineVersion="3.0"), VALUE, "version"),
        (group(CacheNodeType="cache.t3.huge"), VALUE, "node type"),
        (group(CacheNodeType=None), VALUE, "CacheNodeType"),
        (group(NumCacheClusters=7), VALUE, "1 to 6"),
        (group(ReplicasPerNodeGroup=6), VALUE, "0 to 5"),
        (group(AutomaticFailoverEnabled=True), TOGETHER, "at least 2"),
        (group(MultiAZEnabled=True, NumCacheClusters=2), TOGETHER, "automatic failover"),
        (group(SnapshotRetentionLimit=36), VALUE, "0 to 35"),
        (group(SnapshotWindow="3-4"), VALUE, "snapshot window"),
        (group(SnapshotWindow="03:00-03:30"), VALUE, "60 minutes"),
        (group(PreferredMaintenanceWindow="funday:01:00-funday:02:00"), VALUE, "maintenance"),
        (group(PreferredMaintenanceWindow="sun:01:00-sun:01:30"), VALUE, "60 minutes"),
        (group(SnapshotName="nothing"), VALUE, "nothing"),
        (group(CacheParameterGroupName="none"), "CacheParameterGroupNotFound", "none"),
        (group(CacheParameterGroupName="default.redis7"), TOGETHER, "family"),
        (group(Port=80), VALUE, "Port"),
    ),
    *cases(
        "CreateCacheCluster",
        API + "CreateCacheCluster.html",
        (cluster(CacheClusterId="limits"), "CacheClusterAlreadyExists", "limits"),
        (cluster(CacheClusterId="plans-001"), "CacheClusterAlreadyExists", "plans-001"),
        (cluster(CacheClusterId="a" * 51), VALUE, "50"),
        (cluster(NumCacheNodes=2), VALUE, "NumCacheNodes"),
        (cluster(Engine="valkey"), VALUE, "engine"),
        (cluster(Engine=None), VALUE, "engine"),
        (cluster(ReplicationGroupId="nobody"), NO_GROUP, "nobody"),
    ),
    *cases(
        "ModifyReplicationGroup",
        API + "ModifyReplicationGroup.html",
        ({"ReplicationGroupId": "nobody"}, NO_GROUP, "nobody"),
        ({"ReplicationGroupId": "plans", "CacheNodeType": "cache.x"}, VALUE, "node type"),
        (
            {"ReplicationGroupId": "lone", "AutomaticFailoverEnabled": True},
            TOGETHER,
            "at least one read replica",
        ),
        (
            {"ReplicationGroupId": "plans", "AutomaticFailoverEnabled": False},
            TOGETHER,
            "Multi-AZ",
        ),
        (
            {"ReplicationGroupId": "plans", "SnapshottingClusterId": "limits"},
            "InvalidCacheClusterState",
            "not a member",
        ),
        (
            {"ReplicationGroupId": "plans", "SnapshotRetentionLimit": 3},
            TOGETHER,
            "Must specify both SnapshotRetentionLimit and SnapshottingClusterId",
        ),
        ({"ReplicationGroupId": "plans", "SnapshotRetentionLimit": -1}, VALUE, "0 to 35"),
        (
            {"ReplicationGroupId": "plans", "CacheParameterGroupName": "default.redis7"},
            TOGETHER,
            "family",
        ),
    ),
    *cases(
        "ModifyReplicationGroup",
        GUIDE + "Replication.PromoteReplica.html",
        (
            {"ReplicationGroupId": "plans", "PrimaryClusterId": "plans-002"},
            TOGETHER,
            "automatic failover",
        ),
        (
            {"ReplicationGroupId": "lone", "PrimaryClusterId": "plans-002"},
            "InvalidCacheClusterState",
            "not a member",
        ),
    ),
    *cases(
        "ModifyCacheCluster",
        API + "ModifyCacheCluster.html",
        ({"CacheClusterId": "nobody"}, NO_CLUSTER, "nobody"),
        ({"CacheClusterId": "limits", "NumCacheNodes": 2}, VALUE, "NumCacheNodes"),
        ({"CacheClusterId": "limits", "CacheNodeType": "db.t3.micro"}, VALUE, "node type"),
    ),
    *cases(
        "RebootCacheCluster",
        API + "RebootCacheCluster.html",
        ({"CacheClusterId": "limits"}, MISSING, "CacheNodeIdsToReboot"),
        ({"CacheClusterId": "limits", "CacheNodeIdsToReboot": ["0002"]}, VALUE, "0002"),
        ({"CacheClusterId": "limits", "CacheNodeIdsToReboot": []}, VALUE, "none"),
        ({"CacheClusterId": "nobody", "CacheNodeIdsToReboot": ["0001"]}, NO_CLUSTER, "nobody"),
    ),
    *cases(
        "TestFailover",
        API + "TestFailover.html",
        ({"ReplicationGroupId": "plans"}, MISSING, "NodeGroupId"),
        ({"ReplicationGroupId": "nobody", "NodeGroupId": "0001"}, NO_GROUP, "nobody"),
        (
            {"ReplicationGroupId": "plans", "NodeGroupId": "0002"},
            "NodeGroupNotFoundFault",
            "0002",
        ),
        (
            {"ReplicationGroupId": "lone", "NodeGroupId": "0001"},
            "InvalidReplicationGroupState",
            "Automatic failover",
        ),
    ),
    *cases(
        "DeleteCacheCluster",
        API + "DeleteCacheCluster.html",
        ({"CacheClusterId": "nobody"}, NO_CLUSTER, "nobody"),
        ({"CacheClusterId": "plans-001"}, "InvalidCacheClusterState", "primary"),
        ({"CacheClusterId": "plans-002"}, "InvalidCacheClusterState", "last read replica"),
        (
            {"CacheClusterId": "limits", "FinalSnapshotIdentifier": "kept"},
            "SnapshotAlreadyExistsFault",
            "kept",
        ),
    ),
    *cases(
        "DeleteReplicationGroup",
        API + "DeleteReplicationGroup.html",
        ({"ReplicationGroupId": "nobody"}, NO_GROUP, "nobody"),
        (
            {
                "ReplicationGroupId": "plans",
                "RetainPrimaryCluster": True,
                "FinalSnapshotIdentifier": "last",
            },
            TOGETHER,
            "retained",
        ),
    ),
    *cases(
        "ModifyCacheParameterGroup",
        API + "ModifyCacheParameterGroup.html",
        (
            {"CacheParameterGroupName": "none", "ParameterNameValues": []},
            "CacheParameterGroupNotFound",
            "none",
        ),
        (
            {
                "CacheParameterGroupName": "default.valkey8",
                "ParameterNameValues": [{"ParameterName": "timeout", "ParameterValue": "0"}],
            },
            VALUE,
            "Default",
        ),
        ({"CacheParameterGroupName": "own", "ParameterNameValues": []}, VALUE, "1 and 20"),
        *(
            (
                {
                    "CacheParameterGroupName": "own",
                    "ParameterNameValues": [{"ParameterName": name, "ParameterValue": value}],
                },
                VALUE,
                words,
            )
            for name, value, words in (
                ("maxmemory-policy", "sometimes", "sometimes"),
                ("timeout", "10", "timeout"),
                ("maxmemory", "1", "cannot be found"),
                ("cluster-enabled", "yes", "cannot be modified"),
            )
        ),
    ),
    *cases(
        "CreateCacheParameterGroup",
        API + "CreateCacheParameterGroup.html",
        (
            {
                "CacheParameterGroupName": "own",
                "CacheParameterGroupFamily": "valkey8",
                "Description": "again",
            },
            "CacheParameterGroupAlreadyExists",
            "own",
        ),
        (
            {
                "CacheParameterGroupName": "other",
                "CacheParameterGroupFamily": "redis2",
                "Description": "old",
            },
            VALUE,
            "family",
        ),
    ),
    *cases(
        "ListAllowedNodeTypeModifications",
        API + "ListAllowedNodeTypeModifications.html",
        ({}, TOGETHER, "Either"),
        ({"CacheClusterId": "limits", "ReplicationGroupId": "plans"}, TOGETHER, "not both"),
    ),
]


@pytest.mark.parametrize(
    ("operation", "asked", "code", "words", "page"),
    REFUSED,
    ids=[f"{number}-{case[0]}" for number, case in enumerate(REFUSED)],
)
def test_it_refuses_as_aws_does(
    shared: ElastiCache, operation: str, asked: dict[str, Any], code: str, words: str, page: str
) -> None:
    before = repr(shared.room.kept)
    with pytest.raises(Refusal, match=words) as refused:
        shared.answer(operation, asked)
    assert refused.value.code == code
    assert repr(shared.room.kept) == before, "a refusal changes nothing"
    # What is wrong with a value may be told by any operation.
    declared = {e.metadata["error"]["code"] for e in MODEL.operation_model(operation).error_shapes}
    assert code in {*declared, MISSING, VALUE}, page


def fits(value: Any, shape: Any, path: str) -> None:
    """See that an answer has AWS's names and types, all the way down."""
    match shape.type_name:
        case "structure":
            unknown = set(value) - set(shape.members)
            assert not unknown, f"{path}: {unknown}"
            for name, inner in value.items():
                fits(inner, shape.members[name], f"{path}.{name}")
        case "list":
            for inner in value:
                fits(inner, shape.member, f"{path}[]")
        case kind:
            python = {"string": str, "integer": int, "boolean": bool, "timestamp": datetime}[kind]
            assert type(value) is python, f"{path}: {value!r}"


QUESTIONS: tuple[tuple[str, dict[str, Any], int], ...] = (
    ("DescribeCacheClusters", {"ShowCacheNodeInfo": "true"}, 4),
    ("DescribeCacheClusters", {"ShowCacheClustersNotInReplicationGroups": True}, 1),
    ("DescribeCacheClusters", {"CacheClusterId": "PLANS-002"}, 1),
    ("DescribeReplicationGroups", {}, 2),
    ("DescribeReplicationGroups", {"ReplicationGroupId": "Plans", "MaxRecords": "20"}, 1),
    ("DescribeSnapshots", {}, 2),
    ("DescribeSnapshots", {"SnapshotSource": "user"}, 2),
    ("DescribeSnapshots", {"SnapshotSource": "system"}, 0),
    ("DescribeSnapshots", {"CacheClusterId": "limits"}, 1),
    ("DescribeSnapshots", {"ReplicationGroupId": "lone"}, 1),
    ("DescribeSnapshots", {"ReplicationGroupId": "plans"}, 0),
    ("DescribeSnapshots", {"SnapshotName": "Kept"}, 1),
    ("DescribeEvents", {}, 2),
    ("DescribeEvents", {"SourceType": "cache-cluster", "SourceIdentifier": "limits"}, 1),
    ("DescribeEvents", {"SourceType": "replication-group"}, 0),
    ("DescribeCacheParameterGroups", {}, 6),
    ("DescribeCacheParameterGroups", {"CacheParameterGroupName": "own"}, 1),
    ("DescribeCacheParameters", {"CacheParameterGroupName": "default.valkey8"}, 13),
    ("DescribeCacheParameters", {"CacheParameterGroupName": "own", "Source": "user"}, 0),
)


@pytest.mark.parametrize(("operation", "asked", "count"), QUESTIONS)
def test_answers_have_aws_s_shapes(
    shared: ElastiCache, operation: str, asked: dict[str, Any], count: int
) -> None:
    answer = shared.answer(operation, asked)
    fits(answer, MODEL.operation_model(operation).output_shape, operation)
    (rows,) = answer.values()
    assert len(rows) == count


def test_node_types_to_scale_to(shared: ElastiCache) -> None:
    found = shared.answer("ListAllowedNodeTypeModifications", {"ReplicationGroupId": "plans"})
    assert "cache.m5.large" in found["ScaleUpModifications"]
    assert "cache.t3.micro" in found["ScaleDownModifications"]


def test_nodes_are_only_told_when_asked_for(shared: ElastiCache) -> None:
    asked = {"CacheClusterId": "limits"}
    (plain,) = shared.answer("DescribeCacheClusters", asked)["CacheClusters"]
    assert "CacheNodes" not in plain
    asked = {**asked, "ShowCacheNodeInfo": "true"}
    (told,) = shared.answer("DescribeCacheClusters", asked)["CacheClusters"]
    host, port = shared.room.endpoint("limits")
    assert told["CacheNodes"][0]["Endpoint"] == {"Address": host, "Port": port}
    assert told["CacheNodes"][0]["CacheNodeId"] == "0001"


def test_many_come_in_pages(shared: ElastiCache) -> None:
    own = [f"page-{number:02}" for number in range(30)]
    for name in own:
        asked = {"CacheParameterGroupName": name, "CacheParameterGroupFamily": "valkey8"}
        shared.answer("CreateCacheParameterGroup", {**asked, "Description": "d"})
    seen: list[str] = []
    marker: dict[str, str] = {}
    for _ in range(3):
        answer = shared.answer("DescribeCacheParameterGroups", {"MaxRecords": 20, **marker})
        seen += [one["CacheParameterGroupName"] for one in answer["CacheParameterGroups"]]
        if "Marker" not in answer:
            break
        marker = {"Marker": answer["Marker"]}
    assert len(seen) == len(set(seen)) == 36
    for name in own:
        shared.answer("DeleteCacheParameterGroup", {"CacheParameterGroupName": name})


def test_old_events_are_not_told_unless_asked_for(shared: ElastiCache) -> None:
    early = {"StartTime": (now() - timedelta(days=2)).isoformat(), "EndTime": now().isoformat()}
    assert len(shared.answer("DescribeEvents", early)["Events"]) == 2
    past = (now() - timedelta(hours=3)).isoformat()
    assert shared.answer("DescribeEvents", {"EndTime": past, "Duration": "60"})["Events"] == []


# --- states ---------------------------------------------------------------------------------------

BUSY_GROUP = (
    ("CreateSnapshot", {"ReplicationGroupId": "plans", "SnapshotName": "s"}),
    ("ModifyReplicationGroup", {"ReplicationGroupId": "plans"}),
    ("DeleteReplicationGroup", {"ReplicationGroupId": "plans"}),
    ("TestFailover", {"ReplicationGroupId": "plans", "NodeGroupId": "0001"}),
    ("CreateCacheCluster", {"ReplicationGroupId": "plans", "CacheClusterId": "more"}),
)
BUSY_CLUSTER = (
    ("CreateSnapshot", {"CacheClusterId": "limits", "SnapshotName": "s"}),
    ("ModifyCacheCluster", {"CacheClusterId": "limits"}),
    ("DeleteCacheCluster", {"CacheClusterId": "limits"}),
    ("RebootCacheCluster", {"CacheClusterId": "limits", "CacheNodeIdsToReboot": ["0001"]}),
)


@pytest.mark.parametrize(("operation", "asked"), [*BUSY_GROUP, *BUSY_CLUSTER])
def test_who_is_busy_is_left_alone(
    shared: ElastiCache, operation: str, asked: dict[str, Any]
) -> None:
    busy = shared.room.kept.groups["plans" if "ReplicationGroupId" in asked else "limits"]
    busy.set_status(Status.MODIFYING)
    try:
        with pytest.raises(Refusal, match="not in available state") as refused:
            shared.answer(operation, asked)
    finally:
        busy.set_status(Status.AVAILABLE)
    kind = "Cluster" if busy.alone else "ReplicationGroup"
    assert refused.value.code == f"Invalid{'Cache' if busy.alone else ''}{kind}State"


def test_a_group_is_created_with_what_was_asked_for(room: Caches, api: ElastiCache) -> None:
    asked = group(
        ReplicationGroupId="Fresh",
        NumCacheClusters="2",
        AutomaticFailoverEnabled="true",
        MultiAZEnabled=True,
        SnapshotRetentionLimit=7,
        SnapshotWindow="23:30-01:00",
        PreferredMaintenanceWindow="Sun:23:00-Mon:01:30",
        SecurityGroupIds=["sg-1"],
    )
    said = api.answer("CreateReplicationGroup", asked)
    fits(said, MODEL.operation_model("CreateReplicationGroup").output_shape, "")
    made = said["ReplicationGroup"]
    assert made["ReplicationGroupId"] == "fresh"
    assert made["Status"] == "creating"
    assert "PrimaryEndpoint" not in made["NodeGroups"][0]
    with pytest.raises(Refusal, match="already exists"):
        api.answer("CreateReplicationGroup", asked)
    settle(room, room.kept.groups["fresh"])
    (shown,) = api.answer("DescribeReplicationGroups", {})["ReplicationGroups"]
    fits(shown, MODEL.shape_for("ReplicationGroup"), "")
    assert shown["NodeGroups"][0]["PrimaryEndpoint"]["Port"] > 0
    assert [shown["MultiAZ"], shown["AutomaticFailover"]] == ["enabled", "enabled"]
    clusters = api.answer("DescribeCacheClusters", {})["CacheClusters"]
    assert [one["PreferredAvailabilityZone"] for one in clusters] == ["us-east-1a", "us-east-1b"]
    assert clusters[0]["PreferredMaintenanceWindow"] == "sun:23:00-mon:01:30"
    # Snapshots are taken of one node, a replica where there is one.
    assert [one["SnapshotRetentionLimit"] for one in clusters] == [0, 7]


def test_at_most_fifteen_failovers_a_day(room: Caches, api: ElastiCache) -> None:
    pair = room.bring_up(Wanted("plans", max_memory=8, replicas=1))
    for _ in range(15):
        room.kept.say(pair, "Test Failover API called for node group 0001")
    with pytest.raises(Refusal, match="15") as refused:
        api.answer("TestFailover", {"ReplicationGroupId": "plans", "NodeGroupId": "0001"})
    assert refused.value.code == "APICallRateForCustomerExceeded"


def test_what_is_in_use_cannot_be_deleted(room: Caches, api: ElastiCache) -> None:
    room.bring_up(Wanted("limits", eviction="noeviction", max_memory=8, alone=True))
    with pytest.raises(Refusal, match="still members") as refused:
        api.answer("DeleteCacheParameterGroup", {"CacheParameterGroupName": "limits-params"})
    assert refused.value.code == "InvalidCacheParameterGroupState"


def test_what_the_lab_does_not_offer_is_said(room: Caches, api: ElastiCache) -> None:
    with pytest.raises(Refusal, match="AuthToken"):
        api.answer("CreateReplicationGroup", group(AuthToken="secret-secret-secret"))
    with pytest.raises(Refusal, match="CreateServerlessCache"):
        api.answer("CreateServerlessCache", {})
    offered = answering(room)
    assert offered.service == "elasticache"
    assert set(offered.operations) == set(OPERATIONS) <= set(MODEL.operation_names)
    assert offered.answer("DescribeEvents", {}) == {"Events": []}


def test_every_case_names_its_page() -> None:
    assert len(REFUSED) + len(QUESTIONS) + len(BUSY_GROUP) + len(BUSY_CLUSTER) >= 40
    assert all(case[4].startswith("https://docs.aws.amazon.com/") for case in REFUSED)
