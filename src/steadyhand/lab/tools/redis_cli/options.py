"""redis-cli's options in, what they say out. Knows no connection."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import unquote, urlsplit

from steadyhand.lab.tools.call import Failed


@dataclass(frozen=True)
class Options:
    host: str = "127.0.0.1"
    port: int = 6379
    user: str = ""
    password: str = ""
    on_command_line: bool = False  # the password
    database: int = 0
    repeat: int = 1
    pause: float = 0.0
    last_from_stdin: bool = False
    fails: bool = False  # -e
    output: str = ""  # "raw", "no-raw", "csv"; empty: raw unless this is a terminal
    within: str = "\n"  # between the parts of one reply
    between: str = "\n"  # behind a reply
    scan: bool = False
    pattern: str = "*"
    script: str = ""
    quiet: bool = False  # --no-auth-warning
    command: tuple[str, ...] = field(default=())


def _number(word: str) -> int:
    """As C's atoi: the digits at the beginning, or 0."""
    sign = -1 if word.startswith("-") else 1
    digits = word.lstrip("-+")
    count = next((i for i, one in enumerate(digits) if not one.isdigit()), len(digits))
    return sign * int(digits[:count] or 0)


def _uri(options: Options, word: str) -> Options:
    """https://www.iana.org/assignments/uri-schemes/prov/redis"""
    parts = urlsplit(word)
    if parts.scheme != "redis":
        raise Failed(1, "Invalid URI scheme")
    database = parts.path.lstrip("/")
    return replace(
        options,
        host=parts.hostname or options.host,
        port=parts.port or options.port,
        user=unquote(parts.username or "") if parts.password else options.user,
        password=unquote(parts.password or parts.username or "") or options.password,
        on_command_line=bool(parts.username or parts.password) or options.on_command_line,
        database=_number(database) if database else options.database,
    )


Change = Callable[[Options, str], Options]
VALUED: Mapping[str, Change] = {
    "-h": lambda o, word: replace(o, host=word),
    "-p": lambda o, word: replace(o, port=_number(word)),
    "-a": lambda o, word: replace(o, password=word, on_command_line=True),
    "--pass": lambda o, word: replace(o, password=word, on_command_line=True),
    "--user": lambda o, word: replace(o, user=word),
    "-u": _uri,
    "-n": lambda o, word: replace(o, database=_number(word)),
    "-r": lambda o, word: replace(o, repeat=_number(word)),
    "-i": lambda o, word: replace(o, pause=float(word)),
    "-d": lambda o, word: replace(o, within=word),
    "-D": lambda o, word: replace(o, between=word),
    "--pattern": lambda o, word: replace(o, pattern=word),
    "--eval": lambda o, word: replace(o, script=word),
}
SWITCHES: Mapping[str, Callable[[Options], Options]] = {
    "-x": lambda o: replace(o, last_from_stdin=True),
    "-e": lambda o: replace(o, fails=True),
    "-c": lambda o: o,  # a cluster's redirections; there are none here
    "--raw": lambda o: replace(o, output="raw"),
    "--no-raw": lambda o: replace(o, output="no-raw"),
    "--csv": lambda o: replace(o, output="csv"),
    "--scan": lambda o: replace(o, scan=True),
    "--no-auth-warning": lambda o: replace(o, quiet=True),
}
# What the real one has and this one does not.
ELSEWHERE = {
    *("-3", "-s", "--askpass", "--bigkeys", "--cluster", "--hotkeys", "--intrinsic-latency"),
    *("--latency", "--latency-dist", "--latency-history", "--ldb", "--lru-test", "--memkeys"),
    *("--pipe", "--quoted-input", "--quoted-pattern", "--rdb", "--replica", "--stat", "--tls"),
}


def parse(words: Sequence[str]) -> Options:
    """Read options up to the first word that is none. Raises Failed."""
    options = Options()
    left = list(words)
    while left and left[0].startswith("-"):
        word = left.pop(0)
        if word in VALUED and left:
            options = VALUED[word](options, left.pop(0))
        elif word in SWITCHES:
            options = SWITCHES[word](options)
        elif word in ELSEWHERE:
            raise Failed(1, f"redis-cli: the lab's stand-in has no {word}")
        else:
            told = f"Unrecognized option or bad number of args for: '{word}'"
            raise Failed(1, told)
    return replace(options, command=tuple(left))
