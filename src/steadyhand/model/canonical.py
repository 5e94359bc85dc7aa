"""Values to canonical JSON and back: one form per value, so that it can be hashed.

Everything that is kept (plans, events) goes through here. Unknown keys are ignored on the way in,
missing ones take the field's default: that is how journals of an older version stay readable.
"""

import hashlib
import json
import threading
from functools import cache
from typing import Any, TypeVar, cast

import msgspec

T = TypeVar("T")


class Malformed(ValueError):
    """A text that does not say a value of the kind asked for; the message says where and why."""


# A Struct's description is there for every thread before all of its fields are in it, and whoever
# decodes with it then reads through a null pointer: one decoder is made at a time.
_making = threading.Lock()


@cache
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    with _making:
        return msgspec.json.Decoder(kind, strict=False)


def plain(value: object) -> Any:
    """Turn a value into what JSON is made of: dicts, lists or tuples, strings, numbers."""
    return msgspec.to_builtins(value, str_keys=True)


def dumps(value: object) -> str:
    """Write sorted keys, no blanks, no ASCII escapes: equal values give equal text.

    Raises ValueError for a number that JSON has no word for: nobody could read it again.
    """
    return json.dumps(
        plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def loads(kind: type[T], text: str | bytes) -> T:
    """Read what `dumps` wrote. Raises Malformed for anything else."""
    try:
        value: T = _decoder(cast(Any, kind)).decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        if not any(word in str(text) for word in ("NaN", "Infinity")):
            raise Malformed(str(error)) from None
        return _endless(kind, text)
    return value


def _endless(kind: type[T], text: str | bytes) -> T:
    """Read numbers that JSON has no word for, which older versions wrote as Python has them."""
    try:
        value: T = msgspec.convert(json.loads(text), kind, strict=False)
    except ValueError as error:  # of both
        raise Malformed(str(error)) from None
    return value


def digest(value: object) -> str:
    """Hash the canonical form; hex sha256."""
    return hashlib.sha256(dumps(value).encode()).hexdigest()
