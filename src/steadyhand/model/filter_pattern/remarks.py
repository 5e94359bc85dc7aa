"""A pattern that is accepted in, what it means other than it looks like out.

A remark is for a reader; nothing here changes what a pattern matches.
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from itertools import pairwise

from msgspec import Struct

from steadyhand.model.filter_pattern.conditions import leaves
from steadyhand.model.filter_pattern.pattern import (
    Compare,
    Condition,
    Every,
    Field,
    FieldsPattern,
    JsonPattern,
    Pattern,
    Regex,
    Sign,
    Some,
    Term,
    Terms,
    Text,
)
from steadyhand.model.filter_pattern.scanner import as_term, in_quotes


class RemarkKind(StrEnum):
    SEVERAL_TERMS = (
        "several-terms"  # no phrase: all of them, in any order. Often just that is meant
    )
    SEVERAL_LEVELS = "several-levels"  # all of them in one event
    WORD_AS_OPERATOR = "word-as-operator"  # OR and AND are words like others
    OPTIONAL_IGNORED = "optional-ignored"  # ?a beside b
    HYPHEN_EXCLUDES = "hyphen-excludes"  # a-b is a without b
    REGEX_IN_PHRASE = "regex-in-phrase"  # "a|b" is that text
    OPERATOR_IN_PHRASE = "operator-in-phrase"  # "a && b" is that text
    WILDCARD_IN_PHRASE = "wildcard-in-phrase"  # "*a*" is that text
    FIELD_NAMES_ONLY = "field-names-only"  # [ERROR] names a field
    WHOLE_EVENT = "whole-event"  # [level=ERROR] wants an event of this one word
    NEVER = "never"  # = a && = b
    ALWAYS = "always"  # != a || != b
    UNLISTED_ESCAPE = "unlisted-escape"  # \b


class Remark(Struct, frozen=True):
    """`message` says what it means, `help` what to write for what was probably meant."""

    kind: RemarkKind
    message: str
    help: str
    column: int  # 1-based, in the pattern


LEVELS = frozenset("ERROR WARN WARNING INFO DEBUG TRACE FATAL CRITICAL SEVERE".split())
# "FATAL ERROR: …" is how some programs begin such a message.
PROSE_BEFORE_ERROR = frozenset({"FATAL", "CRITICAL", "SEVERE"})
TROUBLE = re.compile(r"error|exception|fail|timeout|warn", re.IGNORECASE)
ALTERNATIVES = re.compile(r"\w[\w -]*(?:\|\w[\w -]*)+")
REGEX = re.compile(
    r"\.[*+]"  # .*
    r"|^\^\w"  # ^ERROR
    r"|\\[dsw](?![A-Za-z])"  # \d, but not C:\data
    r"|\[([A-Za-z])(?!\1)(?i:\1)\]"  # [Ee]
    r"|\[(?:0-9|a-z|A-Z)"
    r"|\(\w+(?:\|\w+)+\)"
)
# A word directly beside the asterisk: "* Closing connection" and "SELECT *" are texts.
WILDCARD = re.compile(r"\*\w[^*]*\*?|[^*]*\w\*")
OPERATORS = re.compile(r"[\w ]+(?:(?:&&|\|\|)[\w ]+)+")


def remarks(pattern: Pattern) -> tuple[Remark, ...]:
    """Say where a pattern means something else than it looks like. Pure."""
    match pattern:
        case Terms():
            return tuple(_terms(pattern))
        case JsonPattern(condition):
            return tuple(_condition(condition))
        case FieldsPattern():
            return tuple(_fields(pattern))


# --- terms -------------------------------------------------------------------------------------


def _terms(pattern: Terms) -> Iterator[Remark]:
    required = pattern.of(Sign.REQUIRED)
    optional = pattern.of(Sign.OPTIONAL)
    yield from _glued(pattern)
    if optional and len(optional) < len(pattern.terms):
        shown = " ".join(_shown(term) for term in optional)
        yield Remark(
            RemarkKind.OPTIONAL_IGNORED,
            f"{shown} has no effect beside terms without `?`",
            "write `?` before every term, or search with one %regular|expression%",
            optional[0].column,
        )
    operator = _operator_word(required)
    levels = _levels(required)
    if operator is not None:
        yield _operator_remark(operator, required)
    elif levels:
        terms = " ".join(f"?{level}" for level in levels)
        yield Remark(
            RemarkKind.SEVERAL_LEVELS,
            f"{' and '.join(levels)} must all stand in one event",
            f"for events with any of them write {terms}",
            required[0].column,
        )
    elif len(pattern.terms) > 1 and all(_is_bare(term) for term in pattern.terms):
        phrase = in_quotes(" ".join(_text(term) for term in required))
        yield Remark(
            RemarkKind.SEVERAL_TERMS,
            f"these are {len(required)} terms, found in any order and anywhere in an event",
            f"for the exact phrase write {phrase}",
            required[0].column,
        )
    for term in pattern.terms:
        yield from _value(term.value, term.column)


def _glued(pattern: Terms) -> Iterator[Remark]:
    """Find the first `a-b-c` that was written without blanks."""
    terms = pattern.terms
    for number, (before, term) in enumerate(pairwise(terms)):
        if not (term.glued and term.sign is Sign.EXCLUDED):
            continue
        run = [before]
        for other in terms[number + 1 :]:
            if not (other.glued and other.sign is Sign.EXCLUDED):
                break
            run.append(other)
        whole = "-".join(_text(each) for each in run)
        without = " or ".join(f"`{_text(each)}`" for each in run[1:])
        yield Remark(
            RemarkKind.HYPHEN_EXCLUDES,
            f"`{whole}` is not one term: its hyphens exclude every event with {without}",
            f"put it into double quotes: {before.sign}{in_quotes(whole)}",
            before.column,
        )
        return


def _operator_word(required: tuple[Term, ...]) -> Term | None:
    """Find OR or AND between two terms that look like levels or names of errors."""
    for before, term, after in zip(required, required[1:], required[2:], strict=False):
        if _text(term) in {"OR", "AND"} and _is_bare(term):
            return term if _is_name(before) and _is_name(after) else None
    return None


def _is_name(term: Term) -> bool:
    return _text(term).upper() in LEVELS or TROUBLE.search(_text(term)) is not None


def _operator_remark(operator: Term, required: tuple[Term, ...]) -> Remark:
    word = _text(operator)
    others = [as_term(_text(term)) for term in required if _text(term) != word]
    written = " ".join(f"?{other}" for other in others) if word == "OR" else " ".join(others)
    return Remark(
        RemarkKind.WORD_AS_OPERATOR,
        f"`{word}` is a term like the others: the event must contain that word, too",
        f"write {written}",
        operator.column,
    )


def _levels(required: tuple[Term, ...]) -> tuple[str, ...]:
    texts = [_text(term) for term in required]
    levels = tuple(dict.fromkeys(text for text in texts if text in LEVELS))
    prose = len(texts) > 1 and texts[1] == "ERROR" and texts[0] in PROSE_BEFORE_ERROR
    return levels if len(levels) > 1 and not prose else ()


def _value(value: Text | Regex, column: int) -> Iterator[Remark]:
    """Look into a phrase or a regular expression."""
    if isinstance(value, Regex):
        for escape in dict.fromkeys(value.unlisted):
            message = f"`{escape}` is not among the operators that CloudWatch Logs documents"
            help = "use the listed ones: ^ $ ? [ ] { } | * + . and \\d \\s \\w \\xhh"
            yield Remark(RemarkKind.UNLISTED_ESCAPE, message, help, column)
        return
    text = value.text
    if not value.quoted:
        return
    if ALTERNATIVES.fullmatch(text):
        terms = " ".join(f"?{as_term(part.strip())}" for part in text.split("|"))
        message = f"{in_quotes(text)} is found as it stands: `|` is no `or` in a phrase"
        help = f"for events with any of them write {terms}"
        yield Remark(RemarkKind.REGEX_IN_PHRASE, message, help, column)
    elif REGEX.search(text):
        message = f"{in_quotes(text)} is found as it stands: a phrase is no regular expression"
        help = f"a regular expression stands between percent signs: %{text}%"
        yield Remark(RemarkKind.REGEX_IN_PHRASE, message, help, column)
    elif OPERATORS.fullmatch(text):
        parts = [as_term(part.strip()) for part in re.split(r"&&|\|\|", text) if part.strip()]
        sign = "?" if "||" in text else ""
        message = f"{in_quotes(text)} is found as it stands: a phrase has no operators"
        help = "write " + " ".join(f"{sign}{part}" for part in parts)
        yield Remark(RemarkKind.OPERATOR_IN_PHRASE, message, help, column)
    elif WILDCARD.fullmatch(text):
        message = f"{in_quotes(text)} is found with its asterisks: `*` is no wildcard in a phrase"
        help = f"a phrase is found anywhere in an event, so write {as_term(text.strip('*'))}"
        yield Remark(RemarkKind.WILDCARD_IN_PHRASE, message, help, column)


def _text(term: Term) -> str:
    return term.value.source if isinstance(term.value, Regex) else term.value.text


def _is_bare(term: Term) -> bool:
    return isinstance(term.value, Text) and not (term.value.quoted or term.sign or term.glued)


def _shown(term: Term) -> str:
    return f"`{term.sign}{_text(term)}`"


# --- conditions and fields ---------------------------------------------------------------------


def _fields(pattern: FieldsPattern) -> Iterator[Remark]:
    conditions = [field.condition for field in pattern.fields if field.condition is not None]
    if not conditions:
        yield from _names_only(pattern)
    elif len(pattern.fields) == 1:
        yield from _whole_event(pattern.fields[0])
    for condition in conditions:
        yield from _condition(condition)


def _names_only(pattern: FieldsPattern) -> Iterator[Remark]:
    names = [field.name for field in pattern.fields]
    text = f"[{', '.join(names)}]"
    if len(names) == 1 and _looks_like_text(names[0]):
        message = f"{text} names a field and asks nothing of it: every event matches"
        help = f"for the word write {names[0]}, for the text {in_quotes(text)}"
        yield Remark(RemarkKind.FIELD_NAMES_ONLY, message, help, 1)
    elif levels := [name for name in names if name in LEVELS]:
        message = f"{text} names fields and asks nothing of them: every long enough event matches"
        help = "for events with any of them write " + " ".join(f"?{level}" for level in levels)
        yield Remark(RemarkKind.FIELD_NAMES_ONLY, message, help, 1)


def _looks_like_text(name: str) -> bool:
    """Tell a name that is rather what somebody looks for: ERROR, Timeout, ORDER_DEBUG."""
    return name.isupper() or name.upper() in LEVELS or TROUBLE.search(name) is not None


def _whole_event(field: Field) -> Iterator[Remark]:
    test = field.condition
    if not isinstance(test, Compare) or test.operator != "=" or not _exact(test):
        return
    if isinstance(test.value, Text):
        yield Remark(
            RemarkKind.WHOLE_EVENT,
            f"the only field is the whole event, so it must be `{test.value.text}` and no more",
            f"name the fields around it: [time, {field.name}={as_term(test.value.text)}, ...]",
            field.column,
        )


def _condition(condition: Condition) -> Iterator[Remark]:
    yield from _contradictions(condition)
    for leaf in leaves(condition):
        if isinstance(leaf, Compare) and isinstance(leaf.value, Regex):
            yield from _value(leaf.value, leaf.column)


def _contradictions(condition: Condition) -> Iterator[Remark]:
    """Find `= a && = b`, which never holds, and `!= a || != b`, which nearly always does."""
    if not isinstance(condition, Every | Some):
        return
    operator = "=" if isinstance(condition, Every) else "!="
    seen: dict[object, Compare] = {}
    for part in condition.parts:
        yield from _contradictions(part)
        if not isinstance(part, Compare) or part.operator != operator or not _exact(part):
            continue
        first = seen.setdefault(part.selector and part.selector.steps, part)
        if _literal(first) != _literal(part):
            yield _contradicted(condition, first, part)
            return


def _exact(test: Compare) -> bool:
    wild = test.selector is not None and None in test.selector.steps
    return isinstance(test.value, Text) and "*" not in test.value.text and not wild


def _literal(test: Compare) -> str:
    return test.value.text if isinstance(test.value, Text) else ""


def _contradicted(condition: Every | Some, first: Compare, second: Compare) -> Remark:
    name = f"`{first.selector.text}`" if first.selector is not None else "a field"
    if isinstance(condition, Every):
        message = f"{name} cannot be two texts at once, so nothing ever matches"
        return Remark(RemarkKind.NEVER, message, "join the two with ||", second.column)
    message = f"{name} is always unequal to one of two texts, so every event with it matches"
    return Remark(RemarkKind.ALWAYS, message, "join the two with &&", second.column)
