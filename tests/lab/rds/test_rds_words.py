"""The pure parts: formulas of parameters, sizes of classes, windows."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from steadyhand.lab.rds.classes import CLASSES, default_connections, memory_settings
from steadyhand.lab.rds.life.beat import backup_began, in_maintenance
from steadyhand.lab.rds.model import (
    Instance,
    Snapshot,
    plain,
    read_instance,
    read_snapshot,
)
from steadyhand.lab.rds.parameters import catalogue, evaluate, server_settings, why_not

GIB = 1024**3
NOW = datetime(2026, 3, 4, 3, 10, tzinfo=UTC)  # a Wednesday
INSTANCE = Instance("one", "db-X", "db.t3.medium", 100, "u", "p", "d", NOW)


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("{DBInstanceClassMemory/9531392}", 450),
        ("LEAST({DBInstanceClassMemory/9531392},5000)", 450),
        ("LEAST({DBInstanceClassMemory/9531392}, 100)", 100),
        ("GREATEST({DBInstanceClassMemory*1024/63963136},65536)", 68759),
        ("SUM(1,2,LEAST(3,4))", 6),
        ("250", 250),
        ("-1", -1),
        ("{NoSuchVariable/2}", None),
        ("{DBInstanceClassMemory/0}", None),
        ("LEAST(x,1)", None),
        ("many", None),
    ],
)
def test_a_formula_is_worked_out_for_a_class_of_four_gib(formula: str, value: int | None) -> None:
    # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ParamValuesRef.html
    assert evaluate(formula, 4 * GIB) == value


@pytest.mark.parametrize(
    ("name", "connections"),
    [("db.t3.micro", 20), ("db.t3.medium", 56), ("db.t3.large", 112), ("db.r6g.xlarge", 450),
     ("db.r6g.16xlarge", 625)],
)  # fmt: skip
def test_a_class_allows_an_eighth_of_amazons_connections(name: str, connections: int) -> None:
    assert default_connections(CLASSES[name]) == connections
    assert memory_settings(CLASSES[name])["max_connections"] == str(connections)


TABLE = [
    ["work_mem", "integer", "user", "kB", "64", "2147483647", [], "4096", "Memory."],
    ["autovacuum", "bool", "sighup", "", "", "", [], "on", "Starts it."],
    ["log_statement", "enum", "superuser", "", "", "", ["none", "all"], "none", "Logs."],
    ["max_connections", "integer", "postmaster", "", "1", "262143", [], "100", "Limit."],
    ["shared_buffers", "integer", "postmaster", "8kB", "16", "1073741823", [], "16384", "Buffers."],
    ["seq_page_cost", "real", "user", "", "0", "1.79e+308", [], "1", "Cost."],
    ["search_path", "string", "user", "", "", "", [], "", "Path."],
    ["block_size", "integer", "internal", "", "8192", "8192", [], "8192", "Size."],
]


@pytest.mark.parametrize(
    ("name", "value", "good"),
    [
        ("work_mem", "64", True),
        ("work_mem", "63", False),
        ("work_mem", "64kB", False),
        ("autovacuum", "1", True),
        ("autovacuum", "true", False),
        ("log_statement", "all", True),
        ("log_statement", "ALL", False),
        ("max_connections", "{DBInstanceClassMemory/9531392}", True),
        ("max_connections", "0", False),
        ("seq_page_cost", "1.5", True),
        ("seq_page_cost", "-0.1", False),
        ("search_path", "anything, at all", True),
    ],
)
def test_a_value_is_in_the_range_that_postgresql_says(name: str, value: str, good: bool) -> None:
    assert (why_not(catalogue(TABLE)[name], value) is None) is good


def test_what_only_the_server_decides_is_not_modifiable() -> None:
    known = catalogue(TABLE)
    assert not known["block_size"].modifiable
    assert known["max_connections"].apply_type == "static"
    assert known["work_mem"].apply_type == "dynamic"


def test_values_become_settings_with_memory_as_the_class_is_scaled() -> None:
    values = {
        "max_connections": "LEAST({DBInstanceClassMemory/9531392},5000)",
        "shared_buffers": "{DBInstanceClassMemory/32768}",
        "rds.logical_replication": "1",
        "search_path": "a, b",
    }
    assert server_settings(values, catalogue(TABLE), CLASSES["db.t3.medium"]) == {
        "max_connections": "450",
        "shared_buffers": "16MB",
        "wal_level": "logical",
        "search_path": "a, b",
    }


@pytest.mark.parametrize(
    ("window", "began"),
    [
        ("03:00-04:00", datetime(2026, 3, 4, 3, 0, tzinfo=UTC)),
        ("03:10-03:40", datetime(2026, 3, 4, 3, 10, tzinfo=UTC)),
        ("23:30-03:30", datetime(2026, 3, 3, 23, 30, tzinfo=UTC)),
        ("02:00-03:10", None),
        ("03:11-04:00", None),
    ],
)
def test_a_backup_window_is_open_or_not(window: str, began: datetime | None) -> None:
    assert backup_began(replace(INSTANCE, backup_window=window), NOW) == began


@pytest.mark.parametrize(
    ("window", "inside"),
    [
        ("wed:03:00-wed:03:30", True),
        ("wed:03:10-wed:03:40", True),
        ("tue:23:00-wed:04:00", True),
        ("sun:03:00-sun:03:30", False),
        ("wed:02:00-wed:03:10", False),
    ],
)
def test_a_maintenance_window_is_open_or_not(window: str, inside: bool) -> None:
    assert in_maintenance(replace(INSTANCE, maintenance_window=window), NOW) is inside


def test_what_is_kept_reads_as_it_was_written() -> None:
    known = replace(INSTANCE, beat=NOW, pending={"AllocatedStorage": 200}, tags={"a": "b"})
    snapshot = Snapshot("s", "k", "one", "manual", NOW, "db-X", finished=NOW)
    assert read_instance(plain(known)) == known
    assert read_snapshot(plain(snapshot)) == snapshot
