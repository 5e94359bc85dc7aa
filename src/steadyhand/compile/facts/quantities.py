"""Words for durations and thresholds in, numbers out. None where the words hold no number."""

import re

from msgspec.structs import replace

from steadyhand.model.document.facts import Threshold

_SECONDS = {
    "s": 1, "sec": 1, "secs": 1, "second": 1, "seconds": 1,
    "m": 60, "min": 60, "mins": 60, "minute": 60, "minutes": 60,
    "h": 3600, "hr": 3600, "hrs": 3600, "hour": 3600, "hours": 3600,
    "d": 86400, "day": 86400, "days": 86400,
    "w": 604800, "week": 604800, "weeks": 604800,
}  # fmt: skip
_UNIT = "|".join(sorted(_SECONDS, key=len, reverse=True))
_DURATION = re.compile(rf"(\d+(?:\.\d+)?)\s*({_UNIT})\b", re.IGNORECASE)
_RANGE = re.compile(
    rf"(\d+(?:\.\d+)?)\s*(?:[-–—]|to)\s*(\d+(?:\.\d+)?)\s*({_UNIT})\b", re.IGNORECASE
)
_OPEN = re.compile(rf"(\d+(?:\.\d+)?)\s*\+\s*({_UNIT})\b", re.IGNORECASE)
# Words with which a time is the one that something begins at.
_LATER = re.compile(
    r"\b(?:after|past|beyond|more than|over|longer than|no (?:answer|ack\w*|response|reply)|nobody|"
    r"not (?:been )?(?:ack\w*|resolved|answered|fixed)|un(?:resolved|acknowledged|answered)|still|"
    r"lasts?|continues)\b|[>≥]|\+\s*\d",
    re.IGNORECASE,
)
_MOMENT = re.compile(
    rf"(?:after\s+|t\s?\+\s?|\+)?\d+(?:\.\d+)?\s*(?:{_UNIT})"
    r"(?: (?:un(?:acknowledged|resolved|answered)|without (?:an )?(?:ack\w*|answer|response)))?"
    r"|immediate(?:ly)?",
    re.IGNORECASE,
)
_AT_ONCE = re.compile(r"\b(immediate(?:ly)?|at once|right away|first response)\b", re.IGNORECASE)

_OPERATORS = (
    (re.compile(r"^(?:>=|≥|at least\b|\bno less than\b)", re.I), ">="),
    (re.compile(r"^(?:<=|≤|at most\b|no more than\b)", re.I), "<="),
    (re.compile(r"^(?:>|above\b|over\b|more than\b|exceeds?\b|greater than\b)", re.I), ">"),
    (re.compile(r"^(?:<|below\b|under\b|less than\b|fewer than\b)", re.I), "<"),
)
LIMIT = re.compile(
    r"(>=|≥|<=|≤|>|<|\b(?:at least|at most|no less than|no more than|above|over|more than|"
    r"exceeds?|greater than|below|under|less than|fewer than)\b)\s*"
    r"(\d[\d,]*(?:\.\d+)?)\s*([kKMG]?B\b|%|ms\b|(?!per\b)[a-zA-Z]+\b)?"
    r"(\s*(?:of\s+)?max(?:imum)?\b)?(\s*(?:/|per\s+)\s*(?:s|sec|second|m|min|minute|h|hour)\b)?",
    re.IGNORECASE,
)
_FOR = re.compile(
    rf"\b(?:for|over|in|within|during)\s+(?:\w+\s+)?(\d+(?:\.\d+)?)\s*({_UNIT})\b", re.I
)
_TIME_UNITS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), "s"),
    **dict.fromkeys(("ms", "millisecond", "milliseconds"), "ms"),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), "min"),
    **dict.fromkeys(("h", "hr", "hour", "hours"), "h"),
    **dict.fromkeys(("percent", "pct"), "%"),
}
_STATISTICS = (
    (re.compile(r"\bp\s?(\d{2,3}(?:\.\d+)?)\b", re.I), r"p\1"),
    (re.compile(r"\b(\d{2})th percentile\b", re.I), r"p\1"),
    (re.compile(r"\b(?:average|avg|mean)\b", re.I), "average"),
    (re.compile(r"\bmaximum\b|\bpeak\b", re.I), "maximum"),
    (re.compile(r"\bminimum\b", re.I), "minimum"),
)


