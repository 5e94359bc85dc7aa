"""Paths in, documents as they lie there out: files, every document of a folder, standard input.

Finds the settings file that speaks of each. Reads bytes; knows no Markdown.
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct

from steadyhand.app.problem import Problem

SETTINGS = "steadyhand.toml"
SUFFIXES = (".md", ".markdown", ".mdx", ".txt")
STDIN = Path("-")
_SKIPPED = frozenset({"node_modules", "__pycache__", "venv", "site-packages"})


class Read(Struct, frozen=True):
    """A document as it lies there, and the settings file that speaks of it."""

    path: Path
    data: bytes
    settings: Path | None

    @property
    def name(self) -> str:
        """Name the document as text, whatever bytes its path is made of."""
        if self.path == STDIN:
            return "stdin"
        return os.fsencode(self.path).decode("utf-8", "backslashreplace")


def read_all(
    paths: Iterable[Path], config: Path | None = None, stdin: bytes = b""
) -> tuple[list[Read], list[Problem]]:
    """Read documents; what cannot be read is a problem beside the rest.

    A folder stands for every document below it, `-` for `stdin`; `config` overrides the settings
    that lie beside.
    """
    documents: list[Read] = []
    problems: list[Problem] = []
    for path in dict.fromkeys(_files(paths, problems)):
        settings = config or settings_for(path)
        try:
            data = stdin if path == STDIN else path.read_bytes()
        except OSError as error:
            problems.append(Problem(f"{path}: {error.strerror}"))
            continue
        documents.append(Read(path, data, settings))
    return documents, problems


def _files(paths: Iterable[Path], problems: list[Problem]) -> Iterator[Path]:
    for path in paths:
        if path == STDIN or not path.is_dir():
            yield path
            continue
        inside = sorted(_documents_in(path))
        if not inside:
            problems.append(Problem(f"{path}: no document in it ({', '.join(SUFFIXES)})"))
        yield from inside


def _documents_in(folder: Path) -> Iterator[Path]:
    """Find documents below a folder; hidden folders, those of packages and pipes are left out."""
    for inside in folder.iterdir():
        if inside.name.startswith(".") or inside.name in _SKIPPED:
            continue
        if inside.is_dir() and not inside.is_symlink():
            yield from _documents_in(inside)
        elif inside.suffix.lower() in SUFFIXES and not inside.is_fifo():
            yield inside  # what is no file at all is a problem; a pipe would be waited for


def settings_for(path: Path) -> Path | None:
    """Find the settings beside a document, or in a folder above it up to the repository's."""
    folder = (Path.cwd() if path == STDIN else path.absolute().parent).resolve()
    for above in (folder, *folder.parents):
        if os.path.lexists(above / SETTINGS):  # one that cannot be read is not passed over
            return above / SETTINGS
        if (above / ".git").exists():
            break
    return None
