"""Findings kept on disk from one check to the next; only ever as good as checking anew.

An answer is kept under everything it was made from: the documents, their settings, the day, the
program itself and the packages beside it. What cannot be kept is simply not kept.
"""

import os
import time
from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from steadyhand.app.runbooks.this_program import COMPILING, this_program
from steadyhand.lint.report.checked import Document
from steadyhand.model import canonical
from steadyhand.model.document.finding import Finding
from steadyhand.world import caches

_ROOMS = (*COMPILING, "lint")
_DAYS = 30  # an answer nobody asked for in so long is thrown away


class Source(Protocol):
    """A document as it lies there."""

    @property
    def name(self) -> str: ...
    @property
    def data(self) -> bytes: ...
    @property
    def settings(self) -> Path | None: ...


class _Found(Struct, frozen=True):
    path: str
    findings: tuple[Finding, ...]


class _Answer(Struct, frozen=True):
    """`targets`: the linked files that were looked up, and whether each was there."""

    targets: Mapping[str, bool]
    documents: tuple[_Found, ...]


class Kept:
    """The answer of one check: where it would be, whether it is there, what it says."""

    def __init__(
        self, where: Path | None, today: date, options: Sequence[str], sources: Sequence[Source]
    ) -> None:
        self._sources = sources
        self._file = None
        if where is not None:
            self._file = where / "lint" / f"{_key(today, options, sources)}.json"

    def load(self) -> list[Document] | None:
        """Give the kept answer; None when there is none that still holds."""
        if self._file is None:
            return None
        try:
            held = canonical.loads(_Answer, self._file.read_bytes())
            if any(Path(target).exists() != there for target, there in held.targets.items()):
                return None
            texts = {source.name: source.data.decode("utf-8-sig") for source in self._sources}
            return [Document(one.path, texts[one.path], one.findings) for one in held.documents]
        except (OSError, ValueError, LookupError):
            return None

    def save(self, documents: Sequence[Document], targets: Mapping[str, bool]) -> None:
        """Keep an answer, whole or not at all."""
        if self._file is None:
            return
        found = tuple(_Found(document.path, document.findings) for document in documents)
        beside = self._file.with_suffix(f".{os.getpid()}")
        try:
            caches.make(self._file.parent)
            _forget_old(self._file.parent)
            beside.write_bytes(
                canonical.dumps(_Answer(targets, found)).encode("utf-8", "surrogatepass")
            )
            beside.replace(self._file)
        except OSError:
            return


def _key(today: date, options: Sequence[str], sources: Sequence[Source]) -> str:
    digest = sha256()
    for part in (str(today), *this_program(*_ROOMS), *options):
        digest.update(part.encode("utf-8", "surrogatepass") + b"\0")
    for source in sources:
        digest.update(source.name.encode("utf-8", "surrogatepass") + b"\0")
        digest.update(sha256(source.data).digest())
        if source.settings is not None:
            digest.update(str(source.settings).encode() + b"\0")
            digest.update(source.settings.read_bytes() if source.settings.is_file() else b"")
    return digest.hexdigest()[:40]


def _forget_old(folder: Path) -> None:
    before = time.time() - _DAYS * 86400
    for file in folder.iterdir():
        if file.stat().st_mtime < before:
            file.unlink(missing_ok=True)
