"""Secrets that nobody has named, found in what programs print by shapes that other text does not
have: keys and tokens with a maker's prefix, private keys, signed URLs, passwords behind their name.

Pure. Errs on the side of leaving text alone: what is found here is a token for the whole run.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache

from msgspec import Struct

from steadyhand.model.makers import SECRETS, Made

LONGEST = 16_384  # bytes that one may be cut over chunks in; more is no secret of any shape here
CONTEXT = 1024  # bytes before one that have a say in whether it is one: what it is called

Place = tuple[int, int]  # a secret's beginning, and its end


def _any(_value: bytes) -> bool:
    return True


class Shape(Struct, frozen=True):
    """`pattern` finds it, and its group is the secret; `begun` finds one that the text's end cuts,
    and its group is what there is of the secret.

    In each stands one of `anchors`, given here in small letters: a text without them is not
    searched. What is no part of the secret lies within CONTEXT before it.
    """

    anchors: tuple[bytes, ...]
    pattern: bytes
    begun: bytes
    holds: Callable[[bytes], bool] = _any


def recognised(text: bytes, start: int = 0, more: bool = False) -> tuple[list[Place], int]:
    """Give where secrets stand from `start` on, in order and apart, and up to where that is sure.

    With `more`, the text goes on: where a secret may begin that its end cuts, nothing is sure. The
    name of one is shown at once: behind `Password:`, a program waits for a person.
    """
    small = text.lower()
    there = [s for s in shapes() if any(anchor in small for anchor in s.anchors)]
    sure = _unfinished(text, small, start, there) if more else len(text)
    found = list[Place]()
    for shape in there:
        matches = _compiled(shape.pattern).finditer(text)
        found += (m.span(1) for m in matches if m[1] and shape.holds(m[1]))
    places = list(_apart(sorted(place for place in found if start <= place[0] < sure)))
    return places, max([sure, *(end for _, end in places)])  # one that goes beyond is whole


def _unfinished(text: bytes, small: bytes, start: int, there: list[Shape]) -> int:
    """Give where a secret may begin that goes on behind the text's end; its length for nowhere."""
    start = max(start, len(text) - LONGEST)
    first = len(text) - _begun_prefix(small[start:][-_longest_prefix() :])
    for shape in there:
        match = _compiled(shape.begun).search(text, max(start - CONTEXT, 0))
        if match is not None and match[1]:
            first = min(first, max(match.start(1), start))
    return first


def _begun_prefix(end: bytes) -> int:
    """Give how many bytes at a text's end are the beginning of a maker's prefix; 0 for none."""
    return next((n for n in range(len(end), 0, -1) if end[-n:] in _beginnings()), 0)


@cache
def _beginnings() -> frozenset[bytes]:
    every = [prefix.lower().encode() for made in _PREFIXED for prefix in made.prefixes]
    return frozenset(name[:length] for name in every for length in range(1, len(name)))


@cache
def _longest_prefix() -> int:
    return max(map(len, _beginnings()))


@cache
def _compiled(pattern: bytes) -> re.Pattern[bytes]:
    return re.compile(pattern)  # when a text first needs it: most never do


def _apart(found: list[Place]) -> Iterator[Place]:
    end = -1
    for one in found:
        if one[0] >= end:
            yield one
            end = one[1]


# --- the shapes -----------------------------------------------------------------------------------

_WORD = rb"[A-Za-z0-9_-]"
# Documents show one as an example; what a program prints is a real one: a JSON Web Token.
_JWT = Made("a token", ("eyJ",), r"[\w-]{8,}\.[\w-]{8,}\.[\w-]{16,}")
_PREFIXED = (*SECRETS, _JWT)
# Names whose value is a secret, as settings, logs and answers write them.
_NAMED = (b"passw", b"secret", b"api_key", b"api-key", b"apikey", b"token")
_NAMES = rb"passw(?:or)?d|secret(?:_?(?:access_?)?key)?|api[_-]?key|" + b"|".join(
    rb"(?<=%b)token" % kind
    for kind in b"access access_ auth auth_ refresh refresh_ session session_".split()
)
_NEVER = (b"stk_", b"arn:", b"http:", b"https:", b"/", b"$", b"%", b"*")


def _looks_random(value: bytes) -> bool:
    """Tell a value from a word: letters and digits, and nothing that says where a value is."""
    told = bool(re.search(rb"[A-Za-z]", value) and re.search(rb"\d", value))
    return told and not value.startswith(_NEVER) and b"***" not in value


def _is_filled_in(value: bytes) -> bool:
    return not value.startswith((b"stk_", b"$", b"{", b"[")) and value.strip(b"*xX") != b""


@cache
def shapes() -> tuple[Shape, ...]:
    """Give the shapes, made once."""
    return (*_prefixed(), _private_key(), *_signed(), _address(), _named(), _pair())


def _prefixed() -> Iterator[Shape]:
    for made in _PREFIXED:
        names = [prefix.encode() for prefix in made.prefixes]
        prefix = rb"(?<!%b)(?:%b)" % (_WORD, b"|".join(map(re.escape, names)))
        yield Shape(
            tuple(name.lower() for name in names),
            rb"(%b%b)" % (prefix, made.rest.encode()),
            rb"(%b[\w.-]*)\Z" % prefix,
        )


def _private_key() -> Shape:
    begins = rb"-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----"
    body = rb"(?:(?!-----END)(?:[A-Za-z0-9+/=\s:,.-]|\\[nr]))*"
    return Shape(
        (b"-----begin ",),
        rb"%b(%b)" % (begins, body),
        rb"%b(%b\\?)\Z" % (begins, body),
    )


def _signed() -> Iterator[Shape]:
    """What makes a URL of S3, CloudFront or Google open to whoever has it."""
    for name, value in (
        (b"Signature=", rb"[A-Za-z0-9%/+=~_-]{40,}"),
        (b"X-Amz-Security-Token=", rb"[A-Za-z0-9%/+=~_-]{20,}"),
    ):
        yield Shape(
            (name.lower(),),
            rb"\b%b(%b)" % (name, value),
            rb"\b%b([A-Za-z0-9%%/+=~_-]*)\Z" % name,
        )


def _address() -> Shape:
    """A password in a URL: postgresql://user:…@host."""
    before = rb"://[^\s:/@\"'<>]{0,128}"
    value = rb"[^\s/@\"'<>]"
    return Shape(
        (b"://",),
        rb"%b:(%b{3,256})@" % (before, value),
        rb"%b:(%b{0,256})\Z" % (before, value),
        _is_filled_in,
    )


def _named() -> Shape:
    """A value behind its name: `password=…`, `"api_key": "…"`."""
    before = rb"(?i:%b)[\"']?\s{0,4}[=:]\s{0,4}[\"']?" % _NAMES
    value = rb"[^\s\"',;&<>{}\\]"
    return Shape(
        _NAMED,
        rb"%b(%b{8,512})" % (before, value),
        rb"%b(%b{0,512})\Z" % (before, value),
        _looks_random,
    )


def _pair() -> Shape:
    """Name and value of a variable, as AWS writes those of a container."""
    name = rb"(?i:\"name\":\s{0,64}\"[^\"]{0,128}(?:passw|secret|token|api_?key)[^\"]{0,128}\")"
    before = rb"%b,\s{0,64}(?i:\"value\"):\s{0,64}\"" % name
    return Shape(
        (b'"name":',),
        rb"%b([^\"]{6,4096})" % before,
        rb"%b([^\"]{0,4096})\Z" % before,
        _looks_random,
    )
