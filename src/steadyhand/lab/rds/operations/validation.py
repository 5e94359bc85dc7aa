"""Parameters of a request in, values that RDS would take out; everything else is refused.

Raises Refusal with the code and the form of message that RDS has. The API's documentation of each
operation is at https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_<operation>.html
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from steadyhand.lab.cloud.seam import Parameters, Refusal
from steadyhand.lab.rds.classes import CLASSES
from steadyhand.lab.rds.model import Group, Snapshot, Status
from steadyhand.lab.rds.room import Live, Room

Shape = dict[str, Any]
T = TypeVar("T")

_IDENTIFIER = re.compile(r"[a-z](?:[a-z0-9]|-(?!-))*(?<!-)\Z", re.IGNORECASE)
_DAY = "(mon|tue|wed|thu|fri|sat|sun)"
_CLOCK = r"([01]\d|2[0-3]):([0-5]\d)"
_BACKUP = re.compile(f"{_CLOCK}-{_CLOCK}")
_MAINTENANCE = re.compile(f"{_DAY}:{_CLOCK}-{_DAY}:{_CLOCK}", re.IGNORECASE)
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_RESERVED_USERS = {"admin", "rdsadmin", "postgres_admin", "rdsrepladmin", "rds_superuser", "user"}
STORAGE_TYPES = ("gp2", "gp3", "io1", "io2", "standard")
EXPORTS = ("postgresql", "upgrade", "iam-db-auth-error")


def refuse(message: str, code: str = "InvalidParameterValue") -> Refusal:
    return Refusal(code, message)


def combination(message: str) -> Refusal:
    return Refusal("InvalidParameterCombination", message)


def wanted(asked: Parameters, name: str) -> str:
    """A text that has to be there."""
    value = asked.get(name)
    if value is None or str(value) == "":
        raise refuse(f"The parameter {name} must be provided and must not be blank.")
    return str(value)


def identifier(text: str, name: str, longest: int = 63) -> str:
    """A new name; RDS keeps it in lower case."""
    if len(text) > longest:
        raise refuse(
            f"The parameter {name} is not a valid identifier because it is longer than "
            f"{longest} characters."
        )
    if not _IDENTIFIER.match(text):
        raise refuse(
            f"The parameter {name} is not a valid identifier. Identifiers must begin with a letter;"
            " must contain only ASCII letters, digits, and hyphens; and must not end with a hyphen"
            " or contain two consecutive hyphens."
        )
    return text.lower()


def whole(asked: Parameters, name: str, least: int, most: int, default: int) -> int:
    value = asked.get(name)
    if value is None:
        return default
    try:
        number = int(value)
    except (TypeError, ValueError):
        raise refuse(f"Invalid value {value} for {name}. Must be an integer") from None
    if not least <= number <= most:
        raise refuse(f"Invalid value {number} for {name}. Must be between {least} and {most}")
    return number


def flag(asked: Parameters, name: str, default: bool = False) -> bool:
    value = asked.get(name)
    if value is None:
        return default
    return value if isinstance(value, bool) else str(value).lower() == "true"


def moment(asked: Parameters, name: str) -> datetime | None:
    """A time in UTC; one without a zone is taken as UTC, as the CLI sends it."""
    value = asked.get(name)
    if value is None:
        return None
    try:
        at = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        raise refuse(f"Invalid date: {value}") from None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def words(asked: Parameters, name: str) -> list[str]:
    return [str(one) for one in asked.get(name) or []]


# --- finding ----------------------------------------------------------------------------------


def _known(held: Mapping[str, T], given: str, kind: str, refused: tuple[str, str]) -> T:
    """What is held under an identifier or an ARN; a refusal is a code, and a message about it."""
    plain = given.rpartition(f":{kind}:")[2].lower()
    found = held.get(plain)
    if found is None:
        code, message = refused
        raise Refusal(code, message.format(plain))
    return found


def instance(room: Room, asked: Parameters, name: str = "DBInstanceIdentifier") -> Live:
    refused = "DBInstanceNotFound", "DBInstance {} not found."
    return _known(room.lives, wanted(asked, name), "db", refused)


def new_instance(room: Room, asked: Parameters, name: str = "DBInstanceIdentifier") -> str:
    made = identifier(wanted(asked, name), name)
    if made in room.lives:
        raise Refusal("DBInstanceAlreadyExists", "DB instance already exists")
    # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html
    if len(room.lives) >= 40:
        raise Refusal("InstanceQuotaExceeded", "DB Instance quota exceeded")
    return made


def snapshot(room: Room, asked: Parameters, name: str = "DBSnapshotIdentifier") -> Snapshot:
    refused = "DBSnapshotNotFound", "DBSnapshot {} not found."
    return _known(room.snapshots, wanted(asked, name), "snapshot", refused)


def new_snapshot(room: Room, asked: Parameters, name: str = "DBSnapshotIdentifier") -> str:
    made = identifier(wanted(asked, name), name, 255)
    if made in room.snapshots:
        raise Refusal(
            "DBSnapshotAlreadyExists",
            f"Cannot create the snapshot because a snapshot with the identifier {made} already"
            " exists.",
        )
    manual = [one for one in room.snapshots.values() if one.kind == "manual"]
    if len(manual) >= 100:
        raise Refusal("SnapshotQuotaExceeded", "Cannot create more than 100 manual snapshots")
    return made


def group(room: Room, asked: Parameters, name: str = "DBParameterGroupName") -> Group:
    refused = "DBParameterGroupNotFound", "DBParameterGroup not found: {}"
    return _known(room.groups, wanted(asked, name), "pg", refused)


def group_for(room: Room, asked: Parameters, otherwise: str) -> str:
    """The group an instance is to have. All here are of the one family the lab's engine has."""
    if asked.get("DBParameterGroupName") is None:
        return otherwise
    return group(room, asked).name


