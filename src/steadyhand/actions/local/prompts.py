"""Programs that take over the terminal or wait for what is typed; argv in, what they do out."""

import re
from collections.abc import Callable

from steadyhand.actions.sql import ENDS, classify_sql
from steadyhand.actions.words import (
    HOLE,
    Argv,
    change,
    destroy,
    flag,
    letter,
    positionals,
    read,
    unknown,
)  # fmt: skip
from steadyhand.model.effect import Classified

Make = Callable[..., Classified]
# They draw on the whole screen: input that is piped to them does not make them go without one.
SCREENS: dict[str, Make] = {
    **dict.fromkeys("vi vim nvim nano pico emacs mcedit joe micro ed vipw visudo".split(), change),
    **dict.fromkeys("htop atop btop iotop iftop nmon glances ctop k9s ncdu lnav".split(), read),
    **dict.fromkeys("nethogs tig".split(), read),
    **dict.fromkeys("passwd chsh chfn mysql_secure_installation".split(), change),
    **dict.fromkeys("minicom".split(), destroy),
}


def _crontab(argv: Argv) -> Classified:
    if letter(argv, "e"):
        return change("crontab -e opens an editor", interactive=True)
    if letter(argv, "l"):
        return read("crontab -l reads")
    return destroy("crontab replaces or removes a table of jobs")


def _client(
    run: str, with_value: str, *, sql: bool = False, looks: re.Pattern[str] | None = None
) -> Callable[[Argv], Classified]:
    """A database's client: without one of the options `run` it opens a prompt.

    `looks` is what such an option may say where it only reads.
    """
    runs, takes = tuple(run.split()), frozenset(with_value.split())

    def classify(argv: Argv) -> Classified:
        if flag(argv, "-V", "--version", "-version", "--help", "-help", "-?"):
            return read(f"{argv[0]} prints its version or help")
        texts = [ENDS.sub(";", text) for text in _values(argv, runs)]
        script = [w for w in positionals(argv, takes) if w.endswith((".js", ".sql", ".cql"))]
        if not texts and not script:
            return destroy(f"{argv[0]} opens a prompt on the database", interactive=True)
        if looks and texts and not script and all(map(looks.fullmatch, texts)):
            return read(f"{argv[0]} reads the database")
        if not sql or not texts or any(_MORE_THAN_SQL.search(text) for text in texts):
            return unknown(argv[:1])
        return max((classify_sql(text) for text in texts), key=lambda c: c.effect)

    return classify


# https://www.mongodb.com/docs/manual/reference/method/
_MONGO_LOOKS = re.compile(
    r"\s*(?:printjson\(\s*|print\(\s*|JSON\.stringify\(\s*)?(?:"
    r"rs\.(?:status|conf|config|hello|isMaster|printReplicationInfo|printSecondaryReplicationInfo)|"
    r"db\.(?:stats|serverStatus|currentOp|version|hello|isMaster|hostInfo|getReplicationInfo|"
    r"printReplicationInfo|printSecondaryReplicationInfo|getCollectionNames)|sh\.status"
    r")\(\)(?:\.\w+)*\s*\)?\s*;?\s*"
)
# https://cassandra.apache.org/doc/latest/cassandra/developing/cql/
_CQL_LOOKS = re.compile(r"\s*(?:(?:select|describe|desc|consistency)\b[^;]*;?\s*)+", re.IGNORECASE)
# MySQL runs what stands in `/*! … */`, and writes strings and comments in ways of its own.
_MORE_THAN_SQL = re.compile(rf"{HOLE}|/\*|[\\\"`#]")


def _values(argv: Argv, names: tuple[str, ...]) -> list[str]:
    """Give the values of options, however they hang on them."""
    found: list[str] = []
    for word, following in zip(argv[1:], [*argv[2:], ""], strict=False):
        for name in names:
            if word == name or (len(name) == 2 and re.fullmatch(rf"-[a-zA-Z]+{name[1]}", word)):
                found.append(following)
            elif name.startswith("--") and word.startswith(name + "="):
                found.append(word[len(name) + 1 :])
            elif len(name) == 2 and word.startswith(name):
                found.append(word[2:])
    return found


