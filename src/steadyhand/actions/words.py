"""Commands in, argv out, with a mark where a word waits for bash; and options found in an argv.

Knows the shape of command lines, not what any tool does.
"""

from collections.abc import Collection, Iterator

from steadyhand.model.document.shell import HOLE as HOLE
from steadyhand.model.document.shell import Command
from steadyhand.model.effect import Aspect, Classified, Effect, in_order

Argv = tuple[str, ...]


def as_argv(command: Command) -> Argv:
    """Write a template's words, each dynamic part or parameter as one HOLE. Pure."""
    return command.argv


def known(word: str) -> bool:
    """Tell whether no part of a word waits for bash."""
    return HOLE not in word


def shown(argv: Argv) -> str:
    """Write an argv for a person, unknown parts as `…`."""
    return " ".join(argv).replace(HOLE, "…")


def option(argv: Argv, *names: str) -> str | None:
    """Give an option's value, in the spellings `--name value` and `--name=value`; last one wins."""
    found: str | None = None
    for index, word in enumerate(argv):
        for name in names:
            if word == name and index + 1 < len(argv):
                found = argv[index + 1]
            elif name.startswith("--") and word.startswith(name + "="):
                found = word[len(name) + 1 :]
    return found


def flag(argv: Argv, *names: str) -> bool:
    """Tell whether one of the words stands there as it is."""
    return any(word in names for word in argv)


def positionals(argv: Argv, with_value: Collection[str]) -> Iterator[str]:
    """Give the words of argv[1:] that are neither options nor values of `with_value` options."""
    words = iter(argv[1:])
    for word in words:
        if word == "--":
            yield from words
        elif word in with_value:
            next(words, None)
        elif not word.startswith("-") or word == "-":
            yield word


def letter(argv: Argv, one: str) -> bool:
    """Tell whether a one-letter flag is set, alone or in a bundle: `-f` in `-nf`."""
    return any(w.startswith("-") and not w.startswith("--") and one in w[1:] for w in argv[1:])


def read(reason: str, *aspects: Aspect, **also: bool) -> Classified:
    return Classified(Effect.READ, reason, repeatable=True, aspects=in_order(aspects), **also)


def change(reason: str, *aspects: Aspect, **also: bool) -> Classified:
    return Classified(Effect.CHANGE, reason, aspects=in_order(aspects), **also)


def destroy(reason: str, *aspects: Aspect, **also: bool) -> Classified:
    return Classified(Effect.DESTROY, reason, aspects=in_order(aspects), **also)


def unknown(argv: Argv) -> Classified:
    """Classify what nobody here knows: as the worst."""
    return destroy(f"unknown: nobody here knows what `{shown(argv)}` does")
