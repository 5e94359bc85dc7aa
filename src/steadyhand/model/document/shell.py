"""A shell statement as data: what `compile` reads out of bash and `run` holds calls against.

Nothing here parses: `compile.shell` builds these from tree-sitter-bash. The two pure rules are
`refusals` (what may not even reach bash) and `fits` (does an expanded argv belong to a template).
"""

import re
from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct

from steadyhand.model.once import once
from steadyhand.model.visible import BLANK, UNSEEN, visible

# Stands for whatever bash or a parameter will put there. Nothing that is typed contains it.
HOLE = "\ufffc"


class PartKind(StrEnum):
    LITERAL = "literal"  # known now; `text` is the value after quote removal
    PARAMETER = "parameter"  # a placeholder of the document; `text` is the parameter's name
    DYNAMIC = "dynamic"  # known only when bash expands it; `text` is the source


class Part(Struct, frozen=True):
    kind: PartKind
    text: str
    quoted: bool = False  # inside quotes: never split into several words
    sample_of: str = ""  # of a literal: the parameter whose default it is


class Word(Struct, frozen=True, dict=True):
    """One word of a command, as consecutive parts."""

    parts: tuple[Part, ...]

    @once
    def literal(self) -> str | None:
        """The word's value where no part of it waits for bash or for a parameter."""
        if all(part.kind is PartKind.LITERAL for part in self.parts):
            return "".join(part.text for part in self.parts)
        return None

    @once
    def shown(self) -> str:
        """The word for a person: literals as they are, parameters as `<name>`."""
        return "".join(
            f"<{part.text}>" if part.kind is PartKind.PARAMETER else part.text
            for part in self.parts
        )


class Redirect(Struct, frozen=True):
    operator: str  # ">", ">>", "<", "<<", "<<<", "2>", "&>", "2>&1" …
    target: Word | None  # None for heredocs and descriptor copies
    body: Word | None = None  # a heredoc's text


class Command(Struct, frozen=True, dict=True):
    """One simple command of a statement, however deep it stands."""

    words: tuple[Word, ...]  # words[0] is the command's name
    redirects: tuple[Redirect, ...] = ()
    assigns: tuple[str, ...] = ()  # `NAME=value` prefixes of this very command
    nested: bool = False  # inside `$( )`, backticks or `<( )`
    piped: bool = False  # its standard input is another command's output
    background: bool = False  # `&` behind it: the shell does not wait for it
    inner: tuple["Command", ...] = ()  # those that it runs in turn: `watch '…'`, `xargs …`
    elsewhere: str = ""  # of an inner command: the host or container it is meant for: "ssh db1"

    @property
    def name(self) -> str | None:
        return self.words[0].literal if self.words else None

    @once
    def argv(self) -> tuple[str, ...]:
        """The words' values, each part that waits for bash or a parameter as one HOLE."""
        return tuple(
            "".join(part.text if part.kind is PartKind.LITERAL else HOLE for part in word.parts)
            for word in self.words
        )


class Assignment(Struct, frozen=True):
    """`NAME=value` on its own; `command` is the first command in its substitution, if any."""

    name: str
    command: Command | None = None


class Statement(Struct, frozen=True):
    """All that matters of one statement: every simple command, in the order of the source."""

    commands: tuple[Command, ...]
    assignments: tuple[Assignment, ...] = ()
    defines: tuple[str, ...] = ()  # names of functions it defines
    transforms: tuple[str, ...] = ()  # variables under `${#X}`, `${X%…}`, `${X:…}`, `${X/…}`
    problem: str = ""  # why bash's grammar does not accept it; "" when it does


# Builtins that change nothing outside the shell and cannot hide a command from the gate.
HARMLESS_BUILTINS = frozenset(
    ": [ [[ test true false echo printf read local declare export set shift return let wait "
    "unset readonly typeset break continue cd pwd exit mapfile readarray shopt getopts".split()
)
# Builtins that run text as code, take the shims off the path, or act without any process.
REFUSED_BUILTINS = {
    "eval": "runs text that nobody has read",
    "source": "runs a file that is not part of the plan",
    ".": "runs a file that is not part of the plan",
    "exec": "replaces the shell, and with it the gate",
    "enable": "can load code into the shell or hide a builtin",
    "command": "can look past the gate's path",
    "builtin": "can look past what the plan shows",
    "hash": "can bind a name to a program past the gate",
    "alias": "gives a command another meaning than the one shown",
    "trap": "runs later what nobody sees now",
    "kill": "acts on processes without passing the gate",
    "bind": "runs text that nobody has read",
    "coproc": "leaves a process that the run does not see",
    "ulimit": "changes limits of the run itself",
    "umask": "changes what later files look like",
}
# Variables that decide what a name means or what a program loads.
REFUSED_VARIABLES = frozenset(
    {"PATH", "BASH_ENV", "ENV", "IFS", "LD_PRELOAD", "LD_LIBRARY_PATH", "PROMPT_COMMAND",
     "SHELLOPTS", "BASHOPTS", "PS4", "PYTHONPATH", "PYTHONSTARTUP", "AWS_ENDPOINT_URL",
     "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_PROFILE"}
)  # fmt: skip


class Refusal(Struct, frozen=True):
    """Why a statement may not reach bash."""

    what: str
    reason: str

    def __str__(self) -> str:
        return f"{self.what}: {self.reason}"


