"""Defects of the five original runbooks that the rules about placeholders, the shell and secrets
report.

The numbers are those of the list of known defects that came with them.
"""

from functools import cache
from pathlib import Path

import pytest

from steadyhand.lint.lint import RULES
from steadyhand.lint.subject import Subject
from steadyhand.model.finding import Finding
from tests.lint.subjects import subjects

pytestmark = pytest.mark.seeds

CL, AR, SC = "contractorlens", "arbor-energy", "sleek-coach"
CF, RC = "conflicto", "revenue-context"
# number, document, rule, lines
DEFECTS: list[tuple[int, str, str, tuple[int, ...]]] = [
    (1, AR, "placeholder-as-redirection", (47, 255, 282)),
    (1, SC, "placeholder-as-redirection", (92, 340, 501)),
    (1, CF, "placeholder-as-redirection", (132, 230, 245, 350)),
    (1, RC, "placeholder-as-redirection", (262,)),
    (
        2,
        AR,
        "placeholder-as-redirection",
        (82, 93, 96, 115, 140, 183, 186, 254, 320, 323, 336, 346, 513),
    ),
    (2, SC, "placeholder-as-redirection", (315, 316)),
    (2, CF, "placeholder-as-redirection", (145,)),
    (3, CF, "wrong-fence-language", (54,)),
    (4, RC, "wrong-fence-language", (117, 365)),
    (23, CL, "secret-changed-in-one-place", (420,)),
    (24, AR, "secret-before-target", (479,)),
    (24, SC, "secret-before-target", (418,)),
    (25, AR, "generated-secret-refused", (475,)),
    (25, SC, "generated-secret-refused", (414,)),
    (26, RC, "whole-secret-overwritten", (217,)),
    (26, AR, "whole-secret-overwritten", (480,)),
    (37, CL, "expands-here", (260, 381)),
    (38, CL, "secret-on-command-line", (78, 421)),
    (38, AR, "secret-on-command-line", (331, 480, 485)),
    (38, SC, "secret-on-command-line", (419, 424, 439)),
    (38, CF, "secret-on-command-line", (269, 398)),
    (38, RC, "secret-on-command-line", (280, 362)),
    (49, CF, "carried-directory", (226, 280)),
    (50, CL, "gnu-only-date", (104,)),
    (50, AR, "gnu-only-date", (141,)),
    (50, SC, "gnu-only-date", (65,)),
    (50, CF, "gnu-only-date", (183,)),
    (50, RC, "gnu-only-date", (37,)),
    (50, RC, "mixed-time-zones", (198, 230)),
    (51, AR, "stub-value", (205, 206, 414)),
    (58, CF, "unquoted-variable", (269, 398)),
    (58, RC, "unquoted-variable", (80, 108, 170, 198, 280, 328, 329, 362)),
    (58, CL, "unquoted-variable", (346, 393)),
    (59, AR, "fixed-date", (451,)),
]
TRAILING = {AR: (47, 255, 282), SC: (92, 340, 501), CF: (132, 230, 245, 350), RC: (262,)}
DATES = {CL: 13, AR: 2, SC: 7, CF: 6, RC: 3}  # how often each says `date -d`


@cache
def load(folder: Path) -> dict[str, Subject]:
    texts = {name: (folder / f"{name}.md").read_text() for name in (CL, AR, SC, CF, RC)}
    return dict(zip(texts, subjects(texts), strict=True))


def found(folder: Path, document: str, rule: str) -> list[Finding]:
    return list(RULES[rule].check(load(folder)[document]))


@pytest.mark.parametrize(
    ("document", "rule", "lines"),
    [(d, r, lines) for _, d, r, lines in DEFECTS],
    ids=[f"{number}: {document}" for number, document, _, _ in DEFECTS],
)
def test_is_reported_there(
    seed_folder: Path, document: str, rule: str, lines: tuple[int, ...]
) -> None:
    reported = {finding.span.line for finding in found(seed_folder, document, rule)}
    assert set(lines) <= reported


@pytest.mark.parametrize("document", [CL, AR, SC, CF, RC])
def test_nothing_else_is_reported(seed_folder: Path, document: str) -> None:
    """Every finding of these rules on the five was judged by hand: all of them are listed."""
    expected = {(r, line) for _, d, r, lines in DEFECTS if d == document for line in lines}
    rules = sorted({rule for _, _, rule, _ in DEFECTS} | {
        "literal-variable", "space-after-backslash", "unguarded-remove", "secret-printed",
        "literal-secret",
    })  # fmt: skip
    reported = {(r, f.span.line) for r in rules for f in found(seed_folder, document, r)}
    assert reported == expected


@pytest.mark.parametrize("document", TRAILING)
def test_a_placeholder_at_the_end_is_told_from_one_in_the_middle(
    seed_folder: Path, document: str
) -> None:
    reported = found(seed_folder, document, "placeholder-as-redirection")
    trailing = {f.span.line for f in reported if "no file follows" in f.message}
    assert trailing == set(TRAILING[document])


@pytest.mark.parametrize("document", DATES)
def test_the_uses_of_gnu_date_are_counted(seed_folder: Path, document: str) -> None:
    (finding,) = found(seed_folder, document, "gnu-only-date")
    assert f"{DATES[document]} times" in finding.message


def test_the_first_folder_names_the_lines_of_the_others(seed_folder: Path) -> None:
    first = found(seed_folder, CF, "carried-directory")
    assert [f.message for f in first if "265, 418" in f.message]
