"""The parameters of a document with their uses in, names that mean one value out.

Two names are one only where both stand in the same place of the same tool, or in one procedure, and
one name says no more than the other: `<endpoint>` and `<cache-endpoint>`, but not `<green-arn>`.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from steadyhand.compile.parameters.make import Use
from steadyhand.compile.parameters.sources import place_for
from steadyhand.compile.shell.placeholders import Form
from steadyhand.model.document.runbook import Alias

_FORMS = frozenset(
    {Form.ANGLE, Form.CURLY, Form.TEMPLATE, Form.PERCENT, Form.UPPERCASE, Form.BRACKET}
)
# What kind of name a value goes by; both may be meant by one placeholder.
_TYPES = frozenset("id ids identifier identifiers name arn arns value here".split())
# A word more that makes it another value.
_DISTINCT = frozenset(
    "new old previous prev current next last first second other green blue canary stable source "
    "target dest destination src dst from to primary secondary replica reader writer read write "
    "standby master slave leader follower staging prod production dev test local remote public "
    "private internal external restored backup original failed broken healthy admin root "
    "secret key token password user username a b c 1 2 3 start end min max".split()
)


def aliases(uses: Iterable[tuple[str, Use]]) -> tuple[Alias, ...]:
    """Find pairs of names for one value; `uses` are those of every procedure, with its id. Pure."""
    placed: dict[tuple[str, str], dict[str, Use]] = {}
    for procedure, use in uses:
        if use.found.form in _FORMS:
            for place in _places(procedure, use):
                placed.setdefault(place, {}).setdefault(use.found.name, use)
    found: dict[tuple[str, ...], Alias] = {}
    for (_, where), names in placed.items():
        shared = 2 if where == "the same procedure" else 1
        for one, other in _pairs(list(names.values())):
            if _same(one.found.name, other.found.name, shared):
                first, second = sorted((one, other), key=lambda use: use.span)
                key = (first.found.spelling, second.found.spelling)
                found.setdefault(key, Alias(key, where, (first.span, second.span)))
    return tuple(sorted(found.values(), key=lambda alias: (alias.spans, alias.names)))


def _places(procedure: str, use: Use) -> Iterator[tuple[str, str]]:
    """Name the places in which two names for one value would meet."""
    yield procedure, "the same procedure"
    position = use.position
    if position is None:
        return
    rule = place_for(position)
    program = position.tool.partition(" ")[0]
    if rule and rule != "host of a URL":
        yield rule, rule
    elif position.option and not position.before and not position.after:
        yield f"{program} {position.option}", f"{program} {position.option}"


def _pairs(uses: Sequence[Use]) -> Iterator[tuple[Use, Use]]:
    for index, one in enumerate(uses):
        for other in uses[index + 1 :]:
            yield one, other


def _same(one: str, other: str, shared: int) -> bool:
    """Tell whether one name says no more than the other: its words are among the other's."""
    first, second = _words(one), _words(other)
    stems = first - _TYPES, second - _TYPES
    if first == second:
        return False  # the same words in another spelling
    if stems[0] == stems[1]:
        typed = bool(first & _TYPES), bool(second & _TYPES)
        if all(typed) and shared > 1:
            return False  # given to different things, a name and an id are two values
        return len(stems[0]) >= 1 and any(typed)
    less, more = sorted(stems, key=len)
    extra = more - less
    return (
        len(less) >= shared
        and less < more
        and len(extra) == 1
        and not extra & _DISTINCT
        and not (first | second) & _DISTINCT - (first & second)
    )


def _words(name: str) -> frozenset[str]:
    return frozenset(word for word in re.split(r"[^a-z0-9]+", name.lower()) if word)
