"""`[respond]` of a steadyhand.toml: how incidents are run where the document says nothing of it.

Seconds are as in production: the target's factor divides them later. 0 switches a thing off.
"""

from collections.abc import Iterator, Mapping

from msgspec import field

from steadyhand.model.settings.on import On
from steadyhand.model.table import Table

_OR_NEVER = (
    "acknowledge_seconds", "repeat_seconds", "update_seconds", "reopen_seconds",
    "undelivered_seconds",
)  # fmt: skip


class LevelSetting(Table, frozen=True):
    """`[respond.levels.NAME]`: what the document's level of that name lacks, or says otherwise."""

    contact: str = ""
    after_seconds: float | None = None
    on: On | None = None
    actions: tuple[str, ...] = ()


class Inhibit(Table, frozen=True):
    """While an incident of `source` is open, alarms like `target` join it. Patterns of names.

    "RDS*" is of the same system; "shop/RDS*" names the system, too.
    """

    source: str
    target: str


class Responding(Table, frozen=True):
    """`verify_seconds` None takes the alarm's own duration; `lookback_seconds` is how long before
    the first bad period a deployment may lie and still be suspected. `severities` gives the
    document's severity for alarms by pattern; `maintenance` names windows of the document in which
    pages are held; from the rank `business_hours_from` on pages wait for business hours.
    """

    verify_seconds: float | None = None
    lookback_seconds: float = 1800.0
    acknowledge_seconds: float = 1800.0
    repeat_seconds: float = 900.0
    repeats: int = 0  # 0: without end
    update_seconds: float = 1800.0  # for ranks 0 and 1
    reopen_seconds: float = 1800.0
    undelivered_seconds: float = 120.0  # then the next level is told; 0: only what fails for good
    business_hours_from: int = 3
    group: bool = True
    maintenance: tuple[str, ...] = ()
    severities: Mapping[str, str] = field(default_factory=dict)
    levels: Mapping[str, LevelSetting] = field(default_factory=dict)
    inhibit: tuple[Inhibit, ...] = ()

    def mistakes(self) -> Iterator[str]:
        for key in ("verify_seconds", "lookback_seconds"):
            seconds = getattr(self, key)
            if seconds is not None and seconds <= 0:
                yield f"respond.{key}: must be more than 0"
        for key in _OR_NEVER:
            if getattr(self, key) < 0:
                yield f"respond.{key}: must be 0 (never) or more"
        if self.repeats < 0:
            yield "respond.repeats: must be 0 (without end) or more"
        for name, level in self.levels.items():
            if level.after_seconds is not None and level.after_seconds < 0:
                yield f'respond.levels."{name}".after_seconds: must be 0 or more'
