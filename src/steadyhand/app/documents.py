"""Documents: read, compile and lint them, together with the settings that stand beside them."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from steadyhand.app.problem import Problem
from steadyhand.compile import compile_runbook, parse
from steadyhand.compile.outline import as_json, outline
from steadyhand.lint import Subject, lint, report
from steadyhand.model.finding import Finding, Severity
from steadyhand.model.runbook import Procedure, Runbook
from steadyhand.model.settings import BadSettings, Settings, read_settings
from steadyhand.watch.bindings import Watched, describe, watched

SETTINGS = "steadyhand.toml"


@dataclass(frozen=True)
class Loaded:
    """A compiled document with what was found while compiling it, and its settings."""

    runbook: Runbook
    findings: tuple[Finding, ...]
    settings: Settings
    text: str
    folder: Path


def load(path: Path, config: Path | None = None) -> Loaded:
    """Read a document and its settings: `config`, or the steadyhand.toml beside the document.

    Raises Problem where a file cannot be read or the settings are not valid.
    """
    text = read_text(path)
    runbook, findings = compile_runbook(parse(str(path), text))
    beside = path.parent / SETTINGS
    where = config or (beside if beside.exists() else None)
    try:
        settings = read_settings(_toml(where) if where else {}, str(where or SETTINGS))
    except BadSettings as error:
        raise Problem(str(error)) from None
    return Loaded(runbook, tuple(findings), settings, text, path.parent)


def read_text(path: Path) -> str:
    """Read a document's text. Raises Problem for what is no text or cannot be read."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Problem(f"{path}: not UTF-8 text (byte {error.start}); save it as UTF-8") from None
    except OSError as error:
        raise Problem(f"{path}: {error.strerror}") from None


def _toml(path: Path) -> Mapping[str, object]:
    try:
        return tomllib.loads(path.read_text())
    except OSError as error:
        raise Problem(f"{path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Problem(f"{path}: not valid TOML: {error}") from None


def check(path: Path, config: Path | None = None) -> tuple[Loaded, list[Finding]]:
    """Compile and lint one document: what both found, in the order of the document."""
    loaded = load(path, config)
    runbook = loaded.runbook
    return loaded, lint(Subject(runbook, date.today(), (runbook,), loaded.findings))


def find_procedure(runbook: Runbook, name: str) -> Procedure:
    """Find a procedure by id, title or part of it. Raises Problem."""
    try:
        return runbook.procedure(name)
    except LookupError as error:
        raise Problem(str(error.args[0])) from None


def compiled_json(loaded: Loaded) -> dict[str, object]:
    """The outline as the documented JSON object."""
    return as_json(loaded.runbook, list(loaded.findings))


def compiled_text(loaded: Loaded) -> str:
    """The outline for a person."""
    return outline(loaded.runbook)


def counts(findings: list[Finding]) -> bool:
    """Tell whether the findings make a check fail: anything but notes."""
    return any(finding.severity is not Severity.NOTE for finding in findings)


def findings_json(findings: list[Finding]) -> dict[str, object]:
    """Findings as the documented JSON object."""
    return report.as_json(findings)


def findings_text(findings: list[Finding], loaded: Loaded) -> str:
    """Findings for a person, each with its line."""
    return report.as_text(findings, {loaded.runbook.path: loaded.text})


def alarms(loaded: Loaded, factor: float) -> list[tuple[Watched, str]]:
    """Every alarm of the document, bound or not, with the line that says what it means."""
    rules = loaded.runbook.facts.alarms
    bound = [watched(rule, loaded.settings, factor) for rule in rules]
    return [(one, describe(one, factor)) for one in bound]
