"""Documents of real Markdown, in any encoding, through decode, compile and lint: bytes in.

No crash, no hang, every block in the account, every place inside the file, the same twice. A few
at every run; thousands with `-m soak`.
"""

import re
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from types import FrameType

import pytest
from hypothesis import HealthCheck, given, settings

from steadyhand.compile import compile_runbook, parse
from steadyhand.compile.decode import NotText, decode, remarks
from steadyhand.compile.markdown import Document, Fence, Heading, Item, Table
from steadyhand.lint.lint import lint
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Finding
from steadyhand.model.document.runbook import BlockKind, Reason, Runbook
from tests.compile.composed import SOUND, documents
from tests.compile.test_any_input import check

HANG = 20  # seconds for one document
MANY = 2500
TODAY = date(2026, 11, 1)
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
KINDS = {Heading: BlockKind.HEADING, Fence: BlockKind.FENCE, Table: BlockKind.TABLE}


@contextmanager
def bounded() -> Iterator[None]:
    """Raise where a document takes too long."""
    before = signal.signal(signal.SIGALRM, _hang)
    signal.alarm(HANG)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _hang(_signal: int, _frame: FrameType | None) -> None:
    raise TimeoutError(f"no answer in {HANG} s")


def examine(data: bytes) -> bool:
    """Put a document through everything; False where it is no text."""
    with bounded():
        try:
            decoded = decode(data)
        except NotText:
            return False
        assert decode(data) == decoded
        runbook = check(decoded.text)
        blocks_are_accounted(parse("x.md", decoded.text), runbook)
        found = compile_runbook(parse("x.md", decoded.text))[1]
        first = linted(runbook, [*remarks("x.md", decoded), *found])
        assert first == linted(runbook, [*remarks("x.md", decoded), *found])
        lines = len(runbook.lines)
        for finding in first:
            inside(finding, runbook, lines)
        assert len({f.fingerprint for f in first}) == len(first)
    return True


def linted(runbook: Runbook, compiled: list[Finding]) -> list[Finding]:
    return lint(Subject(runbook, TODAY, (runbook,), tuple(compiled)))


def inside(finding: Finding, runbook: Runbook, lines: int) -> None:
    assert 1 <= finding.span.line <= finding.span.end_line <= max(lines, 1)
    if finding.mark is not None:
        # what is missing at the end of a line is marked one behind it
        width = len(runbook.lines[finding.mark.line - 1]) + 2
        assert 1 <= finding.mark.column < finding.mark.end_column <= width


def blocks_are_accounted(document: Document, runbook: Runbook) -> None:
    """Every heading, code block, table and checkbox has an entry of its own kind."""
    there = Counter((entry.kind, entry.span.line) for entry in runbook.account)
    lines = {n for e in runbook.account for n in range(e.span.line, e.span.end_line + 1)}
    for block in document.blocks:
        assert block.span.line in lines or not document.lines[block.span.line - 1].strip()
        kind = KINDS.get(type(block))
        if isinstance(block, Item) and block.checked is not None:
            kind = BlockKind.CHECKBOX
        assert kind is None or there[kind, block.span.line], block


@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
@given(documents())
def test_any_composed_document(data: bytes) -> None:
    examine(data)


@settings(max_examples=40, deadline=None, suppress_health_check=SLOW)
@given(SOUND)
def test_no_command_of_a_sound_document_is_lost(text: str) -> None:
    every_probe_is_a_step(text)


def every_probe_is_a_step(text: str) -> None:
    with bounded():
        runbook = check(text)
        steps = Counter(n for s in runbook.steps() for n in re.findall(r"probe-(\d+)$", s.text))
        probes = re.findall(r"status probe-(\d+)", text)
        assert steps == Counter(probes), [p for p in probes if steps[p] != 1]
        swallowed = [
            entry.span.line
            for entry in runbook.account
            if entry.reason is Reason.DECORATION and "probe-" in runbook.lines[entry.span.line - 1]
        ]
        assert not swallowed


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_thousands_of_composed_documents() -> None:
    tried: Counter[bool] = Counter()

    @settings(max_examples=MANY, deadline=None, suppress_health_check=SLOW, database=None)
    @given(documents())
    def any_document(data: bytes) -> None:
        tried[examine(data)] += 1

    @settings(max_examples=MANY // 2, deadline=None, suppress_health_check=SLOW, database=None)
    @given(SOUND)
    def sound_document(text: str) -> None:
        every_probe_is_a_step(text)
        tried[True] += 1

    any_document()
    sound_document()
    print(f"{tried[True]} documents held, {tried[False]} were no text")
    assert tried[True] >= 2000
