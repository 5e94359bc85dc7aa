"""The caches themselves, on the real server: what is kept, lost, evicted, copied, handed over."""

import os
import signal
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
import redis
from tests.lab.cache.conftest import client, fill, settle, until

from steadyhand.lab.cache import measuring, valkey, work
from steadyhand.lab.cache.api import ElastiCache
from steadyhand.lab.cache.model import Group, Status
from steadyhand.lab.cache.node_types import MAXMEMORY, MOST, lab_memory, modifications, scale_of
from steadyhand.lab.cache.parameters import PARAMETERS, allows
from steadyhand.lab.cache.room import CacheFailed, Caches, Wanted


def ask(api: ElastiCache, operation: str, **parameters: Any) -> dict[str, Any]:
    return api.answer(operation, parameters)


def maxmemory(at: redis.Redis) -> int:
    return int(at.info("memory")["maxmemory"])


def events(room: Caches) -> list[tuple[str, str]]:
    return [(happened.source, happened.message) for happened in room.kept.events]


def caught_up(room: Caches, group: Group) -> None:
    """Wait until the replica has read all that was written."""
    written = client(group.endpoint).info("replication")["master_repl_offset"]
    until(room, lambda: room.servers.offset(group.nodes[1]) >= written)


# --- coming up -----------------------------------------------------------------------------------


def test_a_cache_comes_up_with_its_memory_and_its_policy(room: Caches) -> None:
    group = room.bring_up(Wanted("limits", max_memory=8, eviction="allkeys-lru", alone=True))
    at = client(room.endpoint("limits"))
    assert maxmemory(at) == 8 * 2**20
    assert at.config_get("maxmemory-policy") == {"maxmemory-policy": "allkeys-lru"}
    assert at.config_get("save") == {"save": ""}
    assert [node.id for node in group.nodes] == ["limits"]
    assert group.parameter_group == "limits-params"


def test_a_group_has_an_endpoint_beside_its_nodes(room: Caches, pair: Group) -> None:
    first, second = pair.nodes
    assert [node.id for node in pair.nodes] == ["plans-001", "plans-002"]
    assert room.endpoint("plans") not in [(node.host, node.port) for node in pair.nodes]
    client(room.endpoint("plans")).set("plan:1", "kept")
    assert client((first.host, first.port)).get("plan:1") == "kept"
    with pytest.raises(redis.ReadOnlyError):
        client((second.host, second.port)).set("plan:1", "else")


def test_everything_listens_on_loopback_only(pair: Group) -> None:
    for node in pair.nodes:
        assert node.process is not None
        listening = [
            connection.laddr.ip
            for connection in psutil.Process(node.process.pid).net_connections()
            if connection.status == psutil.CONN_LISTEN
        ]
        assert listening
        assert all(address.startswith("127.") for address in listening)


