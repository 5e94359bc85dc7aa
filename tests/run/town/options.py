"""An `aws` argv in; service, operation and options out, read without the package's own reader."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Asked:
    """One command. `options` has every value behind a `--name`; a switch has none."""

    service: str
    operation: str
    options: Mapping[str, tuple[str, ...]]

    def one(self, name: str, default: str = "") -> str:
        """Give an option's only value."""
        return next(iter(self.options.get(name, ())), default)

    def has(self, name: str) -> bool:
        return name in self.options


def asked(argv: tuple[str, ...]) -> Asked:
    service, operation, *rest = argv[1:]
    options: dict[str, tuple[str, ...]] = {}
    name = ""
    for word in rest:
        if word.startswith("--"):
            name = word
            options[name] = ()
        else:
            options[name] = (*options.get(name, ()), word)
    return Asked(service, operation, options)
