"""`[status]` of a steadyhand.toml: what the public is told of a system, and under which names."""

from collections.abc import Iterator, Mapping

from msgspec import field

from steadyhand.model.table import Table


class Publishing(Table, frozen=True):
    """`[status]`. `components` are public names → the alarms that are about each."""

    public: bool = True
    name: str = ""
    components: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    update_minutes: float = 30.0
    days: int = 14

    def mistakes(self) -> Iterator[str]:
        """Say what is well-formed and still cannot be."""
        for key in ("update_minutes", "days"):
            if getattr(self, key) <= 0:
                yield f"status.{key}: must be more than 0"
