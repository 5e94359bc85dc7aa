"""What steps are made of before their procedure is known to be one: drafts and the account."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from msgspec import Struct
from msgspec.structs import replace

from steadyhand.compile.effects import BY_A_PERSON, classify_step
from steadyhand.compile.shell import Found, Parsed, parse_statement
from steadyhand.compile.shell.placeholders import find_in_sql, masked
from steadyhand.compile.wording import condition
from steadyhand.model.document.finding import Finding
from steadyhand.model.document.runbook import (
    Accounted,
    BlockKind,
    Cause,
    Occurrence,
    Phase,
    Reason,
    Step,
    StepKind,
)
from steadyhand.model.document.shell import Command
from steadyhand.model.document.span import Span
from steadyhand.model.effect import Classified

ELSEWHERE = "it is meant for"  # how the problem of a statement begins that may not run here


class Context(Struct, frozen=True):
    """Where a step stands: its section, what titles it, and the texts that may set a condition."""

    section: str
    title: str = ""
    says: tuple[str, ...] = ()
    fence: int = 0
    opened: str = ""  # what a command before it has opened, where it is meant to go


@dataclass
class Part:
    """A heading's own blocks while they are turned into steps."""

    id: str
    title: str
    severity: str = ""  # what a field of it says
    steps: list[Step] = field(default_factory=list)
    found: list[tuple[int, Found, Span]] = field(default_factory=list)  # step's index, place
    loose: list[tuple[Found, Span]] = field(default_factory=list)  # placeholders beside the steps
    known: set[str] = field(default_factory=set)  # variables set so far
    functions: dict[str, Classified] = field(default_factory=dict)
    opened: list[tuple[str, ...]] = field(default_factory=list)  # shells elsewhere, not left yet
    symptoms: list[str] = field(default_factory=list)
    causes: list[Cause] = field(default_factory=list)
    account: list[Accounted] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def made(self, kind: BlockKind, span: Span, things: Iterable[str]) -> None:
        self.account.append(Accounted(kind, span, made=tuple(dict.fromkeys(things))))

    def left(self, kind: BlockKind, span: Span, reason: Reason) -> None:
        self.account.append(Accounted(kind, span, reason=reason))

    def person(
        self,
        kind: StepKind,
        text: str,
        span: Span,
        context: Context,
        mentions: tuple[Command, ...] = (),
    ) -> str:
        """Add a step that a person does; return what it is called in the account."""
        said = next(filter(None, map(condition, (text, *context.says))), "")
        title = text.strip().split("\n")[0]
        return self._add(
            Step(
                id=f"{self.id}/{len(self.steps) + 1}",
                kind=kind,
                title=title,
                text=text,
                span=span,
                section=context.section,
                phase=Phase.ASSESS,
                classified=BY_A_PERSON,
                condition=said,
                fence=context.fence,
                context=context.opened,
                mentions=mentions,
            )
        )

    def command(
        self, text: str, placeholders: tuple[Found, ...], span: Span, context: Context
    ) -> Parsed:
        """Add a shell statement; return it as it was read.

        What is meant for another host or program is refused by whoever runs steps here.
        """
        parsed = parse_statement(text, placeholders, self.known)
        classified = classify_step(StepKind.COMMAND, text, parsed.statement, self.functions)
        for name in parsed.statement.defines:
            self.functions[name] = classified
        said = next(filter(None, map(condition, (*context.says, parsed.remark))), "")
        for one in parsed.parameters:
            line = span.line + text.count("\n", 0, one.start)
            self.found.append((len(self.steps), one, Span(span.path, line, line)))
        self.known |= parsed.sets
        statement = parsed.statement
        if context.opened and not statement.problem:
            statement = replace(statement, problem=f"{ELSEWHERE} {context.opened}")
        self._add(
            Step(
                id=f"{self.id}/{len(self.steps) + 1}",
                kind=StepKind.COMMAND,
                title=context.title or _shortened(text),
                text=text,
                span=span,
                section=context.section,
                phase=Phase.ASSESS,
                classified=classified,
                condition=said,
                fence=context.fence,
                parameters=parsed.occurrences,
                statement=statement,
                context=context.opened,
            )
        )
        return parsed

    def sql(self, text: str, span: Span, context: Context) -> str:
        """Add a SQL statement; return what it is called in the account."""
        found = find_in_sql(text)
        for one, _ in found:
            line = span.line + text.count("\n", 0, one.start)
            self.found.append((len(self.steps), one, Span(span.path, line, line)))
        plain = masked(text, [one for one, _ in found])
        return self._add(
            Step(
                id=f"{self.id}/{len(self.steps) + 1}",
                kind=StepKind.SQL,
                title=context.title or _shortened(text),
                text=text,
                span=span,
                section=context.section,
                phase=Phase.ASSESS,
                classified=classify_step(StepKind.SQL, plain, None, {}),
                condition=next(filter(None, map(condition, context.says)), ""),
                fence=context.fence,
                parameters=tuple(
                    Occurrence(one.name, one.start, one.end, f"sql{quote}") for one, quote in found
                ),
                context=context.opened,
            )
        )

    def _add(self, step: Step) -> str:
        self.steps.append(step)
        return f"step:{step.id}"


def _shortened(text: str) -> str:
    line = text.strip().split("\n")[0].rstrip("\\ ")
    return line if len(line) <= 72 else line[:71] + "…"
