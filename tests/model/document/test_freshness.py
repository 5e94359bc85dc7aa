"""How old a document is by its own words."""

from datetime import date

import pytest

from steadyhand.model.document.facts import Metadata
from steadyhand.model.document.freshness import Age, freshness, last_day
from steadyhand.model.document.span import Span

TODAY = date(2026, 5, 1)


def facts(**dates: str) -> list[Metadata]:
    return [
        Metadata(key.replace("_", " "), value, value, True, Span("a.md", 1, 1))
        for key, value in dates.items()
    ]


@pytest.mark.parametrize(
    ("dates", "age"),
    [
        ({}, Age.UNDATED),
        ({"updated": "2025-05-01"}, Age.FRESH),
        ({"updated": "2025-04-30"}, Age.OLD),
        ({"updated": "2024-01-01", "reviewed": "2026-04-01"}, Age.FRESH),
        ({"reviewed": "2026-04-01", "next_review": "2026-04-30"}, Age.OVERDUE),
        ({"reviewed": "2026-04-01", "next_review": "2026-05-01"}, Age.FRESH),
        ({"next_review": "2026-06"}, Age.UNDATED),
        ({"updated": "some day"}, Age.UNDATED),
    ],
)
def test_by_its_own_words(dates: dict[str, str], age: Age) -> None:
    assert freshness(facts(**dates), TODAY).age is age


def test_a_month_means_all_of_it() -> None:
    assert last_day("2024-02") == date(2024, 2, 29)
    assert last_day("2024") == date(2024, 12, 31)
    assert last_day("24-02") is None


def test_it_says_when() -> None:
    said = freshness(facts(reviewed="2026-04-01", next_review="2026-04-30"), TODAY).words
    assert said == "overdue (looked at 2026-04-01, next review 2026-04-30)"
