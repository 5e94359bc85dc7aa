"""Fields, items and cells in, how people are reached out; what nobody filled in is marked so."""

import re
from collections.abc import Iterator

from msgspec.structs import replace

from steadyhand.compile.facts.quantities import is_moment
from steadyhand.compile.facts.said import Place, Said
from steadyhand.compile.shell.placeholders import find_in_prose
from steadyhand.model.document.facts import ContactPoint, EscalationPath, TimedAction
from steadyhand.model.document.span import Span

_PLACE = re.compile(r"\b(?:contacts?|who to call|call list|on-?call|escalat\w+)\b", re.IGNORECASE)
_SUPPORT = re.compile(r"\b(?:support|help)\b", re.IGNORECASE)
_ROLE = re.compile(
    r"\b(?:contacts?|on-?call|escalation|pager|phone|hotline|slack|teams channel|support|"
    r"e-?mail|help ?desk)\b",
    re.IGNORECASE,
)
_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("email", re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    ("url", re.compile(r"\b(?:https?|slack|tel|mailto)://?\S+|\bmailto:\S+|\btel:\S+", re.I)),
    ("phone", re.compile(r"(?<![\w/.:-])\+?\(?\d[\d ()./-]{5,}\d(?![\w-])")),
    ("handle", re.compile(r"(?<![\w.])[@#][A-Za-z][\w.-]+")),
)
_EMPTY = re.compile(
    r"\W*(?:tb[dac]|todo|fixme|n/?a|none|unknown|x{3,}|not (?:yet )?(?:set|known|assigned|defined)|"
    r"to be (?:determined|defined|decided|added|confirmed|assigned|configured|named)|"
    r"fill (?:me )?in|change ?me|your[- ]\w+|"
    r"add (?:here|later)|pending|name|phone|phone number|e-?mail|contact)?\W*",
    re.IGNORECASE,
)
# What stands for an address and is none: nobody answers at example.com or at xxx-xxxx.
_STUB = re.compile(
    r"(?<![A-Za-z])x{2,}(?:[-. ]x{2,})+|x{4,}|\bx{3}[-. ]\d|<[^<>@]{2,}>|\{\{?[^{}]+\}\}?|_{3,}",
    re.IGNORECASE,
)
# "[Phone number]" is no link: it waits for one.
_SLOT = re.compile(r"\[[^\[\]]+\](?:\W*(?:or\b)?\W*\[[^\[\]]+\])*")
_UNTIL = re.compile(
    r"^(?P<from>\d+(?:\.\d+)?)\s*(?P<unit1>h|hours?|m|mins?|minutes?|s|secs?)?\s*"
    r"(?:(?:-|–|—|to)\s*(?P<to>\d+(?:\.\d+)?)|(?P<open>\+))\s*"
    r"(?P<unit>h|hrs?|hours?|m|mins?|minutes?|s|secs?|seconds?)\b\.?\s*:?",
    re.IGNORECASE,
)
_BEYOND = re.compile(r"^(?:[>≥]|after\b|over\b|beyond\b)\s*(\d+(?:\.\d+)?)", re.IGNORECASE)
_UNIT_SECONDS = {"s": 1, "m": 60, "h": 3600}
_ARROW = re.compile(r"\s*(?:→|->|=>|➔|➜|»|>)\s*")


def contact(role: str, reach: str, span: Span) -> ContactPoint:
    """Judge what stands where an address should: which kinds it holds, or that nobody filled it in.
    Pure.
    """
    return ContactPoint(role, reach, kinds_of(reach), is_filled(reach), span)


def kinds_of(reach: str) -> tuple[str, ...]:
    """Name the kinds of address a text holds. Pure."""
    rest = reach
    found = []
    for name, pattern in _KINDS:
        if pattern.search(rest):
            found.append(name)
            rest = pattern.sub(" ", rest)
    return tuple(found)


def is_filled(text: str) -> bool:
    """Tell whether somebody has written what belongs here. Pure."""
    if _EMPTY.fullmatch(text) is not None:
        return False
    if _SLOT.fullmatch(text) is not None and not kinds_of(text):
        return False
    left = text
    for one in reversed(find_in_prose(text)):
        left = left[: one.start] + left[one.end :]
    if _EMPTY.fullmatch(left) is not None:
        return False
    return not (_STUB.search(left) and not kinds_of(_STUB.sub("", left)))


def contacts_in(said: Said) -> Iterator[ContactPoint]:
    """Give the contact that an item or a bold field names. Pure."""
    if said.place is Place.HEADING or said.checked is not None:
        return
    role, reach = said.label, said.rest
    if not role:
        role, colon, reach = said.text.partition(":")
        if not colon or len(role.split()) > 5:
            return
    role, reach = role.strip(), reach.strip()
    if not reach and said.place is Place.PARAGRAPH:
        return  # a label over what follows
    titled = any(_PLACE.search(text) for text in said.above[:2])
    if (
        _UNTIL.match(role)
        or is_moment(role)
        or re.match(r"(?:level|tier|l)\s*\d", role, re.IGNORECASE)
    ):
        return  # a rung of a ladder
    if titled and said.place is Place.ITEM and not said.ordered:
        supported = _SUPPORT.search(said.nearest) is None or kinds_of(reach)
        if kinds_of(reach) or not is_filled(reach) or (_ROLE.search(role) and supported):
            yield contact(role, reach, said.span)
    elif re.search(r"\bcontacts?$|\bon-?call$|\bpager$|\bhotline$", role, re.IGNORECASE):
        yield contact(role, reach, said.span)


def timeline_in(said: Said) -> Iterator[TimedAction]:
    """Give what an item says is to be done between two moments: "5-10 min: call the owner"."""
    if said.place is not Place.ITEM or not said.text[:1].isdigit():
        return
    match = _UNTIL.match(said.text)
    if match is None:
        return
    one = timed(match.group(), said.text[match.end() :].strip(" :–—-"), said.span)
    if one is not None:
        yield replace(one, section=said.nearest, procedure=said.procedure)


def timed(when: str, text: str, span: Span) -> TimedAction | None:
    """Read what is to be done between two moments; None where `when` names none. Pure."""
    match = _UNTIL.match(_BEYOND.sub(r"\1+", when))
    if match is None:
        return None
    factor = _UNIT_SECONDS[match.group("unit")[0].lower()]
    first = _UNIT_SECONDS[(match.group("unit1") or match.group("unit"))[0].lower()]
    until = match.group("to")
    return TimedAction(
        text=text,
        from_seconds=float(match.group("from")) * first,
        until_seconds=None if until is None else float(until) * factor,
        section="",
        span=span,
    )


def path(severity: str, text: str, span: Span) -> EscalationPath | None:
    """Read "on-call → manager → CTO"; None where a text names nobody. Pure."""
    names = tuple(name.strip() for name in _ARROW.split(text) if name.strip())
    return EscalationPath(severity, names, text, span) if names else None
