"""A document in, the commands it gives to Redis or Valkey out."""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from steadyhand.actions.redis import MODES, command_words
from steadyhand.actions.words import HOLE, Argv
from steadyhand.lint.changes.calls import Call
from steadyhand.lint.subject import Subject
from steadyhand.lint.tools.fed import fed_to
from steadyhand.lint.tools.named import calls_named

CLIENTS = frozenset({"redis-cli", "valkey-cli", "keydb-cli"})


@dataclass(frozen=True)
class CacheCommand:
    """A command with its arguments; `more`: others come from the client's input."""

    call: Call
    words: Argv
    more: bool = False

    @property
    def name(self) -> str:
        return self.words[0].upper() if self.words and HOLE not in self.words[0] else ""


def cache_commands(subject: Subject) -> Iterator[CacheCommand]:
    """Give every command for a cache, those in the client's input too."""
    for call in calls_named(subject.runbook, CLIENTS):
        words = command_words(call.argv)
        own = call.argv[1 : len(call.argv) - len(words)]
        if MODES.intersection(own):
            continue
        if words:
            yield CacheCommand(call, words, call.fed or bool({"-x", "-X"}.intersection(own)))
        elif not call.fed and (text := fed_to(call)) is not None:
            for line in text.splitlines():
                if given := _words(line):
                    yield CacheCommand(call, given)


def _words(line: str) -> Argv:
    try:
        return tuple(shlex.split(line))
    except ValueError:
        return ()
