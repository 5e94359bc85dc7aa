"""A document in, the commands it gives to Redis or Valkey out."""

import shlex
from collections.abc import Iterator

from msgspec import Struct

from steadyhand.actions.redis import MODES, command_words
from steadyhand.actions.words import HOLE, Argv
from steadyhand.lint.changes.calls import Call
from steadyhand.lint.tools.fed import fed_to
from steadyhand.lint.tools.named import calls_named
from steadyhand.model.document.runbook import Procedure, Runbook, Step

CLIENTS = frozenset({"redis-cli", "valkey-cli", "keydb-cli"})


class CacheCommand(Struct, frozen=True):
    """A command with its arguments; `more`: others come from the client's input.

    `typed`: it stands in the document as what somebody types at the client's prompt.
    """

    procedure: Procedure
    step: Step
    words: Argv
    more: bool = False
    typed: bool = False

    @property
    def name(self) -> str:
        return self.words[0].upper() if self.words and HOLE not in self.words[0] else ""


def cache_commands(runbook: Runbook) -> Iterator[CacheCommand]:
    """Give every command for a cache, those in the client's input and at its prompt too."""
    for call in calls_named(runbook, CLIENTS):
        yield from _of(call)
    for procedure in runbook.procedures:
        for step in procedure.steps:
            words = _words(step.text) if step.context in CLIENTS else ()
            if words and words[0].isupper():  # else it may be a sentence
                yield CacheCommand(procedure, step, words, typed=True)


def _of(call: Call) -> Iterator[CacheCommand]:
    words = command_words(call.argv)
    own = call.argv[1 : len(call.argv) - len(words)]
    if MODES.intersection(own):
        return
    if words:
        more = call.fed or bool({"-x", "-X"}.intersection(own))
        yield CacheCommand(call.procedure, call.step, words, more)
    elif not call.fed and (text := fed_to(call)) is not None:
        for line in text.splitlines():
            if given := _words(line):
                yield CacheCommand(call.procedure, call.step, given)


def _words(line: str) -> Argv:
    try:
        return tuple(shlex.split(line))
    except ValueError:
        return ()