def _sqlite(argv: Argv) -> Classified:
    given = len(list(positionals(argv, {"-cmd", "-init", "-separator", "-nullvalue"}))) > 1
    if given or flag(argv, "-version", "--version", "-help", "--help"):
        return unknown(argv[:1])
    return destroy("sqlite3 opens a prompt on the database", interactive=True)


def _interpreter(argv: Argv) -> Classified:
    """A language's interpreter: with nothing to run it opens a prompt."""
    if flag(argv[1:2], "-V", "--version", "-v", "-h", "--help"):
        return read(f"{argv[0]} prints its version or help")
    if len(argv) == 1 or argv[1:] == ("-i",):
        return destroy(f"{argv[0]} opens a prompt", interactive=True)
    found = unknown(argv[:2])
    serves = argv[1:3] == ("-m", "http.server")
    shell = argv[1:2] == ("manage.py",) and argv[2:3] in {("shell",), ("dbshell",)}
    asked = shell and not flag(argv, "-c", "--command")
    return Classified(found.effect, found.reason, endless=serves, interactive=asked)


def _console(*prompts: str) -> Callable[[Argv], Classified]:
    """A tool of which only these sub-commands are known: they open a prompt."""

    def classify(argv: Argv) -> Classified:
        words = " ".join([*positionals(argv, frozenset()), ""])
        found = unknown(argv[:3])
        quiet = any(w.startswith(("--command", "-c", "--help", "-C")) for w in argv[1:])
        opens = not quiet and any(words.startswith(prompt + " ") for prompt in prompts)
        return Classified(found.effect, found.reason, interactive=opens)

    return classify


def _terminals(argv: Argv) -> Classified:
    """tmux and screen: only to attach takes a terminal; `-d` and the other words do not."""
    words = list(positionals(argv, {"-L", "-S", "-f", "-s", "-n", "-t", "-c", "-p", "-x", "-y"}))
    attaches = not words or words[0] in {"attach", "attach-session", "a", "new", "new-session"}
    asks = any(re.fullmatch(r"-\w*[rRx]\w*", word) for word in argv[1:]) or len(argv) == 1
    interactive = asks if argv[0] == "screen" else attaches and not letter(argv, "d")
    found = unknown(argv[:2])
    return Classified(found.effect, found.reason, interactive=interactive)


def _telnet(argv: Argv) -> Classified:
    return destroy(f"{argv[0]} opens a connection to type into", interactive=True)


def _yes(argv: Argv) -> Classified:
    return read(f"{argv[0]} prints without end", endless=True)


PROMPTS: dict[str, Callable[[Argv], Classified]] = {
    "clickhouse-client": _client("-q --query --queries-file", "-h --host -u --user --password"),
    "cqlsh": _client("-e --execute -f --file", "-u -p -k", looks=_CQL_LOOKS),
    "crontab": _crontab,
    "django-admin": _console("shell", "dbshell"),
    "flask": _console("shell"),
    "ftp": _telnet,
    "gcloud": _console("sql connect", "compute ssh", "auth login", "init"),
    "heroku": _console("run bash", "run console", "run rails console", "pg:psql", "redis:cli"),
    "iex": _interpreter,
    "irb": _interpreter,
    "mariadb": _client("-e --execute", "-h -P -u -D -S --host --user", sql=True),
    "mongo": _client("--eval --file -f", "--host --port -u -p", looks=_MONGO_LOOKS),
    "mongosh": _client("--eval --file -f", "--host --port -u -p", looks=_MONGO_LOOKS),
    "mysql": _client("-e --execute", "-h -P -u -D -S --host --user", sql=True),
    "node": _interpreter,
    "python": _interpreter,
    "python3": _interpreter,
    "screen": _terminals,
    "tmux": _terminals,
    "rails": _console("console", "c", "dbconsole", "db"),
    "sqlite3": _sqlite,
    "telnet": _telnet,
    "yes": _yes,
}
