"""Everything that a document says in, `Facts` by kind out, and what stands on which lines."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from steadyhand.compile.facts.bullets import Fact as ListFact
from steadyhand.compile.facts.contacts import contacts_in, timeline_in
from steadyhand.compile.facts.expected import expected_in_blocks, expected_of_steps
from steadyhand.compile.facts.limits import limits_in, limits_of_alarm, limits_of_cause
from steadyhand.compile.facts.measured import metrics_in, metrics_in_blocks
from steadyhand.compile.facts.metadata import metadata
from steadyhand.compile.facts.prometheus import alarms_in_blocks
from steadyhand.compile.facts.quantities import duration
from steadyhand.compile.facts.recovery import objectives_in, retention_in, traits_in
from steadyhand.compile.facts.safety import (
    alarms_named_in,
    checklists,
    logs_in,
    rules_in,
    symptoms_in,
)
from steadyhand.compile.facts.said import Place, Said, everything_said
from steadyhand.compile.facts.schedules import exactest, schedules_in
from steadyhand.compile.facts.tables import Fact as TableFacts
from steadyhand.compile.markdown import Document, Fence, Other
from steadyhand.compile.sections import Section
from steadyhand.compile.wording import severity_name, severity_rank
from steadyhand.model.document import facts as model
from steadyhand.model.document.facts import AlarmRule, Cause, Facts, Limit, SeverityLevel
from steadyhand.model.document.runbook import Accounted, BlockKind, Reason, Step

# The field of `Facts` that a fact goes into.
KINDS: dict[type, str] = {
    model.AlarmRule: "alarms",
    model.AlarmMention: "mentions",
    model.Cause: "causes",
    model.Checklist: "checklists",
    model.ContactPoint: "contacts",
    model.Dependency: "dependencies",
    model.EscalationLevel: "escalation",
    model.EscalationPath: "paths",
    model.ExpectedResponse: "expected",
    model.Limit: "limits",
    model.LogLocation: "logs",
    model.Metadata: "metadata",
    model.Metric: "metrics",
    model.Objective: "objectives",
    model.Retention: "retention",
    model.SafetyRule: "safety",
    model.Schedule: "schedules",
    model.SeverityLevel: "severities",
    model.Symptom: "symptoms",
    model.TableFact: "tables",
    model.TimedAction: "timeline",
    model.Trait: "traits",
    model.Window: "windows",
}
# What reads each thing that is said. Tables and lists of causes are read with their part.
READERS = (
    limits_in, contacts_in, timeline_in, schedules_in, objectives_in, retention_in, traits_in,
    rules_in, symptoms_in, alarms_named_in, logs_in, metrics_in,
)  # fmt: skip
_STATED = re.compile(r"\bseverity\b\W+(\w+(?:-?\d)?)", re.IGNORECASE)
_RESPONDS = re.compile(r"\brespon[sd]", re.IGNORECASE)


class Material(Struct, frozen=True):
    """What facts are read from: the document in sections, and what its parts made of it."""

    document: Document
    sections: Sequence[Section]
    owning: frozenset[str]  # anchors of the sections that are procedures
    found: Sequence[TableFacts | ListFact]  # in tables and lists
    steps: Sequence[Step]
    account: Sequence[Accounted]  # of the blocks, before facts are noted in it


def gather(material: Material) -> Facts:
    """Read every fact and sort it: each kind in the order of the document. Pure."""
    document = material.document
    said = tuple(everything_said(document, material.sections, material.owning))
    read = chain(
        material.found,
        chain.from_iterable(reader(one) for one in said for reader in READERS),
        chain.from_iterable(map(_severities, said)),
        _limits(material.found),
        checklists(said),
        expected_of_steps(material.steps, material.account),
        expected_in_blocks(document),
        metrics_in_blocks(document),
        alarms_in_blocks(document),
        metadata(document.path, document.lines, *_passed(document)),
    )
    kinds: dict[str, list[Any]] = {name: [] for name in Facts.__struct_fields__}
    for fact in dict.fromkeys(read):
        kinds[KINDS[type(fact)]].append(fact)
    for facts in kinds.values():
        facts.sort(key=lambda fact: fact.span.line)
    kinds["limits"] = list(_unsaid(kinds["limits"]))
    kinds["schedules"] = list(exactest(kinds["schedules"]))
    kinds["severities"] = list(_ranked(list(_once(kinds["severities"]))))
    return Facts(**{name: tuple(facts) for name, facts in kinds.items()})


def places(facts: Facts) -> dict[int, list[tuple[int, str]]]:
    """Give which facts begin on a line: the line each ends on, and its kind as the account says."""
    found: dict[int, list[tuple[int, str]]] = {}
    for name, fact in _each(facts):
        found.setdefault(fact.span.line, []).append((fact.span.end_line, f"fact:{name}"))
    return found


def noted(entry: Accounted, found: Mapping[int, Sequence[tuple[int, str]]]) -> Accounted:
    """Say in the account of a block of prose which facts were read from it. Pure."""
    if entry.kind not in _NOTED or entry.reason not in _REPLACED:
        return entry
    made = [
        name
        for line in range(entry.span.line, entry.span.end_line + 1)
        for end, name in found.get(line, ())
        if end <= entry.span.end_line
    ]
    every = tuple(dict.fromkeys((*entry.made, *made)))
    return replace(entry, made=every, reason=None) if made else entry


_NOTED = frozenset({BlockKind.PROSE, BlockKind.TABLE, BlockKind.FENCE})
_REPLACED = frozenset(
    {Reason.NARRATIVE, Reason.DECORATION, Reason.UNKNOWN_TABLE, Reason.OTHER_LANGUAGE, None}
)


def _each(facts: Facts) -> Iterator[tuple[str, Any]]:
    """Give the facts that stand in blocks of their own, each with its kind's name."""
    for answer in facts.expected:
        if not answer.step:
            yield "expected", answer
    for name in facts.__struct_fields__:
        if name not in {"checklists", "expected", "tables", "causes"}:
            for fact in getattr(facts, name):
                yield name, fact


