"""A command line in, options out, as Kafka's tools read theirs; and how those tools complain.

Modelled on Kafka 3.9. https://github.com/jopt-simple/jopt-simple is what its tools parse with:
`--name value` or `--name=value`, and any beginning of a name that fits only one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from functools import wraps
from ipaddress import ip_address

from steadyhand.lab.tools.call import Call, Tool

VERSION = "3.9.0"


class Argument(Enum):
    NONE = "none"
    REQUIRED = "required"
    OPTIONAL = "optional"


class BadOptions(Exception):
    """The command line is not one of this tool's; the message is the tool's own."""


@dataclass(frozen=True)
class Option:
    name: str
    argument: Argument = Argument.NONE
    number: bool = False
    kind: str = "Integer"  # how Java calls the number


@dataclass
class Given:
    """What stood on a command line, by option; each time it stood there."""

    values: dict[str, list[str]] = field(default_factory=dict)

    def has(self, *names: str) -> bool:
        return any(name in self.values for name in names)

    def one(self, name: str, default: str = "") -> str:
        return self.values.get(name, [default])[-1]

    def all(self, name: str) -> list[str]:
        return self.values.get(name, [])

    def number(self, name: str, default: int) -> int:
        return int(self.one(name, str(default)))


def option_table(flags: str, required: str = "", optional: str = "") -> dict[str, Option]:
    """Make a tool's options from their names. A name that ends in # takes a number, ## a long."""
    found = {name: Option(name) for name in ("help", "version", *flags.split())}
    for text, argument in ((required, Argument.REQUIRED), (optional, Argument.OPTIONAL)):
        for word in text.split():
            name = word.rstrip("#")
            kind = "Long" if word.endswith("##") else "Integer"
            found[name] = Option(name, argument, name != word, kind)
    return found


def parse(argv: Sequence[str], options: Mapping[str, Option]) -> Given:
    """Read a command line. Raises BadOptions."""
    given = Given()
    words = list(argv)
    while words:
        word = words.pop(0)
        if not word.startswith("-") or word == "-":
            continue  # jopt-simple keeps what is no option apart, and the tools do not look
        name, equals, value = word.lstrip("-").partition("=")
        option = _option(name, options)
        if option.argument is Argument.NONE:
            given.values.setdefault(option.name, []).append("")
            continue
        if not equals and words and (option.argument is Argument.REQUIRED or words[0][:1] != "-"):
            value, equals = words.pop(0), "="
        if not equals and option.argument is Argument.REQUIRED:
            raise BadOptions(f"Option {option.name} requires an argument")
        if option.number and not _is_number(value):
            raise BadOptions(f"Cannot parse argument '{value}' of option {option.name}")
        given.values.setdefault(option.name, []).append(value)
    return given


def _option(name: str, options: Mapping[str, Option]) -> Option:
    fitting = [one for one in options if one.startswith(name)] if name else []
    if name in options:
        return options[name]
    if len(fitting) != 1:
        raise BadOptions(f"{name} is not a recognized option")
    return options[fitting[0]]


def _is_number(text: str) -> bool:
    return text.removeprefix("-").isdigit()


def usage(options: Mapping[str, Option]) -> str:
    """What a tool prints below its complaint."""
    lines = ["Option", "------"]
    for option in sorted(options.values(), key=lambda one: one.name):
        kind = option.kind if option.number else "String"
        argument = {"none": "", "required": f" <{kind}>", "optional": f" [{kind}]"}
        lines.append(f"--{option.name}{argument[option.argument.value]}")
    return "\n".join(lines) + "\n"


def log_line(level: str, text: str, logger: str) -> str:
    """A line as Kafka's tools log it, on standard error."""
    now = datetime.now(UTC)
    return f"[{now:%Y-%m-%d %H:%M:%S},{now.microsecond // 1000:03}] {level} {text} ({logger})\n"


def not_reached(servers: str) -> str:
    """What the admin client logs where no broker answers."""
    text = (
        "[AdminClient clientId=adminclient-1] Connection to node -1 "
        f"({servers}) could not be established. Node may not be available."
    )
    return log_line("WARN", text, "org.apache.kafka.clients.NetworkClient")


class NotResolvable(Exception):
    """None of the servers' names leads anywhere."""


def servers_of(call: Call, text: str) -> str:
    """Put addresses for names. Raises NotResolvable: only the lab's own hosts are known here."""
    found = []
    for server in text.split(","):
        name, _, port = server.strip().rpartition(":")
        host = "127.0.0.1" if name == "localhost" else call.lab.address(name) or name
        if port.isdigit() and _is_loopback(host):
            found.append(f"{host}:{call.lab.port(name, int(port))}")
    if not found:
        raise NotResolvable(text)
    return ",".join(found)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


Work = Callable[[Call, Given], int]  # gives the exit code


def kafka_tool(
    options: Mapping[str, Option], about: str, check: Callable[[Given], None]
) -> Callable[[Work], Tool]:
    """Make a tool of what does its work, which gets options that are read and checked.

    `check` and the work raise BadOptions for what the tool answers with how it is used; where no
    server's name is known it says so as Java's clients do. Both exit with 1.
    """

    def made(work: Work) -> Tool:
        @wraps(work)
        def run(call: Call) -> int:
            try:
                given = parse(call.words, options)
                if not call.words or given.has("help"):
                    raise BadOptions(about)
                if given.has("version"):
                    call.stdout.write(f"{VERSION}\n")
                    return 0
                check(given)
                return work(call, given)
            except BadOptions as bad:
                call.stderr.write(f"{bad}\n{usage(options)}")
            except NotResolvable:
                call.complain(
                    "org.apache.kafka.common.KafkaException: Failed to create the client",
                    "Caused by: org.apache.kafka.common.config.ConfigException: "
                    "No resolvable bootstrap urls given in bootstrap.servers",
                )
            return 1

        return run

    return made