def refusals(text: str, statement: Statement) -> tuple[Refusal, ...]:
    """Say everything about a statement that nobody sees, or the gate could not hold. Pure."""
    unseen = dict.fromkeys(map(visible, UNSEEN.findall(text)))
    found = [Refusal(one, "nobody who reads the step sees this character") for one in unseen]
    if statement.problem:
        found.append(Refusal("statement", statement.problem))
    for assignment in statement.assignments:
        if assignment.name in REFUSED_VARIABLES:
            found.append(_assigned(f"{assignment.name}=", assignment.name))
    for command in statement.commands:
        found.extend(_command_refusals(command))
    return tuple(found)


def _command_refusals(command: Command, inner: bool = False) -> list[Refusal]:
    """Judge a command; `inner`: another one runs it here, where nothing leads it to a shim."""
    found = [
        _assigned(f"{name}=", name)
        for name in command.assigns
        if name in REFUSED_VARIABLES and not (name == "IFS" and command.name in _SPLITS)
    ]
    for part in (part for word in command.words for part in word.parts):
        if not part.quoted and not part.text.isascii() and BLANK.search(part.text):
            found.append(Refusal(part.text, "it has a blank that bash takes for a letter"))
    if command.words:
        name = command.name
        if name is None:
            shown = command.words[0].shown
            found.append(Refusal(shown, "the command's name is known only when bash expands it"))
        elif name in REFUSED_BUILTINS:
            found.append(Refusal(name, REFUSED_BUILTINS[name]))
        elif "/" in name and (inner or _PATH_NAME.fullmatch(name) is None):
            found.append(Refusal(name, "a program named by its path is started past the gate"))
        elif any("[" in part.text and not part.quoted for part in command.words[0].parts) and (
            name not in {"[", "[["}
        ):
            found.append(Refusal(name, "the command's name is known only when bash expands it"))
        elif name == "set" and any((w.literal or "posix") == "posix" for w in command.words[1:]):
            found.append(Refusal("set -o posix", "changes how bash finds a command"))
        elif name in {"export", "declare", "typeset", "local", "readonly", "unset", "read"}:
            for word in command.words[1:]:
                target = (word.literal or word.shown).split("=", 1)[0]
                if target in REFUSED_VARIABLES:
                    found.append(_assigned(f"{name} {target}", target))
        elif name == "env" and any(
            (word.literal or "").startswith(("-i", "--ignore", "-u", "--unset", "PATH="))
            for word in command.words
        ):
            found.append(Refusal("env", "takes the gate off the path"))
    for redirect in command.redirects:
        if (refusal := _redirect_refusal(redirect)) is not None:
            found.append(refusal)
    for one in command.inner:
        if not one.elsewhere:
            found.extend(_command_refusals(one, inner=True))
    return found


# Before these it holds for them alone. Elsewhere it would be lost with the session, and then every
# later line be split in another way.
_SPLITS = ("read", "mapfile", "readarray")


def _assigned(what: str, variable: str) -> Refusal:
    if variable == "IFS":
        return Refusal(what, "changes how every later line is split; only before `read`")
    return Refusal(what, "changes which program a name means")


# The names that the session can lead to a shim, as functions.
_PATH_NAME = re.compile(r"[\w./+@:~-]*/[\w./+@:~-]*")


def _redirect_refusal(redirect: Redirect) -> Refusal | None:
    if redirect.target is None:
        return None
    path = redirect.target.literal
    shown = f"{redirect.operator} {redirect.target.shown}"
    if path is None:
        if redirect.operator == "<<<":
            return None
        return Refusal(shown, "the file's name is known only when bash expands it")
    if path == "/dev/null" or redirect.operator == "<<<":
        return None
    if path.startswith(("/dev/tcp/", "/dev/udp/")):
        return Refusal(shown, "opens a connection without passing the gate")
    if path.startswith(("/", "~")) or ".." in path.split("/"):
        return Refusal(shown, "reaches a file outside the run's directory")
    return None


def expanded(command: Command, values: Mapping[str, str]) -> tuple[str, ...]:
    """Write a command's words as far as they are known; parameters without a value as `<name>`."""
    return tuple(
        "".join(
            values.get(part.text, f"<{part.text}>")
            if part.kind is PartKind.PARAMETER
            else values.get(part.sample_of, part.text)
            for part in word.parts
        )
        for word in command.words
    )


def fits(template: Command, argv: tuple[str, ...], bindings: Mapping[str, str]) -> bool:
    """Tell whether an expanded argv is what a plan's template says, parameters filled in. Pure.

    A dynamic part stands for any text; an unquoted dynamic word may become any number of words.
    """
    pattern = ""
    for index, word in enumerate(template.words):
        body = "".join(_part_pattern(part, bindings) for part in word.parts)
        if index == 0:
            pattern += body
        elif body == _ANY_WORDS:
            pattern += f"(?:{_GAP}{body})?"
        else:
            pattern += _GAP + body
    return re.fullmatch(pattern, _GAP.join(argv), re.DOTALL) is not None


_GAP = "\0"  # cannot stand in an argument, so it can stand between two
_ANY_WORDS = ".*"


def _part_pattern(part: Part, bindings: Mapping[str, str]) -> str:
    match part.kind:
        case PartKind.LITERAL:
            return re.escape(bindings.get(part.sample_of, part.text))
        case PartKind.PARAMETER:
            value = bindings.get(part.text)
            return f"[^{_GAP}]*" if value is None else re.escape(value)
        case PartKind.DYNAMIC:
            return f"[^{_GAP}]*" if part.quoted else _ANY_WORDS
