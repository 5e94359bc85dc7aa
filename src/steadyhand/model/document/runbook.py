"""A compiled document: procedures and steps, parameters, facts, and the account of every block.

Only `compile` makes these. Ids are stable while headings and the order of steps stay.
"""

from collections.abc import Iterator
from enum import StrEnum

from msgspec import Struct

from steadyhand.model.document.facts import AlarmRule as AlarmRule
from steadyhand.model.document.facts import Cause as Cause
from steadyhand.model.document.facts import EscalationLevel as EscalationLevel
from steadyhand.model.document.facts import Facts as Facts
from steadyhand.model.document.facts import SeverityLevel as SeverityLevel
from steadyhand.model.document.facts import TableFact as TableFact
from steadyhand.model.document.facts import Threshold as Threshold
from steadyhand.model.document.shell import Command, Statement
from steadyhand.model.document.span import Span
from steadyhand.model.document.titles import Titled, meant, near
from steadyhand.model.effect import Classified, Effect
from steadyhand.model.once import once

SCHEMA = 1  # of `steadyhand compile --json`


class Phase(StrEnum):
    """What a part of a procedure is for."""

    ASSESS = "assess"
    ACT = "act"
    VERIFY = "verify"
    ROLL_BACK = "roll back"


class StepKind(StrEnum):
    COMMAND = "command"  # a bash statement
    SQL = "sql"  # one SQL statement, for a named connection
    MANUAL = "manual"  # prose or a comment: a person does it and signs
    CHECK = "check"  # a checkbox: a person ticks it and signs


class ParameterKind(StrEnum):
    REVISION = "revision"  # of a task definition family: digits
    VERSION = "version"  # of a release or an image: a tag
    ARN = "arn"
    HOST = "host"
    URL = "url"
    IDENTIFIER = "identifier"
    ACCOUNT = "account"
    REGION = "region"
    ENVIRONMENT = "environment"  # "prod", "staging"
    DATE = "date"
    NUMBER = "number"
    PATH = "path"
    SECRET = "secret"
    CONTACT = "contact"
    TEXT = "text"


class SourceKind(StrEnum):
    """Where a parameter's value comes from."""

    STEP = "step"  # the output of an earlier step of the same procedure
    DOCUMENT = "document"  # a step elsewhere in the document prints it: a person takes it there
    CONFIGURATION = "configuration"  # steadyhand.toml
    ENVIRONMENT = "environment"  # a variable the operator must have
    PERSON = "person"


class Source(Struct, frozen=True):
    """`step` is the id of the producing step, `rule` the name of an extraction rule that
    `actions.EXTRACTIONS` lists, `scope` what the rule needs (a family's name, say)."""

    kind: SourceKind
    step: str = ""
    rule: str = ""
    scope: str = ""


class Parameter(Struct, frozen=True):
    """A placeholder of the document, under one name per procedure (or per document, where no
    procedure owns it)."""

    name: str  # "previous-revision"
    spelling: str  # "<previous-revision>"
    kind: ParameterKind
    source: Source
    spans: tuple[Span, ...]
    procedure: str = ""
    secret: bool = False
    default: str | None = None


class Alias(Struct, frozen=True):
    """Two names that the document has for one value: `<endpoint>` and `<cache-endpoint>`, both
    given to the same option of the same tool."""

    names: tuple[str, ...]  # in the order of the document
    where: str  # what both are: "redis-cli -h", "task", "the same procedure"
    spans: tuple[Span, ...]  # where each name stands first


class Occurrence(Struct, frozen=True):
    """Where a parameter stands in a step's text: `text[start:end]` is its spelling."""

    parameter: str
    start: int
    end: int
    # It stands in: "", "'", '"'; '"{' in "${X:-…}"; "<<END", "<<'END" in a heredoc; in SQL one of
    # the first three behind "sql".
    quote: str = ""


class Step(Struct, frozen=True):
    """One statement, one instruction, or one checkbox. A fence is not a step.

    `condition` is the sentence that makes it conditional; such a step is never run by default.
    """

    id: str  # "<procedure id>/<number>"
    kind: StepKind
    title: str
    text: str  # verbatim, without the fence's indentation
    span: Span
    section: str  # the bold label or heading it stands under: "Investigation"
    phase: Phase
    classified: Classified
    condition: str = ""
    fence: int = 0  # the line its fence opens on; 0 when it stands in none
    parameters: tuple[Occurrence, ...] = ()
    statement: Statement | None = None
    expects: str = ""  # what the document says it should print, verbatim
    context: str = ""  # what a command before it has opened, where it is meant to go: "ssh db1"
    mentions: tuple[Command, ...] = ()  # of a manual step: the commands that its text names

    @property
    def effect(self) -> Effect:
        return self.classified.effect

    @property
    def commands(self) -> tuple[Command, ...]:
        return self.statement.commands if self.statement else ()


