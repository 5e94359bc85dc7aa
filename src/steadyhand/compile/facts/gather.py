"""The facts of all parts in, `Facts` by kind out; response times in headings count too."""

import re
from collections.abc import Iterable, Iterator

from steadyhand.compile.facts.quantities import duration
from steadyhand.compile.facts.tables import Fact
from steadyhand.compile.markdown import Heading
from steadyhand.compile.wording import severity_of
from steadyhand.model.runbook import (
    AlarmRule,
    Cause,
    EscalationLevel,
    Facts,
    SeverityLevel,
    TableFact,
)


def gather(facts: Iterable[Fact], headings: Iterable[Heading]) -> Facts:
    """Sort facts by kind. Pure."""
    every = [*facts, *_in_headings(headings)]
    return Facts(
        alarms=tuple(f for f in every if isinstance(f, AlarmRule)),
        escalation=tuple(f for f in every if isinstance(f, EscalationLevel)),
        severities=tuple(_once(every)),
        causes=tuple(f for f in every if isinstance(f, Cause)),
        tables=tuple(f for f in every if isinstance(f, TableFact)),
    )


def _in_headings(headings: Iterable[Heading]) -> Iterator[SeverityLevel]:
    """Read response times that stand in headings: "P1: Errors (response < 15 minutes)"."""
    for heading in headings:
        text = heading.words.text
        name = severity_of(text)
        if name and re.search(r"\brespon[sd]", text, re.IGNORECASE):
            seconds = duration(text)
            if seconds is not None:
                yield SeverityLevel(name, seconds, text, heading.span)


def _once(facts: Iterable[Fact]) -> Iterator[SeverityLevel]:
    """Give each severity once; a second one that says another time stays, to be seen."""
    seen: set[tuple[str, float | None]] = set()
    for fact in facts:
        if isinstance(fact, SeverityLevel) and (fact.name, fact.response_seconds) not in seen:
            seen.add((fact.name, fact.response_seconds))
            yield fact
