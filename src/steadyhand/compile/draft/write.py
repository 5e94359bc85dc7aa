"""Compiled runbooks in, the text of a steadyhand.toml out.

What facts and inventory say is written; what they do not say stands as a comment with the reason.
The text is TOML that `read_settings` accepts, and equal runbooks give equal text. Pure.
"""

from collections.abc import Iterator, Sequence
from pathlib import PurePath

from steadyhand.compile.draft.bindings import bound, drifts
from steadyhand.compile.draft.names import Names, settled
from steadyhand.compile.draft.running import running
from steadyhand.compile.draft.toml import comment, key, quoted
from steadyhand.model.document.facts import AlarmRule
from steadyhand.model.document.runbook import Parameter, ParameterKind, Runbook, SourceKind
from steadyhand.model.document.span import Span
from steadyhand.model.settings.whole import SCHEMA


def draft(runbooks: Sequence[Runbook]) -> str:
    """Draft the settings for runbooks that stand in one folder. Pure."""
    names = settled(runbooks)
    sections = (
        _head(runbooks, names),
        _alarms(runbooks, names),
        _contacts(runbooks),
        _values(runbooks, names),
        running(runbooks),
        _drift(runbooks, names),
        _rest(),
    )
    written = ["\n".join(lines) for lines in map(list, sections) if lines]
    return "\n\n".join(written) + "\n"


def _head(runbooks: Sequence[Runbook], names: Names) -> Iterator[str]:
    files = ", ".join(PurePath(runbook.path).name for runbook in runbooks) or "nothing"
    yield comment(f"Drafted by `steadyhand init` from {files}.")
    yield comment("What no document says stands here as a comment, with the reason.")
    yield f"schema = {SCHEMA}"
    if len(runbooks) == 1:
        yield f"runbook = {quoted(PurePath(runbooks[0].path).name)}"
    else:
        yield comment(f"runbook: {len(runbooks)} documents were given, and one is meant here")
    region = names.region
    where = f"; the commands say {region[0]} ({_at(region[1])})" if region else ""
    yield comment(f'target: "lab" or "aws:<profile>@<region>": no document says which{where}')


def _alarms(runbooks: Sequence[Runbook], names: Names) -> Iterator[str]:
    rules: dict[str, list[AlarmRule]] = {}
    for runbook in runbooks:
        for rule in runbook.facts.alarms:
            rules.setdefault(" ".join(rule.name.split()).casefold(), []).append(rule)
    if not rules:
        yield comment("alarms: no document states an alarm with a threshold")
    for index, same in enumerate(rules.values()):
        if index:
            yield ""
        for one in same:
            action = f" → {one.action}" if one.action else ""
            yield comment(f"{_at(one.span)}: {one.threshold.text}{action}")
        rule = same[0]
        found = bound(rule, names)
        head = f"[alarms.{key(rule.name)}]"
        if found.missing:
            yield comment(head)
            yield from (comment(f"{name} = {value}") for name, value in found.lines)
            yield from (comment(reason) for reason in found.missing)
            continue
        yield head
        yield from (f"{name} = {value}" for name, value in found.lines)
        if found.service:
            yield ""
            yield f"[alarms.{key(rule.name)}.service]"
            yield from (f"{name} = {quoted(value)}" for name, value in found.service)
    for mention in (m for runbook in runbooks for m in runbook.facts.mentions):
        yield comment(f"{_at(mention.span)}: {mention.name} is kept elsewhere: no threshold here")


def _contacts(runbooks: Sequence[Runbook]) -> Iterator[str]:
    done: set[str] = set()
    for name, span in _called(runbooks):
        called = " ".join(name.split()).casefold()
        if not called or called in done:
            continue
        done.add(called)
        yield from ([""] if len(done) > 1 else [])
        yield f"[contacts.{key(name)}]"
        yield 'notices = ["terminal"]'
        yield comment(f"webhook: {_at(span)} names “{name}”; no document gives a URL to post to")
    for runbook in runbooks:
        for point in runbook.facts.contacts:
            called = " ".join(point.role.split()).casefold()
            if called in done:
                continue
            said = f"“{point.reach}”" if point.reach else "nothing"
            empty = f"{said} is written where an address should be"
            told = f"reached by {said}" if point.filled else empty
            yield comment(f"[contacts.{key(point.role)}]: {_at(point.span)}: {told}")
            done.add(called)
    if not done:
        yield comment("contacts: no document says who is called")


def _called(runbooks: Sequence[Runbook]) -> Iterator[tuple[str, Span]]:
    """Give who is called when something is wrong, in the order of the ladders."""
    for runbook in runbooks:
        for level in runbook.facts.escalation:
            yield level.contact, level.span
        for path in runbook.facts.paths:
            for contact in path.contacts:
                yield contact, path.span


def _values(runbooks: Sequence[Runbook], names: Names) -> Iterator[str]:
    lines = list(_parameters(runbooks, names))
    if not lines:
        return
    yield "[values]"
    yield from lines


def _parameters(runbooks: Sequence[Runbook], names: Names) -> Iterator[str]:
    done: set[str] = set()
    for runbook in runbooks:
        for parameter in (p for procedure in runbook.procedures for p in procedure.parameters):
            if parameter.name in done or parameter.source.kind not in _SETTLED:
                continue
            done.add(parameter.name)
            yield _value(parameter, names)


_SETTLED = frozenset({SourceKind.CONFIGURATION, SourceKind.ENVIRONMENT})


def _value(parameter: Parameter, names: Names) -> str:
    name, at = key(parameter.name), f"{parameter.spelling}, {_at(parameter.spans[0])}"
    if parameter.secret:
        return comment(f"{name}: {at}: a secret; it stays in the environment")
    if parameter.kind is ParameterKind.REGION and names.region:
        return f"{name} = {quoted(names.region[0])}  {comment(at)}"
    if parameter.source.kind is SourceKind.ENVIRONMENT:
        return comment(f'{name} = ""  # {at}: the environment has it, or it is written here')
    if parameter.default is not None:
        return comment(f"{name} = {quoted(parameter.default)}  # {at}: a sample; write your own")
    return comment(f'{name} = ""  # {at}: no document says it')


def _drift(runbooks: Sequence[Runbook], names: Names) -> Iterator[str]:
    first = True
    for check in drifts(runbooks, names):
        yield from ([] if first else [""])
        first = False
        lines = (
            "[[drift]]",
            f"kind = {quoted(check.kind)}",
            f"resource = {quoted(check.resource)}",
            f"attribute = {quoted(check.attribute)}",
            f"expected = {quoted(check.expected)}",
            f"span = {quoted(check.span)}",
        )
        if check.missing:
            yield from (comment(line) for line in lines if line != 'resource = ""')
            yield comment(f"resource: {check.missing}")
        else:
            yield from lines


def _rest() -> Iterator[str]:
    yield comment("people: no document names the persons behind these contacts")
    yield comment("drills: no document says which fault proves an alarm")


def _at(span: Span) -> str:
    return f"{PurePath(span.path).name}:{span.line}"
