"""Checking documents: found, read, linted together, their findings kept for the next time.

A folder stands for every document in it. Imports the compiler and the rules only when there is no
kept answer: a check of what was checked before has to be quick.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from steadyhand.app.problem import Problem
from steadyhand.app.runbooks.findings import Kept
from steadyhand.app.runbooks.sources import Read, read_all
from steadyhand.lint.report.checked import Checked, Document
from steadyhand.model.document.edit import apply_edits
from steadyhand.model.document.finding import Finding, Severity

if TYPE_CHECKING:
    from steadyhand.lint.lint import Choice


class Wanted(Struct, frozen=True):
    """What to check and how. `kept` None keeps nothing; `config` overrides the settings beside."""

    paths: tuple[Path, ...]
    stdin: bytes = b""  # the document that `-` names
    select: frozenset[str] = frozenset()
    ignore: frozenset[str] = frozenset()
    config: Path | None = None
    kept: Path | None = None
    cores: int = 1  # with 2, a copy of this process takes a part of the work, if there is enough


def check(wanted: Wanted, today: date) -> tuple[Checked, list[Problem]]:
    """Check documents together; what cannot be read is a problem beside the rest.

    Raises Problem for settings that are not valid and for rules that do not exist.
    """
    documents, problems = read_all(wanted.paths, wanted.config, wanted.stdin)
    kept = Kept(wanted.kept, today, [*wanted.select, "", *wanted.ignore], documents)
    found = kept.load()
    if found is None:
        found, targets, unreadable = _lint(wanted, documents, today)
        problems += unreadable
        if not unreadable:
            kept.save(found, targets)
    return Checked(tuple(found)), problems


def fails(checked: Checked) -> bool:
    """Tell whether a check fails: anything but notes."""
    return any(finding.severity is not Severity.NOTE for finding in checked.findings)


def without(checked: Checked, known: frozenset[str]) -> Checked:
    """Hold back the findings whose fingerprints a baseline knows."""
    documents = tuple(
        replace(d, findings=tuple(f for f in d.findings if f.fingerprint not in known))
        for d in checked.documents
    )
    shown = sum(len(document.findings) for document in documents)
    return replace(checked, documents=documents, hidden=len(checked.findings) - shown)


class Mended(Struct, frozen=True):
    """A document before and after its safe fixes; `edits` counts them."""

    path: str
    before: str
    after: str
    edits: int

    def diff(self) -> str:
        """Write the change as a patch that `git apply` and `patch -p1` take."""
        import difflib

        lines = difflib.unified_diff(
            _lines(self.before), _lines(self.after), f"a/{self.path}", f"b/{self.path}"
        )
        return "".join(
            line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
            for line in lines
        )


def mend(wanted: Wanted, today: date) -> tuple[list[Mended], list[Problem]]:
    """Work out every safe fix, again and again until there is none. Writes nothing."""
    documents, problems = read_all(wanted.paths, wanted.config, wanted.stdin)
    found, _, unreadable = _lint(wanted, documents, today)
    before = {document.path: document.text for document in found}
    edits = dict.fromkeys(before, 0)
    for _ in range(8):  # a fix may uncover another; none needs more than a few rounds
        fixes = {d.path: [e for f in d.findings for e in f.fix] for d in found}
        if not any(fixes.values()):
            break
        for path, each in fixes.items():
            edits[path] += len(set(each))
        texts = {d.path: apply_edits(d.text, fixes[d.path]) for d in found}
        documents = [replace(d, data=texts[d.name].encode()) for d in documents if d.name in texts]
        found, _, _ = _lint(wanted, documents, today)
    after = {document.path: document.text for document in found}
    mended = [
        Mended(path, text, after[path], edits[path])
        for path, text in before.items()
        if after[path] != text
    ]
    return mended, [*problems, *unreadable]


def write(mended: Mended) -> None:
    """Put a mended document in its place, in the encoding and with the line ends it had."""
    from steadyhand.compile.decode import decode

    path = Path(mended.path)
    decoded = decode(path.read_bytes())
    beside = path.with_name(f".{path.name}.steadyhand")
    try:
        beside.write_bytes(decoded.encode(mended.after))
        beside.chmod(path.stat().st_mode)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise Problem(f"{path}: {error.strerror}; it was left as it was") from None


def _lint(
    wanted: Wanted, documents: Sequence[Read], today: date
) -> tuple[list[Document], dict[str, bool], list[Problem]]:
    from steadyhand.app.runbooks.checking import found_in

    return found_in(documents, today, lambda file: _choice(wanted, file), wanted.cores)


def _choice(wanted: Wanted, file: Path | None) -> "Choice":
    from steadyhand.lint.lint import Choice

    _known(wanted.select | wanted.ignore, "the command line")
    if file is None:
        return Choice(wanted.select, wanted.ignore)
    from steadyhand.app.runbooks.documents import settings_in

    settings = settings_in(file).lint
    _known({*settings.select, *settings.ignore, *settings.severity}, f"{file}: lint")
    select = wanted.select or frozenset(settings.select)
    return Choice(select, wanted.ignore | frozenset(settings.ignore), settings.severity)


def _known(names: Iterable[str], where: str) -> None:
    from steadyhand.lint.lint import RULES

    if unknown := sorted(set(names) - set(RULES)):
        listed = ", ".join(f"“{name}”" for name in unknown)
        raise Problem(f"{where}: no such rule: {listed}; `steadyhand rules` lists them")


def _lines(text: str) -> list[str]:
    from steadyhand.model.document.edit import split_lines

    return split_lines(text)


def pages() -> dict[str, str]:
    """Give every rule's page by the rule's name."""
    from steadyhand.lint.lint import RULES

    return {name: rule.page for name, rule in RULES.items()}


def rules() -> list[tuple[str, Severity, str]]:
    """Give every rule's name, severity and what it does, in a sentence."""
    from steadyhand.lint.lint import RULES
    from steadyhand.lint.report.sarif import summary

    return [(name, rule.severity, summary(rule.page)) for name, rule in sorted(RULES.items())]


def read_baseline(file: Path) -> frozenset[str]:
    """Read the fingerprints that a baseline holds. Raises Problem."""
    import json

    try:
        held = json.loads(file.read_text(encoding="utf-8"))
        if held["schema"] != 1:
            raise Problem(f"{file}: schema {held['schema']!r} is not known; this version reads 1")
        return frozenset(str(one["fingerprint"]) for one in held["findings"])
    except OSError as error:
        raise Problem(f"{file}: {error.strerror}") from None
    except (ValueError, LookupError, TypeError):
        raise Problem(f"{file}: not a baseline; make one with --write-baseline") from None


def write_baseline(file: Path, findings: Sequence[Finding]) -> None:
    """Write the fingerprints of what is found now, with enough beside them to be reviewed."""
    import json

    held = [
        {"fingerprint": f.fingerprint, "rule": f.rule, "path": f.span.path, "message": f.message}
        for f in findings
    ]
    try:
        text = json.dumps({"schema": 1, "findings": held}, ensure_ascii=False, indent=2)
        file.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise Problem(f"{file}: {error.strerror}") from None
