"""Each `*.md` here is a document with the outline it compiles to below `<!-- expected -->`."""

from pathlib import Path

import pytest

from steadyhand.compile import compile_runbook, parse
from steadyhand.compile.outline import outline

MARK = "\n<!-- expected -->\n"
DOCUMENTS = sorted(Path(__file__).parent.glob("*.md"))


def compiled(path: str, text: str) -> str:
    runbook, findings = compile_runbook(parse(path, text))
    said = "".join(f"{f.span} {f.rule}: {f.message}\n" for f in findings)
    return f"{outline(runbook)}\n{said}"


@pytest.mark.parametrize("file", DOCUMENTS, ids=lambda file: file.stem)
def test_compiles_to_the_outline_below_it(file: Path) -> None:
    document, _, expected = file.read_text().partition(MARK)
    assert compiled(file.name, document).rstrip() == expected.rstrip()


def test_there_are_documents() -> None:
    assert len(DOCUMENTS) >= 6


@pytest.mark.parametrize("ending", ["\r\n", "\r"])
@pytest.mark.parametrize("file", DOCUMENTS, ids=lambda file: file.stem)
def test_line_endings_and_a_mark_change_nothing(file: Path, ending: str) -> None:
    document = file.read_text().partition(MARK)[0]
    other = "\ufeff" + document.replace("\n", ending)
    assert compiled(file.name, other) == compiled(file.name, document)
