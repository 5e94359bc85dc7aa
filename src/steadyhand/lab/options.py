"""What a lab is asked for, as data."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Options:
    """None leaves a number as the system's parts have it."""

    factor: float = 1.0
    desired: int | None = None
    revision: int | None = None
    renames: Mapping[str, str] = field(default_factory=dict)
    foreign_families: tuple[tuple[str, int], ...] = ()
    traffic: float = 25.0  # requests a second, of each system
    fresh: bool = False  # nothing is kept: neither of an earlier lab, nor of this one
    aws_port: int = 0
