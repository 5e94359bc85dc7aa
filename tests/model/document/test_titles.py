"""Which procedure somebody means, and what they are told where that is not plain."""

import pytest

from steadyhand.compile import compile_runbook, parse
from steadyhand.model.document.runbook import Runbook
from steadyhand.model.document.titles import Titled, meant, near

TITLES = (
    "1. API Unresponsive (5xx)", "2. Database Connection Issues", "10.1 Export", "Database",
    "Roll back", "Rotate the password", "🚨 CRITICAL: Production Down", "A",
)  # fmt: skip
EVERY = [Titled(f"id-{n}", title) for n, title in enumerate(TITLES)]


@pytest.mark.parametrize(
    ("name", "fits"),
    [
        ("id-3", (3,)),
        ("database", (3,)),  # the whole title goes before the first word of another
        ("1", (0,)),
        ("1.", (0,)),
        ("10.1", (2,)),
        ("2. database connection issues", (1,)),
        ("database connection", (1,)),
        ("roll", (4,)),
        ("critical", (6,)),
        ("a", (7,)),
        ("passw", (5,)),  # three letters or more may stand in the middle
        ("sponsive", (0,)),
        ("ro", ()),  # a part of a word
        ("x", ()),
        ("0", ()),
        ("", ()),
        ("   ", ()),
        ("onn", (1,)),
        ("id-", (0, 1, 2, 3, 4, 5, 6, 7)),
        ("production", (6,)),
    ],
)
def test_what_a_name_fits(name: str, fits: tuple[int, ...]) -> None:
    assert meant(EVERY, name) == fits


def test_what_is_near_is_named_the_likeliest_first() -> None:
    assert near(EVERY, "databse")[0] in {"id-3", "id-1"}
    assert near(EVERY, "ro")[:2] == ("id-4", "id-5")
    assert near(EVERY, "zzzzzz") == ()


def document() -> Runbook:
    text = "# Shop\n\n## Roll back\n\n```bash\ndate\n```\n\n## Fix it\n\n```bash\ndate\n```\n"
    return compile_runbook(parse("shop.md", text))[0]


def test_a_letter_means_no_procedure_and_the_near_ones_are_named() -> None:
    with pytest.raises(LookupError, match="no procedure “x”; it has: roll-back, fix-it"):
        document().procedure("x")
    with pytest.raises(LookupError, match="near it are: roll-back; all: "):
        document().procedure("ro")
    assert document().procedure("fix").title == "Fix it"


def test_several_of_one_title_are_told_apart_by_what_they_stand_under() -> None:
    part = "### Steps\n\n```bash\ndate\n```\n\n"
    text = f"# Shop\n\n## Roll back\n\n{part}## Fix it\n\n{part}"
    runbook = compile_runbook(parse("shop.md", text))[0]
    listed = r"fits 2 procedures: steps \(under “Roll back”\), steps-1 \(under “Fix it”\)"
    with pytest.raises(LookupError, match=listed):
        runbook.procedure("Steps")
