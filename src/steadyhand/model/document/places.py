"""A compiled document in; where a line of it stands, what restores, what comes again, out. Pure."""

from collections.abc import Iterator

from steadyhand.model.document.facts import Schedule
from steadyhand.model.document.runbook import Heading, Procedure, Runbook

# Commands that bring data back, by the words they begin with; where two words are given, the
# second must stand in the command too.
_BRINGS_BACK = (
    ("aws rds restore-db-", ""),
    ("aws dynamodb restore-table-", ""),
    ("aws elasticache create-cache-cluster ", "--snapshot-name"),
    ("aws elasticache create-replication-group ", "--snapshot-name"),
    ("pg_restore", ""),
)


def restoring(runbook: Runbook) -> tuple[Procedure, ...]:
    """Give the procedures that bring data back from a backup."""
    return tuple(p for p in runbook.procedures if any(map(_brings_back, _argvs(p))))


def _argvs(procedure: Procedure) -> Iterator[tuple[str, ...]]:
    for step in procedure.steps:
        yield from (command.argv for command in step.commands)


def _brings_back(argv: tuple[str, ...]) -> bool:
    said = " ".join(argv)
    return any(said.startswith(start) and with_ in said for start, with_ in _BRINGS_BACK)


def once_each(runbook: Runbook) -> list[Schedule]:
    """Give each schedule once, where two sentences of a line say the same."""
    return list({(s.span.line, s.task): s for s in runbook.facts.schedules}.values())


def heading(runbook: Runbook, line: int) -> Heading | None:
    above = [heading for heading in runbook.headings if heading.span.line <= line]
    return above[-1] if above else None


def section(runbook: Runbook, line: int) -> range:
    """Give the lines of the section that a line stands in, down to the next heading."""
    over = heading(runbook, line)
    start = over.span.line if over else 1
    below = [h.span.line for h in runbook.headings if h.span.line > start]
    return range(start, min(below, default=len(runbook.lines) + 1))


def procedure_at(runbook: Runbook, line: int) -> Procedure | None:
    over = heading(runbook, line)
    return next((p for p in runbook.procedures if over and p.span.line == over.span.line), None)


def plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def stated_owner(runbook: Runbook) -> tuple[str, str]:
    """Name who owns what a document is about, and where it says so; "" where it does not."""
    for one in runbook.facts.metadata:
        if one.key in {"owner", "team"} and one.filled:
            return one.value, f"line {one.span.line}: {one.key}"
    for contact in runbook.facts.contacts:
        if contact.filled and "owner" in contact.role.casefold().split():
            return contact.role, f"line {contact.span.line}: contact"
    return "", ""
