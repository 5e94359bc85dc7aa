"""A value of a pattern in, a test of one text or number out: what JSON and lines share."""

from collections.abc import Callable

from steadyhand.model.filter_pattern.pattern import Regex, Text

ORDER: dict[str, Callable[[float, float], bool]] = {
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
}


def text_test(value: Text | Regex) -> Callable[[str], bool]:
    """Compare a whole value with a text in which `*` is a wildcard, or search in it."""
    if isinstance(value, Regex):
        search = value.compiled.search
        return lambda text: search(text) is not None
    first, *rest = value.text.split("*")
    if not rest:
        return lambda text: text == first
    *middle, last = rest
    shortest = len(first) + len(last)

    def matches(text: str) -> bool:
        if len(text) < shortest or not text.startswith(first) or not text.endswith(last):
            return False
        at, end = len(first), len(text) - len(last)
        for piece in middle:  # the leftmost place is always good enough
            found = text.find(piece, at, end)
            if found < 0:
                return False
            at = found + len(piece)
        return True

    return matches
