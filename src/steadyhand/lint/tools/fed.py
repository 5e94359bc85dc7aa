"""A program where it runs in, the text that is fed to it out: heredoc, `<<<`, `echo … |`.

Holes stand for what is filled in later. What a file or another program prints is not known.
"""

from steadyhand.actions.words import HOLE
from steadyhand.lint.changes.calls import Call
from steadyhand.model.document.runbook import Step
from steadyhand.model.document.shell import Command, PartKind, Word


def fed_to(call: Call) -> str | None:
    """Give what a program reads from its standard input, or what runs it does. Pure."""
    own = _fed(call.step, call.used.command)
    return own if own is not None else _fed(call.step, call.outer)


def _fed(step: Step, command: Command) -> str | None:
    for redirect in command.redirects:
        word = redirect.body or (redirect.target if redirect.operator == "<<<" else None)
        if word is not None:
            return _text(word)
    return _piped_text(step, command) if command.piped else None


def _piped_text(step: Step, command: Command) -> str | None:
    at = next((i for i, one in enumerate(step.commands) if one is command), 0)
    before = [one for one in step.commands[:at] if one.nested == command.nested]
    if not before or before[-1].piped:
        return None
    source = before[-1]
    words = [_text(word) for word in source.words[1:]]
    match source.name:
        case "echo":
            return " ".join(words[1:] if words[:1] in (["-n"], ["-e"]) else words)
        case "printf" if words and "%" not in words[0]:
            return words[0].replace("\\n", "\n")
        case "cat" if not words:
            return _fed(step, source)
        case _:
            return None


def _text(word: Word) -> str:
    return "".join(p.text if p.kind is PartKind.LITERAL else HOLE for p in word.parts)
