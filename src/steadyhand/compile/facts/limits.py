"""Sentences, items and cells in, the limits they state out: what is measured, and how much of it.

Precise rather than complete: a sentence that says "wait more than 5 minutes" states no limit.
"""

import re
from collections.abc import Iterator

from msgspec.structs import replace

from steadyhand.compile.facts.quantities import LIMIT, lasting, statistic, threshold_of
from steadyhand.compile.facts.said import Place, Said
from steadyhand.compile.wording import is_symptoms
from steadyhand.model.document.facts import AlarmRule, Cause, Limit, Threshold
from steadyhand.model.document.span import Span

# Several words for one thing, and what it is compared as.
_ONE_WORD: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE), f" {word} ")
    for pattern, word in (
        (r"(\d{2})(?:th|st|nd|rd) percentile", r"p\1"),
        (r"p\s?(\d{2,3}(?:\.\d+)?)", r"p\1"),
        (r"response[- ]times?|response latenc(?:y|ies)|latenc(?:y|ies)", "latency"),
        (r"(5|4)xx(?: (?:http )?error)? rates?|(5|4)xx(?: (?:http )?errors?)?", r"\g<1>\g<2>xx"),
        (r"error[- ]rates?|errors?(?= *$)|failure[- ]rates?", "error rate"),
        (r"(?:processor|cpu)(?: (?:usage|utili[sz]ation|load|utili[sz]ed))?", "cpu"),
        (r"(?:memory|ram|mem|heap)(?: (?:usage|utili[sz]ation|utili[sz]ed|pressure))?", "memory"),
        (r"(?:disks?|storage|filesystem|volume)(?: (?:space|usage|utili[sz]ation))*", "disk"),
        (r"(?:active |open |current )?(?:connections?|conns)(?: count)?", "connections"),
        (r"(?:db|rds|postgres(?:ql)?|aurora|databases?)(?: instances?)?", "database"),
        (r"(?:elasticache|valkey|redis)", "redis"),
        (r"queue(?: (?:depth|length|size))?|backlog(?: size)?", "queue"),
        (r"(?:consumer |replication )?lag", "lag"),
        (r"(?:cache )?hit[- ](?:rate|ratio)s?", "hit rate"),
        (r"logins?|log-ins?|sign-ins?", "login"),
        (r"requests?", "request"),
        (r"timeouts?", "timeout"),
        (r"restarts?|restarted", "restart"),
        (r"messages?", "message"),
        (r"tasks?", "task"),
        (r"pods?", "pod"),
        (r"nodes?", "node"),
    )
)
_MEASURED = frozenset(
    "latency rate error cpu memory disk connections queue lag hit login request timeout restart "
    "message load throughput iops swap inodes replicas utilization utilisation usage saturation "
    "temperature uptime availability 5xx 4xx rps qps tps duration depth bytes bandwidth traffic "
    "threads goroutines handles descriptors evictions misses sessions transactions locks pool "
    "p50 p75 p90 p95 p98 p99 p999 p99.9 burn budget spend cost".split()
)
_DROPPED = frozenset(
    "a an the of for is are was be if when while and or with in on at to by that than has have had "
    "goes go went rises rise drops drop falls fall stays stay remains remain reaches reach exceeds "
    "exceed becomes become gets get takes take taking per total usage utilization utilisation "
    "percentage percent value count number average avg mean maximum minimum max min peak any all "
    "our your its their this these those api service system application app high low current "
    "currently above below over under more less consistently sustained alert alarm alarms alerts "
    "threshold limit check checks verify monitor watch ensure confirm should must not keep page "
    "warn trigger fire fires triggers whenever once still is always least most condition rule "
    "expression severity".split()
)
_WORD_OPERATOR = re.compile(r"[A-Za-z]")
_LEVEL = re.compile(r"\b(warn(?:ing)?|crit(?:ical)?)\b", re.IGNORECASE)
_PAIR = re.compile(
    r"(?:^|(?<=[,;()]))(?P<limit>[^,;()]*)\((?P<level>warn(?:ing)?|crit(?:ical)?)\)", re.IGNORECASE
)
_SPLIT = re.compile(r"(?<=[.!?;])\s+|,\s+(?=[A-Za-z ]*[<>≥≤])")
_CONDITION = re.compile(r"\b(?:when|whenever|if|once|while|until|unless|where|because)\b", re.I)
# A state to be kept, and no limit that somebody is called at.
_MEANT = re.compile(
    r"\b(?:must|should|shall|keep|kept|target|objective|slos?|goal|expected|normal(?:ly)?|healthy)\b",
    re.IGNORECASE,
)
_PER = re.compile(
    r"(?:/|\bper\s+)\s*(s(?:ec(?:ond)?)?|m(?:in(?:ute)?)?|h(?:our)?|d(?:ay)?)\b", re.I
)
_TIMES = {"s": "s", "m": "min", "h": "h", "d": "d"}
_CLAUSE = re.compile(r"[,.;:(]|\b(?:for|in|within|over|per)\b")
_LONGEST = 400  # characters of a sentence that still states a limit


