"""Runbooks in, the names that they settle out: the one cluster, the one database, the region.

What only a restore or a second colour is called is not meant; two names left settle nothing.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from steadyhand.model.document.runbook import Runbook
from steadyhand.model.document.shell import Command
from steadyhand.model.document.span import Span

_MAKES = re.compile(r"\b(?:restore|create|copy|clone|promote|wait)\b")
_REGION = re.compile(r"[a-z]{2}(?:-[a-z]+)+-\d")


class Names(Struct, frozen=True):
    """The names of each kind, in the order of the documents, and the region all commands say."""

    kinds: Mapping[str, tuple[str, ...]]
    region: tuple[str, Span] | None

    def only(self, kind: str) -> str:
        """Give the one name of a kind; "" for none or several."""
        names = self.kinds.get(kind, ())
        return names[0] if len(names) == 1 else ""

    def unsettled(self, kind: str) -> str:
        """Say why a kind has no one name."""
        names = self.kinds.get(kind, ())
        if not names:
            return f"no command names a {kind}"
        return f"the commands name {len(names)} of kind {kind}: {', '.join(names)}"


def settled(runbooks: Sequence[Runbook]) -> Names:
    """Read off runbooks which resource is meant where they name only one of a kind. Pure."""
    found: dict[str, dict[str, None]] = {}
    for runbook in runbooks:
        for resource in sorted(runbook.inventory, key=lambda r: (r.span, r.kind, r.name)):
            made = all(_MAKES.search(command) for command in resource.commands)
            if not made:
                found.setdefault(resource.kind, {}).setdefault(resource.name)
    kinds = {
        kind: tuple(name for name in names if not any(_second(name, other) for other in names))
        for kind, names in found.items()
    }
    return Names(kinds, _region(runbooks))


def _second(name: str, other: str) -> bool:
    """Tell whether a name is another's with something behind it: "shop-restored", "shop-green"."""
    return name != other and name.startswith((f"{other}-", f"{other}_"))


def _region(runbooks: Sequence[Runbook]) -> tuple[str, Span] | None:
    found: dict[str, Span] = {}
    for runbook in runbooks:
        for step in runbook.steps():
            for command in step.commands:
                for region in _regions(command):
                    found.setdefault(region, step.span)
    return next(iter(found.items())) if len(found) == 1 else None


def _regions(command: Command) -> Iterator[str]:
    texts = [word.literal or "" for word in command.words]
    for at, text in enumerate(texts):
        option, joined, value = text.partition("=")
        if option == "--region":
            said = value if joined else next(iter(texts[at + 1 :]), "")
            if _REGION.fullmatch(said):
                yield said
    for inner in command.inner:
        yield from _regions(inner)
