"""PostgreSQL's own table of settings in, RDS's parameters out: which exist, what they may be.

Also turns a parameter group's values into lines for the server. Applies nothing itself.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from steadyhand.lab.rds.classes import MEMORY_SCALE, MIB, InstanceClass

# What RDS keeps in its own hands, beside what PostgreSQL itself does not let anyone change.
_FIXED = {
    *("allow_alter_system", "allow_in_place_tablespaces", "allow_system_table_mods"),
    *("archive_cleanup_command", "archive_command", "archive_library", "archive_mode"),
    *(
        "bonjour",
        "bonjour_name",
        "cluster_name",
        "config_file",
        "data_directory",
        "data_sync_retry",
    ),
    *("event_source", "external_pid_file", "fsync", "full_page_writes", "hba_file", "ident_file"),
    *("hot_standby", "io_method", "krb_server_keyfile", "listen_addresses", "log_directory"),
    *("log_file_mode", "log_line_prefix", "log_timezone", "logging_collector", "port"),
    *("primary_conninfo", "primary_slot_name", "promote_trigger_file", "restart_after_crash"),
    *("restore_command", "ssl", "ssl_ca_file", "ssl_cert_file", "ssl_crl_file", "ssl_key_file"),
    *("superuser_reserved_connections", "synchronous_standby_names", "syslog_facility"),
    *("unix_socket_directories", "unix_socket_group", "unix_socket_permissions", "wal_level"),
    *("wal_sync_method", "zero_damaged_pages", "recovery_target", "recovery_target_action"),
    *("recovery_target_inclusive", "recovery_target_lsn", "recovery_target_name"),
    *("recovery_target_time", "recovery_target_timeline", "recovery_target_xid"),
    *("recovery_end_command", "archive_timeout", "dynamic_library_path"),
}
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.Parameters.html
_SYSTEM_VALUES = {
    "max_connections": "LEAST({DBInstanceClassMemory/9531392},5000)",
    "shared_buffers": "{DBInstanceClassMemory/32768}",
    "effective_cache_size": "{DBInstanceClassMemory/16384}",
    "maintenance_work_mem": "GREATEST({DBInstanceClassMemory*1024/63963136},65536)",
    "shared_preload_libraries": "pg_stat_statements",
    "archive_timeout": "300",
    "archive_mode": "on",
    "wal_level": "replica",
    "autovacuum": "1",
    "track_io_timing": "1",
    "track_activity_query_size": "4096",
    "log_timezone": "UTC",
    "timezone": "UTC",
    "superuser_reserved_connections": "3",
}
_TYPES = {"bool": "boolean", "integer": "integer", "real": "float", "string": "string"}
_FORMULA = re.compile(r"(GREATEST|LEAST|SUM)\((.*)\)|\{([^{}]*)\}|-?\d+", re.DOTALL)
_UNITS = {"8kB": 8192, "kB": 1024, "MB": MIB, "B": 1}


@dataclass(frozen=True)
class Parameter:
    name: str
    data_type: str
    static: bool
    modifiable: bool
    allowed: str
    unit: str
    description: str
    value: str | None  # RDS's own choice; None: the engine's

    @property
    def apply_type(self) -> str:
        return "static" if self.static else "dynamic"


Catalogue = Mapping[str, Parameter]


def catalogue(table: Iterable[Sequence[Any]]) -> dict[str, Parameter]:
    """Read a row of pg_settings each: name, type, context, unit, least, most, words, …, text."""
    found = {}
    for name, vartype, context, unit, least, most, words, _default, description in table:
        shown = str(name).lower()
        found[shown] = Parameter(
            name=shown,
            data_type="string" if vartype == "enum" else _TYPES[vartype],
            static=context in ("postmaster", "internal"),
            modifiable=context != "internal" and shown not in _FIXED,
            allowed=_allowed(vartype, least, most, words),
            unit=str(unit),
            description=f"({unit}) {description}" if unit else str(description),
            value=_SYSTEM_VALUES.get(shown),
        )
    for one in _OF_RDS:
        found[one.name] = one
    return dict(sorted(found.items()))


def _allowed(vartype: str, least: str, most: str, words: Sequence[str]) -> str:
    match vartype:
        case "bool":
            return "0,1"
        case "enum":
            return ",".join(words)
        case "integer" | "real":
            return f"{least}-{most}"
        case _:
            return ""


_OF_RDS = (
    Parameter(
        "rds.force_ssl", "boolean", False, False, "0,1", "", "Force SSL connections.", "0"
    ),  # the lab speaks no TLS on loopback, and says so by not letting it be changed
    Parameter(
        *("rds.logical_replication", "boolean", True, True, "0,1", ""),
        *("Enables logical decoding.", "0"),
    ),
    Parameter(
        *("rds.log_retention_period", "integer", False, True, "1440-10080", "min"),
        *("Amazon RDS will delete PostgreSQL log that are older than N minutes.", "4320"),
    ),
    Parameter(
        *("rds.rds_superuser_reserved_connections", "integer", True, True, "0-262143", ""),
        *("Sets the number of connection slots reserved for rds_superusers.", "2"),
    ),
)


def why_not(parameter: Parameter, value: str) -> str | None:
    """Say what is wrong with a value, in AWS's words; None when nothing is."""
    number = evaluate(value, 2**33) if parameter.data_type in ("integer", "float") else None
    match parameter.data_type:
        case "boolean":
            good = value in ("0", "1")
        case "integer" | "float":
            least, _, most = parameter.allowed[1:].partition("-")
            low = float(parameter.allowed[0] + least)
            try:
                exact = float(value) if number is None else number
            except ValueError:
                exact = None
            whole = parameter.data_type == "float" or exact is None or exact == int(exact)
            good = exact is not None and whole and low <= exact <= float(most)
        case _:
            words = [word.strip() for word in parameter.allowed.split(",")]
            good = not parameter.allowed or value in words
    if good:
        return None
    return (
        f"Invalid parameter value: {value} for: {parameter.name} "
        f"allowed values are: {parameter.allowed}"
    )


# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ParamValuesRef.html
def evaluate(value: str, memory: int) -> int | None:
    """Work out LEAST({DBInstanceClassMemory/9531392},5000) and the like; None if it is none."""
    text = value.strip()
    match = _FORMULA.fullmatch(text)
    if match is None:
        return None
    if match.group(1):
        parts = [evaluate(part, memory) for part in _split(match.group(2))]
        numbers = [part for part in parts if part is not None]
        if len(numbers) != len(parts) or not numbers:
            return None
        return _OPERATIONS[match.group(1)](numbers)
    return _expression(match.group(3), memory) if match.group(3) is not None else int(text)


_OPERATIONS: dict[str, Callable[[list[int]], int]] = {"GREATEST": max, "LEAST": min, "SUM": sum}


def _split(text: str) -> list[str]:
    """Split at the commas that stand in no bracket."""
    parts, depth = [""], 0
    for sign in text:
        depth += (sign in "({") - (sign in ")}")
        if sign == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return parts


def _expression(text: str, memory: int) -> int | None:
    words = re.findall(r"\w+|[*/]", text)
    total: int | None = None
    operator = "*"
    for word in words:
        if word in "*/":
            operator = word
            continue
        if word == "DBInstanceClassMemory":
            number = memory
        elif word.isdigit():
            number = int(word)
        else:
            return None
        if total is None:
            total = number
        elif operator == "*":
            total *= number
        elif number == 0:
            return None
        else:
            total //= number
    return total


def server_settings(
    values: Mapping[str, str], parameters: Catalogue, size: InstanceClass
) -> dict[str, str]:
    """Turn a group's values into the server's own settings, memory scaled as the class is."""
    lines: dict[str, str] = {}
    for name, value in values.items():
        parameter = parameters.get(name)
        if name == "rds.logical_replication":
            lines["wal_level"] = "logical" if value == "1" else "replica"
        elif name == "rds.rds_superuser_reserved_connections":
            lines["reserved_connections"] = value
        elif parameter is None or name.startswith("rds."):
            continue
        elif name == "shared_buffers":
            number = evaluate(value, size.memory) or 0
            real = number * _UNITS.get(parameter.unit, 8192) // MEMORY_SCALE
            lines[name] = f"{max(real // MIB, 1)}MB"
        else:
            whole = evaluate(value, size.memory) if parameter.data_type == "integer" else None
            lines[name] = value if whole is None else str(whole)
    return lines
