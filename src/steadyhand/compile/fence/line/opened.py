"""A command in, what it opens for the lines below it out: `ssh db1`, `psql`, `docker exec web`.

`actions` knows which commands wait for what is typed; an editor or a pager opens nothing here.
"""

import re
from collections.abc import Iterable

from steadyhand.actions import classify
from steadyhand.actions.redis import CHANGES, DESTROYS, GROUPS, READS
from steadyhand.actions.words import HOLE, Argv, as_argv
from steadyhand.actions.wrappers import RUNNERS
from steadyhand.compile.shell import find_placeholders, parse_statement
from steadyhand.model.document.shell import Command, Statement

SQL_CLIENTS = frozenset("psql mysql mariadb sqlite3 sqlplus clickhouse-client cqlsh".split())
_REDIS = frozenset({"redis-cli", "valkey-cli"})
_MONGO = frozenset({"mongo", "mongosh"})
CLIENTS = SQL_CLIENTS | _REDIS | _MONGO
_SHELLS = frozenset(
    "ssh docker docker-compose podman kubectl oc aws sudo su doas runuser sh bash zsh ash dash ksh "
    "chroot nsenter".split()
)
LEAVES = re.compile(r"(?:exit(?:\s+\d+)?|logout|quit|bye|\\q)\s*;?")
# What a shell on another machine is opened with; the blocks below it are meant for there, too.
_AWAY = frozenset("ssh docker docker-compose podman kubectl oc aws".split())
# What is run where the work began, although a shell elsewhere stands open in a block above.
AT_HOME = frozenset(
    "aws az gcloud gsutil kubectl oc helm terraform tofu gh flux argocd eksctl ssh scp sftp rsync "
    "ansible ansible-playbook".split()
)
_LEAVING = re.compile(
    r"\b(?:exit|leave|log ?out|quit|disconnect|detach)\b|\blocal(?:ly)?\b|\bback (?:on|to|in|at)\b"
    r"|\b(?:on|from|in|to) (?:your|the|my|a|an|another)\b.{0,25}\b(?:laptop|workstation|machine|"
    r"computer|desktop|bastion|jump ?(?:host|box|server)|terminal|window|shell)\b"
    r"|^\W*(?:or\b|(?:option|alternative|method|variant|approach)\b)",
    re.IGNORECASE,
)
_CLIENT = re.compile(r"(?<![\w./-])(?:" + "|".join(sorted(CLIENTS)) + r")(?![\w-])")
# What such a line is given beside its options: then it opens no prompt.
_GIVEN = re.compile(
    r"(?:psql|mysql|mariadb|mongo(?:sh)?|cqlsh|clickhouse-client)\b.*\s"
    r"(?:-[a-zA-Z]*[cfe]|--(?:command|file|eval|execute|query|version|help)(?:=\S*)?)(?:\s|$|['\"])|[|<]"
)
_REDIS_COMMANDS = (
    READS | CHANGES | DESTROYS | GROUPS | frozenset("monitor subscribe psubscribe".split())
)
_MONGO_TYPED = re.compile(r"(?:db|rs|sh|cursor|show|use|it)\b[.\s(]")
_SQL_TYPED = re.compile(
    r"(?:SELECT|WITH|INSERT|UPDATE|DELETE|ALTER|CREATE|DROP|TRUNCATE|VACUUM|ANALYZE|EXPLAIN|REINDEX|"
    r"BEGIN|COMMIT|ROLLBACK|SHOW|SET|RESET|GRANT|REVOKE|CALL|DO|COPY|LOCK|CLUSTER|CHECKPOINT|LOAD|"
    r"REFRESH|TABLE|VALUES|PREPARE|EXECUTE|DISCARD|LISTEN|NOTIFY|USE|DESCRIBE|DESC|FLUSH|KILL|"
    r"OPTIMIZE|STOP\s+SLAVE|START\s+SLAVE|CHANGE\s+MASTER|PRAGMA)\b|\\[a-zA-Z?!]",
    re.IGNORECASE,
)


