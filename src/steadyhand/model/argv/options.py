"""An argv in, its options and other words out, as getopt reads them: bundles, values, long names.

Knows no tool: which of its options take a value, the caller says.
"""

from functools import cache

from msgspec import Struct


class Given(Struct, frozen=True):
    """What an argv says. `options` are (name, value) in their order, `names` the words beside them.

    A long name that was cut short is written out where the caller has named the only one it fits.
    """

    options: tuple[tuple[str, str], ...]
    names: tuple[str, ...]
    listed: frozenset[str] = frozenset()  # what the caller has named

    def values(self, *options: str) -> tuple[str, ...]:
        """Give the values of these options, "" for one that has none. Pure."""
        return tuple(value for name, value in self.options if self._is_any(name, options))

    def has(self, *options: str) -> bool:
        """Tell whether one of these options is given, a long one perhaps cut short. Pure."""
        return any(self._is_any(name, options) for name, _ in self.options)

    def _is_any(self, name: str, options: tuple[str, ...]) -> bool:
        if name in options or not name.startswith("--") or name in self.listed:
            return name in options
        return any(one.startswith(name) for one in options)


def given(argv: tuple[str, ...], listed: str = "") -> Given:
    """Read the options of argv[1:]. Pure.

    `listed` names options between blanks: `-d` takes a value, `-i?` only what hangs on it, `-l!`
    none. What is not listed takes none, unless it is the beginning of a long one that does.
    """
    kinds = _kinds(listed)
    options: list[tuple[str, str]] = []
    names: list[str] = []
    words = iter(argv[1:])
    for word in words:
        if word == "--":
            names.extend(words)
        elif word.startswith("--"):
            name, equals, value = word.partition("=")
            name = _whole(name, kinds)
            waits = not equals and kinds.get(name) == ""
            options.append((name, next(words, "") if waits else value))
        elif word.startswith("-") and len(word) > 1:
            for index, one in enumerate(word[1:], 2):
                kind, rest = kinds.get(f"-{one}", "!"), word[index:]
                if kind != "!":
                    options.append((f"-{one}", rest or (next(words, "") if not kind else "")))
                    break
                options.append((f"-{one}", ""))
        else:
            names.append(word)
    return Given(tuple(options), tuple(names), frozenset(kinds))


@cache
def _kinds(listed: str) -> dict[str, str]:
    """Give `?`, `!` or nothing for each name."""
    return {one.rstrip("?!"): one[len(one.rstrip("?!")) :] for one in listed.split()}


def _whole(name: str, kinds: dict[str, str]) -> str:
    if name in kinds:
        return name
    longer = [one for one in kinds if one.startswith(name)]
    return longer[0] if len(longer) == 1 else name
