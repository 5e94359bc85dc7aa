"""What a document shows as an answer in, its status code and the shape of its JSON out."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from steadyhand.compile.markdown import Document, Fence, Item, Paragraph
from steadyhand.compile.wording import announces_output
from steadyhand.model.document.facts import ExpectedResponse, JsonField
from steadyhand.model.document.runbook import Accounted, BlockKind, Step
from steadyhand.model.document.span import Span

_STATUS = re.compile(
    r"(?:\bHTTP(?:/[\d.]+)?\s*:?\s*|\bstatus(?: code)?\s*(?:is|of|:|=)?\s*|"
    r"^\W*(?:expect(?:ed|s)?|returns?|response|should (?:return|be|print))\b(?: \w+){0,2}\W*)"
    r"([1-5]\d\d)\b(?!\s*(?:(?:ms|s|MB|GB|rows|requests)\b|%))",
    re.IGNORECASE | re.MULTILINE,
)
_MEMBER = re.compile(r'^\s*"([^"\n]+)"\s*:\s*(.*?),?\s*$', re.MULTILINE)
_ANSWER = re.compile(r"\b(?:returns?|responds?|response|answers?|expect\w*)\b", re.IGNORECASE)
_LONGEST = 20000  # characters; a longer answer is a recording


def expected_of_steps(
    steps: Iterable[Step], account: Sequence[Accounted]
) -> Iterator[ExpectedResponse]:
    """Read what steps should print; the place is where the document shows it."""
    shown: dict[str, Span] = {}
    for entry in account:
        if entry.kind in {BlockKind.OUTPUT, BlockKind.COMMENT}:
            for name in entry.made:
                first = shown.get(name, entry.span)
                line, end = (
                    min(first.line, entry.span.line),
                    max(first.end_line, entry.span.end_line),
                )
                shown[name] = Span(entry.span.path, line, end)
    for step in steps:
        if step.expects and len(step.expects) <= _LONGEST:
            span = shown.get(f"step:{step.id}", step.span)
            yield _response(step.id, step.expects, span)


def expected_in_blocks(document: Document) -> Iterator[ExpectedResponse]:
    """Read the answers of an API that a document shows in a block of JSON of its own."""
    before: Paragraph | Item | None = None
    for block in document.blocks:
        if isinstance(block, Fence) and block.language in {"json", "jsonc", "json5", "http"}:
            said = before.words.text if before is not None else ""
            text = "\n".join(block.lines)
            if _ANSWER.search(said) or announces_output(said):
                yield _response("", text[:_LONGEST], block.span, said)
        before = block if isinstance(block, Paragraph | Item) else None


def _response(step: str, text: str, span: Span, said: str = "") -> ExpectedResponse:
    return ExpectedResponse(step, status_of(text) or status_of(said), shape(text), text, span)


def status_of(text: str) -> int | None:
    """Read the status code that a text expects; None for none. Pure."""
    match = _STATUS.search(text)
    return int(match.group(1)) if match is not None else None


def shape(text: str) -> tuple[JsonField, ...]:
    """Read the fields of the JSON in a text; of JSON that does not parse, the lines that are
    members. Pure.
    """
    start = min((at for at in (text.find("{"), text.find("[")) if at >= 0), default=-1)
    if start < 0:
        return ()
    try:
        value, _ = json.JSONDecoder().raw_decode(text[start:])
    except (ValueError, RecursionError):
        return tuple(
            JsonField(name, _written(value), value[:80]) for name, value in _MEMBER.findall(text)
        )
    return tuple(_fields(value, "", 0))


def _fields(value: Any, path: str, depth: int) -> Iterator[JsonField]:
    if depth > 20:
        return
    match value:
        case dict():
            for name, inner in value.items():
                place = f"{path}.{name}" if path else str(name)
                shown = "" if isinstance(inner, dict | list) else json.dumps(inner)[:80]
                yield JsonField(place, _type(inner), shown)
                yield from _fields(inner, place, depth + 1)
        case [first, *_]:
            yield from _fields(first, f"{path}[]", depth + 1)


def _type(value: Any) -> str:
    match value:
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "string"
        case None:
            return "null"
        case dict():
            return "object"
        case _:
            return "array"


def _written(value: str) -> str:
    if value[:1] in {"{", "["}:
        return "object" if value[0] == "{" else "array"
    if value in {"true", "false"}:
        return "boolean"
    if value == "null":
        return "null"
    return "number" if re.fullmatch(r"-?\d+(?:\.\d+)?", value) else "string"
