"""Each `<rule>.md` here holds cases, split by `---`; a comment names the finding on the next line.

The comments are taken out before the case is compiled, so that they can stand in code blocks.
"""

import re
from pathlib import Path

import pytest

from steadyhand.compile import compile_runbook, parse
from steadyhand.lint import RULES, lint, report
from steadyhand.lint.rules import unresolved_placeholder
from steadyhand.model.finding import Finding

EXPECTED = re.compile(r"\s*<!-- (error|warning|note): ([\w-]+) -->\s*")
PAGES = {"unresolved-placeholder": unresolved_placeholder.__doc__}
FILES = sorted(Path(__file__).parent.glob("*.md"))


def cases(file: Path) -> list[str]:
    return re.split(r"^---\n", file.read_text(), flags=re.MULTILINE)


def without_marks(text: str) -> tuple[str, list[tuple[int, str, str]]]:
    lines: list[str] = []
    expected: list[tuple[int, str, str]] = []
    for line in text.split("\n"):
        if (match := EXPECTED.fullmatch(line)) is not None:
            expected.append((len(lines) + 1, match.group(1), match.group(2)))
        else:
            lines.append(line)
    return "\n".join(lines), expected


ALL = [(file.stem, case) for file in FILES for case in cases(file)]


@pytest.mark.parametrize(("rule", "case"), ALL, ids=[c.strip().split("\n")[0] for _, c in ALL])
def test_finds_what_is_marked_and_nothing_else(rule: str, case: str) -> None:
    text, expected = without_marks(case)
    runbook, _ = compile_runbook(parse("case.md", text))
    found = [f for f in lint(runbook) if f.rule == rule]
    assert [(f.span.line, f.severity.value, f.rule) for f in found] == expected
    assert all(f.help for f in found)


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_a_page_and_cases(rule: str) -> None:
    page = PAGES[rule] or ""
    assert page.startswith(f"# {rule}\n")
    for part in ("## What it does", "## Why it is bad", "## Bad", "## Good", "## How to fix"):
        assert part in page
    file = Path(__file__).parent / f"{rule}.md"
    marked = [bool(without_marks(case)[1]) for case in cases(file)]
    assert any(marked)
    assert not all(marked)


@pytest.mark.parametrize("rule", RULES)
def test_the_pages_own_examples_hold(rule: str) -> None:
    page = PAGES[rule] or ""
    for name, clean in (("Bad", False), ("Good", True)):
        example = page.split(f"## {name}\n")[1].split("\n## ")[0]
        runbook, _ = compile_runbook(parse("page.md", f"# P\n{example}"))
        assert (not [f for f in lint(runbook) if f.rule == rule]) is clean, name


def findings() -> tuple[str, list[Finding]]:
    text = "# T\n\n```bash\nredis-cli -h <cache> ping\n```\n"
    return text, lint(compile_runbook(parse("t.md", text))[0])


def test_text_report() -> None:
    text, found = findings()
    assert report.as_text(found, {"t.md": text}) == (
        "t.md:4: error unresolved-placeholder: "
        "nothing says where the value of `<cache>` comes from\n"
        "  4 | redis-cli -h <cache> ping\n"
        "  help: put the command that prints it before this one, "
        "or give it with --set cache=VALUE\n"
    )
    assert report.as_text([], {}) == ""


def test_json_report() -> None:
    _, found = findings()
    said = report.as_json(found)
    assert said["schema"] == 1
    (one,) = said["findings"]
    assert set(one) == {"rule", "severity", "message", "span", "help"}
    assert one["span"] == {"path": "t.md", "line": 4, "end_line": 4}
    assert one["severity"] == "error"
