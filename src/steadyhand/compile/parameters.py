"""Placeholders as steps use them in, parameters with kind and source out; contacts in prose too.

Which position means what stands in `sources`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from steadyhand.compile.markdown import Document, Fence
from steadyhand.compile.shell import Found
from steadyhand.compile.shell.placeholders import Form, find_in_prose
from steadyhand.compile.sources import Position, Rule, rule_for, tool
from steadyhand.model.runbook import Parameter, ParameterKind, Source, SourceKind, Step
from steadyhand.model.shell import Command
from steadyhand.model.span import Span

_LABEL = re.compile(r"(?:\*\*|__)(.+?)(?:\*\*|__)\s*:?")
_SECRET_WORDS = frozenset(
    "key apikey token password passwd pass pwd secret credential credentials webhook dsn".split()
)
_CREDENTIALED_URL = re.compile(
    r"(database|db|postgres|pg|redis|mongo|mysql|amqp|broker)_url$", re.I
)


@dataclass(frozen=True)
class Use:
    """A placeholder as one step uses it; `step` is an index into the procedure's steps."""

    found: Found
    span: Span
    step: int
    position: Position | None = None


def parameter(procedure: str, uses: Sequence[Use], steps: Sequence[Step]) -> Parameter:
    """Make one parameter of all its uses in a procedure. Pure."""
    first = uses[0]
    placed = [use for use in uses if use.position is not None]
    ruled = [
        (use, rule)
        for use in placed
        if use.position is not None and (rule := rule_for(use.position)) is not None
    ]
    use, rule = ruled[0] if ruled else (first, None)
    name = first.found.name
    secret = _is_secret(name) or (rule is not None and rule.kind is ParameterKind.SECRET)
    return Parameter(
        name=name,
        spelling=first.found.spelling,
        kind=ParameterKind.SECRET if secret else _kind(first.found, rule),
        source=_source(use, rule, steps),
        spans=tuple(dict.fromkeys(u.span for u in uses)),
        procedure=procedure,
        secret=secret,
        default=next((u.found.default for u in uses if u.found.default is not None), None),
    )


def _is_secret(name: str) -> bool:
    parts = set(re.split(r"[^a-z0-9]+", name.lower()))
    return bool(parts & _SECRET_WORDS) or _CREDENTIALED_URL.search(name) is not None


def _kind(found: Found, rule: Rule | None) -> ParameterKind:
    if rule is not None:
        return rule.kind
    last = re.split(r"[^a-z0-9]+", found.name.lower())[-1]
    if last in {"arn", "arns"}:
        return ParameterKind.ARN
    if last in {"host", "hostname", "endpoint", "domain", "com", "org", "net", "io", "url"}:
        return ParameterKind.HOST
    if last in {"id", "identifier", "name", "tag", "version", "stream"}:
        return ParameterKind.IDENTIFIER
    return ParameterKind.IDENTIFIER if found.form is Form.STUB else ParameterKind.TEXT


def _source(use: Use, rule: Rule | None, steps: Sequence[Step]) -> Source:
    if use.found.form is Form.STUB and use.found.name.startswith("your"):
        return Source(SourceKind.CONFIGURATION)
    if rule is not None and rule.configured:
        return Source(SourceKind.CONFIGURATION)
    produced = _producer(use, rule, steps) if rule is not None else None
    if use.found.form is Form.VARIABLE:
        return Source(SourceKind.ENVIRONMENT, produced.step if produced else "")
    return produced or Source(SourceKind.PERSON)


def _producer(use: Use, rule: Rule, steps: Sequence[Step]) -> Source | None:
    """Find the nearest earlier step that prints the value."""
    family = use.position.before.removesuffix(":") if use.position is not None else ""
    for step in reversed(steps[: use.step]):
        for command in step.commands:
            extraction = rule.producers.get(tool(command))
            if extraction is None:
                continue
            if rule.kind is not ParameterKind.REVISION:
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