def duration(text: str) -> float | None:
    """Read the first duration in a text, in seconds: "< 15 min" → 900.0. Pure."""
    match = _DURATION.search(text)
    if match is None:
        return 0.0 if _AT_ONCE.search(text) else None
    return float(match.group(1)) * _SECONDS[match.group(2).lower()]


def begins_after(text: str) -> float | None:
    """Read from when on something holds, in seconds: "15-30 min" → 900.0, "30+ min" → 1800.0."""
    for pattern in (_RANGE, _OPEN):
        if (match := pattern.search(text)) is not None:
            return float(match.group(1)) * _SECONDS[match.group(match.lastindex or 0).lower()]
    return duration(text)


def called_after(when: str, first: bool) -> float | None:
    """Read when a rung of a ladder is called, in seconds; None where no time is said. Pure.

    The first is called at once. A bare time beside it ("15 min", "within 5 min") is the one in
    which it answers; only a beginning ("after 10 min", "10-30 min") is when it is called.
    """
    if not first:
        return begins_after(when)
    says = _RANGE.search(when) or _OPEN.search(when) or _LATER.search(when)
    return (begins_after(when) if says else None) or 0.0


def is_moment(text: str) -> bool:
    """Tell whether a text says when, and nothing else: "After 15 min", "30 min unacknowledged"."""
    return _MOMENT.fullmatch(text) is not None


def ends_after(text: str) -> float | None:
    """Read until when a range holds, in seconds: "15-30 min" → 1800.0; None where it is open."""
    match = _RANGE.search(text)
    return None if match is None else float(match.group(2)) * _SECONDS[match.group(3).lower()]


def threshold(text: str, name: str = "") -> Threshold:
    """Read an alarm's threshold; `name` is the alarm's, which may say the statistic. Pure."""
    match = LIMIT.search(text)
    said = statistic(f"{name} {text}")
    if match is None:
        return Threshold(text, statistic=said)
    return replace(
        threshold_of(match, text), for_seconds=lasting(text, match.start(2)), statistic=said
    )


def threshold_of(match: re.Match[str], text: str) -> Threshold:
    """Read what `LIMIT` has found: operator, number and unit. Pure."""
    return Threshold(
        text=text,
        operator=_operator(match.group(1)),
        value=float(match.group(2).replace(",", "")),
        unit=_unit(match),
    )


def lasting(text: str, start: int) -> float | None:
    """Read for how long a limit has to be passed, in seconds: "… for 5 min" → 300.0. Pure."""
    match = _FOR.search(text, start)
    if match is None:
        return None
    return float(match.group(1)) * _SECONDS[match.group(2).lower()]


def _operator(word: str) -> str:
    return next((sign for pattern, sign in _OPERATORS if pattern.match(word)), ">")


def _unit(match: re.Match[str]) -> str:
    unit = match.group(3) or ""
    if unit.lower() in {"for", "over", "in", "within", "of", "max", "maximum", "per"}:
        unit = ""
    unit = _TIME_UNITS.get(unit.lower(), unit)
    if match.group(4) or (match.group(3) or "").lower() in {"max", "maximum"}:
        unit = f"{unit} max".strip()
    if match.group(5):
        per = match.group(5).strip().removeprefix("/").removeprefix("per").strip().lower()
        unit += "/" + _TIME_UNITS.get(per, per)
    return unit


def statistic(text: str) -> str:
    """Read which statistic a text speaks of: "95th percentile" → "p95". Pure."""
    for pattern, said in _STATISTICS:
        if (match := pattern.search(text)) is not None:
            return match.expand(said)
    return ""
