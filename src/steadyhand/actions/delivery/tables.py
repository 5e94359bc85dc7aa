"""A table of sub-commands and an argv in, what the sub-command does out. Knows no tool."""

from collections.abc import Collection, Mapping

from msgspec.structs import replace

from steadyhand.actions.words import Argv, positionals, read, unknown
from steadyhand.model.effect import Aspect, Aspects, Classified, Effect, in_order

READ, CHANGE, DESTROY = Effect.READ, Effect.CHANGE, Effect.DESTROY
BACK, FELT, GONE = Aspect.REVERSIBLE, Aspect.DISRUPTIVE, Aspect.DESTRUCTIVE
NOTHING: Mapping[str, Aspects] = {}
_SAYS = {READ: "reads", CHANGE: "changes something", DESTROY: "ends or removes something"}


def listed(text: str, effect: Effect) -> dict[str, Effect]:
    """Give an effect to each sub-command, of one or two words, between bars."""
    return dict.fromkeys(text.split("|"), effect)


def known_for(text: str, *aspects: Aspect) -> dict[str, Aspects]:
    """Give the same aspects to each sub-command, between bars."""
    return dict.fromkeys(text.split("|"), aspects)


def by_table(
    argv: Argv,
    table: Mapping[str, Effect],
    with_value: Collection[str],
    aspects: Mapping[str, Aspects] = NOTHING,
    *,
    endless: bool = False,
    interactive: bool = False,
) -> Classified:
    """Classify by the longest name of the table that the argv begins with. Pure.

    `aspects` are those of sub-commands, by the same names.
    """
    if argv[1:] in {("--version",), ("--help",), ("help",)}:
        return read(f"{argv[0]} prints its version or help")
    for name in _names(argv, with_value):
        if (effect := table.get(name)) is not None:
            reason = f"{argv[0]} {name} {_SAYS[effect]}"
            found = Classified(effect, reason, repeatable=effect is READ)
            said = in_order(aspects.get(name, ()))
            return replace(found, aspects=said, endless=endless, interactive=interactive)
    return replace(unknown(argv[:3]), endless=endless, interactive=interactive)


def _names(argv: Argv, with_value: Collection[str]) -> list[str]:
    words = [*positionals(argv, with_value), "", ""]
    first = argv.index(words[0]) if words[0] else len(argv)
    flagged = f"{words[0]} {argv[first + 1]}" if first + 1 < len(argv) else ""
    return [n for n in (flagged, f"{words[0]} {words[1]}".strip(), words[0]) if n]


def after(argv: Argv, with_value: Collection[str]) -> tuple[str, Argv]:
    """Give the sub-command and what stands behind it; "" where there is none. Pure."""
    index = 1
    while index < len(argv):
        word = argv[index]
        if not word.startswith("-"):
            return word, argv[index + 1 :]
        index += 2 if word in with_value else 1
    return "", ()
