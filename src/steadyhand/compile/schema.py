"""The model's classes in, the JSON Schema of `steadyhand compile --json` out.

`docs/schema/compile-1.schema.json` is this, written down: `python -m steadyhand.compile.schema`.
A test keeps it so. Every object is closed and every key is always there, so that nothing can be in
the JSON that is not in the schema. Descriptions are the docstrings and comments of the classes.
"""

import ast
import inspect
import json
import re
import sys
import textwrap
from collections.abc import Iterator
from enum import Enum
from types import ModuleType
from typing import Any

import msgspec

from steadyhand.model import effect
from steadyhand.model.document import edit, facts, finding, runbook, shell, span
from steadyhand.model.document.finding import Finding
from steadyhand.model.document.runbook import SCHEMA, BlockKind, Reason, Runbook

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_MODULES: tuple[ModuleType, ...] = (edit, effect, facts, finding, runbook, shell, span)
# The keys of the object, with what they are; those of `Runbook` have its shapes.
_KEYS: dict[str, str] = {
    "path": "The file as it was given.",
    "digest": "SHA-256 of the text, in hex.",
    "title": "The first heading, or the file's name.",
    "procedures": "Every heading that owns steps, in the order of the document.",
    "parameters": "What waits to be filled in outside of code blocks.",
    "aliases": "Names that the document has for one value.",
    "facts": "What the document states beside its steps, by kind.",
    "inventory": "Every resource that the commands name, by kind and name.",
    "headings": "Every heading with the anchor that links use.",
    "links": "Every link and image.",
}
_OUTCOME = {
    "description": "What was made of the block, or why nothing was.",
    "oneOf": [
        {
            "type": "object",
            "properties": {
                "made": {
                    "description": 'Names of things: "step:<id>", "procedure:<id>", "fact:<kind>", '
                    '"parameter:<name>".',
                    "type": "array",
                    "items": {"type": "string"},
                }
            },
        },
        {"type": "object", "properties": {"reason": {"$ref": "#/$defs/Reason"}}},
    ],
}


def schema() -> dict[str, Any]:
    """Make the schema of the JSON that `outline.as_json` writes. Pure."""
    kinds = (Runbook, Finding, BlockKind, Reason)
    _, shapes = msgspec.json.schema_components(kinds, ref_template="#/$defs/{name}")
    of_runbook = shapes.pop("Runbook")["properties"]
    shapes.pop("Accounted")
    properties = {
        "schema": {"const": SCHEMA, "description": "The version of this format."},
        **{key: {**of_runbook[key], "description": told} for key, told in _KEYS.items()},
        "findings": {
            "description": "What is wrong with the document itself, found while reading it.",
            "type": "array",
            "items": {"$ref": "#/$defs/Finding"},
        },
        "account": {
            "description": "Every block of the document, and what became of it.",
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "kind": {"$ref": "#/$defs/BlockKind"},
                    "span": {"$ref": "#/$defs/Span"},
                    "outcome": _OUTCOME,
                },
            },
        },
    }
    whole = {
        "$schema": _DIALECT,
        "$id": f"compile-{SCHEMA}.schema.json",
        "title": "steadyhand compile --json",
        "description": "One compiled runbook.",
        "type": "object",
        "properties": properties,
        "$defs": {
            name: _described(name, shapes[name]) for name in sorted(_used(properties, shapes))
        },
    }
    closed = _closed(whole)
    assert isinstance(closed, dict)
    return closed


def _used(part: Any, shapes: dict[str, Any]) -> set[str]:
    """Name the shapes that a part refers to, and those that these refer to."""
    found: set[str] = set()
    waiting = [part]
    while waiting:
        for name in _references(waiting.pop()):
            if name not in found:
                found.add(name)
                waiting.append(shapes[name])
    return found


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"].rpartition("/")[2]
        for inner in part.values():
            yield from _references(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _references(inner)


def _closed(part: Any) -> Any:
    """Close every object, require all its keys, and leave out titles and defaults."""
    if isinstance(part, list):
        return [_closed(inner) for inner in part]
    if not isinstance(part, dict):
        return part
    made = {
        key: {name: _closed(shape) for name, shape in inner.items()}
        if key in {"properties", "$defs"}
        else _closed(inner)
        for key, inner in part.items()
        if key not in {"default", "required"} and not (key == "title" and "$schema" not in part)
    }
    if "properties" in part:
        made["required"] = list(part["properties"])
        made["additionalProperties"] = False
    return made


def _described(name: str, shape: dict[str, Any]) -> dict[str, Any]:
    """Add what the class and its comments say."""
    kind = next((getattr(m, name) for m in _MODULES if hasattr(m, name)), None)
    if kind is None:
        return shape
    comments = _comments(kind)
    written = "" if (kind.__doc__ or "").startswith(f"{name}(") else (kind.__doc__ or "")
    described = {**shape}
    if written:
        described["description"] = inspect.cleandoc(written)
    if issubclass(kind, Enum):
        told = [f"{m.value}: {comments[m.name]}" for m in kind if m.name in comments]
        if isinstance(next(iter(kind)).value, int):
            told = [f"{m.value}: {m.name.lower()}" for m in kind]
        text = "\n".join(filter(None, (described.get("description", ""), *told)))
        return {**described, **({"description": text} if text else {})}
    properties = {
        key: {**inner, "description": comments[key]} if key in comments else inner
        for key, inner in shape.get("properties", {}).items()
    }
    return {**described, "properties": properties}


def _comments(kind: type) -> dict[str, str]:
    """Give the comment beside each field or member of a class."""
    source = textwrap.dedent(inspect.getsource(kind))
    lines = source.split("\n")
    found: dict[str, str] = {}
    body = ast.parse(source).body[0]
    assert isinstance(body, ast.ClassDef)
    for node in body.body:
        target = node.target if isinstance(node, ast.AnnAssign) else None
        if isinstance(node, ast.Assign):
            target = node.targets[0] if isinstance(node.targets[0], ast.Name) else None
        if isinstance(target, ast.Name):
            match = re.search(r"\s#\s(.+)$", lines[(node.end_lineno or node.lineno) - 1])
            if match is not None and "type:" not in match.group(1):
                found[target.id] = match.group(1).strip()
    return found


def text() -> str:
    """Write the schema as it stands in the repository."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())