def accepting(live: Live, message: str, allowed: Iterable[Status] = ()) -> None:
    """Refuse what the instance's state does not allow."""
    states = {Status.AVAILABLE, Status.STORAGE_OPTIMIZATION, *allowed}
    if live.instance.status not in states:
        raise Refusal("InvalidDBInstanceState", message.format(live.instance.identifier))


# --- values -----------------------------------------------------------------------------------


def password(asked: Parameters) -> str:
    # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html
    text = wanted(asked, "MasterUserPassword")
    start = "The parameter MasterUserPassword is not a valid password"
    if len(text) < 8:
        raise refuse(f"{start} because it is shorter than 8 characters.")
    if len(text) > 128:
        raise refuse(f"{start} because it is longer than 128 characters.")
    if any(not "!" <= sign <= "~" or sign in '/@"' for sign in text):
        raise refuse(
            f"{start}. Only printable ASCII characters besides '/', '@', '\"', ' ' may be used."
        )
    return text


def master_user(asked: Parameters) -> str:
    text = wanted(asked, "MasterUsername")
    # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html
    good = re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,62}", text)
    if not good:
        raise refuse(
            "The parameter MasterUsername must begin with a letter, contain only alphanumeric"
            " characters or underscores, and be 1 to 63 characters long."
        )
    if text.lower() in _RESERVED_USERS or text.lower().startswith("pg_"):
        raise refuse(
            f"MasterUsername {text} cannot be used as it is a reserved word used by the engine"
        )
    return text.lower()


def database(asked: Parameters) -> str | None:
    text = asked.get("DBName")
    if text is None:
        return None
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", str(text)):
        raise refuse("DBName must begin with a letter and contain only alphanumeric characters.")
    if len(str(text)) > 63:
        raise refuse("DBName must not be longer than 63 characters.")
    if str(text).lower() in ("postgres", "template0", "template1", "rdsadmin", "db", "rdsspare"):
        raise refuse(f"DBName {text} cannot be used. It is a reserved word for this engine")
    return str(text)


def instance_class(asked: Parameters, otherwise: str = "") -> str:
    name = str(asked.get("DBInstanceClass") or otherwise)
    if not name:
        raise refuse("The parameter DBInstanceClass must be provided and must not be blank.")
    if name not in CLASSES:
        raise refuse(f"Invalid DB Instance class: {name}")
    return name


def storage(asked: Parameters, kind: str) -> int:
    # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html
    given = asked.get("AllocatedStorage")
    least = {"io1": 100, "io2": 100, "standard": 5}.get(kind, 20)
    most = 3072 if kind == "standard" else 65536
    try:
        size = int(given) if given is not None else 0
    except (TypeError, ValueError):
        size = 0
    if not least <= size <= most:
        raise refuse(
            f"Invalid storage size for engine name postgres and storage type {kind}: {size}"
        )
    return size


def storage_type(asked: Parameters, otherwise: str = "gp2") -> str:
    kind = str(asked.get("StorageType") or otherwise)
    if kind not in STORAGE_TYPES:
        raise refuse(f"Invalid storage type: {kind}")
    return kind


def retention(asked: Parameters, otherwise: int) -> int:
    value = asked.get("BackupRetentionPeriod")
    if value is None:
        return otherwise
    if not str(value).isdigit() or not 0 <= int(value) <= 35:
        raise refuse(
            f"Invalid backup retention period: {value}. Retention period must be between 0 and 35"
        )
    return int(value)


def backup_window(asked: Parameters, otherwise: str) -> str:
    text = str(asked.get("PreferredBackupWindow") or otherwise)
    if not _BACKUP.fullmatch(text):
        raise refuse(
            f"The parameter PreferredBackupWindow must be in the format hh24:mi-hh24:mi: {text}"
        )
    if _length(text, 24 * 60) < 30:
        raise refuse("The backup window must be at least 30 minutes.")
    return text


