"""Frozen dataclasses to canonical JSON and back: one form per value, so that it can be hashed.

Everything that is kept (plans, events) goes through here. Unknown keys are ignored on the way in,
missing ones take the field's default: that is how journals of an older version stay readable.
"""

import hashlib
import json
from functools import cache
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter

T = TypeVar("T")


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def plain(value: object) -> Any:
    """Turn a value into dicts, lists, strings and numbers."""
    return _adapter(cast(Any, type(value))).dump_python(value, mode="json")


def dumps(value: object) -> str:
    """Write sorted keys, no blanks, no ASCII escapes: equal values give equal text."""
    return json.dumps(plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def loads(kind: type[T], text: str | bytes) -> T:
    """Read what `dumps` wrote. Raises pydantic.ValidationError for anything else."""
    return cast(T, _adapter(cast(Any, kind)).validate_json(text))


def digest(value: object) -> str:
    """Hash the canonical form; hex sha256."""
    return hashlib.sha256(dumps(value).encode()).hexdigest()
