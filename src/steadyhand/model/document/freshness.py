"""The dates that a document gives for itself in, whether it is still to be trusted out. Pure."""

import calendar
import re
from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from msgspec import Struct

from steadyhand.model.document.facts import Metadata

DAYS = 365  # after which a document counts as old


class Age(StrEnum):
    FRESH = "fresh"
    OLD = "old"  # nobody has looked at it for more than a year
    OVERDUE = "overdue"  # the day of its next review has passed
    UNDATED = "undated"  # it does not say


class Freshness(Struct, frozen=True):
    """By a document's own words. `looked` is when somebody last did, `due` when somebody should."""

    age: Age
    looked: date | None = None
    due: date | None = None

    @property
    def words(self) -> str:
        said = [f"looked at {self.looked}"] if self.looked else []
        said += [f"next review {self.due}"] if self.due else []
        return f"{self.age.value}" + (f" ({', '.join(said)})" if said else "")


def freshness(metadata: Sequence[Metadata], today: date) -> Freshness:
    """Judge a document by the newest day it was looked at and the day it announces."""
    dated = [(fact.key, day) for fact in metadata if (day := last_day(fact.date)) is not None]
    looked = max((day for key, day in dated if key in {"updated", "reviewed"}), default=None)
    due = max((day for key, day in dated if key == "next review"), default=None)
    if due is not None and due < today:
        return Freshness(Age.OVERDUE, looked, due)
    if looked is None:
        return Freshness(Age.UNDATED, None, due)
    return Freshness(Age.OLD if (today - looked).days > DAYS else Age.FRESH, looked, due)


def last_day(iso: str) -> date | None:
    """Give the last day that a date may mean: all of "2025-02" may be meant."""
    match = re.fullmatch(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?", iso)
    if match is None:
        return None
    year, month = int(match.group(1)), int(match.group(2) or 12)
    last = calendar.monthrange(year, month)[1]
    return date(year, month, min(int(match.group(3) or last), last))
