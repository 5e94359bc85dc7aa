"""The rule of a composite alarm as text in, a rule that can be asked for its state out. Pure.

CloudWatch's language: ALARM("a"), OK("b"), INSUFFICIENT_DATA("c"), TRUE, FALSE, AND, OR, NOT and
parentheses; NOT binds strongest, then AND, then OR. A name without blanks needs no quotes. As
everywhere in settings, the case of a name is ignored.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
"""

import re
from collections.abc import Callable, Mapping

from msgspec import Struct

from steadyhand.model.alarm.evaluation import AlarmState, Evaluated


class BadRule(ValueError):
    """A rule that cannot be read; the message says what was expected where."""


States = Mapping[str, AlarmState]


class Composite(Struct, frozen=True):
    """A rule that was read. `names` are the alarms it speaks of, in the order of the text.

    `holds` wants the states by names as they are `spelled`.
    """

    text: str
    names: tuple[str, ...]
    holds: Callable[[States], bool]


_TOKEN = re.compile(
    r"""\s*(?: (?P<word>AND|OR|NOT|TRUE|FALSE)\b | (?P<sign>[()])
    | (?P<state>ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*
      (?: "(?P<double>[^"]+)" | '(?P<single>[^']+)' | (?P<bare>[^\s()"']+) ) \s*\) )""",
    re.VERBOSE,
)


class _Token(Struct, frozen=True):
    kind: str  # "AND", "(", …, or a state
    name: str
    column: int


def spelled(name: str) -> str:
    """Write a name as names are compared: in lower case, with single blanks."""
    return " ".join(name.split()).casefold()


def read_composite(text: str) -> Composite:
    """Read a rule. Raises BadRule."""
    tokens = _tokens(text)
    names = tuple(dict.fromkeys(token.name for token in tokens if token.name))
    holds, end = _either(tokens, 0)
    if end < len(tokens):
        raise BadRule(f"column {tokens[end].column}: nothing more can stand here: {text!r}")
    return Composite(text, names, holds)


def composed(rule: Composite, states: States) -> Evaluated:
    """Say the state of a composite alarm. An alarm that nobody has looked at has no data. Pure."""
    known = {spelled(name): state for name, state in states.items()}
    state = AlarmState.ALARM if rule.holds(known) else AlarmState.OK
    said = ", ".join(
        f"{name} {known.get(spelled(name), AlarmState.INSUFFICIENT_DATA)}" for name in rule.names
    )
    return Evaluated(state, f"{rule.text}: {said or 'no alarm'}")


def _tokens(text: str) -> list[_Token]:
    found, at = [], 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            raise BadRule(f"column {at + 1}: expected ALARM(name), AND, OR, NOT or a parenthesis")
        name = match["double"] or match["single"] or match["bare"] or ""
        kind = match["word"] or match["sign"] or match["state"]
        found.append(_Token(kind, name, at + 1))
        at = match.end()
    return found


_Read = tuple[Callable[[States], bool], int]


def _either(tokens: list[_Token], at: int) -> _Read:
    left, at = _both(tokens, at)
    while at < len(tokens) and tokens[at].kind == "OR":
        right, at = _both(tokens, at + 1)
        left = _or(left, right)
    return left, at


def _both(tokens: list[_Token], at: int) -> _Read:
    left, at = _one(tokens, at)
    while at < len(tokens) and tokens[at].kind == "AND":
        right, at = _one(tokens, at + 1)
        left = _and(left, right)
    return left, at


def _one(tokens: list[_Token], at: int) -> _Read:
    if at == len(tokens):
        raise BadRule("the rule ends where an alarm, NOT or a parenthesis is expected")
    token = tokens[at]
    match token.kind:
        case "NOT":
            inner, at = _one(tokens, at + 1)
            return (lambda states: not inner(states)), at
        case "(":
            inner, at = _either(tokens, at + 1)
            if at == len(tokens) or tokens[at].kind != ")":
                raise BadRule(f"column {token.column}: this parenthesis is not closed")
            return inner, at + 1
        case "TRUE" | "FALSE":
            return (lambda _: token.kind == "TRUE"), at + 1
        case "AND" | "OR" | ")":
            raise BadRule(f"column {token.column}: {token.kind} cannot stand here")
    wanted = AlarmState(token.kind)
    none = AlarmState.INSUFFICIENT_DATA
    name = spelled(token.name)
    return (lambda states: states.get(name, none) is wanted), at + 1


def _or(
    left: Callable[[States], bool], right: Callable[[States], bool]
) -> Callable[[States], bool]:
    return lambda states: left(states) or right(states)


def _and(
    left: Callable[[States], bool], right: Callable[[States], bool]
) -> Callable[[States], bool]:
    return lambda states: left(states) and right(states)