def subject_of(text: str) -> str:
    """Name what is measured in comparable words, sorted: "The ECS CPU usage" → "cpu ecs". Pure."""
    for pattern, word in _ONE_WORD:
        text = pattern.sub(word, text)
    words = re.findall(r"[a-z0-9][\w./+-]*", text.lower())
    kept = [w.strip(".-/") for w in words]
    return " ".join(sorted({w for w in kept if w and w not in _DROPPED and not w.isdigit()}))


def limits_of_alarm(rule: AlarmRule) -> Iterator[Limit]:
    """Give the limit of an alarm's row, comparable with those that stand elsewhere."""
    if rule.threshold.value is None:
        return
    level = rule.action if rule.action in {"warning", "critical"} else ""
    name = subject_of(f"{rule.name} {rule.threshold.statistic}")
    if name:
        yield Limit(name, rule.threshold, "alarm", rule.threshold.text, rule.span, level)


def limits_of_cause(cause: Cause) -> Iterator[Limit]:
    """Give the limits that the cause's side of a cause → fix row states."""
    for limit in _limits(cause.cause, cause.span, "cause"):
        yield replace(limit, procedure=cause.procedure)


def limits_in(said: Said) -> Iterator[Limit]:
    """Give the limits that a sentence or an item states. Pure."""
    if said.place is Place.HEADING or not LIMIT.search(said.text):
        return
    origin = "symptom" if any(map(is_symptoms, said.above[:1])) else "statement"
    text = said.text
    if is_symptoms(said.label):
        origin, text = "symptom", said.rest
    head, rest = (said.label, said.rest) if said.label else ("", text)
    pairs = list(_PAIR.finditer(rest))
    if pairs and head:
        for pair in pairs:
            level = "warning" if pair.group("level").lower().startswith("warn") else "critical"
            for limit in _limits(f"{head} {pair.group('limit')}", said.span, origin):
                yield replace(limit, level=level, text=said.text, procedure=said.procedure)
        return
    for limit in _limits(text, said.span, origin):
        yield replace(limit, procedure=said.procedure)


def _limits(text: str, span: Span, origin: str) -> Iterator[Limit]:
    for sentence in _SPLIT.split(text):
        if len(sentence) > _LONGEST:
            continue
        start = 0
        for match in LIMIT.finditer(sentence):
            before = sentence[start : match.start()]
            limit = _limit(sentence, before, match)
            if limit is not None and _credible(*limit, origin, match.group(1)):
                name, threshold = limit
                where = "target" if origin == "statement" and _MEANT.search(before) else origin
                yield Limit(name, threshold, where, sentence.strip(), span, _level(before))
            start = match.end()


def _limit(sentence: str, before: str, match: re.Match[str]) -> tuple[str, Threshold] | None:
    threshold = threshold_of(match, sentence.strip())
    before = _CONDITION.split(before)[-1]
    measured = f"{before} {statistic(before)}"
    name = subject_of(measured)
    if not name or not _measured(name):  # "more than 100 failed logins per minute"
        after = sentence[match.end(2) : match.end() + 40].lstrip("%")
        counted = subject_of(f"{before} {_CLAUSE.split(after)[0]}")
        if _measured(counted):
            per = _PER.search(after)
            rate = f"/{_TIMES[per.group(1)[0].lower()]}" if per is not None else ""
            name, threshold = counted, replace(threshold, unit=rate or _counted(threshold.unit))
    if not name:
        return None
    seconds = lasting(sentence, match.start(2))
    said = threshold.statistic or statistic(before)
    return name, replace(threshold, for_seconds=seconds, statistic=said)


def _counted(unit: str) -> str:
    """Drop a unit that is what is counted: "100 failed" counts logins, not "failed"."""
    return unit if unit in {"%", "s", "ms", "min", "h"} or "/" in unit or "B" in unit else ""


def _credible(name: str, threshold: Threshold, origin: str, operator: str) -> bool:
    """Tell whether words and a number are a limit of something measured."""
    if _measured(name):
        return True
    quantity = threshold.unit.startswith(("%", "s", "ms")) or "/" in threshold.unit
    sign = not _WORD_OPERATOR.match(operator)
    return sign and quantity and origin in {"symptom", "cause"} and len(name.split()) <= 4


def _measured(name: str) -> bool:
    return any(word in _MEASURED or word.endswith(("_count", "_total")) for word in name.split())


def _level(before: str) -> str:
    match = _LEVEL.search(before)
    if match is None:
        return ""
    return "warning" if match.group().lower().startswith("warn") else "critical"
