"""Options and arguments in, which option got which words out: argparse's way of reading a command
line, with holes. Pure.

The AWS CLI reads an argv three times with argparse: for global options, for the operation, for the
operation's options; each takes what it knows and leaves the rest. The algorithm is argparse's
because its corners decide what is refused: https://docs.python.org/3/library/argparse.html
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from msgspec import Struct

from steadyhand.lint.aws.argument import HOLE, Argument, stands_in
from steadyhand.lint.aws.known.names import nearest
from steadyhand.lint.aws.known.options import Edition, Option, Options, Takes
from steadyhand.lint.aws.problems import Kind, Problem

_NEGATIVE_NUMBER = re.compile(r"-\d+|-\d*\.\d+")
_PATTERNS = {
    Takes.NOTHING: "()",
    Takes.ONE: "(A)",
    Takes.TWO: "(AA)",
    Takes.MAYBE_ONE: "(A?)",
    Takes.ANY: "(A*)",
    Takes.SOME: "(A+)",
}
_WANTED = {Takes.ONE: "a value", Takes.TWO: "two values", Takes.SOME: "at least one value"}


class Given(Struct, frozen=True):
    """An option as it was given. `word` is None for a positional argument."""

    option: Option
    word: Argument | None
    values: tuple[Argument, ...]

    @property
    def index(self) -> int:
        return self.word.index if self.word is not None else self.values[0].index


@dataclass
class Taken:
    """What one reading took, and what it left."""

    given: list[Given] = field(default_factory=list)
    rest: list[Argument] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    undecided: bool = False  # something may still become any option
    loose: bool = False  # a value may: what another reading gets of the rest is no surer

    def last(self, name: str) -> Given | None:
        """Give an option as it counts: of one given twice, the last."""
        return next((g for g in reversed(self.given) if g.option.name == name), None)


def take(options: Options, arguments: Sequence[Argument]) -> Taken:
    """Read arguments against a table of options, as `parse_known_args` does."""
    reading = _Reading(options, list(arguments))
    reading.run()
    return reading.taken


class _Read(Struct, frozen=True):
    """How one word is seen: an argument (A) or an option (O), perhaps with `=value`."""

    letter: str
    option: Option | None = None
    value: str | None = None


_ARGUMENT = _Read("A")


class _Reading:
    """One run over the arguments. Lives for one call of `take`."""

    def __init__(self, options: Options, arguments: list[Argument]) -> None:
        self.taken = Taken()
        self._options = options  # no word that begins with `-` names a positional argument
        self._positionals = [o for o in options.values() if o.positional]
        self._arguments = arguments
        self._reads = list(self._seen())
        self._letters = "".join(read.letter for read in self._reads)

    def run(self) -> None:
        at = 0
        last = self._letters.rfind("O")
        while at <= last:
            option = self._letters.index("O", at)
            if at != option:
                end = self._positionals_at(at)
                if end > at:
                    at = end
                    continue
                self._leave(at, option)
            at = self._option_at(option)
        self._leave(self._positionals_at(at), len(self._arguments))

    def _leave(self, start: int, end: int) -> None:
        for argument in self._arguments[start:end]:
            self.taken.undecided |= argument.spreads or argument.goes_on or stands_in(argument.text)
            self.taken.rest.append(argument)

    def _seen(self) -> Iterator[_Read]:
        for number, argument in enumerate(self._arguments):
            if argument.text == "--":  # all after it are arguments; no runbook needs it with aws
                self.taken.undecided = True
                yield from (_ARGUMENT for _ in self._arguments[number:])
                return
            yield self._read(argument)

    def _read(self, argument: Argument) -> _Read:
        text = argument.text
        if len(text) < 2 or not text.startswith("-"):
            return _ARGUMENT
        if text in self._options:
            return _Read("O", self._options[text])
        name, equals, value = text.partition("=")
        explicit = value if equals else None
        if equals and name in self._options:
            return _Read("O", self._options[name], explicit)
        if HOLE in name:
            self.taken.undecided = True
            return _Read("O")
        matches = [o for full, o in self._options.items() if full.startswith(name)]
        if len(text) > 2 and matches:
            if (meant := _unique(matches)) is not None:
                return _Read("O", meant, explicit)
            self._say_ambiguous(argument, name, matches)
            return _Read("O")
        if _NEGATIVE_NUMBER.fullmatch(text) or " " in text:
            return _ARGUMENT
        return _Read("O")

    def _say_ambiguous(self, argument: Argument, name: str, matches: list[Option]) -> None:
        names = sorted(o.name for o in matches)
        shown = ", ".join(f"`{one}`" for one in names[:4])
        self.taken.problems.append(
            Problem(
                Kind.AMBIGUOUS_OPTION,
                argument.index,
                f"`{name}` is short for more than one option: {shown}",
                name,
                help=f"write out the one that is meant: {shown}",
            )
        )

    def _option_at(self, at: int) -> int:
        argument, read = self._arguments[at], self._reads[at]
        if read.option is None:
            self.taken.rest.append(argument)
            return at + 1
        option = read.option
        if read.value is not None:
            self._explicit(argument, option, read.value)
            return at + 1
        match = re.match(_PATTERNS[option.takes], self._letters[at + 1 :])
        if match is None:
            self._say_missing_value(argument, option, at)
            return at + 1
        end = at + 1 + match.end()
        values = self._arguments[at + 1 : end]
        # `--ids $IDS`, `--ids <ids>`: ids. But in `--ids a $MORE b` the second may be options, and
        # the third the value of one; so may be what follows `--id $ID`.
        spreading = [number for number, value in enumerate(values) if value.spreads]
        if spreading:
            self.taken.loose |= spreading[-1] > 0 or self._letters[end : end + 1] == "A"
            self.taken.undecided |= self.taken.loose
            values = values[: max(1, spreading[0])]
        self.taken.given.append(Given(option, argument, tuple(values)))
        return end

    def _explicit(self, argument: Argument, option: Option, value: str) -> None:
        if option.takes in {Takes.NOTHING, Takes.TWO}:
            wrong = argument.text if HOLE not in argument.text else option.name
            message = f"`{option.name}` takes no value"
            help = f"write `{option.name}` alone"
            if (opposite := f"--no-{option.name[2:]}") in self._options:
                help += f", or `{opposite}` for the opposite"
            if option.takes is Takes.TWO:
                message = f"`{option.name}` takes two values"
                help = f"write them after `{option.name}`, with blanks before each"
            self.taken.problems.append(
                Problem(Kind.UNWANTED_VALUE, argument.index, message, wrong, help=help)
            )
        only = Argument(value, argument.index)
        values = () if option.takes is Takes.NOTHING else (only,)
        self.taken.given.append(Given(option, argument, values))

    def _say_missing_value(self, argument: Argument, option: Option, at: int) -> None:
        self.taken.given.append(Given(option, argument, ()))
        following = self._arguments[at + 1] if at + 1 < len(self._arguments) else None
        if following is not None and following.elided:
            return
        self.taken.problems.append(
            Problem(
                Kind.MISSING_VALUE,
                argument.index,
                f"`{option.name}` needs {_WANTED[option.takes]}",
                argument.text,
                help=f"write the value after `{option.name}`",
            )
        )

    def _positionals_at(self, at: int) -> int:
        for count in range(len(self._positionals), 0, -1):
            pattern = "".join(_PATTERNS[o.takes] for o in self._positionals[:count])
            match = re.match(pattern, self._letters[at:])
            if match is None:
                continue
            for option, (start, end) in zip(self._positionals, match.regs[1:], strict=False):
                if values := tuple(self._arguments[at + start : at + end]):
                    self.taken.undecided |= any(v.spreads for v in values)
                    self.taken.given.append(Given(option, None, values))
            del self._positionals[:count]
            return at + match.end()
        return at


def _unique(matches: list[Option]) -> Option | None:
    """Give the option that an abbreviation means in version 1 or 2 of the CLI, if it is one."""
    for edition in (Edition.V1, Edition.V2):
        mine = [o for o in matches if o.edition in {Edition.BOTH, edition}]
        if len(mine) == 1:
            return mine[0]
    return None


def left_over(taken: Taken, options: Options, command: str) -> Iterator[Problem]:
    """Say of each word that nothing took what is wrong with it.

    Values of unknown options are not said again.
    """
    said = {problem.word for problem in taken.problems}
    after_unknown = False
    for argument in taken.rest:
        name = argument.text.partition("=")[0]
        number = _NEGATIVE_NUMBER.fullmatch(argument.text) is not None
        if argument.text.startswith("-") and len(argument.text) > 1 and not number:
            after_unknown = True
            if HOLE not in name and argument.index not in said:
                yield _unknown_option(argument, options, command)
        elif not after_unknown and not taken.undecided:
            yield Problem(
                Kind.UNEXPECTED_WORD,
                argument.index,
                f"`aws {command}` does not expect `{argument.text}` here",
                argument.text,
                help="take it out, or write the option that it belongs to before it",
            )


def _unknown_option(argument: Argument, options: Options, command: str) -> Problem:
    name = argument.text.partition("=")[0]
    right = nearest(name, (o.name for o in options.values() if not o.positional)) or ""
    return Problem(
        Kind.UNKNOWN_OPTION,
        argument.index,
        f"`aws {command}` has no option `{name}`",
        name,
        right,
        f"did you mean `{right}`?" if right else f"`aws {command} help` lists its options",
    )