def opens(statement: Statement) -> tuple[str, ...]:
    """Name what a statement's last command opens, outermost first; () for nothing. Pure."""
    mine = [command for command in statement.commands if not command.nested]
    if not mine or not _may_open(mine[-1]):
        return ()
    try:
        waits = classify(mine[-1]).interactive
    except Exception:  # what nobody can classify opens nothing
        return ()
    return _opened(as_argv(mine[-1])) if waits else ()


def lasts(opened: tuple[str, ...]) -> bool:
    """Tell whether what a block leaves open is open in the next: a shell elsewhere. Pure."""
    return opened[-1] not in CLIENTS and opened[0].split()[0] in _AWAY


def close_before(
    name: str, opened: list[tuple[str, ...]], carried: int, asks_shell: bool = True
) -> None:
    """Close what a command of this name cannot be meant for; `carried` were opened in blocks above.

    A shell's command is not typed at a client's prompt; who calls `ssh` again has left the first.
    """
    while opened and (
        (opened[-1][-1] in CLIENTS and asks_shell)
        or opened[-1][0].split()[0] == name != "sudo"
        or (len(opened) <= carried and name in AT_HOME)
    ):
        opened.pop()


def whole(opened: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """Put together what several commands have opened, outermost first. Pure."""
    return tuple(one for each in opened for one in each)


def tells_of_leaving(text: str) -> bool:
    """Tell whether words take the reader away from a shell that stands open. Pure."""
    return _LEAVING.search(text) is not None


def client_of(text: str) -> str:
    """Name the database client that a line opens, its placeholders masked; "" for others. Pure."""
    if not _CLIENT.search(text) or _GIVEN.search(text):
        return ""
    opened = opens(parse_statement(text, find_placeholders(text)).statement)
    return opened[-1] if opened and opened[-1] in CLIENTS else ""


def is_for(client: str, line: str) -> bool:
    """Tell whether a line is something to type at a client's prompt. Pure."""
    text = line.strip()
    if LEAVES.fullmatch(text):
        return False
    if client in _REDIS:
        return text.partition(" ")[0].lower() in _REDIS_COMMANDS
    if client in _MONGO:
        return _MONGO_TYPED.match(text) is not None
    return _SQL_TYPED.match(text) is not None and not re.match(r"set\s+-|\w+\s+--?\w", text)


def as_call(client: str, text: str) -> str:
    """Write what is typed at Redis' prompt as the command that does the same; "" for others."""
    return f"redis-cli {text}" if client in _REDIS else ""


def _may_open(command: Command) -> bool:
    fed = any(r.operator.lstrip("0").startswith("<") for r in command.redirects)
    name = (command.name or "").rpartition("/")[2]
    return not (fed or command.piped or command.background) and name in CLIENTS | _SHELLS


def _opened(argv: Argv, depth: int = 0) -> tuple[str, ...]:
    name = argv[0].rpartition("/")[2] if argv else ""
    if depth > 5 or name not in CLIENTS | _SHELLS:
        return ()
    if name in CLIENTS:
        return (name,)
    runner = RUNNERS.get(name)
    runs = runner((name, *argv[1:])) if runner is not None else None
    if runs is None:
        return (" ".join(argv[1:3] if name == "aws" else argv[:2]),)
    inner = _opened(runs.argv, depth + 1) if runs.argv else _typed(runs.text, depth)
    if runs.where:
        return (runs.where, *inner)
    if runs.interactive:
        return (" ".join((name, *argv[1:3])),)
    return inner


def _typed(text: str, depth: int) -> tuple[str, ...]:
    """Name what a program opens that is given as text: `ecs execute-command --command psql`."""
    return _opened(tuple(text.split()), depth + 1) if text else ()


def shown(opened: tuple[str, ...]) -> str:
    """Write what is open for a person. Pure."""
    return " → ".join(opened).replace(HOLE, "…")
