"""The 62 known defects of the five original runbooks: each is reported where it is, goes when it is
mended, or stands in `defects.toml` with the reason why no machine can see it.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from steadyhand.compile import compile_runbook, parse
from steadyhand.lint.lint import RULES, lint
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Finding, Severity
from tests.lint.subjects import TODAY, subjects

pytestmark = pytest.mark.seeds

FILES = {
    "CL": "contractorlens",
    "AR": "arbor-energy",
    "SC": "sleek-coach",
    "CF": "conflicto",
    "RC": "revenue-context",
}
TABLE: dict[str, Any] = tomllib.loads(Path(__file__).with_name("defects.toml").read_text())
TAILS = {
    "CL": (29, 59),
    "AR": (43, 215),
    "CF": (304,),
    "RC": (103, 140, 147, 339, 342, 345),
}
# A placeholder is what these are about; one of a secret's name is taken for the secret.
ABOUT_PLACEHOLDERS = {
    "placeholder-as-redirection",
    "unresolved-placeholder",
    "two-names-for-one-value",
    "secret-on-command-line",
}
APART = 20  # lines between two edits of one copy
# A line of a document, with the number that it had in the original.
Line = tuple[int | None, str]


@dataclass(frozen=True)
class Place:
    """Some lines of one document in which a defect is. `rule` is "" where nothing sees it."""

    number: int
    file: str
    lines: tuple[int, ...]
    rule: str
    at: tuple[int, ...]  # where the findings stand
    says: str
    edits: tuple[Mapping[str, Any], ...] = field(compare=False)
    unseen: str

    def __str__(self) -> str:
        return f"{self.number}-{self.file}{self.lines[0]}-{self.rule}"


def read(number: int, entry: Mapping[str, Any]) -> Place:
    lines = tuple(entry["lines"])
    return Place(
        number,
        entry["file"],
        lines,
        entry.get("rule", ""),
        (entry["at"],) if "at" in entry else lines,
        entry.get("says", ""),
        tuple(entry.get("edits", ())),
        entry.get("unseen", ""),
    )


def touched(place: Place) -> set[int]:
    """Give the lines that an entry is about, or that its edits change."""
    lists = ("lines", "delete", "move")
    changed = [n for edit in place.edits for key in lists for n in edit.get(key, ())]
    return {*place.lines, *place.at, *changed, *(e["after"] for e in place.edits if "after" in e)}


def grouped(every: list[Place]) -> dict[Place, tuple[str, int]]:
    """Put edits that are far apart from each other into one copy: compiling takes the time."""
    groups: dict[tuple[str, int], set[int]] = {}
    result = {}
    for place in every:
        lines = touched(place)
        near = {n + by for n in lines for by in range(-APART, APART + 1)}
        mine = (key for key, taken in groups.items() if key[0] == place.file and not taken & near)
        key = next(mine, (place.file, len(groups)))
        groups.setdefault(key, set()).update(lines)
        result[place] = key
    return result


PLACES = [read(d["number"], entry) for d in TABLE["defect"] for entry in d["place"]]
REPORTED = [place for place in PLACES if place.rule]
GROUP_OF = grouped(REPORTED)  # place → the copy in which its edits are made


@cache
def originals(folder: Path) -> dict[str, Subject]:
    texts = {f"{name}.md": (folder / f"{name}.md").read_text() for name in FILES.values()}
    return dict(zip(FILES, subjects(texts), strict=True))


@cache
def reported(folder: Path, file: str) -> list[Finding]:
    return lint(originals(folder)[file])


def edited(
    lines: list[Line], edits: Iterable[Mapping[str, Any]], default: tuple[int, ...]
) -> list[Line]:
    """Apply edits, each of which must change something."""
    for edit in edits:
        before, lines = lines, list(_edited(lines, edit, default))
        assert lines != before, f"{edit} changes nothing"
    return lines


def _edited(lines: list[Line], edit: Mapping[str, Any], default: tuple[int, ...]) -> Iterator[Line]:
    gone = edit.get("delete", edit.get("move", ()))
    moved = [line for line in lines if line[0] in edit.get("move", ())]
    for number, text in lines:
        if number is None:
            yield number, text
            continue
        if number not in gone:
            yield number, _replaced(text, edit) if number in edit.get("lines", default) else text
        if number == edit.get("after"):
            yield from moved or [(None, edit["text"])]


def _replaced(text: str, edit: Mapping[str, Any]) -> str:
    if "old" in edit:
        assert edit["old"] in text, f"{edit['old']!r} is not in this line"
        return text.replace(edit["old"], edit["new"])
    if "pattern" in edit:
        result, count = re.subn(edit["pattern"], edit["new"], text)
        assert count, f"{edit['pattern']!r} is not in this line"
        return result
    return text


def subject_of(folder: Path, file: str, lines: list[Line]) -> Subject:
    """Compile a copy, beside the other originals."""
    text = "\n".join(text for _, text in lines) + "\n"
    runbook, found = compile_runbook(parse(f"{FILES[file]}.md", text))
    others = {**{key: one.runbook for key, one in originals(folder).items()}, file: runbook}
    return Subject(runbook, TODAY, tuple(others.values()), tuple(found))


def numbered(folder: Path, file: str) -> list[Line]:
    return list(enumerate(originals(folder)[file].runbook.lines, 1))


@cache
def mended(folder: Path, file: str, group: int) -> tuple[list[Line], list[Finding]]:
    """Make all edits of a group in one copy, and lint it."""
    lines = numbered(folder, file)
    for place, key in GROUP_OF.items():
        if key == (file, group):
            lines = edited(lines, place.edits, place.lines)
    return lines, lint(subject_of(folder, file, lines))


def covering(found: list[Finding], rule: str, line: int) -> list[Finding]:
    return [
        f for f in found
        if f.rule == rule
        and (f.span.line <= line <= f.span.end_line or (f.mark and f.mark.line == line))
    ]  # fmt: skip


def places(where: str) -> Iterator[tuple[str, int, int]]:
    """Read "CL:23,45-47; AR:3" into files, first and last lines."""
    for part in where.split("; "):
        file, _, lines = part.partition(":")
        for item in lines.split(","):
            first, _, last = item.partition("-")
            yield file, int(first), int(last or first)


def test_every_number_is_there_once() -> None:
    assert [defect["number"] for defect in TABLE["defect"]] == list(range(1, 63))


@pytest.mark.parametrize("defect", TABLE["defect"], ids=lambda d: str(d["number"]))
def test_every_place_has_an_entry(defect: Mapping[str, Any]) -> None:
    entries = [read(defect["number"], entry) for entry in defect["place"]]
    for file, first, last in places(defect["where"]):
        lines = {n for entry in entries if entry.file == file for n in (*entry.lines, *entry.at)}
        assert lines & set(range(first, last + 1)), f"{file}:{first} has no entry"


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_an_entry_has_a_rule_and_edits_or_a_reason(place: Place) -> None:
    if place.rule:
        assert place.rule in RULES
        assert place.edits
        assert not place.unseen
    else:
        assert len(place.unseen.split()) > 4


@pytest.mark.parametrize("place", REPORTED, ids=str)
def test_the_defect_is_reported(seed_folder: Path, place: Place) -> None:
    for line in place.at:
        found = covering(reported(seed_folder, place.file), place.rule, line)
        assert found, f"{place.rule} does not report line {line}"
        assert re.search(place.says, found[0].message)


@pytest.mark.parametrize("place", REPORTED, ids=str)
def test_it_goes_when_it_is_mended(seed_folder: Path, place: Place) -> None:
    lines, after = mended(seed_folder, *GROUP_OF[place])
    now = {number: index for index, (number, _) in enumerate(lines, 1) if number}
    for line in place.at:
        left = covering(after, place.rule, now[line]) if line in now else []
        assert not left, f"still: {left[0].message}"


@pytest.mark.parametrize(("file", "group"), sorted(set(GROUP_OF.values())))
def test_no_edit_breaks_something_else(seed_folder: Path, file: str, group: int) -> None:
    lines, after = mended(seed_folder, file, group)
    assert not new_errors(reported(seed_folder, file), after, lines)


def new_errors(before: list[Finding], after: list[Finding], lines: list[Line]) -> set[str]:
    """Give the errors that an edit brought."""
    known = {(f.rule, f.span.line) for f in before}
    return {
        f"{f.span.line}: {f.message}"
        for f in after
        if f.severity is Severity.ERROR and (f.rule, lines[f.span.line - 1][0]) not in known
    }


@pytest.mark.parametrize("file", FILES)
def test_nothing_else_is_reported(seed_folder: Path, file: str) -> None:
    """Every finding on the five is one of a defect's, or was judged by hand and listed."""
    beside = {(line, rule) for rule, of in TABLE["beside"].items() for line in of.get(file, ())}
    rest = {(f.span.line, f.rule) for f in reported(seed_folder, file) if not is_a_defects(file, f)}
    assert rest == beside


def is_a_defects(file: str, found: Finding) -> bool:
    return any(
        covering([found], place.rule, line)
        for place in REPORTED
        if place.file == file
        for line in place.at
    )


@pytest.mark.parametrize("file", TAILS)
def test_no_finding_calls_logs_tail_unknown(seed_folder: Path, file: str) -> None:
    for line in TAILS[file]:
        assert "logs tail" in originals(seed_folder)[file].line(line)
        here = [f for f in reported(seed_folder, file) if f.span.line == line]
        assert not [f for f in here if f.rule.startswith("unknown-") or "unknown" in f.message]


@pytest.mark.parametrize("file", FILES)
def test_the_shape_of_a_placeholder_makes_no_finding(seed_folder: Path, file: str) -> None:
    """With plain words instead of them the same is reported, but for what is about them."""
    plain: list[Line] = [
        (number, re.sub(r"<([a-z][\w-]*)>", r"\1", text))
        for number, text in numbered(seed_folder, file)
    ]
    after = lint(subject_of(seed_folder, file, plain))
    assert others(after) == others(reported(seed_folder, file))


def others(found: list[Finding]) -> set[tuple[int, str]]:
    return {(f.span.line, f.rule) for f in found if f.rule not in ABOUT_PLACEHOLDERS}
