"""An argv or an SQL statement in, what would be gone with it out; and which argv saves before.

Only what is known for certain is listed, with the way to save it. Knows no document.
"""

import re
from collections.abc import Callable

from msgspec import Struct

from steadyhand.actions.aws.argv import AwsCommand, parse_aws
from steadyhand.actions.words import HOLE, Argv, flag, shown
from steadyhand.lint.changes.calls import plain_words, program


class Loss(Struct, frozen=True):
    """What a change does that no command brings back, and how to keep a way back.

    `grave` is False for what can be undone with trouble.
    """

    does: str  # "deletes a database"
    save: str  # "make one with `aws rds create-db-snapshot`"
    grave: bool = True


# Names of things that nobody would save.
_PASSING = re.compile(
    r"(?:^|[-_./ ])(?:te?mp|test\w*|old|bak|backup|staging|scratch|dev|demo|example|unused|dummy|"
    r"copy|stale|sandbox|snap\w*|restored?|recovery|canary|preview)(?:$|[-_./ \d])",
    re.IGNORECASE,
)
_SNAPSHOT = "make a snapshot first and wait until it is complete"
# https://docs.aws.amazon.com/cli/latest/reference/
_AWS = {
    ("cognito-idp", "delete-user-pool"): Loss("deletes every user of a pool", "export them first"),
    ("dynamodb", "delete-table"): Loss(
        "deletes a table", "make a backup first (`aws dynamodb create-backup`)"
    ),
    ("ec2", "delete-volume"): Loss(
        "deletes a volume", "make a snapshot first (`aws ec2 create-snapshot`)"
    ),
    ("efs", "delete-file-system"): Loss("deletes a file system", "back it up first"),
    ("es", "delete-elasticsearch-domain"): Loss("deletes every index", _SNAPSHOT),
    ("opensearch", "delete-domain"): Loss("deletes every index", _SNAPSHOT),
}
_AWS_UNLESS_SAVED = {
    "--skip-final-snapshot": "deletes a database and keeps no final snapshot",
    "--skip-final-cluster-snapshot": "deletes a cluster and keeps no final snapshot",
}
_AT_ONCE = ("--db-instance-class", "--allocated-storage", "--storage-type", "--iops")
_SCHEMA = "takes the schema back, with the data that only the newer one holds"
# Program and plain words → what goes back or away.
_MIGRATIONS = (
    r"alembic downgrade|flask db downgrade|flyway (?:undo|clean)|liquibase (?:rollback\S*|"
    r"drop-?all)|knex migrate:(?:rollback|down)|sequelize(?:-cli)? db:migrate:undo\S*|"
    r"goose down\S*|"
    r"dbmate (?:down|rollback|drop)|(?:rails|rake|bin/rails) db:(?:rollback|drop|reset)|"
    r"prisma migrate reset|typeorm migration:revert|php artisan migrate:(?:rollback|fresh|reset)"
)
_DATA = re.compile(
    r"^/var/lib/(?:postgres\w*|pgsql|mysql|mariadb|mongo\w*|redis|valkey|etcd|elasticsearch|"
    r"opensearch|kafka|rabbitmq|influxdb|cassandra|clickhouse|grafana|prometheus|docker|consul|"
    r"zookeeper|neo4j|couchdb|minio|vault)(?:/|$)"
)
_CLAIMS = frozenset(
    "pvc persistentvolumeclaim persistentvolumeclaims pv persistentvolume persistentvolumes "
    "namespace namespaces ns crd crds customresourcedefinition customresourcedefinitions".split()
)
_SAVING = re.compile(
    r"(?:^|[-_/. :])(?:backups?|back-up|snapshots?|\w*dump\w*|\w*basebackup|bgsave|create-image|"
    r"export\w*|archive|pitr|checkpoint)(?:$|[-_/. :])",
    re.IGNORECASE,
)
_SAVERS = frozenset(
    "cp rsync scp tar zip restic borg velero iptables-save ip6tables-save nft-save xtrabackup "
    "mariabackup barman pgbackrest wal-g rclone duplicity rdiff-backup".split()
)


def loss(argv: Argv) -> Loss | None:
    """Say what is gone after an argv; None where nothing is, or nobody is sure. Pure."""
    name = program(argv)
    if name == "aws":
        return _aws(parse_aws(argv))
    words = plain_words(argv)
    text = " ".join((name, *words))
    if name in {"kubectl", "oc"}:
        return _kubectl(words)
    if name in {"docker", "docker-compose", "podman"}:
        return _docker(argv, text)
    if re.match(rf"(?:{_MIGRATIONS})(?!\S)", text):
        return Loss(_SCHEMA, "back the database up first and wait until that is complete")
    known = _LINUX.get(name)
    return known(argv, words) if known is not None else None


def sql_loss(statement: str) -> Loss | None:
    """Say what is gone after a statement as `sql_in` gives it. Pure."""
    match = re.match(r"(drop (?:table|database|schema)|truncate(?: table)?)\s+(.*)", statement)
    if match is not None and not _PASSING.search(f" {match[2]}"):
        kind = match[1].split()[-1]
        what = "every row of a table" if match[1].startswith("truncate") else f"a {kind}"
        return Loss(f"deletes {what}", "dump it first (`pg_dump`, `mysqldump`)")
    if re.match(r"alter table .*\bdrop column\b", statement):
        return Loss("deletes a column with its data", "copy the column or dump the table first")
    return None


