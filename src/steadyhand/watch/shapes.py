"""A document's expected response in, what a web probe holds an answer against out. Pure.

Types are taken of every field. A value is taken only where it is a word that says that something is
well ("healthy"): times, versions and ids of an example are not what will be there.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from steadyhand.model.facts import ExpectedResponse
from steadyhand.model.probes import AnyProbe, HttpProbe

_WELL = frozenset(
    {"healthy", "ok", "up", "ready", "alive", "connected", "pass", "passing", "running", "true"}
)


class NoShape(Exception):
    """The document has no such expected response; the message names those that it has."""


def shaped(
    probes: Mapping[str, AnyProbe], expected: Sequence[ExpectedResponse]
) -> dict[str, AnyProbe]:
    """Give web probes the shape that they name. Raises NoShape."""
    return {
        name: _shaped(name, one, expected) if isinstance(one, HttpProbe) and one.shape else one
        for name, one in probes.items()
    }


def _shaped(name: str, one: HttpProbe, expected: Sequence[ExpectedResponse]) -> HttpProbe:
    found = next((answer for answer in expected if _is(answer, one.shape)), None)
    if found is None:
        known = ", ".join(dict.fromkeys(answer.step for answer in expected if answer.step))
        raise NoShape(
            f"probes.{name}.shape: the document expects no response at “{one.shape}”"
            f"; it does at: {known or 'no step'}"
        )
    types = {field.path: field.type for field in found.fields} | dict(one.types)
    fields = dict(_values(found)) | dict(one.fields)
    status = one.status or ((found.status,) if found.status else ())
    return replace(one, types=types, fields=fields, status=status)


def _is(answer: ExpectedResponse, shape: str) -> bool:
    return bool(answer.step) and shape in {answer.step, answer.step.rpartition("/")[0]}


def _values(answer: ExpectedResponse) -> Iterator[tuple[str, str]]:
    for field in answer.fields:
        word = field.shown.strip('"')
        if word.casefold() in _WELL:
            yield field.path, word
