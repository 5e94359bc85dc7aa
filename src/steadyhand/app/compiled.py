"""A document as it lies there in, compiled out. Reads no settings: a check needs none of them."""

from dataclasses import dataclass
from pathlib import Path

from steadyhand.app.problem import Problem
from steadyhand.app.sources import Read
from steadyhand.compile import compile_runbook, parse
from steadyhand.compile.decode import NotText, decode, remarks
from steadyhand.model.finding import Finding
from steadyhand.model.runbook import Runbook
from steadyhand.model.sharing import Share, alone


@dataclass(frozen=True)
class Compiled:
    """A runbook, what was found while compiling it, its text, and the folder it lies in."""

    runbook: Runbook
    findings: tuple[Finding, ...]
    text: str
    folder: Path


def compiled(read: Read, share: Share = alone) -> Compiled:
    """Compile a document that was read. Raises Problem for what is no text."""
    try:
        decoded = decode(read.data)
    except NotText as error:
        raise Problem(f"{read.name}: {error}") from None
    runbook, findings = compile_runbook(parse(read.name, decoded.text), share)
    found = (*remarks(read.name, decoded), *findings)
    return Compiled(runbook, found, decoded.text, read.path.parent)
