"""Placeholders as steps use them in, parameters with kind and source out; contacts in prose too.

Which position means what stands in `sources` and `origins`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from steadyhand.compile.markdown import Document, Fence
from steadyhand.compile.parameters.origins import Rule
from steadyhand.compile.parameters.sources import Position, rule_for, tool
from steadyhand.compile.shell import Found
from steadyhand.compile.shell.placeholders import Form, find_in_prose
from steadyhand.model.document.runbook import Parameter, ParameterKind, Source, SourceKind, Step
from steadyhand.model.document.shell import Command
from steadyhand.model.document.span import Span
from steadyhand.model.effect import Effect

_LABEL = re.compile(r"(?:\*\*|__)(.+?)(?:\*\*|__)\s*:?")
_SECRET_WORDS = frozenset(
    "key apikey token password passwd pass pwd secret credential credentials webhook dsn".split()
)
# Words that make a key one that everybody may see.
_PUBLIC = frozenset("public s3 partition sort object cache redis path prefix file name".split())
_CREDENTIALED_URL = re.compile(
    r"(database|db|postgres|pg|redis|mongo|mysql|amqp|broker)_url$", re.I
)
# What the last word of a name says of the value, then what the word before it says.
_KINDS: tuple[tuple[ParameterKind, frozenset[str]], ...] = (
    (ParameterKind.ARN, frozenset("arn arns".split())),
    (ParameterKind.ACCOUNT, frozenset("account accountid".split())),
    (ParameterKind.REGION, frozenset("region az zone".split())),
    (ParameterKind.ENVIRONMENT, frozenset("env environment stage".split())),
    (
        ParameterKind.HOST,
        frozenset(
            "host hostname endpoint domain server fqdn address ip com org net io brokers".split()
        ),
    ),
    (ParameterKind.URL, frozenset("url uri webhook link".split())),
    (ParameterKind.VERSION, frozenset("tag version release image".split())),
    (ParameterKind.REVISION, frozenset("revision rev".split())),
    (ParameterKind.DATE, frozenset("date time timestamp day yyyy mm dd".split())),
    (
        ParameterKind.NUMBER,
        frozenset("port count number replicas size limit n num pid seconds minutes".split()),
    ),
    (
        ParameterKind.PATH,
        frozenset("path file dir directory folder filename device mountpoint".split()),
    ),
    (ParameterKind.CONTACT, frozenset("email contact phone".split())),
    (ParameterKind.IDENTIFIER, frozenset("id ids identifier name stream sha commit".split())),
)
_SAMPLE_KINDS: tuple[tuple[ParameterKind, re.Pattern[str]], ...] = (
    (ParameterKind.CONTACT, re.compile(r".*@.*")),
    (ParameterKind.DATE, re.compile(r"20\d\d-\d\d-\d\d.*")),
    (ParameterKind.VERSION, re.compile(r"v?\d+\.\d+\.\d+")),
    (ParameterKind.ACCOUNT, re.compile(r"\d{12}")),
    (ParameterKind.HOST, re.compile(r".*\.[a-z]{3}|\d+\.\d+\.\d+\.\d+")),
)
# Kinds whose value is the same every time.
_CONFIGURED = frozenset({ParameterKind.ACCOUNT, ParameterKind.REGION, ParameterKind.ENVIRONMENT})


class Use(Struct, frozen=True):
    """A placeholder as one step uses it; `step` is an index into the procedure's steps."""

    found: Found
    span: Span
    step: int
    position: Position | None = None


class Printers(Struct, frozen=True):
    """Which steps of a document run a command that prints something, by the command."""

    steps: Mapping[str, Sequence[Step]]

    def of(self, rule: Rule, name: str, procedure: str) -> Source | None:
        """Find the first read outside of a procedure that prints a value and does not need it."""
        found = [
            (step.span, command, step)
            for command in rule.producers
            for step in self.steps.get(command, ())
            if step.effect is Effect.READ
            and not step.id.startswith(f"{procedure}/")
            and all(occurrence.parameter != name for occurrence in step.parameters)
        ]
        if not found:
            return None
        _, command, step = min(found, key=lambda one: one[:2])
        return Source(SourceKind.DOCUMENT, step.id, rule.producers[command])


def printers(steps: Iterable[Step]) -> Printers:
    """Sort the steps of a document by what they run. Pure."""
    found: dict[str, list[Step]] = {}
    for step in steps:
        for command in step.commands:
            if not command.nested:
                found.setdefault(tool(command), []).append(step)
    return Printers(found)


def parameter(
    procedure: str, uses: Sequence[Use], steps: Sequence[Step], elsewhere: Printers
) -> Parameter:
    """Make one parameter of all its uses in a procedure. Pure."""
    first = uses[0]
    placed = [use for use in uses if use.position is not None]
    ruled = [
        (use, rule)
        for use in placed
        if use.position is not None and (rule := rule_for(use.position)) is not None
    ]
    use, rule = ruled[0] if ruled else (first, None)
    named_so = first.found.form is not Form.SAMPLE and _is_secret(first.found.name)
    secret = named_so or (rule is not None and rule.kind is ParameterKind.SECRET)
    kind = ParameterKind.SECRET if secret else _kind(first.found, rule)
    return Parameter(
        name=first.found.name,
        spelling=first.found.spelling,
        kind=kind,
        source=_source(use, rule, kind, steps) or _elsewhere(procedure, first, rule, elsewhere),
        spans=tuple(dict.fromkeys(u.span for u in uses)),
        procedure=procedure,
        secret=secret,
        default=next((u.found.default for u in uses if u.found.default is not None), None),
    )


