"""What a shape allows of a single value: range, choices, form. Pure.

Each function says what is wrong, or None; where the model cannot be trusted it says None.
"""

import re
import warnings
from functools import cache

from steadyhand.lint.aws.known.names import nearest
from steadyhand.lint.aws.known.shapes import Shape

_NUMBER = r"(\d{1,3}(?:,\d{3})+|\d+)"
# The documentation's own fixed phrases, seen in RDS, ElastiCache, Redshift, Neptune, DMS,
# DocumentDB and SQS. Where one stands twice, it depends on something, and nothing is read.
_DOCUMENTED = re.compile(
    rf"Constraints: (?:[Mm]inimum:? {_NUMBER}[,;]? [Mm]aximum:? {_NUMBER}"
    rf"|Must be (?:a value|an integer) from {_NUMBER} to {_NUMBER})(?![\d,]*\d)"
    rf"|Valid (?:[Vv]alues|[Rr]ange): {_NUMBER} (?:to|-) {_NUMBER}(?=\.? ?$|\. [A-Z]| Default)"
)
_TAG = re.compile(r"<[^>]+>")


def number_range(shape: Shape) -> tuple[float | None, float | None, bool]:
    """Give the least and the greatest value, and whether only the documentation says so."""
    low, high = shape.traits.get("min"), shape.traits.get("max")
    if low is not None or high is not None or shape.type not in {"integer", "long"}:
        return low, high, False
    documented = _documented_range(shape.documentation)
    return (*documented, True) if documented is not None else (None, None, False)


@cache
def _documented_range(documentation: str) -> tuple[int, int] | None:
    if not re.search("Constraints|Valid", documentation):
        return None
    text = re.sub(r"\s+", " ", _TAG.sub(" ", documentation)).strip()
    found = [[n for n in match if n] for match in _DOCUMENTED.findall(text)]
    if len(found) != 1:
        return None
    low, high = (int(number.replace(",", "")) for number in found[0])
    return (low, high) if low < high else None


_MANY = 60  # a list of more choices than this is a catalogue: it grows every month


def is_choice(value: str, choices: tuple[str, ...], *, any_case: bool = False) -> bool:
    """Whether a value is one of the choices, or may be one that is newer than the model.

    `m9g.large` and `python3.15` differ from a known one in digits alone. A long list is a
    catalogue; there, only a value in the wrong case, or with a known family and a size near to a
    known one, is surely wrong.
    """
    if value in choices or (any_case and value.casefold() in {c.casefold() for c in choices}):
        return True
    if any(_digitless(value) == _digitless(choice) for choice in choices) and value != "":
        return any(char.isdigit() for char in value)
    if len(choices) <= _MANY:
        return False
    if value.casefold() in {choice.casefold() for choice in choices}:
        return False
    family, _, size = value.rpartition(".")
    families = {choice.rpartition(".")[0] for choice in choices}
    sizes = {choice.rpartition(".")[2] for choice in choices}
    return not (family and family in families and size not in sizes and nearest(size, sizes))


def _digitless(text: str) -> str:
    return re.sub(r"\d+", "0", text)


_ONE_CLASS = re.compile(r"\^?(\[(?:\\.|[^\]\\])+\]|\\[wdS])(?:[*+]|\{\d+(?:,\d*)?\})\$?")
_LONGEST = 300


def has_form(value: str, pattern: str) -> bool:
    """Whether a value has only characters that the model allows, or nobody can be sure.

    The patterns are Java's, not all say whether they mean the whole value, and documents are full
    of made-up identifiers. So only those count that are one repeated class of characters.
    """
    if len(value) > _LONGEST or "\n" in value:
        return True
    compiled = _compiled(pattern)
    return compiled is None or compiled.search(value) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str] | None:
    one = _ONE_CLASS.fullmatch(pattern)
    if one is None:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return re.compile(rf"\A{one.group(1)}*\Z")
    except (re.error, FutureWarning, DeprecationWarning):
        return None


_PLAIN_TIME = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?|-?\d+(?:\.\d+)?"
)


def is_time(text: str) -> bool:
    """Whether botocore reads a text as a time: a number of seconds, or what dateutil reads."""
    if _PLAIN_TIME.fullmatch(text.strip()):
        return True
    try:
        from dateutil import parser
    except ImportError:
        return True
    try:
        parser.parse(text)
    except (ValueError, OverflowError, TypeError, AttributeError):
        return False
    return True
