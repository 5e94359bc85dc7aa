"""A list in, the facts its items state out: rungs, response times, thresholds, causes.

Only under a heading or label that says so; everything else stays prose.
"""

import re
from collections.abc import Iterator

from steadyhand.compile.facts.quantities import (
    called_after,
    duration,
    ends_after,
    is_moment,
    threshold,
)
from steadyhand.compile.markdown import Item
from steadyhand.compile.wording import imperative, severity_name
from steadyhand.model.document.facts import AlarmRule, Cause, EscalationLevel, SeverityLevel

Fact = AlarmRule | Cause | EscalationLevel | SeverityLevel

_ESCALATION = re.compile(r"\bescalat|\bon-?call\b", re.IGNORECASE)
# A list under such a heading has a rung an item.
_LADDER = re.compile(
    r"(?:the )?escalation(?: (?:path|chain|matrix|policy|order|ladder|contacts|list))?[ :]*",
    re.IGNORECASE,
)
_RUNG = re.compile(r"^(?:level|tier|l|line)\s*\d+\b", re.IGNORECASE)
_RESPONSE = re.compile(
    r"\bresponse time|\bslas?\b|\bservice levels?\b|\bseverit|\bpriorit", re.IGNORECASE
)
_LIMITS = re.compile(r"\bthreshold|\balarm|\balert|\blimit", re.IGNORECASE)
_CHOICES = re.compile(
    r"\boptions?\b|\bcauses?\b|\bsolutions?\b|\bfix(?:es)?\b|\bresol|\bmitigat|\bremed|\brecover",
    re.IGNORECASE,
)
_OPTIONS = re.compile(r"\b(?:options?|causes?)\b", re.IGNORECASE)
_WHEN = re.compile(r"(?:only )?(?:if|when)\b", re.IGNORECASE)
_LEVELS = re.compile(r"(?:^|(?<=[,;()]))[^,;()]*\((warn(?:ing)?|critical|crit)\)", re.IGNORECASE)


def read_list(items: list[Item], *above: str) -> dict[int, tuple[Fact, ...]]:
    """Read a list under headings or labels; item's index → its facts. Pure."""
    said = " · ".join(above)
    nearest = next(filter(None, above), "")
    found: dict[int, tuple[Fact, ...]] = {}
    for index, item in enumerate(items):
        facts = tuple(_facts(item, index, said, nearest))
        if facts:
            found[index] = facts
    return found


def _facts(item: Item, index: int, said: str, nearest: str) -> Iterator[Fact]:
    label, rest = item.words.label, item.words.rest
    if not label:
        label, colon, rest = item.words.text.partition(":")
        if not colon:
            if item.ordered and _LADDER.fullmatch(nearest) and not imperative(label):
                yield _rung(item, index)
            return
    if _ESCALATION.search(said) and _RUNG.match(label):
        head, _, contact = rest.rpartition(":")
        after = called_after(head, index == 0)
        when, until = head.strip(" ()"), ends_after(head)
        yield EscalationLevel(label, contact.strip() or rest, when, after, item.span, until)
    elif "escalat" in nearest.casefold() and is_moment(label.strip(" :")) and rest.strip():
        after = called_after(label, index == 0)
        yield EscalationLevel(f"L{index + 1}", rest.strip(), label, after, item.span)
    elif item.ordered and _LADDER.fullmatch(nearest) and not item.words.text[:1].isdigit():
        yield _rung(item, index)
    elif _RESPONSE.search(said) and severity_name(label) and duration(rest) is not None:
        yield SeverityLevel(severity_name(label), duration(rest), item.words.text, item.span)
    elif _LIMITS.search(said) and threshold(rest).value is not None:
        yield from _alarms(label, rest, item)
    elif _WHEN.match(label) and (item.words.label or _CHOICES.search(said)):
        yield Cause(label, rest, item.span)
    elif item.ordered and rest and _OPTIONS.search(said):
        if _WHEN.match(rest):
            yield Cause(rest, label, item.span)
        elif not imperative(label):
            yield Cause(label, rest, item.span)


def _rung(item: Item, index: int) -> EscalationLevel:
    """Read a rung that nobody has numbered: "If nobody answers in 15 minutes: the lead"."""
    text = item.words.text
    head, colon, rest = text.partition(": ")
    if colon and (_WHEN.match(head) or duration(head) is not None):
        when, contact = head, rest
    else:
        when, contact = "", head if colon else text
    after = called_after(when, index == 0)
    return EscalationLevel(f"L{index + 1}", contact.strip(), when, after, item.span)


def _alarms(name: str, text: str, item: Item) -> Iterator[AlarmRule]:
    levels = list(_LEVELS.finditer(text))
    if not levels:
        yield AlarmRule(name, threshold(text, name), "", item.span)
    for match in levels:
        limit = match.group().rpartition("(")[0].strip()
        action = "warning" if match.group(1).lower().startswith("warn") else "critical"
        yield AlarmRule(name, threshold(limit, name), action, item.span)