class Procedure(Struct, frozen=True):
    """A heading that owns steps."""

    id: str  # the heading's slug, made unique
    title: str
    span: Span
    level: int
    steps: tuple[Step, ...]
    parameters: tuple[Parameter, ...] = ()
    symptoms: tuple[str, ...] = ()
    causes: tuple[Cause, ...] = ()
    severity: str = ""
    parents: tuple[str, ...] = ()  # titles of the headings above it, outermost first

    def step(self, step_id: str) -> Step:
        return next(step for step in self.steps if step.id == step_id)

    def section(self, name: str) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if step.section == name)


class Resource(Struct, frozen=True):
    """Something the commands name: a cluster, a service, a log group.

    `spans` are all the places, `commands` what names it in each of them: "aws ecs update-service".
    """

    kind: str
    name: str
    span: Span  # the first place
    spans: tuple[Span, ...] = ()
    commands: tuple[str, ...] = ()


class Heading(Struct, frozen=True):
    """A heading of the document; `anchor` is what a link to it says after `#`."""

    text: str
    anchor: str
    level: int
    span: Span


class Link(Struct, frozen=True):
    """A link or an image; `target` as it is written, decoded."""

    target: str
    text: str
    span: Span


class BlockKind(StrEnum):
    HEADING = "heading"
    FENCE = "fence"
    COMMENT = "comment"
    TABLE = "table"
    CHECKBOX = "checkbox"
    PROSE = "prose"
    OUTPUT = "output"  # lines inside a fence that are neither command nor comment


class Reason(StrEnum):
    """Why a block became nothing of its own. The list is closed."""

    NARRATIVE = "narrative"  # explains; names nothing to do and no fact
    DIAGRAM = "diagram"
    EXAMPLE = "example output"
    OTHER_LANGUAGE = "another language"  # a fence of a language that is not compiled
    UNKNOWN_TABLE = "table of unknown meaning"
    RULE = "thematic break"
    EMPTY = "empty"
    GROUPING = "grouping heading"  # owns other headings only
    TITLE = "title of the next step"
    DECORATION = "decoration"  # separator lines, HTML comments
    NOT_SHELL = "not shell"  # inside a shell fence, but neither command, SQL nor comment
    TEMPLATE = "template"  # a fence of Markdown: its headings and boxes are not the document's


class Accounted(Struct, frozen=True):
    """What became of one block: the ids of the things made of it, or a reason why nothing was.

    Exactly one of `made` and `reason` is filled.
    """

    kind: BlockKind
    span: Span
    made: tuple[str, ...] = ()  # "step:<id>", "procedure:<id>", "fact:alarms", "parameter:<name>"
    reason: Reason | None = None


def _placed(procedure: Procedure) -> str:
    """Name a procedure with the heading it stands under: several may have one title."""
    under = f" (under “{procedure.parents[-1]}”)" if procedure.parents else ""
    return f"{procedure.id}{under}"


_LISTED = 30  # procedures that a message names


class Runbook(Struct, frozen=True, dict=True):
    path: str
    digest: str  # sha256 of the text, hex
    title: str
    procedures: tuple[Procedure, ...]
    facts: Facts
    inventory: tuple[Resource, ...]
    account: tuple[Accounted, ...]
    parameters: tuple[Parameter, ...] = ()  # those that stand in prose: contacts to fill in
    aliases: tuple[Alias, ...] = ()
    headings: tuple[Heading, ...] = ()
    links: tuple[Link, ...] = ()
    lines: tuple[str, ...] = ()  # the text as it was read; not part of the JSON

    @once
    def text(self) -> str:
        """The lines as one text, without the last line's end."""
        return "\n".join(self.lines)

    def steps(self) -> Iterator[Step]:
        for procedure in self.procedures:
            yield from procedure.steps

    def procedure(self, name: str) -> Procedure:
        """Find by id, title, the number or first words of a title, or a unique part of either.

        Raises LookupError with a message for a person when nothing or more than one fits.
        """
        every = [Titled(p.id, p.title) for p in self.procedures]
        found = meant(every, name)
        if len(found) == 1:
            return self.procedures[found[0]]
        if found:
            listed = ", ".join(_placed(self.procedures[index]) for index in found)
            raise LookupError(f"“{name}” fits {len(found)} procedures: {listed}")
        alike = near(every, name)
        said = f"near it are: {', '.join(alike)}; all: " if alike else "it has: "
        listed = ", ".join(p.id for p in self.procedures[:_LISTED]) or "none"
        if (more := len(self.procedures) - _LISTED) > 0:
            listed += f" … and {more} more (`steadyhand compile` lists them)"
        raise LookupError(f"{self.path} has no procedure “{name}”; {said}{listed}")
