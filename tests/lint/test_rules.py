"""Each `<subject>/<rule>.md` here holds cases, split by `---`; a comment names the finding on the
next line, and what it says or mends where that matters: see `expecting`.

The comments are taken out before the case is compiled, so that they can stand in code blocks. A
case may hold several documents: see `subjects.findings`.
"""

import re
from pathlib import Path

import pytest

from steadyhand.lint.lint import RULES
from tests.lint.expecting import differences, without_marks
from tests.lint.subjects import case_subjects, findings

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("*/*.md"))
PARTS = ("What it does", "Why it is bad", "Bad", "Good", "How to fix", "Source")


def cases(file: Path) -> list[str]:
    return re.split(r"^---\n", file.read_text(), flags=re.MULTILINE)


ALL = [(file.stem, case) for file in FILES for case in cases(file)]


@pytest.mark.parametrize(
    ("rule", "case"), ALL, ids=[f"{r}: {c.strip().split(chr(10))[0]}" for r, c in ALL]
)
def test_finds_what_is_marked_and_nothing_else(rule: str, case: str) -> None:
    text, expected = without_marks(case)
    found = findings(text, rule)
    assert differences(case_subjects(text), found, expected) == []
    assert all(f.help and not f.message.endswith(".") for f in found)


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_a_page_and_cases(rule: str) -> None:
    page = RULES[rule].page
    module = RULES[rule].check.__module__
    assert page.startswith(f"# {rule}\n")
    assert module.rpartition(".")[2] == rule.replace("-", "_")
    assert [part for part in PARTS if f"\n## {part}\n" not in page] == []
    folder = module.split(".")[-2]
    marked = [bool(without_marks(case)[1]) for case in cases(HERE / folder / f"{rule}.md")]
    assert any(marked)
    assert not all(marked)


def example(page: str, name: str) -> str:
    """Give a page's example as a document; one in a block of Markdown is that Markdown."""
    after = PARTS[PARTS.index(name) + 1]
    part = page.split(f"\n## {name}\n")[1].split(f"\n## {after}\n")[0].strip("\n")
    match = re.fullmatch(r"(`{3,})markdown\n(.*\n)\1", part, re.DOTALL)
    return match.group(2) if match else f"# P\n\n{part}\n"


@pytest.mark.parametrize("rule", RULES)
def test_the_pages_own_examples_hold(rule: str) -> None:
    page = RULES[rule].page
    assert findings(example(page, "Bad"), rule), "the bad example is not found"
    assert not findings(example(page, "Good"), rule), "the good example is found"


def test_every_file_of_cases_belongs_to_a_rule() -> None:
    assert {file.stem for file in FILES} <= set(RULES)
