"""`[duties."NAME"]` of a steadyhand.toml: what a document does not say of a duty. Pure data."""

from collections.abc import Iterator, Mapping

from steadyhand.model.recurrence import Recurrence, mistake_in
from steadyhand.model.table import Table


class DutySetting(Table, frozen=True):
    """Whatever is "" or None is as the document says. `nobody` is why it is no duty here.

    `reported` is set where a program does it and says so: `duties report`, or a heartbeat. With
    `page` an alarm pages when it did not, or said that it failed.
    """

    cron: str = ""
    zone: str = ""
    grace_seconds: float | None = None
    owner: str = ""
    items: tuple[str, ...] = ()
    procedure: str = ""
    reported: bool = False
    page: bool = False
    nobody: str = ""


def mistakes(duties: Mapping[str, DutySetting]) -> Iterator[tuple[str, str]]:
    """Say what is well-formed and still cannot be: (name of the duty, key and mistake)."""
    for name, one in duties.items():
        if wrong := mistake_in(Recurrence(one.cron, one.zone or "UTC")):
            yield name, f"{'cron' if one.cron and '“' + one.cron in wrong else 'zone'}: {wrong}"
        if one.page and not one.reported:
            yield name, "page: needs reported = true: who does not report is paged about"
        if one.grace_seconds is not None and one.grace_seconds <= 0:
            yield name, "grace_seconds: must be more than 0"
