"""`docs/rules/` is what the rules' docstrings say; `make rules` writes it."""

from pathlib import Path

from steadyhand.lint.pages import pages

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "rules"


def test_the_pages_are_those_of_the_rules() -> None:
    written = pages()
    assert sorted(file.name for file in FOLDER.glob("*.md")) == sorted(written)
    stale = [name for name, text in written.items() if (FOLDER / name).read_text() != text]
    assert stale == [], "`make rules` writes them anew"
