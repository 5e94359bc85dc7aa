"""A document as it lies there in, compiled out. Reads no settings: a check needs none of them.

What took long is kept under the document's bytes and the program's own, and taken from there by the
next process, which then need not even import the compiler. What cannot be kept is simply not kept.
"""

import os
import pickle
import time
from hashlib import sha256
from pathlib import Path
from typing import Any

from msgspec import Struct

from steadyhand.app.problem import Problem
from steadyhand.app.runbooks.sources import Read
from steadyhand.app.runbooks.this_program import COMPILING, this_program
from steadyhand.model.document.finding import Finding
from steadyhand.model.document.runbook import Runbook
from steadyhand.model.sharing import Share, alone
from steadyhand.world import caches

_LONG = 0.05  # seconds of this process's work, with what had to be imported
_MOST = 200  # documents that are kept


class Compiled(Struct, frozen=True):
    """A runbook, what was found while compiling it, its text, and the folder it lies in."""

    runbook: Runbook
    findings: tuple[Finding, ...]
    text: str
    folder: Path


def compiled(read: Read, share: Share = alone) -> Compiled:
    """Compile a document that was read. Raises Problem for what is no text."""
    file = _file(read)
    if (kept := _load(file)) is not None:
        return kept
    began = time.process_time()
    made = compiled_anew(read, share)
    if time.process_time() - began > _LONG:
        _save(file, made)
    return made


def compiled_anew(read: Read, share: Share = alone) -> Compiled:
    """Compile a document whatever is kept, and keep nothing. Raises Problem as `compiled` does."""
    from steadyhand.compile import compile_runbook, parse
    from steadyhand.compile.decode import NotText, decode, remarks

    try:
        decoded = decode(read.data)
    except NotText as error:
        raise Problem(f"{read.name}: {error}") from None
    [document] = share(lambda text: parse(read.name, text), [decoded.text])
    runbook, findings = compile_runbook(document, share)
    found = (*remarks(read.name, decoded), *findings)
    return Compiled(runbook, found, decoded.text, read.path.parent)


def _file(read: Read) -> Path:
    digest = sha256()
    for part in (*this_program(*COMPILING), read.name):
        digest.update(part.encode("utf-8", "surrogatepass") + b"\0")
    digest.update(read.data)
    return caches.folder() / "compiled" / digest.hexdigest()[:40]


def _load(file: Path) -> Compiled | None:
    """Read what is kept: nothing that anybody else can have written, and nothing that is broken."""
    try:
        if not caches.ours(file):
            return None
        kept: Any = pickle.loads(file.read_bytes())
    except Exception:  # half a file can be any of them; it is made anew
        return None
    return kept if isinstance(kept, Compiled) else None


def _save(file: Path, made: Compiled) -> None:
    beside = file.with_suffix(f".{os.getpid()}")
    try:
        caches.make(file.parent)
        kept = sorted(file.parent.iterdir(), key=lambda one: one.stat().st_mtime)
        for old in kept[:-_MOST]:
            old.unlink(missing_ok=True)
        beside.write_bytes(pickle.dumps(made, pickle.HIGHEST_PROTOCOL))
        beside.chmod(0o600)
        beside.replace(file)
    except OSError:
        return
