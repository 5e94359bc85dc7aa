"""A document in, a `Runbook` and findings out. Reports, never raises; pure.

A heading with the blocks up to the next heading is a part; a part with steps is a procedure.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath

from msgspec.structs import replace

from steadyhand.compile.account import complete
from steadyhand.compile.drafts import Part
from steadyhand.compile.facts.gather import Material, gather, noted, places
from steadyhand.compile.inventory import inventory
from steadyhand.compile.markdown import Document, Fence, Heading
from steadyhand.compile.mojibake import repair
from steadyhand.compile.parameters import (
    Use,
    aliases,
    contacts,
    parameter,
    positions,
    printers,
)
from steadyhand.compile.sections import Section, sections_of
from steadyhand.compile.steps import Done, Reader
from steadyhand.compile.wording import phase_by_effect, phase_of, severity_of
from steadyhand.model.document.edit import Edit
from steadyhand.model.document.finding import Finding, Severity
from steadyhand.model.document.runbook import (
    Accounted,
    BlockKind,
    Facts,
    Phase,
    Procedure,
    Reason,
    Runbook,
    Step,
)
from steadyhand.model.document.runbook import Heading as Title
from steadyhand.model.document.span import Span
from steadyhand.model.effect import Effect
from steadyhand.model.sharing import Share, alone


def compile_runbook(document: Document, share: Share = alone) -> tuple[Runbook, list[Finding]]:
    """Compile a document: everything it says to do, every fact it states, every block accounted."""
    sections = sections_of(document)
    readers = share(lambda section: _read(document, section), sections)
    symptoms = _symptoms(sections, readers)
    severities = {
        (*section.parents, reader.part.title): reader.part.severity
        for section, reader in zip(sections, readers, strict=True)
        if reader.part.severity
    }
    elsewhere = printers(step for reader in readers for step in reader.part.steps)
    uses = [_uses(reader.part) for reader in readers]
    procedures = tuple(
        replace(
            _procedure(document, section, reader, symptoms.get(section.above, ()), severities),
            parameters=tuple(
                parameter(section.id, every, reader.part.steps, elsewhere)
                for every in used.values()
            ),
        )
        for section, reader, used in zip(sections, readers, uses, strict=True)
        if reader.part.steps
    )
    filled = contacts(document)
    facts = _facts(document, sections, readers)
    account = _entries(sections, readers, places(facts))
    first = next((s.heading for s in sections if s.heading is not None), None)
    runbook = Runbook(
        path=document.path,
        digest=document.digest,
        title=first.words.text if first else PurePath(document.path).stem,
        procedures=procedures,
        facts=facts,
        inventory=inventory(naming for reader in readers for naming in reader.namings),
        account=complete(document, account, filled),
        parameters=filled,
        aliases=aliases(
            (section.id, use)
            for section, used in zip(sections, uses, strict=True)
            for every in used.values()
            for use in every
        ),
        headings=tuple(_titles(sections)),
        links=document.links,
        lines=document.lines,
    )
    findings = [f for reader in readers for f in reader.part.findings]
    findings += _unreadable(document)
    return runbook, sorted(findings, key=lambda f: (f.span, f.rule, f.message))


def _titles(sections: Sequence[Section]) -> Iterator[Title]:
    for section in sections:
        if (heading := section.heading) is not None:
            yield Title(heading.words.text, section.id, heading.level, heading.span)


def _read(document: Document, section: Section) -> Done:
    title = section.title(document.path)
    above = (title, *reversed(section.parents))
    reader = Reader(document, Part(section.id, title), above, section.blocks)
    return reader.read()


def _symptoms(
    sections: Sequence[Section], readers: Sequence[Done]
) -> dict[int | None, tuple[str, ...]]:
    """Give the symptoms that stand under a heading of their own, by the heading above it."""
    found: dict[int | None, tuple[str, ...]] = {}
    for section, reader in zip(sections, readers, strict=True):
        if reader.part.symptoms and not reader.part.steps and section.above is not None:
            found[section.above] = (*found.get(section.above, ()), *reader.part.symptoms)
    return found


def _procedure(
    document: Document,
    section: Section,
    reader: Done,
    inherited: tuple[str, ...],
    severities: Mapping[tuple[str, ...], str],
) -> Procedure:
    part = reader.part
    steps = _phased(part.steps, part.title)
    titles = (part.title, *reversed(section.parents))
    path = (*section.parents, part.title)
    said = (severities.get(path[:end], "") for end in range(len(path), 0, -1))
    return Procedure(
        id=section.id,
        title=part.title,
        span=_span(document, section),
        level=section.heading.level if section.heading else 0,
        steps=steps,
        symptoms=tuple(part.symptoms) or inherited,
        causes=tuple(replace(c, procedure=section.id) for c in part.causes),
        severity=next(filter(None, said), "") or severity_of(*titles),
        parents=section.parents,
    )


def _phased(steps: Sequence[Step], title: str) -> tuple[Step, ...]:
    """Say of each step what its section is for: by words, else by what the section does."""
    effects: dict[str, list[Step]] = {}
    for step in steps:
        effects.setdefault(step.section, []).append(step)
    phases = {name: _phase(name, title, group) for name, group in effects.items()}
    return tuple(replace(step, phase=phases[step.section]) for step in steps)


def _phase(section: str, title: str, steps: Sequence[Step]) -> Phase:
    """A heading that speaks of looking does not make a labelled change below it a look."""
    said = phase_of(section)
    if said is None and section != title:
        said = phase_of(title)
        if said is Phase.ASSESS and any(step.effect > Effect.READ for step in steps):
            said = None
    return said or phase_by_effect([step.effect for step in steps])


def _uses(part: Part) -> dict[str, list[Use]]:
    """Gather the uses of each placeholder of a procedure, in the order of their first."""
    uses: dict[str, list[Use]] = {}
    for index, found, span in part.found:
        statement = part.steps[index].statement
        placed = [p for name, p in positions(statement) if name == found.name] if statement else []
        if not placed:
            uses.setdefault(found.name, []).append(Use(found, span, index))
        for position in placed:
            uses.setdefault(found.name, []).append(Use(found, span, index, position))
    for found, span in part.loose:
        uses.setdefault(found.name, []).append(Use(found, span, len(part.steps)))
    return uses


def _span(document: Document, section: Section) -> Span:
    spans = [document.blocks[i].span for i in section.blocks]
    if section.heading is not None:
        spans.append(section.heading.span)
    return Span(document.path, min(s.line for s in spans), max(s.end_line for s in spans))


def _entries(
    sections: Sequence[Section],
    readers: Sequence[Done],
    facts: Mapping[int, Sequence[tuple[int, str]]],
) -> list[Accounted]:
    """Give the accounts of all parts with their headings', and with what facts were read where."""
    owning: dict[int | None, list[Section]] = defaultdict(list)
    for section, reader in zip(sections, readers, strict=True):
        if reader.part.steps and section.above is not None:
            owning[section.above].append(section)
    parents = {section.above for section in sections}
    account: list[Accounted] = []
    for index, (section, reader) in enumerate(zip(sections, readers, strict=True)):
        heirs = owning.get(section.above, [])
        own = list(reader.part.account)
        if not reader.part.steps:
            own = [_inherited(entry, section, heirs) for entry in own]
        own = [noted(entry, facts) for entry in own]
        if section.heading is not None:
            grouping = index in parents and not section.blocks
            account.append(_heading(section.heading, section.id, reader, own, grouping))
        account += own
    return account