def maintenance_window(asked: Parameters, otherwise: str) -> str:
    text = str(asked.get("PreferredMaintenanceWindow") or otherwise).lower()
    if not _MAINTENANCE.fullmatch(text):
        raise refuse(f"Invalid maintenance window format: {text}")
    length = _length(text, 7 * 24 * 60)
    if length < 30:
        raise refuse("The maintenance window must be at least 30 minutes.")
    if length > 24 * 60:
        raise refuse("The maintenance window must be shorter than 24 hours.")
    return text


def windows_apart(backup: str, maintenance: str) -> None:
    """The two windows must not meet, on no day."""
    begins, first = backup.partition("-")[0], maintenance.partition("-")[0]
    length = _length(backup, 24 * 60)
    start, width = _minute(first), _length(maintenance, 7 * 24 * 60)
    for day in range(8):
        at = day * 24 * 60 + _minute(begins)
        if at < start + width and start < at + length:
            raise combination("The backup window and maintenance window must not overlap.")


def _length(window: str, cycle: int) -> int:
    begins, _, ends = window.partition("-")
    return (_minute(ends) - _minute(begins)) % cycle


def _minute(text: str) -> int:
    day, _, clock = text.partition(":") if text[0].isalpha() else ("mon", "", text)
    hour, _, minute = clock.partition(":")
    return _DAYS.index(day) * 24 * 60 + int(hour) * 60 + int(minute)


def engine(room: Room, asked: Parameters, otherwise: str = "") -> None:
    name = str(asked.get("Engine") or otherwise)
    if not name:
        raise refuse("The parameter Engine must be provided and must not be blank.")
    if name != "postgres":
        raise refuse(f"Invalid DB engine: {name}. The lab has postgres only.")
    version = asked.get("EngineVersion")
    major = room.installation.version.partition(".")[0]
    if version is not None and str(version) not in (major, room.installation.version):
        raise combination(f"Cannot find version {version} for postgres")


def exports(given: Iterable[str]) -> list[str]:
    found = [str(one) for one in given]
    for one in found:
        if one not in EXPORTS:
            raise combination(f"You cannot use the log types '{one}' with engine version postgres.")
    return found


def tags(asked: Parameters) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in asked.get("Tags") or []:
        key, value = str(one.get("Key") or ""), str(one.get("Value") or "")
        # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Tagging.html
        if not 1 <= len(key) <= 128 or len(value) > 256:
            raise refuse("Tag keys have 1 to 128 characters, and values at most 256.")
        if key.lower().startswith("aws:"):
            raise refuse("Tag keys may not begin with the reserved prefix aws:")
        found[key] = value
    if len(found) > 50:
        raise refuse("A resource can have at most 50 tags.")
    return found


def security_groups(room: Room, asked: Parameters) -> list[str]:
    found = words(asked, "VpcSecurityGroupIds")
    for one in found:
        if not re.fullmatch(r"sg-[0-9a-f]{8,17}", one):
            raise refuse(f"Invalid security group , groupId= {one}, groupName=.")
    return found or [room.ground.network.security_group]


def subnet_group(asked: Parameters) -> None:
    name = asked.get("DBSubnetGroupName")
    if name is not None and str(name).lower() != "default":
        raise Refusal("DBSubnetGroupNotFoundFault", f"DB subnet group '{name}' does not exist.")


# --- lists --------------------------------------------------------------------------------------


def filters(asked: Parameters, allowed: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in asked.get("Filters") or []:
        name = str(one.get("Name") or "")
        if name not in allowed:
            raise refuse(f"Unrecognized filter name: {name}")
        values = [str(value) for value in one.get("Values") or []]
        if not values:
            raise refuse(f"The filter {name} has no value.")
        found[name] = values
    return found


def page(
    asked: Parameters, rows: list[Any], name: str, shape: Callable[[Any], Any], most: int = 100
) -> Shape:
    """One page of a list, and where the next one begins."""
    # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBInstances.html
    size = whole(asked, "MaxRecords", 20, most, 100)
    marker = asked.get("Marker")
    if marker is not None and not str(marker).isdigit():
        raise refuse(f"Invalid value for Marker: {marker}")
    start = int(marker or 0)
    answer: Shape = {name: [shape(row) for row in rows[start : start + size]]}
    if start + size < len(rows):
        answer["Marker"] = str(start + size)
    return answer


def without(asked: Parameters, known: Iterable[str], operation: str) -> None:
    """Refuse a parameter that would have to have an effect the lab does not have."""
    unknown = {key for key, value in asked.items() if value is not None} - set(known)
    if unknown:
        names = ", ".join(sorted(unknown))
        raise refuse(f"The lab's {operation} has no {names}.", "UnsupportedFeatureException")


def pairs(values: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in values.items()]
