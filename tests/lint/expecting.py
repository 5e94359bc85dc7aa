"""A case of a rule in, its text and the findings that it marks out; how found ones differ.

`<!-- LEVEL: RULE -->` stands above the line of a finding. After the level may come how sure it is;
after the rule's name `: WORDS` that the message must hold, and `=> LINE`, what the safe fix makes
of the line; `=> -` is no fix.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from steadyhand.lint.subject import Subject
from steadyhand.model.document.edit import apply_edits
from steadyhand.model.document.finding import Finding

_MARK = re.compile(
    r"\s*<!-- (?P<level>error|warning|note)(?: (?P<sure>low|medium|high))?: (?P<rule>[\w-]+)"
    r"(?:: (?P<says>.+?))?(?: => (?P<fixed>.+?))? -->\s*"
)
_FILE = re.compile(r"<!-- file: (\S+) -->")


@dataclass(frozen=True)
class Expected:
    path: str
    line: int
    level: str
    rule: str
    sure: str = ""
    says: str = ""
    fixed: str = ""  # the line; "-" for a finding without a safe fix

    def is_met(self, found: Finding, text: str) -> bool:
        """Tell whether a finding of a document says this, and would mend the line like this."""
        if self.says not in found.message or self.sure not in ("", found.confidence.value):
            return False
        if self.fixed in ("", "-"):
            return not self.fixed or not found.fix
        return apply_edits(text, found.fix).split("\n")[self.line - 1].strip() == self.fixed


def without_marks(case: str) -> tuple[str, list[Expected]]:
    """Take the marks out: the text, and what each expects."""
    lines: list[str] = []
    expected: list[Expected] = []
    path, before = "case.md", 0
    for line in case.split("\n"):
        if (match := _MARK.fullmatch(line)) is not None:
            expected.append(Expected(path, len(lines) + 1 - before, **match.groupdict(default="")))
            continue
        if line.startswith("<!-- exists: "):
            before += 1
        lines.append(line)
        if (match := _FILE.fullmatch(line)) is not None:
            path, before = match.group(1), len(lines)
    return "\n".join(lines), expected


def differences(
    subjects: Iterable[Subject], found: Sequence[Finding], expected: Sequence[Expected]
) -> list[str]:
    """Say what was found and not expected, or the other way round; nothing when all is as said."""
    texts = {one.runbook.path: "\n".join(one.runbook.lines) for one in subjects}
    have = sorted(found, key=lambda f: (f.span.path, f.span.line, f.severity.value, f.rule))
    want = sorted(expected, key=lambda e: (e.path, e.line, e.level, e.rule))
    places = [f"{f.span.path}:{f.span.line} {f.severity.value} {f.rule}" for f in have]
    wanted = [f"{e.path}:{e.line} {e.level} {e.rule}" for e in want]
    if places != wanted:
        return [f"+ {p}" for p in places if p not in wanted] + [
            f"- {w}" for w in wanted if w not in places
        ] or [f"{len(places)} found, {len(wanted)} expected"]
    return [
        f"{e}: {f.message} / {f.fix}"
        for f, e in zip(have, want, strict=True)
        if not e.is_met(f, texts[e.path])
    ]
