"""Documents as they lie there in, what is found in each out: compiled and linted together.

Shares the work out over two cores where that is asked for and there is enough of it. Keeps nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from steadyhand.app.problem import Problem
from steadyhand.app.runbooks.compiled import Compiled, compiled_anew
from steadyhand.app.runbooks.shared_out import shared_out
from steadyhand.app.runbooks.sources import Read
from steadyhand.lint.report.checked import Document
from steadyhand.model.sharing import Share, alone

if TYPE_CHECKING:
    from steadyhand.lint.lint import Choice
    from steadyhand.lint.subject import Subject

_LITTLE = 16_000  # bytes; a copy of the process costs more than it saves on less
_COMPILER, _RULES = "steadyhand.compile", "steadyhand.lint.lint"


def found_in(
    documents: Sequence[Read],
    today: date,
    choice: Callable[[Path | None], "Choice"],
    cores: int = 1,
) -> tuple[list[Document], dict[str, bool], list[Problem]]:
    """Check documents, each by the choice of rules that its settings file makes.

    Gives beside them which linked files there are, and a problem for each document that is no text.
    """
    import_module(_COMPILER)  # before a copy of this process is made, which needs it too
    much = cores > 1 and sum(len(read.data) for read in documents) > _LITTLE
    # The rules take as long to import as a document to compile, which does not need them.
    compiling = partial(shared_out, meanwhile=lambda: import_module(_RULES)) if much else alone
    everything, problems = _compiled(documents, compiling)
    from steadyhand.lint.lint import lint_all

    choices = {read.settings: choice(read.settings) for read in documents}
    subjects = _subjects(everything, today)
    usable = [read for read in documents if read.name in subjects]
    found = lint_all(
        [(subjects[read.name], choices[read.settings]) for read in usable],
        shared_out if much else alone,
    )
    done = [
        Document(read.name, everything[read.name].text, tuple(findings))
        for read, findings in zip(usable, found, strict=True)
    ]
    targets = {
        str(_target(read.path.parent, target)): there
        for read in usable
        for target, there in subjects[read.name].targets.items()
    }
    return done, targets, problems


def _compiled(documents: Sequence[Read], share: Share) -> tuple[dict[str, Compiled], list[Problem]]:
    """Compile documents; the work on a single one is shared out by its sections."""
    if len(documents) == 1:
        made = [_one(documents[0], share)]
    else:  # the longest first: of two that share the work, none is left waiting for the other
        longest = sorted(documents, key=lambda read: len(read.data), reverse=True)
        done = dict(zip((read.name for read in longest), share(_one, longest), strict=True))
        made = [done[read.name] for read in documents]
    everything = {
        read.name: each
        for read, each in zip(documents, made, strict=True)
        if isinstance(each, Compiled)
    }
    return everything, [each for each in made if isinstance(each, Problem)]


def _one(read: Read, share: Share = alone) -> Compiled | Problem:
    try:
        return compiled_anew(read, share)
    except Problem as unusable:
        return unusable


def _subjects(everything: Mapping[str, Compiled], today: date) -> dict[str, "Subject"]:
    from steadyhand.lint.subject import Subject

    folder = tuple(one.runbook for one in everything.values())
    shared: dict[object, object] = {}
    return {
        name: Subject(one.runbook, today, folder, one.findings, _targets(one), shared=shared)
        for name, one in everything.items()
    }


def _targets(made: Compiled) -> dict[str, bool]:
    return {
        link.target: _target(made.folder, link.target).exists()
        for link in made.runbook.links
        if _is_relative(link.target)
    }


def _is_relative(target: str) -> bool:
    path = target.partition("#")[0].partition("?")[0]
    return bool(path) and not path.startswith(("/", "~")) and ":" not in path.split("/")[0]


def _target(folder: Path, target: str) -> Path:
    return folder / target.partition("#")[0].partition("?")[0]
