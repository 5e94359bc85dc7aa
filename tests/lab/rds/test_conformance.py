"""What RDS answers and what it refuses, each case beside the page of documentation it is from.

A case is an operation, what is asked, and the code of the refusal ("" where it is answered). Texts
of messages are not in the documentation, so they are not judged here.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from moto.core.parse import XFormedDict
from tests.lab.rds.bench import Bench

from steadyhand.lab.cloud.seam import Refusal
from steadyhand.lab.rds.model import Snapshot, Status, new_resource
from steadyhand.lab.rds.operations.validation import page

pytestmark = pytest.mark.lab

API = "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_"
GUIDE = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/"
ARN = "arn:aws:rds:us-east-1:123456789012:"

VALUE, COMBINATION = "InvalidParameterValue", "InvalidParameterCombination"
STATE = "InvalidDBInstanceState"

NEW: dict[str, Any] = {
    "DBInstanceIdentifier": "made-new",
    "DBInstanceClass": "db.t3.micro",
    "Engine": "postgres",
    "AllocatedStorage": 20,
    "MasterUsername": "owner",
    "MasterUserPassword": "long-enough",
}
PLAIN = {"DBInstanceIdentifier": "plain"}
GROUP = {"DBParameterGroupName": "plain-parameters"}
LOG = {"LogFileName": "error/x", **PLAIN}
RESTORE = {"SourceDBInstanceIdentifier": "plain", "TargetDBInstanceIdentifier": "made-new"}


def parameter(name: str, value: str, method: str = "immediate") -> dict[str, Any]:
    row = {"ParameterName": name, "ParameterValue": value, "ApplyMethod": method}
    return {"Parameters": [row], **GROUP}


Case = tuple[str, dict[str, Any], str, str]

CREATE = API + "CreateDBInstance.html"
CREATING: list[Case] = [
    ("CreateDBInstance", {**NEW, "DBInstanceIdentifier": "plain"}, "DBInstanceAlreadyExists",
     CREATE),
    ("CreateDBInstance", {**NEW, "DBInstanceIdentifier": "PLAIN"}, "DBInstanceAlreadyExists",
     CREATE),
    ("CreateDBInstance", {**NEW, "DBInstanceIdentifier": "1st"}, VALUE, CREATE),
    ("CreateDBInstance", {**NEW, "DBInstanceIdentifier": "a--b"}, VALUE, CREATE),
    ("CreateDBInstance", {**NEW, "DBInstanceIdentifier": "ends-"}, VALUE, CREATE),
    ("CreateDBInstance", {**NEW, "DBInstanceIdentifier": "under_score"}, VALUE, CREATE),
    ("CreateDBInstance", {**NEW, "DBInstanceIdentifier": "a" * 64}, VALUE, CREATE),
    ("CreateDBInstance", {**NEW, "DBInstanceClass": "db.t3.huge"}, VALUE, CREATE),
    ("CreateDBInstance", {**NEW, "DBInstanceClass": "t3.micro"}, VALUE, CREATE),
    ("CreateDBInstance", {**NEW, "Engine": "postgresql"}, VALUE, CREATE),
    ("CreateDBInstance", {**NEW, "EngineVersion": "9.6"}, COMBINATION, CREATE),
    ("CreateDBInstance", {**NEW, "AllocatedStorage": 19}, VALUE, CREATE),
    ("CreateDBInstance", {**NEW, "AllocatedStorage": 65537}, VALUE, CREATE),
    ("CreateDBInstance", {**NEW, "StorageType": "io1", "AllocatedStorage": 99, "Iops": 1000},
     VALUE, CREATE),
    ("CreateDBInstance", {**NEW, "StorageType": "io1", "AllocatedStorage": 100}, COMBINATION,
     CREATE),
    ("CreateDBInstance", {**NEW, "StorageType": "gp2", "Iops": 3000}, COMBINATION, CREATE),
    ("CreateDBInstance", {**NEW, "StorageType": "ssd"}, VALUE, CREATE),
    ("CreateDBInstance", {**NEW, "MasterUsername": "rdsadmin"}, VALUE, CREATE),
    ("CreateDBInstance", {**NEW, "MasterUsername": "9lives"}, VALUE, CREATE),
    ("CreateDBInstance", {**NEW, "MasterUsername": None}, VALUE, CREATE),
    ("CreateDBInstance", {**NEW, "MasterUserPassword": "seven77"}, VALUE, CREATE),
    ("CreateDBInstance", {**NEW, "MasterUserPassword": "x" * 129}, VALUE, CREATE),
    ("CreateDBInstance", {**NEW, "MasterUserPassword": None}, VALUE, CREATE),
    ("CreateDBInstance", {**NEW, "DBName": "1shop"}, VALUE, CREATE),
    ("CreateDBInstance", {**NEW, "DBName": "my-shop"}, VALUE, CREATE),
    ("CreateDBInstance", {**NEW, "BackupRetentionPeriod": 36}, VALUE, CREATE),
    ("CreateDBInstance", {**NEW, "BackupRetentionPeriod": -1}, VALUE, CREATE),
    ("CreateDBInstance", {**NEW, "PreferredBackupWindow": "3:00-4:00"}, VALUE, CREATE),
    ("CreateDBInstance", {**NEW, "PreferredBackupWindow": "03:00-03:29"}, VALUE, CREATE),
    ("CreateDBInstance", {**NEW, "PreferredMaintenanceWindow": "someday:03:00-someday:04:00"},
     VALUE, CREATE),
    ("CreateDBInstance", {**NEW, "PreferredMaintenanceWindow": "sun:03:00-sun:03:20"}, VALUE,
     CREATE),
    ("CreateDBInstance", {**NEW, "PreferredBackupWindow": "03:00-04:00",
                          "PreferredMaintenanceWindow": "mon:03:30-mon:04:30"}, COMBINATION,
     CREATE),
    ("CreateDBInstance", {**NEW, "Port": 1149}, VALUE, CREATE),
    ("CreateDBInstance", {**NEW, "Port": 65536}, VALUE, CREATE),
    ("CreateDBInstance", {**NEW, "MultiAZ": True, "AvailabilityZone": "us-east-1a"},
     COMBINATION, CREATE),
    ("CreateDBInstance", {**NEW, "AvailabilityZone": "eu-west-1a"}, VALUE, CREATE),
    ("CreateDBInstance", {**NEW, "DBParameterGroupName": "nowhere"}, "DBParameterGroupNotFound",
     CREATE),
    ("CreateDBInstance", {**NEW, "DBSubnetGroupName": "nowhere"}, "DBSubnetGroupNotFoundFault",
     CREATE),
    ("CreateDBInstance", {**NEW, "EnableCloudwatchLogsExports": ["slowquery"]}, COMBINATION,
     CREATE),
    ("CreateDBInstance", {**NEW, "Tags": [{"Key": "aws:mine", "Value": "x"}]}, VALUE,
     GUIDE + "USER_Tagging.html"),
]  # fmt: skip

MODIFYING_PAGE = API + "ModifyDBInstance.html"
MODIFYING: list[Case] = [
    ("ModifyDBInstance", {"DBInstanceIdentifier": "nobody", "MultiAZ": True}, "DBInstanceNotFound",
     MODIFYING_PAGE),
    ("ModifyDBInstance", PLAIN, COMBINATION, MODIFYING_PAGE),
    ("ModifyDBInstance", {**PLAIN, "ApplyImmediately": True}, COMBINATION, MODIFYING_PAGE),
    *(
        ("ModifyDBInstance", {**PLAIN, "MasterUserPassword": text}, VALUE, MODIFYING_PAGE)
        for text in ("short77", "x" * 129, "with/slash1", "with@at-sign", 'with"quote1',
                     "with space1", "wïth-umlaut", "tab\tinside1")
    ),
    ("ModifyDBInstance", {**PLAIN, "DBInstanceClass": "db.x9.large"}, VALUE, MODIFYING_PAGE),
    ("ModifyDBInstance", {**PLAIN, "AllocatedStorage": 50}, COMBINATION, MODIFYING_PAGE),
    ("ModifyDBInstance", {**PLAIN, "BackupRetentionPeriod": 40}, VALUE, MODIFYING_PAGE),
    ("ModifyDBInstance", {"DBInstanceIdentifier": "pair",
     "PreferredBackupWindow": "05:00-05:45"}, COMBINATION,
     MODIFYING_PAGE),
    ("ModifyDBInstance", {**PLAIN, "NewDBInstanceIdentifier": "pair"}, "DBInstanceAlreadyExists",
     MODIFYING_PAGE),
    ("ModifyDBInstance", {**PLAIN, "DBParameterGroupName": "nowhere"}, "DBParameterGroupNotFound",
     MODIFYING_PAGE),
]  # fmt: skip

ENDING: list[Case] = [
    ("DeleteDBInstance", {"DBInstanceIdentifier": "nobody", "SkipFinalSnapshot": True},
     "DBInstanceNotFound", API + "DeleteDBInstance.html"),
    ("DeleteDBInstance", PLAIN, COMBINATION, API + "DeleteDBInstance.html"),
    ("DeleteDBInstance", {**PLAIN, "SkipFinalSnapshot": True, "FinalDBSnapshotIdentifier": "x"},
     COMBINATION, API + "DeleteDBInstance.html"),
    ("DeleteDBInstance", {**PLAIN, "FinalDBSnapshotIdentifier": "two--hyphens"}, VALUE,
     API + "DeleteDBInstance.html"),
    ("RebootDBInstance", {"DBInstanceIdentifier": "nobody"}, "DBInstanceNotFound",
     API + "RebootDBInstance.html"),
    ("RebootDBInstance", {**PLAIN, "ForceFailover": True}, COMBINATION,
     API + "RebootDBInstance.html"),
    ("StartDBInstance", PLAIN, STATE, API + "StartDBInstance.html"),
    ("StopDBInstance", {"DBInstanceIdentifier": "nobody"}, "DBInstanceNotFound",
     API + "StopDBInstance.html"),
    ("PromoteReadReplica", PLAIN, STATE, API + "PromoteReadReplica.html"),
    ("PromoteReadReplica", {"DBInstanceIdentifier": "nobody"}, "DBInstanceNotFound",
     API + "PromoteReadReplica.html"),
    ("CreateDBInstanceReadReplica", {"DBInstanceIdentifier": "made-new",
     "SourceDBInstanceIdentifier": "nobody"}, "DBInstanceNotFound",
     API + "CreateDBInstanceReadReplica.html"),
    ("CreateDBInstanceReadReplica", {"DBInstanceIdentifier": "pair",
     "SourceDBInstanceIdentifier": "plain"}, "DBInstanceAlreadyExists",
     API + "CreateDBInstanceReadReplica.html"),
]  # fmt: skip

SNAPSHOTS: list[Case] = [
    ("CreateDBSnapshot", {"DBSnapshotIdentifier": "x1", "DBInstanceIdentifier": "nobody"},
     "DBInstanceNotFound", API + "CreateDBSnapshot.html"),
    ("CreateDBSnapshot", {"DBSnapshotIdentifier": "taken", **PLAIN}, "DBSnapshotAlreadyExists",
     API + "CreateDBSnapshot.html"),
    ("CreateDBSnapshot", {"DBSnapshotIdentifier": "1x", **PLAIN}, VALUE,
     API + "CreateDBSnapshot.html"),
    ("CreateDBSnapshot", {"DBSnapshotIdentifier": "x" * 256, **PLAIN}, VALUE,
     API + "CreateDBSnapshot.html"),
    ("DeleteDBSnapshot", {"DBSnapshotIdentifier": "nothing"}, "DBSnapshotNotFound",
     API + "DeleteDBSnapshot.html"),
    ("DeleteDBSnapshot", {"DBSnapshotIdentifier": "rds:plain-automated"}, "InvalidDBSnapshotState",
     API + "DeleteDBSnapshot.html"),
    ("DeleteDBSnapshot", {"DBSnapshotIdentifier": "half-made"}, "InvalidDBSnapshotState",
     API + "DeleteDBSnapshot.html"),
    ("CopyDBSnapshot", {"SourceDBSnapshotIdentifier": "nothing",
     "TargetDBSnapshotIdentifier": "x1"}, "DBSnapshotNotFound", API + "CopyDBSnapshot.html"),
    ("CopyDBSnapshot", {"SourceDBSnapshotIdentifier": "half-made",
     "TargetDBSnapshotIdentifier": "x1"}, "InvalidDBSnapshotState", API + "CopyDBSnapshot.html"),
    ("CopyDBSnapshot", {"SourceDBSnapshotIdentifier": "taken",
     "TargetDBSnapshotIdentifier": "taken"}, "DBSnapshotAlreadyExists",
     API + "CopyDBSnapshot.html"),
    ("RestoreDBInstanceFromDBSnapshot", {"DBInstanceIdentifier": "made-new",
     "DBSnapshotIdentifier": "nothing"}, "DBSnapshotNotFound",
     API + "RestoreDBInstanceFromDBSnapshot.html"),
    ("RestoreDBInstanceFromDBSnapshot", {"DBInstanceIdentifier": "plain",
     "DBSnapshotIdentifier": "taken"}, "DBInstanceAlreadyExists",
     API + "RestoreDBInstanceFromDBSnapshot.html"),
    ("RestoreDBInstanceFromDBSnapshot", {"DBInstanceIdentifier": "made-new",
     "DBSnapshotIdentifier": "half-made"}, "InvalidDBSnapshotState",
     API + "RestoreDBInstanceFromDBSnapshot.html"),
    ("RestoreDBInstanceFromDBSnapshot", {"DBInstanceIdentifier": "made-new",
     "DBSnapshotIdentifier": "taken", "AllocatedStorage": 50}, COMBINATION,
     API + "RestoreDBInstanceFromDBSnapshot.html"),
    ("RestoreDBInstanceToPointInTime", RESTORE, COMBINATION,
     API + "RestoreDBInstanceToPointInTime.html"),
    ("RestoreDBInstanceToPointInTime", {**RESTORE, "UseLatestRestorableTime": True,
     "RestoreTime": datetime(2026, 1, 1, tzinfo=UTC)}, COMBINATION,
     API + "RestoreDBInstanceToPointInTime.html"),
    ("RestoreDBInstanceToPointInTime", {**RESTORE, "RestoreTime": "2025-01-27T12:00:00Z"}, VALUE,
     API + "RestoreDBInstanceToPointInTime.html"),
    ("RestoreDBInstanceToPointInTime", {**RESTORE, "SourceDBInstanceIdentifier": "nobody",
     "UseLatestRestorableTime": True}, "DBInstanceNotFound",
     API + "RestoreDBInstanceToPointInTime.html"),
    ("RestoreDBInstanceToPointInTime", {**RESTORE, "TargetDBInstanceIdentifier": "pair",
     "UseLatestRestorableTime": True}, "DBInstanceAlreadyExists",
     API + "RestoreDBInstanceToPointInTime.html"),
    ("RestoreDBInstanceToPointInTime", {**RESTORE, "SourceDBInstanceIdentifier": "ghost",
     "UseLatestRestorableTime": True}, "PointInTimeRestoreNotEnabled",
     API + "RestoreDBInstanceToPointInTime.html"),
]  # fmt: skip

GROUPS_PAGE = API + "ModifyDBParameterGroup.html"
GROUPS: list[Case] = [
    ("CreateDBParameterGroup", {**GROUP, "DBParameterGroupFamily": "postgres18",
     "Description": "x"}, "DBParameterGroupAlreadyExists", API + "CreateDBParameterGroup.html"),
    ("CreateDBParameterGroup", {"DBParameterGroupName": "g1", "Description": "x",
     "DBParameterGroupFamily": "postgres3"}, VALUE, API + "CreateDBParameterGroup.html"),
    ("CreateDBParameterGroup", {"DBParameterGroupName": "1g", "Description": "x",
     "DBParameterGroupFamily": "postgres18"}, VALUE, API + "CreateDBParameterGroup.html"),
    ("DeleteDBParameterGroup", GROUP, "InvalidDBParameterGroupState",
     API + "DeleteDBParameterGroup.html"),
    ("DeleteDBParameterGroup", {"DBParameterGroupName": "default.postgres18"}, VALUE,
     API + "DeleteDBParameterGroup.html"),
    ("ModifyDBParameterGroup", {**parameter("work_mem", "1024"),
     "DBParameterGroupName": "default.postgres18"}, VALUE, GROUPS_PAGE),
    ("ModifyDBParameterGroup", {**parameter("work_mem", "1024"), "DBParameterGroupName": "none"},
     "DBParameterGroupNotFound", GROUPS_PAGE),
    ("ModifyDBParameterGroup", parameter("no_such_parameter", "1"), VALUE, GROUPS_PAGE),
    ("ModifyDBParameterGroup", parameter("fsync", "0"), VALUE, GROUPS_PAGE),
    ("ModifyDBParameterGroup", parameter("log_min_duration_statement", "-2"), VALUE, GROUPS_PAGE),
    ("ModifyDBParameterGroup", parameter("log_min_duration_statement", "1.5"), VALUE, GROUPS_PAGE),
    ("ModifyDBParameterGroup", parameter("log_min_duration_statement", "slow"), VALUE, GROUPS_PAGE),
    ("ModifyDBParameterGroup", parameter("max_connections", "100"), COMBINATION, GROUPS_PAGE),
    ("ModifyDBParameterGroup", parameter("max_connections", "999999999", "pending-reboot"), VALUE,
     GROUPS_PAGE),
    ("ModifyDBParameterGroup", parameter("log_statement", "everything"), VALUE, GROUPS_PAGE),
    ("ModifyDBParameterGroup", parameter("autovacuum", "on"), VALUE, GROUPS_PAGE),
    ("ModifyDBParameterGroup", parameter("work_mem", "4096", "later"), VALUE, GROUPS_PAGE),
    ("ModifyDBParameterGroup", {**GROUP, "Parameters": parameter("work_mem", "1024")["Parameters"]
     * 21}, COMBINATION, GROUPS_PAGE),
    ("DescribeDBParameters", {"DBParameterGroupName": "none"}, "DBParameterGroupNotFound",
     API + "DescribeDBParameters.html"),
    ("DescribeDBParameters", {**GROUP, "Source": "mine"}, VALUE,
     API + "DescribeDBParameters.html"),
    ("DescribeDBParameters", {**GROUP, "Source": "user"}, "", API + "DescribeDBParameters.html"),
]  # fmt: skip

EVENTS_PAGE = API + "DescribeEvents.html"
QUESTIONS: list[Case] = [
    ("DescribeDBInstances", {"DBInstanceIdentifier": "nobody"}, "DBInstanceNotFound",
     API + "DescribeDBInstances.html"),
    ("DescribeDBInstances", {"DBInstanceIdentifier": "PLAIN"}, "",
     API + "DescribeDBInstances.html"),
    ("DescribeDBInstances", {"DBInstanceIdentifier": ARN + "db:plain"}, "",
     API + "DescribeDBInstances.html"),
    ("DescribeDBInstances", {"MaxRecords": 19}, VALUE, API + "DescribeDBInstances.html"),
    ("DescribeDBInstances", {"MaxRecords": 101}, VALUE, API + "DescribeDBInstances.html"),
    ("DescribeDBInstances", {"MaxRecords": 20}, "", API + "DescribeDBInstances.html"),
    ("DescribeDBInstances", {"Filters": [{"Name": "colour", "Values": ["red"]}]}, VALUE,
     API + "DescribeDBInstances.html"),
    ("DescribeDBInstances", {"Marker": "no marker"}, VALUE, API + "DescribeDBInstances.html"),
    ("DescribeDBSnapshots", {"MaxRecords": 5, **PLAIN}, VALUE, API + "DescribeDBSnapshots.html"),
    ("DescribeDBSnapshots", {"DBSnapshotIdentifier": "nothing"}, "DBSnapshotNotFound",
     API + "DescribeDBSnapshots.html"),
    ("DescribeDBSnapshots", {"SnapshotType": "nightly"}, VALUE, API + "DescribeDBSnapshots.html"),
    ("DescribeDBSnapshots", {"SnapshotType": "automated", **PLAIN}, "",
     API + "DescribeDBSnapshots.html"),
    ("DescribeDBLogFiles", {"DBInstanceIdentifier": "nobody"}, "DBInstanceNotFound",
     API + "DescribeDBLogFiles.html"),
    ("DownloadDBLogFilePortion", LOG, "DBLogFileNotFoundFault",
     API + "DownloadDBLogFilePortion.html"),
    ("DescribeEvents", {"SourceIdentifier": "plain"}, COMBINATION, EVENTS_PAGE),
    ("DescribeEvents", {"SourceType": "database"}, VALUE, EVENTS_PAGE),
    ("DescribeEvents", {"Duration": 20161}, VALUE, EVENTS_PAGE),
    ("DescribeEvents", {"Duration": 20160}, "", EVENTS_PAGE),
    ("DescribeEvents", {"StartTime": "2026-02-02T00:00:00Z", "EndTime": "2026-02-01T00:00:00Z"},
     COMBINATION, EVENTS_PAGE),
    ("DescribeDBSubnetGroups", {"DBSubnetGroupName": "nowhere"}, "DBSubnetGroupNotFoundFault",
     API + "DescribeDBSubnetGroups.html"),
    ("DescribeDBSubnetGroups", {}, "", API + "DescribeDBSubnetGroups.html"),
    ("ListTagsForResource", {"ResourceName": "plain"}, VALUE, API + "ListTagsForResource.html"),
    ("ListTagsForResource", {"ResourceName": ARN + "db:nobody"}, "DBInstanceNotFound",
     API + "ListTagsForResource.html"),
    ("ListTagsForResource", {"ResourceName": ARN + "pg:plain-parameters"}, "",
     API + "ListTagsForResource.html"),
    ("AddTagsToResource", {"ResourceName": ARN + "db:plain",
     "Tags": [{"Key": "k" * 129, "Value": "x"}]}, VALUE, API + "AddTagsToResource.html"),
    ("AddTagsToResource", {"ResourceName": ARN + "db:plain",
     "Tags": [{"Key": f"k{n}", "Value": "x"} for n in range(51)]}, VALUE,
     API + "AddTagsToResource.html"),
]  # fmt: skip

CASES = [*CREATING, *MODIFYING, *ENDING, *SNAPSHOTS, *GROUPS, *QUESTIONS]


@pytest.fixture(scope="module")
def room(bench: Bench) -> Iterator[Bench]:
    """Beside the real instances, things that are asked about and that no server is behind."""
    bench.rests("plain")
    bench.rests("pair")
    inside, plain = bench.rds.room, bench.live("plain").instance
    ghost = replace(
        plain, identifier="ghost", resource_id=new_resource(), retention_days=0, pending={}
    )
    inside.add(ghost)
    kept = inside.snapshots_of(plain)[0]
    for name, kind, status in (
        ("taken", "manual", "available"),
        ("half-made", "manual", "creating"),
        ("rds:plain-automated", "automated", "available"),
    ):
        changes: dict[str, Any] = {"identifier": name, "kind": kind, "status": status}
        made: Snapshot = replace(kept, resource_id="db-NOBODYS", **changes)
        inside.snapshots[name] = made
    yield bench
    for name in ("taken", "half-made", "rds:plain-automated"):
        inside.snapshots.pop(name, None)
    inside.lives.pop("ghost", None)


def test_there_are_enough_cases_and_each_has_its_page() -> None:
    assert len(CASES) >= 80
    assert all(
        address.startswith("https://docs.aws.amazon.com/AmazonRDS/") for *_, address in CASES
    )
    assert {code for _, _, code, _ in CASES if code} <= KNOWN_CODES


KNOWN_CODES = {
    *("DBInstanceAlreadyExists", "DBInstanceNotFound", "DBLogFileNotFoundFault"),
    *("DBParameterGroupAlreadyExists", "DBParameterGroupNotFound", "DBSnapshotAlreadyExists"),
    *("DBSnapshotNotFound", "DBSubnetGroupNotFoundFault", "InvalidDBInstanceState"),
    *("InvalidDBParameterGroupState", "InvalidDBSnapshotState", "InvalidParameterCombination"),
    *("InvalidParameterValue", "PointInTimeRestoreNotEnabled"),
}


@pytest.mark.parametrize(
    ("operation", "asked", "code", "address"),
    CASES,
    ids=[f"{number}-{operation}" for number, (operation, *_) in enumerate(CASES)],
)
def test_what_is_asked_is_answered_or_refused_as_rds_does(
    room: Bench, operation: str, asked: dict[str, Any], code: str, address: str
) -> None:
    before = room.rds.room.lives.keys() | set()
    given = {key: value for key, value in asked.items() if value is not None}
    assert room.code(operation, **given) == code, address
    assert room.rds.room.lives.keys() == before  # what is refused leaves nothing behind


# In which states each operation is taken: the operations' pages, and
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html
REFUSED_IN: dict[str, set[Status]] = {
    "RebootDBInstance": set(Status)
    - {Status.AVAILABLE, Status.STORAGE_OPTIMIZATION, Status.STORAGE_FULL}
    - {Status.INCOMPATIBLE_PARAMETERS},
    "StopDBInstance": set(Status) - {Status.AVAILABLE, Status.STORAGE_OPTIMIZATION},
    "StartDBInstance": set(Status) - {Status.STOPPED},
    "CreateDBSnapshot": set(Status)
    - {Status.AVAILABLE, Status.STORAGE_OPTIMIZATION, Status.STORAGE_FULL},
    "ModifyDBInstance": set(Status) - {Status.AVAILABLE, Status.STORAGE_OPTIMIZATION},
    "DeleteDBInstance": {Status.DELETING},
}
MORE: dict[str, dict[str, Any]] = {
    "CreateDBSnapshot": {"DBSnapshotIdentifier": "of-ghost"},
    "ModifyDBInstance": {"MultiAZ": True},
    "DeleteDBInstance": {"SkipFinalSnapshot": True},
}
STATES = [
    (operation, status, status in refused)
    for operation, refused in REFUSED_IN.items()
    for status in Status
]


@pytest.mark.parametrize(("operation", "status", "refused"), STATES)
def test_each_state_takes_what_it_takes(
    room: Bench, operation: str, status: Status, refused: bool
) -> None:
    ghost = room.live("ghost")
    ghost.instance.status = status
    try:
        asked = {"DBInstanceIdentifier": "ghost", **MORE.get(operation, {})}
        if refused:
            assert room.code(operation, **asked) == STATE
        elif operation != "StartDBInstance":
            assert room.code(operation, **asked) == ""
    finally:
        ghost.queue.clear()
        ghost.instance.pending.clear()
        ghost.instance.status = Status.AVAILABLE
        room.rds.room.snapshots.pop("of-ghost", None)


# --- what an answer is like -----------------------------------------------------------------------


def test_an_instance_is_described_as_completely_as_rds_does(room: Bench) -> None:
    # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBInstance.html
    found = room.describe("pair")
    wanted = {
        *("AllocatedStorage", "AutoMinorVersionUpgrade", "AvailabilityZone", "BackupTarget"),
        *("BackupRetentionPeriod", "CACertificateIdentifier", "CopyTagsToSnapshot", "DBName"),
        *("DBInstanceArn", "DBInstanceClass", "DBInstanceIdentifier", "DBInstanceStatus"),
        *("DBParameterGroups", "DBSecurityGroups", "DBSubnetGroup", "DbiResourceId", "Endpoint"),
        *("DeletionProtection", "Engine", "EngineVersion", "InstanceCreateTime", "KmsKeyId"),
        *("LatestRestorableTime", "LicenseModel", "MasterUsername", "MultiAZ", "NetworkType"),
        *("OptionGroupMemberships", "PendingModifiedValues", "PreferredBackupWindow"),
        *("PreferredMaintenanceWindow", "PubliclyAccessible", "SecondaryAvailabilityZone"),
        *("ReadReplicaDBInstanceIdentifiers", "StorageEncrypted", "StorageType", "TagList"),
        *("VpcSecurityGroups", "CertificateDetails", "IAMDatabaseAuthenticationEnabled"),
    }
    assert wanted <= set(found)
    assert found["DBInstanceArn"] == ARN + "db:pair"
    assert found["LatestRestorableTime"].microsecond == 0
    assert "SecondaryAvailabilityZone" not in room.describe("plain")


def test_an_identifier_is_told_in_lower_case_whatever_was_asked(room: Bench) -> None:
    # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBInstances.html
    assert room.describe("PLAIN")["DBInstanceIdentifier"] == "plain"


def test_parameters_come_as_motos_parser_gives_them(room: Bench) -> None:
    sent = {
        "DBInstanceIdentifier": "plain",
        "CloudwatchLogsExportConfiguration": XFormedDict({"EnableLogTypes": ["upgrade"]}),
    }
    parsed: Any = XFormedDict(sent)
    room.rds.answer("ModifyDBInstance", parsed)
    found = room.describe("plain")["EnabledCloudwatchLogsExports"]
    assert found == ["postgresql", "upgrade"]
    parsed = XFormedDict({**PLAIN, "MaxAllocatedStorage": 9})
    with pytest.raises(Refusal, match="MaxAllocatedStorage"):
        room.rds.answer("ModifyDBInstance", parsed)


def test_filters_choose_instances(room: Bench) -> None:
    # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBInstances.html
    def names(name: str, *values: str) -> list[str]:
        asked = [{"Name": name, "Values": list(values)}]
        found = room.ask("DescribeDBInstances", Filters=asked)["DBInstances"]
        return [one["DBInstanceIdentifier"] for one in found]

    resource = room.describe("pair")["DbiResourceId"]
    assert names("db-instance-id", "pair") == ["pair"]
    assert names("db-instance-id", ARN + "db:pair", "plain") == ["pair", "plain"]
    assert names("dbi-resource-id", resource) == ["pair"]
    assert names("engine", "mysql") == []
    assert "plain" in names("engine", "postgres", "mysql")


def test_a_list_is_given_page_by_page() -> None:
    # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBSnapshots.html
    rows = list(range(45))
    asked: dict[str, Any] = {"MaxRecords": 20}
    seen: list[int] = []
    for _ in range(3):
        answer = page(asked, rows, "Rows", lambda row: row)
        seen += answer["Rows"]
        asked["Marker"] = answer.get("Marker")
    assert seen == rows
    assert asked["Marker"] is None


def test_parameters_come_in_pages_and_say_what_they_are(room: Bench) -> None:
    # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_Parameter.html
    found: dict[str, Any] = {}
    asked: dict[str, Any] = dict(GROUP)
    while True:
        answer = room.ask("DescribeDBParameters", **asked)
        found |= {one["ParameterName"]: one for one in answer["Parameters"]}
        if "Marker" not in answer:
            break
        asked["Marker"] = answer["Marker"]
    assert len(found) > 300
    assert found["max_connections"]["ApplyType"] == "static"
    assert found["max_connections"]["ParameterValue"].startswith("LEAST({DBInstanceClassMemory/")
    assert found["log_min_duration_statement"]["ApplyType"] == "dynamic"
    assert found["log_min_duration_statement"]["AllowedValues"] == "-1-2147483647"
    assert found["log_statement"]["AllowedValues"] == "none,ddl,mod,all"
    assert found["fsync"]["IsModifiable"] is False
    assert found["log_min_duration_statement"]["Source"] == "engine-default"


def test_tags_are_added_listed_and_removed(room: Bench) -> None:
    # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RemoveTagsFromResource.html
    name = {"ResourceName": ARN + "db:plain"}
    room.ask("AddTagsToResource", Tags=[{"Key": "team", "Value": "a"}], **name)
    room.ask("AddTagsToResource", Tags=[{"Key": "team", "Value": "b"}], **name)
    assert room.ask("ListTagsForResource", **name)["TagList"] == [{"Key": "team", "Value": "b"}]
    assert room.describe("plain")["TagList"] == [{"Key": "team", "Value": "b"}]
    room.ask("RemoveTagsFromResource", TagKeys=["team", "unknown"], **name)
    assert room.ask("ListTagsForResource", **name)["TagList"] == []


def test_what_is_dropped_from_a_modification_is_no_longer_pending(room: Bench) -> None:
    # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.DBInstance.Modifying.html
    def ask(size: str) -> dict[str, Any]:
        answer = room.ask("ModifyDBInstance", DBInstanceClass=size, **PLAIN)["DBInstance"]
        found: dict[str, Any] = answer["PendingModifiedValues"]
        return found

    own = room.describe("plain")["DBInstanceClass"]
    assert ask("db.m6g.large") == {"DBInstanceClass": "db.m6g.large"}
    assert ask(own) == {}


def test_events_are_chosen_by_time_source_and_category(room: Bench) -> None:
    # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeEvents.html
    asked = {"SourceType": "db-instance", "SourceIdentifier": "plain", "Duration": 600}
    found = room.ask("DescribeEvents", EventCategories=["creation"], **asked)["Events"]
    assert [event["Message"] for event in found] == ["DB instance created"]
    assert found[0]["SourceArn"] == ARN + "db:plain"
    past = datetime.now(UTC) - timedelta(days=3)
    assert room.ask("DescribeEvents", EndTime=past)["Events"] == []


def test_what_the_lab_has_no_physics_for_is_refused(room: Bench) -> None:
    assert room.code("DescribeDBProxies") == "UnsupportedFeatureException"
    refused = room.code("ModifyDBInstance", MaxAllocatedStorage=500, **PLAIN)
    assert refused == "UnsupportedFeatureException"