def _words(name: str) -> list[str]:
    return [word for word in re.split(r"[^a-z0-9]+", name.lower()) if word]


def _is_secret(name: str) -> bool:
    parts = set(_words(name))
    if parts & _SECRET_WORDS - {"key"} or _CREDENTIALED_URL.search(name) is not None:
        return True
    return "key" in parts and not parts & _PUBLIC


def _kind(found: Found, rule: Rule | None) -> ParameterKind:
    if found.form is Form.SAMPLE:
        shaped = (kind for kind, pattern in _SAMPLE_KINDS if pattern.fullmatch(found.name))
        return next(shaped, ParameterKind.IDENTIFIER)
    if rule is not None and rule.kind is not ParameterKind.SECRET:
        return rule.kind
    words = _words(found.name)
    if words[-1:] in (["id"], ["name"], ["number"]) and len(words) > 1:
        before = _kind_of(words[-2])
        if before in _CONFIGURED or before is ParameterKind.HOST:
            return before
    kind = _kind_of(words[-1]) if words else None
    if kind is not None:
        return kind
    return ParameterKind.IDENTIFIER if found.form is Form.STUB else ParameterKind.TEXT


def _kind_of(word: str) -> ParameterKind | None:
    return next((kind for kind, words in _KINDS if word in words), None)


def _source(
    use: Use, rule: Rule | None, kind: ParameterKind, steps: Sequence[Step]
) -> Source | None:
    """Say where a value comes from; None where nothing of this procedure says it."""
    found = use.found
    if found.form is not Form.VARIABLE and found.name.lower().startswith("your"):
        return Source(SourceKind.CONFIGURATION)
    outside = found.form is Form.VARIABLE or found.spelling.startswith("${{")
    if (rule is not None and rule.configured) or (kind in _CONFIGURED and not outside):
        return Source(SourceKind.CONFIGURATION)
    produced = _producer(use, rule, steps) if rule is not None else None
    if outside:
        return Source(SourceKind.ENVIRONMENT, produced.step if produced else "")
    if found.form is Form.SAMPLE:
        configured = kind is ParameterKind.HOST
        return Source(SourceKind.CONFIGURATION if configured else SourceKind.PERSON)
    return produced


def _elsewhere(procedure: str, use: Use, rule: Rule | None, printers: Printers) -> Source:
    found = printers.of(rule, use.found.name, procedure) if rule is not None else None
    return found or Source(SourceKind.PERSON)


def _producer(use: Use, rule: Rule, steps: Sequence[Step]) -> Source | None:
    """Find the nearest earlier step that prints the value."""
    family = ""
    if use.position is not None and rule.kind is ParameterKind.REVISION:
        family = use.position.before.removesuffix(":")
    for step in reversed(steps[: use.step]):
        for command in step.commands:
            extraction = rule.producers.get(tool(command))
            if extraction is None:
                continue
            if not any(rule.producers.values()):
                return Source(SourceKind.STEP, step.id, extraction, "")
            listed = _option_value(command, "--family-prefix", "--family")
            if listed in {"", family}:
                return Source(SourceKind.STEP, step.id, extraction, family)
    return None


def _option_value(command: Command, *names: str) -> str:
    words = [w.literal or "" for w in command.words]
    for at, word in enumerate(words):
        if word in names and at + 1 < len(words):
            return words[at + 1]
        for name in names:
            if word.startswith(name + "="):
                return word[len(name) + 1 :]
    return ""


def contacts(document: Document) -> tuple[Parameter, ...]:
    """Find `[Insert …]` outside of code blocks, each named by the bold label before it. Pure."""
    found: list[Parameter] = []
    names: set[str] = set()
    for number, line in _prose(document):
        for one in find_in_prose(line):
            label = _LABEL.search(line[: one.start])
            name = _name(label.group(1)) if label else one.name
            while name in names:
                name += "-2"
            names.add(name)
            span = Span(document.path, number, number)
            source = Source(SourceKind.PERSON)
            found.append(Parameter(name, one.spelling, ParameterKind.CONTACT, source, (span,)))
    return tuple(found)


def _prose(document: Document) -> Iterator[tuple[int, str]]:
    fenced = {
        line
        for block in document.blocks
        if isinstance(block, Fence)
        for line in range(block.span.line, block.span.end_line + 1)
    }
    for number, line in enumerate(document.lines, 1):
        if number not in fenced:
            yield number, line


def _name(label: str) -> str:
    return re.sub(r"[^\w]+", "-", label.lower()).strip("-") or "contact"
