"""Defects of the five original runbooks that the rules about danger and deployment report.

The numbers are those of the list of known defects that came with them. Every finding of these
rules on the five is listed, and each was judged by hand: all are true.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from steadyhand.lint.rules import danger, deploy
from steadyhand.lint.subject import Subject
from tests.lint.subjects import subjects

pytestmark = pytest.mark.seeds

CL, AR, SC = "contractorlens", "arbor-energy", "sleek-coach"
CF, RC = "conflicto", "revenue-context"
# number, document, line, rule; 0: a defect that the list does not have
FINDINGS: list[tuple[int, str, int, str]] = [
    (13, AR, 454, "promote-what-is-no-replica"),
    (14, SC, 319, "task-without-network"),
    (14, SC, 343, "task-without-network"),
    (14, SC, 319, "unwaited-task"),
    (14, SC, 343, "unwaited-task"),
    (14, AR, 272, "unwaited-task"),
    (15, AR, 243, "task-without-network"),
    (15, AR, 253, "listener-without-targets"),
    (16, AR, 260, "delete-of-unnamed-resource"),
    (22, CL, 142, "title-says-otherwise"),
    (22, CL, 173, "title-says-otherwise"),
    (22, CL, 321, "title-says-otherwise"),
    (22, CL, 369, "title-says-otherwise"),
    (0, CL, 387, "title-says-otherwise"),
    (23, CL, 426, "unverified-change"),
    (24, AR, 488, "unverified-change"),
    (24, SC, 427, "unverified-change"),
    (29, CL, 346, "everything-stopped-at-once"),
    (30, SC, 316, "mutable-image-tag"),
    (30, SC, 338, "rollback-to-same-image"),
    (0, SC, 90, "rollback-to-same-image"),
    (31, SC, 346, "no-way-back"),
    (32, CF, 159, "scale-to-zero"),
    (32, CF, 230, "unlock-without-owner"),
    (34, CL, 353, "restore-without-network"),
    (34, CL, 359, "restore-without-network"),
    (34, SC, 499, "restore-without-network"),
    (34, CF, 348, "restore-without-network"),
    (0, AR, 448, "restore-without-network"),
    (34, CL, 360, "created-twice"),
    (34, CL, 361, "unmade-snapshot"),
    (40, CF, 122, "approval-contradiction"),
    (53, AR, 393, "no-way-back"),
    (53, SC, 132, "no-way-back"),
    (53, CL, 176, "no-way-back"),
    (54, RC, 49, "failover-without-check"),
    (55, RC, 327, "certificate-before-validation"),
    (57, SC, 324, "approval-contradiction"),
    (57, SC, 316, "login-missing"),
    (61, CL, 50, "title-says-otherwise"),
    *((0, CL, line, "unverified-change") for line in (53, 145, 346, 359, 394)),
    *((0, AR, line, "unverified-change") for line in (124, 155, 368, 393, 454)),
    *((0, SC, line, "unverified-change") for line in (90, 132, 290, 324, 338, 442)),
    (0, CF, 132, "unverified-change"),
    *((0, RC, line, "unverified-change") for line in (180, 308, 327)),
]
RULES = {rule.name: rule for rule in (*danger.RULES, *deploy.RULES)}


@cache
def documents(folder: Path) -> dict[str, Subject]:
    names = (CL, AR, SC, CF, RC)
    texts = {name: (folder / f"{name}.md").read_text() for name in names}
    return dict(zip(names, subjects(texts), strict=True))


def found(folder: Path, name: str) -> Iterator[tuple[str, int]]:
    for document, subject in documents(folder).items():
        for finding in RULES[name].check(subject):
            yield document, finding.span.line


@pytest.mark.parametrize("name", RULES)
def test_the_rule_reports_its_defects_and_nothing_else(seed_folder: Path, name: str) -> None:
    expected = [(document, line) for _, document, line, rule in FINDINGS if rule == name]
    assert sorted(found(seed_folder, name)) == sorted(expected)


def test_the_defects_that_are_theirs_are_all_there() -> None:
    theirs = {13, 14, 15, 16, 22, 29, 30, 31, 32, 34, 40, 53, 54, 55, 57, 61}
    assert theirs <= {number for number, *_ in FINDINGS}