def _inherited(entry: Accounted, section: Section, heirs: Sequence[Section]) -> Accounted:
    """Let symptoms that stand under a heading of their own count for the procedures beside it."""
    if f"procedure:{section.id}" not in entry.made:
        return entry
    if heirs:
        return replace(entry, made=tuple(f"procedure:{s.id}" for s in heirs))
    return Accounted(entry.kind, entry.span, reason=Reason.NARRATIVE)


def _heading(
    heading: Heading, anchor: str, reader: Done, own: Sequence[Accounted], grouping: bool
) -> Accounted:
    """Account for a heading by what was made of the blocks under it."""
    if reader.part.steps:
        return Accounted(BlockKind.HEADING, heading.span, made=(f"procedure:{anchor}",))
    things = ("fact:", "procedure:")
    made = dict.fromkeys(n for entry in own for n in entry.made if n.startswith(things))
    if made:
        return Accounted(BlockKind.HEADING, heading.span, made=tuple(made))
    reason = Reason.GROUPING if grouping else Reason.NARRATIVE
    return Accounted(BlockKind.HEADING, heading.span, reason=reason)


def _facts(document: Document, sections: Sequence[Section], readers: Sequence[Done]) -> Facts:
    pairs = list(zip(sections, readers, strict=True))
    causes = [
        replace(cause, procedure=section.id if reader.part.steps else "")
        for section, reader in pairs
        for cause in reader.part.causes
    ]
    return gather(
        Material(
            document,
            sections,
            owning=frozenset(section.id for section, reader in pairs if reader.part.steps),
            found=[*(fact for reader in readers for fact in reader.facts), *causes],
            steps=[step for reader in readers for step in reader.part.steps],
            account=[entry for reader in readers for entry in reader.part.account],
        )
    )


def _unreadable(document: Document) -> Iterator[Finding]:
    """Report lines whose characters were read in the wrong encoding once."""
    fenced = {
        line
        for block in document.blocks
        if isinstance(block, Fence)
        for line in range(block.span.line, block.span.end_line + 1)
    }
    for number, line in enumerate(document.lines, 1):
        meant = repair(line)
        if meant != line:
            where = "this line" if number not in fenced else "this line of a code block"
            yield Finding(
                "readable-text",
                Severity.WARNING,
                f"{where} was UTF-8 and was saved as something else",
                Span(document.path, number, number),
                f"it was meant as: {meant.strip()[:80]}",
                fix=(Edit(number, 1, len(line) + 1, meant),),
            )
