"""A statement's text in, the statement with what its commands run in turn out.

`actions` knows which programs run others. The inner words keep the parameters of the outer ones:
each part that waits for a value is one character while `actions` looks at the command.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from steadyhand.actions.words import HOLE
from steadyhand.actions.wrappers import RUNNERS, Runs
from steadyhand.compile.shell.found import Form, Found
from steadyhand.compile.shell.grammar import Parsed, read_commands
from steadyhand.model.document.shell import Command, Part, PartKind, Word

_FIRST = 0xE000  # of the characters that Unicode leaves to everybody
_MOST = 6000
_RUNNING = frozenset({"execute-command", "run-task", "send-command"})
_DEPTH = 6  # wrappers in wrappers
_ANYTHING = Part(PartKind.DYNAMIC, "…")


def parse_statement(
    text: str, placeholders: tuple[Found, ...], known: Collection[str] = ()
) -> Parsed:
    """Parse one statement; `known` are variables that the procedure has set before. Pure."""
    parsed = read_commands(text, placeholders, known)
    commands = tuple(with_inner(command) for command in parsed.statement.commands)
    if commands == parsed.statement.commands:
        return parsed
    return replace(parsed, statement=replace(parsed.statement, commands=commands))


def with_inner(command: Command, fed: Word | None = None, depth: int = 0) -> Command:
    """Give a command with what it runs in turn; `fed` is the text on its input. Pure."""
    runner = RUNNERS.get((command.name or "").rpartition("/")[2])
    if runner is None or depth > _DEPTH or (command.name == "aws" and not _runs(command)):
        return command
    letters = _Letters()
    argv = tuple(letters.write(word) for word in command.words)
    if letters.spoiled:
        return command
    try:
        runs = runner((argv[0].rpartition("/")[2], *argv[1:]))
    except (LookupError, ValueError, TypeError):
        runs = None  # an argv that nobody has thought of
    if runs is None or (runs.argv == ("true",) and "true" not in argv):
        return command
    body = next((r.body for r in reversed(command.redirects) if r.body is not None), fed)
    where = letters.shown(runs.where)
    inner = _inner(letters, runs, body, depth)
    inner = tuple(_around(command, one, index) for index, one in enumerate(inner))
    return replace(
        command, inner=tuple(_meant_for(where, one) for one in inner) if where else inner
    )


def _runs(command: Command) -> bool:
    """Tell whether an AWS command runs another one, as the few that do."""
    return any(word.literal in _RUNNING for word in command.words)


def _around(outer: Command, command: Command, index: int) -> Command:
    """Give an inner command what the outer one has: its input, and that nobody waits for it."""
    takes = outer.name not in {"xargs", "parallel"} and index == 0
    fed = outer.piped or any(r.operator.lstrip("0").startswith("<") for r in outer.redirects)
    return replace(
        command,
        nested=command.nested or outer.nested,
        piped=command.piped or (takes and fed),
        background=command.background or outer.background,
    )


def _inner(letters: "_Letters", runs: Runs, body: Word | None, depth: int) -> tuple[Command, ...]:
    if runs.interactive:
        if body is None:
            return ()
        text = letters.write(body)
        found = () if letters.spoiled else _commands(letters, text)
        body = None
    elif runs.text:
        found = _commands(letters, runs.text)
    else:
        found = _command(letters, runs.argv)
    return tuple(
        with_inner(one, body if index == 0 else None, depth + 1) for index, one in enumerate(found)
    )


def _command(letters: "_Letters", argv: Sequence[str]) -> tuple[Command, ...]:
    """Make the command of an argv; `NAME=value` in front of it are its assignments."""
    assigns = []
    while argv and argv[0].partition("=")[0].isidentifier() and "=" in argv[0]:
        assigns.append(argv[0].partition("=")[0])
        argv = argv[1:]
    words = tuple(letters.read(word) for word in argv)
    return (Command(words, assigns=tuple(assigns)),) if words else ()


def _commands(letters: "_Letters", text: str) -> tuple[Command, ...]:
    """Read shell text; what bash would not take is not read at all."""
    found = tuple(
        Found(char, char, at, at + 1, Form.ANGLE)
        for at, char in enumerate(text)
        if char == HOLE or letters.has(char)
    )
    parsed = read_commands(text, found, closed=True)
    if parsed.statement.problem:
        return ()
    return tuple(letters.restore(command) for command in parsed.statement.commands)


def _meant_for(where: str, command: Command) -> Command:
    inner = tuple(_meant_for(where, one) for one in command.inner)
    further = f"{where} → {command.elsewhere}" if command.elsewhere else where
    return replace(command, inner=inner, elsewhere=further)


@dataclass
class _Letters:
    """One private character for each part of a command that is not known now."""

    parts: list[Part] = field(default_factory=list)
    spoiled: bool = False  # the document uses such characters itself

    def write(self, word: Word) -> str:
        pieces = []
        for part in word.parts:
            if part.kind is PartKind.LITERAL:
                self.spoiled |= any("\ue000" <= char <= "\uf8ff" for char in part.text)
                pieces.append(part.text)
            else:
                self.spoiled |= len(self.parts) >= _MOST
                pieces.append(chr(_FIRST + len(self.parts) % _MOST))
                self.parts.append(part)
        return "".join(pieces)

    def has(self, char: str) -> bool:
        return 0 <= ord(char) - _FIRST < len(self.parts)

    def part(self, char: str, quoted: bool) -> Part:
        one = self.parts[ord(char) - _FIRST] if self.has(char) else _ANYTHING
        return replace(one, quoted=quoted)

    def read(self, text: str, quoted: bool = True) -> Word:
        """Turn text back into a word; its literal parts are values already."""
        parts: list[Part] = []
        plain = ""
        for char in text:
            if char != HOLE and not self.has(char):
                plain += char
                continue
            if plain:
                parts.append(Part(PartKind.LITERAL, plain, quoted))
            parts.append(self.part(char, self._was_quoted(char)))
            plain = ""
        if plain or not parts:
            parts.append(Part(PartKind.LITERAL, plain, quoted))
        return Word(tuple(parts))

    def _was_quoted(self, char: str) -> bool:
        return self.has(char) and self.parts[ord(char) - _FIRST].quoted

    def restore(self, command: Command) -> Command:
        """Put the parts back into a command that was read from text."""
        return replace(
            command,
            words=tuple(self._restored(word) for word in command.words),
            redirects=tuple(
                replace(
                    one,
                    target=None if one.target is None else self._restored(one.target),
                    body=None if one.body is None else self._restored(one.body),
                )
                for one in command.redirects
            ),
        )

    def _restored(self, word: Word) -> Word:
        parts: list[Part] = []
        for part in word.parts:
            if part.kind is PartKind.PARAMETER:
                parts.append(self.part(part.text, part.quoted))
            elif part.kind is PartKind.DYNAMIC:
                parts.append(replace(part, text=self.shown(part.text)))
            else:
                parts += self.read(part.text, part.quoted).parts
        return Word(tuple(parts))

    def shown(self, text: str) -> str:
        """Write text for a person, parameters as `<name>`."""
        return "".join(Word((self.part(c, False),)).shown if self.has(c) else c for c in text)