def _limits(found: Iterable[object]) -> Iterator[Limit]:
    for fact in found:
        if isinstance(fact, AlarmRule):
            yield from limits_of_alarm(fact)
        elif isinstance(fact, Cause):
            yield from limits_of_cause(fact)


def _unsaid(limits: Sequence[Limit]) -> Iterator[Limit]:
    """Leave out what an alarm's own line says a second time as a sentence."""
    alarms = {limit.span.line for limit in limits if limit.origin == "alarm"}
    for limit in limits:
        if limit.origin != "statement" or limit.span.line not in alarms:
            yield limit


def _severities(said: Said) -> Iterator[SeverityLevel]:
    """Read response times in headings and in paragraphs: "P1: Errors (response < 15 minutes)"."""
    if said.place is Place.ITEM or not _RESPONDS.search(said.text):
        return
    stated = _STATED.search(said.text)
    if said.place is Place.PARAGRAPH and not said.label and stated is None:
        return
    name = severity_name(stated.group(1) if stated else said.label or said.text)
    seconds = duration(said.text)
    if name and seconds is not None:
        yield SeverityLevel(name, seconds, said.text, said.span)


def _once(facts: Iterable[SeverityLevel]) -> Iterator[SeverityLevel]:
    """Give each severity once; a second one that says another time stays, to be seen."""
    seen: set[tuple[str, float | None]] = set()
    for fact in facts:
        if (fact.name, fact.response_seconds) not in seen:
            seen.add((fact.name, fact.response_seconds))
            yield fact


def _ranked(levels: Sequence[SeverityLevel]) -> Iterator[SeverityLevel]:
    """Put levels on the scale: by their words, else by the number from the document's highest."""
    numbers = [int(level.name[-1]) for level in levels if level.name[-1:].isdigit()]
    highest = min(numbers, default=0)
    for level in levels:
        rank = severity_rank(level.text)
        rank = severity_rank(level.name) if rank is None else rank
        if rank is None and level.name[-1:].isdigit():
            rank = int(level.name[-1]) - min(highest, 1)
        yield replace(level, rank=None if rank is None else min(rank, 4))


def _passed(document: Document) -> tuple[frozenset[int], frozenset[int]]:
    """Give the lines of code blocks, and those of the front matter."""
    fenced = {
        line
        for block in document.blocks
        if isinstance(block, Fence)
        for line in range(block.span.line, block.span.end_line + 1)
    }
    first = document.blocks[0] if document.blocks else None
    front: frozenset[int] = frozenset()
    if isinstance(first, Other) and first.span.line == 1 and document.lines[0].startswith("---"):
        front = frozenset(range(1, first.span.end_line + 1))
    return frozenset(fenced), front