def saves(argv: Argv) -> bool:
    """Tell whether an argv keeps something as it is now, or looks at what was kept. Pure."""
    name = program(argv)
    text = " ".join(word for word in argv if not word.startswith("-"))
    if re.search(r"\b(?:delete|remove|rm|prune|purge)\b", " ".join(argv[:4])):
        return False
    if name in {"kubectl", "oc"}:
        kept = any(w in {"yaml", "json", "-oyaml", "-ojson"} or "=yaml" in w for w in argv)
        return (kept and "get" in argv) or _SAVING.search(text) is not None
    if name == "crontab":
        return "-l" in argv
    return name in _SAVERS or (name != "export" and _SAVING.search(text) is not None)


def _aws(command: AwsCommand) -> Loss | None:
    key = (command.service, command.operation)
    named = " ".join(word for word in command.rest if not word.startswith("--"))
    if _PASSING.search(named):
        return None
    if command.operation in {"modify-db-instance", "modify-db-cluster"}:
        if not command.has("--apply-immediately"):
            return None
        if command.has("--engine-version"):
            return Loss("changes the engine's version, which never goes back", _SNAPSHOT)
        if any(command.has(option) for option in _AT_ONCE):
            return Loss("rebuilds the instance at once", _SNAPSHOT, grave=False)
        return None
    if command.operation.startswith("delete-"):
        for option, does in _AWS_UNLESS_SAVED.items():
            if option in command.rest:
                return Loss(does, "name one with `--final-db-snapshot-identifier`")
    if key == ("secretsmanager", "delete-secret"):
        at_once = command.has("--force-delete-without-recovery")
        return (
            Loss("deletes a secret at once", "use `--recovery-window-in-days`") if at_once else None
        )
    if key == ("s3", "rb"):
        forced = "--force" in command.rest
        return Loss("deletes a bucket with its objects", "copy them first") if forced else None
    return _AWS.get(key)


def _kubectl(words: Argv) -> Loss | None:
    if words[:1] != ("delete",) or len(words) < 2:
        return None
    kind, _, name = words[1].partition("/")
    if not _CLAIMS.intersection(kind.lower().split(",")):
        return None
    if _PASSING.search(f" {name} {' '.join(words[2:])} "):
        return None
    whose = "a namespace and all that is in it" if kind.startswith("n") else f"a {kind}"
    if kind.startswith(("crd", "custom")):
        whose = "every object of a kind"
    save = "save it first (`velero backup create`, a volume snapshot, `kubectl get … -o yaml`)"
    return Loss(f"deletes {whose}", save)


def _docker(argv: Argv, text: str) -> Loss | None:
    volumes = flag(argv, "--volumes") or "-v" in argv
    if re.match(r"docker(?:-| )compose down", text) and volumes:
        return Loss("deletes the volumes of the project", "back their data up first")
    if re.match(r"docker system prune", text) and flag(argv, "--volumes"):
        return Loss("deletes every volume that no container uses now", "leave `--volumes` out")
    if re.match(r"(?:docker|podman) volume (?:rm|prune)", text) and not _PASSING.search(text):
        return Loss("deletes volumes with their data", "back their data up first")
    return None


def _rm(argv: Argv, words: Argv) -> Loss | None:
    data = next((word for word in words if _DATA.match(word)), None)
    if data is None or not any(re.match(r"-\w*[rR]|--recursive$", word) for word in argv[1:]):
        return None
    return Loss(f"deletes the data under {shown((data,))}", "copy it first")


def _volume(argv: Argv, words: Argv) -> Loss | None:
    destroys = words[:1] == ("destroy",) or program(argv).endswith("remove")
    named = " ".join(words).replace("/dev/", "")
    return (
        Loss("deletes a volume", "make a snapshot or a copy first")
        if destroys and "@" not in named and not _PASSING.search(f" {named}")
        else None
    )


def _dropdb(_argv: Argv, words: Argv) -> Loss | None:
    if _PASSING.search(" " + " ".join(words)):
        return None
    return Loss("deletes a database", "dump it first (`pg_dump`)")


def _topic(argv: Argv, _words: Argv) -> Loss | None:
    if "--delete" not in argv or _PASSING.search(" ".join(w for w in argv if HOLE not in w)):
        return None
    return Loss("deletes a topic with its messages", "copy them first")


def _crontab(argv: Argv, _words: Argv) -> Loss | None:
    return Loss("deletes every job of the user", "`crontab -l > jobs`") if "-r" in argv else None


def _iptables(argv: Argv, _words: Argv) -> Loss | None:
    if len(argv) != 2 or not flag(argv, "-F", "--flush"):
        return None
    return Loss("deletes every rule", f"`{program(argv)}-save > rules`", grave=False)


_LINUX: dict[str, Callable[[Argv, Argv], Loss | None]] = {
    "crontab": _crontab,
    "dropdb": _dropdb,
    "ip6tables": _iptables,
    "iptables": _iptables,
    "kafka-topics": _topic,
    "kafka-topics.sh": _topic,
    "lvremove": _volume,
    "rm": _rm,
    "vgremove": _volume,
    "zfs": _volume,
    "zpool": _volume,
}