def test_a_cache_that_cannot_come_up_says_so(
    room: Caches, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "valkey-server"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(valkey, "binary", lambda: broken)
    with pytest.raises(CacheFailed, match="limits did not come up"):
        room.bring_up(Wanted("limits", alone=True))


def test_stop_leaves_no_process(room: Caches, pair: Group) -> None:
    pids = [node.process.pid for node in pair.nodes if node.process]
    room.stop()
    room.stop()
    assert not any(psutil.pid_exists(pid) for pid in pids)
    assert room.processes.pids() == {}


# --- full ----------------------------------------------------------------------------------------


def test_full_it_evicts_and_the_figures_say_so(room: Caches, single: Group) -> None:
    at = client(single.endpoint)
    room.samples()
    fill(at, 12_000)
    figures = {sample.name: sample for sample in room.samples()}
    assert figures["Evictions"].value > 1000
    assert figures["Evictions"].value == float(at.info("stats")["evicted_keys"])
    assert 90 < figures["DatabaseMemoryUsagePercentage"].value <= 101
    assert figures["CurrItems"].value == at.dbsize() < 12_000


def test_without_eviction_it_refuses(room: Caches) -> None:
    group = room.bring_up(Wanted("limits", max_memory=4, eviction="noeviction", alone=True))
    at = client(group.endpoint)
    fill(at, 5000)
    with pytest.raises(redis.OutOfMemoryError):
        at.set("one", "x" * 100_000)


# --- figures -------------------------------------------------------------------------------------


def test_figures_count_since_the_last_look(room: Caches, single: Group) -> None:
    at = client(single.endpoint)
    first = {sample.name for sample in room.samples()}
    assert "CacheHits" not in first  # nothing to count from
    assert {"CurrConnections", "BytesUsedForCache", "FreeableMemory"} <= first
    at.set("a", 1)
    for name in ("a", "a", "a", "b"):
        at.get(name)
    samples = room.samples()
    figures = {sample.name: (sample.value, sample.unit) for sample in samples}
    wanted = {
        "CacheHits": (3, "Count"),
        "CacheMisses": (1, "Count"),
        "CacheHitRate": (75, "Percent"),
        "CurrConnections": (2, "Count"),  # the test's, and the lab's own
        "IsMaster": (1, "Count"),
    }
    assert {name: figures[name] for name in wanted} == wanted
    assert 0 <= figures["EngineCPUUtilization"][0] <= 100
    quiet = {sample.name: sample.value for sample in room.samples()}
    assert (quiet["CacheHits"], quiet["CacheMisses"]) == (0, 0)
    assert "CacheHitRate" not in quiet


def test_each_figure_has_both_sets_of_dimensions(room: Caches, pair: Group) -> None:
    found = {
        tuple(sorted(sample.dimensions.items()))
        for sample in room.samples()
        if sample.name == "BytesUsedForCache"
    }
    alone = {(("CacheClusterId", node.id),) for node in pair.nodes}
    assert found == alone | {(*of, ("CacheNodeId", "0001")) for of in alone}
    assert measuring.NAMESPACE == "AWS/ElastiCache"
    lag = {s.dimensions["CacheClusterId"] for s in room.samples() if s.name == "ReplicationLag"}
    assert lag == {"plans-002"}


def test_a_node_that_hangs_costs_one_short_wait(room: Caches, single: Group) -> None:
    process = single.nodes[0].process
    assert process is not None
    os.kill(process.pid, signal.SIGSTOP)
    try:
        started = time.monotonic()
        for _ in range(5):
            # The system still says how busy its process is; nobody says anything else.
            assert {s.name for s in room.samples()} <= {"CPUUtilization", "EngineCPUUtilization"}
            room.tick()
        assert time.monotonic() - started < 1.0
    finally:
        os.kill(process.pid, signal.SIGCONT)


# --- snapshots -----------------------------------------------------------------------------------


def test_what_was_written_before_a_snapshot_is_counted_after_its_restore(
    room: Caches, api: ElastiCache, pair: Group
) -> None:
    at = client(pair.endpoint)
    fill(at, 500, prefix="plan")
    caught_up(room, pair)
    made = ask(api, "CreateSnapshot", ReplicationGroupId="plans", SnapshotName="Before-1")
    assert made["Snapshot"]["SnapshotStatus"] == "creating"
    assert pair.status is Status.SNAPSHOTTING
    settle(room, pair)
    assert room.kept.snapshots["before-1"].status == "available"
    assert room.labour.snapshot_file("before-1").read_bytes()[:6] in (b"REDIS0", b"VALKEY")
    at.flushall()
    ask(
        api,
        "CreateReplicationGroup",
        ReplicationGroupId="again",
        ReplicationGroupDescription="from a snapshot",
        SnapshotName="before-1",
    )
    restored = room.kept.groups["again"]
    settle(room, restored)
    found = client(restored.endpoint)
    assert found.dbsize() == 500
    assert found.get("plan:499") == "x" * 1000
    assert found.ttl("plan:1") > 3500
    assert at.dbsize() == 0
    assert maxmemory(found) == maxmemory(at)


def test_a_snapshot_that_cannot_be_written_leaves_no_snapshot(
    room: Caches, api: ElastiCache, single: Group
) -> None:
    ask(api, "CreateSnapshot", CacheClusterId="limits", SnapshotName="lost")
    room.servers.stop(single.nodes[0])
    until(room, lambda: "lost" not in room.kept.snapshots)
    assert ("limits", "Snapshot failed for snapshot with ID 'lost'") in events(room)


def test_a_copy_outlives_its_source(room: Caches, api: ElastiCache, single: Group) -> None:
    client(single.endpoint).set("a", "1")
    ask(api, "CreateSnapshot", CacheClusterId="limits", SnapshotName="one")
    settle(room, single)
    ask(api, "CopySnapshot", SourceSnapshotName="one", TargetSnapshotName="two")
    assert (
        ask(api, "DeleteSnapshot", SnapshotName="one")["Snapshot"]["SnapshotStatus"] == "deleting"
    )
    until(room, lambda: "one" not in room.kept.snapshots)
    assert not room.labour.snapshot_file("one").exists()
    ask(
        api,
        "CreateCacheCluster",
        CacheClusterId="third",
        Engine="redis",
        SnapshotName="two",
    )
    settle(room, room.kept.groups["third"])
    assert client(room.endpoint("third")).get("a") == "1"


# --- restarts, failures --------------------------------------------------------------------------


def test_a_reboot_empties_the_cache(room: Caches, api: ElastiCache, single: Group) -> None:
    client(single.endpoint).set("a", "1")
    before = single.nodes[0].process
    said = ask(api, "RebootCacheCluster", CacheClusterId="limits", CacheNodeIdsToReboot=["0001"])
    assert said["CacheCluster"]["CacheClusterStatus"] == "rebooting cluster nodes"
    room.tick()
    with pytest.raises(redis.ConnectionError):
        client(single.endpoint).ping()
    settle(room, single)
    assert single.nodes[0].process is not before
    assert client(single.endpoint).dbsize() == 0
    assert ("limits", "Cache node 0001 restarted") in events(room)


def test_a_node_that_was_killed_is_replaced(room: Caches, single: Group) -> None:
    process = single.nodes[0].process
    assert process is not None
    process.kill()
    process.wait()
    until(room, lambda: len(room.kept.events) == 2)
    assert client(single.endpoint).ping()
    assert [message for _, message in events(room)] == [
        "Recovering cache nodes 0001",
        "Finished recovery for cache nodes 0001",
    ]


def test_a_primary_that_was_killed_hands_over(room: Caches, pair: Group) -> None:
    at = client(pair.endpoint)
    fill(at, 200)
    old, new = pair.nodes
    caught_up(room, pair)
    assert old.process is not None
    old.process.kill()
    old.process.wait()
    until(room, lambda: pair.primary is new)
    assert client(pair.endpoint).dbsize() == 200  # the same endpoint
    settle(room, pair)
    assert room.servers.is_copy(old)
    assert client((old.host, old.port)).dbsize() == 200


def test_failover_keeps_endpoint_and_data(room: Caches, api: ElastiCache, pair: Group) -> None:
    at = client(pair.endpoint)
    fill(at, 300)
    new = pair.nodes[1]
    caught_up(room, pair)
    said = ask(api, "TestFailover", ReplicationGroupId="plans", NodeGroupId="0001")
    assert said["ReplicationGroup"]["Status"] == "modifying"
    settle(room, pair)
    assert pair.primary is new
    after = client(pair.endpoint)
    assert after.dbsize() == 300
    after.set("b", "2")
    told = [one for one in events(room) if "ailover" in one[1] or "recover" in one[1].lower()]
    done = "Failover from primary node plans-001 to replica node plans-002 completed"
    assert told == [
        ("plans", "Test Failover API called for node group 0001"),
        ("plans-002", done),
        ("plans", done),
        ("plans-001", "Recovering cache nodes 0001"),
        ("plans-001", "Finished recovery for cache nodes 0001"),
    ]
    members = ask(api, "DescribeReplicationGroups")["ReplicationGroups"][0]["NodeGroups"][0]
    roles = {one["CacheClusterId"]: one["CurrentRole"] for one in members["NodeGroupMembers"]}
    assert roles == {"plans-001": "replica", "plans-002": "primary"}


def test_promoting_another_node_loses_nothing(room: Caches, api: ElastiCache, pair: Group) -> None:
    fill(client(pair.endpoint), 300)
    ask(
        api,
        "ModifyReplicationGroup",
        ReplicationGroupId="plans",
        PrimaryClusterId="plans-002",
        AutomaticFailoverEnabled=False,
        MultiAZEnabled=False,
        ApplyImmediately=True,
    )
    settle(room, pair)
    assert pair.primary is pair.nodes[1]
    assert client(pair.endpoint).dbsize() == 300
    first = pair.nodes[0]
    assert client((first.host, first.port)).info("replication")["role"] == "slave"


def test_where_there_are_no_more_addresses_the_endpoint_is_a_port(
    room: Caches, api: ElastiCache
) -> None:
    room.addresses.aliased = False
    group = room.bring_up(Wanted("plans", max_memory=8, replicas=1))
    until(room, lambda: room.servers.is_copy(group.nodes[1]))
    client(group.endpoint).set("a", "1")
    until(room, lambda: client((group.nodes[1].host, group.nodes[1].port)).get("a") == "1")
    ask(api, "TestFailover", ReplicationGroupId="plans", NodeGroupId="0001")
    settle(room, group)
    assert group.primary is group.nodes[1]
    assert client(group.endpoint).get("a") == "1"
    client(group.endpoint).set("b", "2")
    assert len({node.port for node in group.nodes}) == 2


# --- changes -------------------------------------------------------------------------------------


def test_a_larger_type_holds_more_and_loses_nothing(
    room: Caches, api: ElastiCache, single: Group
) -> None:
    at = client(single.endpoint)
    fill(at, 100)
    before = maxmemory(at)
    ask(api, "ModifyCacheCluster", CacheClusterId="limits", CacheNodeType="cache.m5.large")
    assert single.status is Status.AVAILABLE  # it waits for the window
    shown = ask(api, "DescribeCacheClusters")["CacheClusters"][0]
    assert shown["PendingModifiedValues"] == {"CacheNodeType": "cache.m5.large"}
    said = ask(api, "ModifyCacheCluster", CacheClusterId="limits", ApplyImmediately=True)
    assert said["CacheCluster"]["CacheClusterStatus"] == "modifying"
    settle(room, single)
    times = MAXMEMORY["cache.m5.large"] / MAXMEMORY["cache.t3.medium"]
    assert maxmemory(at) == pytest.approx(before * times, rel=0.001)
    assert at.dbsize() == 100
    shown = ask(api, "DescribeCacheClusters")["CacheClusters"][0]
    assert (shown["CacheNodeType"], shown["PendingModifiedValues"]) == ("cache.m5.large", {})


def test_a_parameter_group_reaches_the_server(
    room: Caches, api: ElastiCache, single: Group
) -> None:
    at = client(single.endpoint)
    ask(
        api,
        "CreateCacheParameterGroup",
        CacheParameterGroupName="strict",
        CacheParameterGroupFamily="redis7",
        Description="refuses when full",
    )
    ask(
        api,
        "ModifyCacheCluster",
        CacheClusterId="limits",
        CacheParameterGroupName="strict",
        ApplyImmediately=True,
    )
    settle(room, single)
    pair = {"ParameterName": "maxmemory-policy", "ParameterValue": "noeviction"}
    ask(
        api,
        "ModifyCacheParameterGroup",
        CacheParameterGroupName="strict",
        ParameterNameValues=[pair],
    )
    assert at.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    found = ask(api, "DescribeCacheParameters", CacheParameterGroupName="strict", Source="user")
    assert [(p["ParameterName"], p["ParameterValue"]) for p in found["Parameters"]] == [
        ("maxmemory-policy", "noeviction")
    ]


def test_every_parameter_s_default_is_allowed_and_known_to_the_server(single: Group) -> None:
    known = client(single.endpoint).config_get("*")
    for parameter in PARAMETERS.values():
        assert allows(parameter, parameter.default), parameter
        assert not parameter.server or parameter.name in known, parameter
    assert not allows(PARAMETERS["timeout"], "10")
    assert allows(PARAMETERS["timeout"], "20")


def test_a_replica_is_added_and_taken_away(room: Caches, api: ElastiCache, pair: Group) -> None:
    client(pair.endpoint).set("a", "1")
    ask(api, "CreateCacheCluster", CacheClusterId="extra", ReplicationGroupId="plans")
    settle(room, pair)
    extra = pair.nodes[2]
    assert extra.id == "extra"
    assert client((extra.host, extra.port)).get("a") == "1"
    ask(api, "DeleteCacheCluster", CacheClusterId="extra")
    until(room, lambda: len(pair.nodes) == 2)
    assert extra.process is None


def test_deleting_takes_a_last_snapshot(room: Caches, api: ElastiCache, pair: Group) -> None:
    fill(client(pair.endpoint), 50)
    processes = [node.process for node in pair.nodes]
    ask(
        api,
        "DeleteReplicationGroup",
        ReplicationGroupId="plans",
        FinalSnapshotIdentifier="farewell",
    )
    assert pair.status is Status.DELETING
    until(room, lambda: "plans" not in room.kept.groups)
    assert all(process is not None and process.poll() is not None for process in processes)
    assert room.kept.snapshots["farewell"].status == "available"
    assert room.labour.snapshot_file("farewell").stat().st_size > 500


def test_the_primary_may_be_kept(room: Caches, api: ElastiCache, pair: Group) -> None:
    client(pair.endpoint).set("a", "1")
    ask(api, "DeleteReplicationGroup", ReplicationGroupId="plans", RetainPrimaryCluster=True)
    until(room, lambda: "plans" not in room.kept.groups)
    kept = ask(api, "DescribeCacheClusters", ShowCacheNodeInfo=True)["CacheClusters"]
    assert [one["CacheClusterId"] for one in kept] == ["plans-001"]
    assert "ReplicationGroupId" not in kept[0]
    endpoint = kept[0]["CacheNodes"][0]["Endpoint"]
    assert client((endpoint["Address"], endpoint["Port"])).get("a") == "1"


# --- sizes ---------------------------------------------------------------------------------------


def test_a_type_s_memory_is_scaled_and_bounded() -> None:
    scale = scale_of("cache.t3.micro", 8 * 2**20)
    assert lab_memory("cache.t3.micro", scale) == 8 * 2**20
    assert lab_memory("cache.r6g.16xlarge", 1) == MOST
    up, down = modifications("cache.t3.small")
    assert "cache.t3.micro" in down
    assert "cache.t3.medium" in up
    assert "cache.t3.small" not in [*up, *down]


def test_work_that_fails_stops_no_other(
    room: Caches, single: Group, caplog: pytest.LogCaptureFixture
) -> None:
    def fails() -> work.Work:
        yield
        raise RuntimeError("on purpose")

    room._work.insert(0, fails())
    room.reboot(single, single.nodes[0])
    settle(room, single)
    assert "on purpose" in caplog.text
