"""A command line and what was said to it in; whether the lab answered, refused as the real thing
refuses, or does not offer it, out. Pure.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from tests.lab.commands.desk import Answer, Said
from tests.lab.commands.lines import Line

from steadyhand.model.document.shell import PartKind, fits


class Verdict(StrEnum):
    ANSWERED = "answered"
    REFUSED = "refused"
    NOT_OFFERED = "not offered"
    NOT_REACHED = "not reached"


@dataclass(frozen=True)
class Row:
    line: Line
    verdict: Verdict
    code: int
    evidence: str  # the first line of what was printed, or the error


# What nobody but an unfinished lab would say.
UNOFFERED = re.compile(
    r"no stand-in for|in the lab .{0,60}not offered|in the lab only|not installed here|"
    r"NotImplemented|not yet implemented|Traceback \(most recent|InternalFailure|\(50[01]\)|"
    r"SessionManagerPlugin is not found|GITHUB_API_URL is not set|UnknownOperation|"
    r"beyond loopback|goes past the gate|past the gate|outside the run's directory"
)


def judge(lines: Sequence[Line], answer: Answer) -> list[Row]:
    """Give each line of a statement its row; a call belongs to the first line that it fits."""
    left = list(answer.calls)
    taken: dict[int, list[Said]] = {}
    # The literal ones first: a line that is all holes would take what is another's.
    for index in sorted(range(len(lines)), key=lambda i: _holes(lines[i])):
        taken[index] = found = [call for call in left if _belongs(lines[index], call)]
        left = [call for call in left if call not in found]
    return [_row(line, taken[index], answer) for index, line in enumerate(lines)]


def _holes(line: Line) -> int:
    if line.command is None:
        return 0
    return sum(p.kind is not PartKind.LITERAL for w in line.command.words for p in w.parts)


def _belongs(line: Line, call: Said) -> bool:
    command = line.command
    if command is None or command.name is None:
        return False
    return command.name == call.argv[0] and fits(command, call.argv, {})


def _row(line: Line, calls: Sequence[Said], answer: Answer) -> Row:
    if not calls:
        if line.command is not None and not _by_bash(line):
            return Row(line, Verdict.NOT_REACHED, answer.code, "")
        said = "" if answer.calls else answer.out or answer.err
        verdict = Verdict.ANSWERED if answer.code in (0, 1) else Verdict.REFUSED
        return Row(line, verdict, answer.code, _first(said))
    call = next((one for one in calls if one.code), calls[0])
    if call.refused or call.code == 127 or UNOFFERED.search(call.text):
        return Row(line, Verdict.NOT_OFFERED, call.code, _first(call.refused or call.text))
    if call.code:
        return Row(line, Verdict.REFUSED, call.code, _error(call))
    return Row(line, Verdict.ANSWERED, call.code, _first(call.out.decode(errors="replace")))


BY_BASH = frozenset("cd echo export [ test printf".split())


def _by_bash(line: Line) -> bool:
    return line.command is not None and line.command.name in BY_BASH


def _first(text: str) -> str:
    """The first lines that say something, as one."""
    lines = [line.strip() for line in text.splitlines() if line.strip(" {}[](),\"'│╷╵\t")]
    return " ".join(lines[:2])[:110] if lines else ""


def _error(call: Said) -> str:
    """What the tool calls the error, where it has a name for it."""
    text = call.err.decode(errors="replace").strip() or call.out.decode(errors="replace").strip()
    code = re.search(r"An error occurred \((\w+(?:\.\w+)?)\)", text)
    if code is not None:
        return code.group(1)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    for line in reversed(lines):
        if re.search(r"error|ERROR|missing|required|Unknown|denied|fatal|curl:", line):
            return line[:110]
    return _first(text)
