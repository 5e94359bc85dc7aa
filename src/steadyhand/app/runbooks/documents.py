"""Documents: read and compile them, together with the settings that stand beside them.

What only one use needs is imported there: every command that begins with a document waits for this.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from steadyhand.app.problem import Problem
from steadyhand.app.runbooks.compiled import compiled
from steadyhand.app.runbooks.sources import SETTINGS, Read, read_all
from steadyhand.model.document.finding import Finding
from steadyhand.model.document.runbook import Procedure, Runbook
from steadyhand.model.settings.whole import BadSettings, Settings, read_settings

if TYPE_CHECKING:
    from steadyhand.model.duty.derive import Around
    from steadyhand.watch.bindings import Watched

_SAYS_NOTHING = frozenset({"runbook", "readme", "index", "runbooks"})


def system_of(path: Path) -> str:
    """Name the system that a document is about: by the file, or its folder where that says more."""
    named_by = path.absolute().parent.name if path.stem.casefold() in _SAYS_NOTHING else path.stem
    return named_by or path.stem


class Loaded(Struct, frozen=True):
    """A compiled document with what was found while compiling it, and its settings."""

    runbook: Runbook
    findings: tuple[Finding, ...]
    settings: Settings
    text: str
    folder: Path


def load(path: Path, config: Path | None = None) -> Loaded:
    """Read a document and its settings: `config`, or the steadyhand.toml beside or above it.

    Raises Problem where a file cannot be read or the settings are not valid.
    """
    documents, problems = read_all([path], config)
    if problems:
        raise problems[0]
    if path.is_dir():
        raise Problem(f"{path}: a folder; name one document of it")
    return loaded(documents[0])


def loaded(read: Read) -> Loaded:
    """Compile a document that was read. Raises Problem for what is no text."""
    made = compiled(read)
    settings = settings_in(read.settings)
    found = Loaded(made.runbook, made.findings, settings, made.text, made.folder)
    return _reported(found) if any(one.page for one in settings.duties.values()) else found


def _reported(one: Loaded) -> Loaded:
    """Add what duties that page are watched by."""
    from steadyhand.model.duty.derive import derive
    from steadyhand.model.duty.heard import with_reports

    settings = with_reports(one.settings, derive(one.runbook, around(one)))
    return replace(one, settings=settings)


def around(one: Loaded) -> "Around":
    """Give what is around a document, for what is derived of its duties."""
    from steadyhand.model.duty.derive import Around

    channels = {name: contact.notices for name, contact in one.settings.contacts.items()}
    system = system_of(one.folder / Path(one.runbook.path).name)
    return Around(system, one.settings.duties, channels)


def settings_in(file: Path | None) -> Settings:
    """Read a settings file; without one, the settings are the defaults. Raises Problem."""
    try:
        return read_settings(_toml(file) if file else {}, str(file or SETTINGS))
    except BadSettings as error:
        raise Problem(str(error)) from None


def _toml(path: Path) -> Mapping[str, object]:
    import tomllib

    try:
        return tomllib.loads(path.read_text())
    except OSError as error:
        raise Problem(f"{path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Problem(f"{path}: not valid TOML: {error}") from None


def find_procedure(runbook: Runbook, name: str) -> Procedure:
    """Find a procedure by id, title or part of it. Raises Problem."""
    try:
        return runbook.procedure(name)
    except LookupError as error:
        raise Problem(str(error.args[0])) from None


def drafted(everything: Sequence[Loaded]) -> str:
    """Draft a steadyhand.toml from what the documents say and name."""
    from steadyhand.compile.draft import draft

    return draft([one.runbook for one in everything])


def compiled_json(loaded: Loaded) -> dict[str, object]:
    """The outline as the documented JSON object."""
    from steadyhand.compile.outline import as_json

    return as_json(loaded.runbook, list(loaded.findings))


def compiled_text(loaded: Loaded) -> str:
    """The outline for a person."""
    from steadyhand.compile.outline import outline

    return outline(loaded.runbook)


def alarms(loaded: Loaded, factor: float) -> list[tuple["Watched", str]]:
    """Every alarm of the document, bound or not, with the line that says what it means."""
    from steadyhand.watch.bindings import all_watched, describe

    bound = all_watched(loaded.runbook.facts, loaded.settings, factor)
    return [(one, describe(one, factor)) for one in bound.values()]
