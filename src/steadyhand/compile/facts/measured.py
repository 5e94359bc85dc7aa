"""Items and comments in; what is to be measured without a limit out: metric lists, baselines.

One metric for each thing that an item names: "RDS CPU, connections" are two. Whether anything
measures it is not known here.
"""

import re
from collections.abc import Iterator

from steadyhand.compile.facts.said import Place, Said
from steadyhand.compile.markdown import Document, Fence
from steadyhand.model.document.facts import Metric
from steadyhand.model.document.span import Span

# A list under such a heading or label names a metric an item.
_LIST = re.compile(
    r"\b(?:metrics|measures|measurements|kpis|key (?:performance )?indicators|signals)\b"
    r".{0,20}\b(?:to|we) (?:monitor|watch|track|observe|collect|measure|look at)\b"
    r"|\b(?:monitored|tracked|watched|collected) metrics\b|\bmetrics? dashboards?\b|\bkpis\b"
    r"|^(?:(?:key|critical|important|application|infrastructure|business|golden)\s)*"
    r"(?:metrics|signals)$",
    re.IGNORECASE,
)
_NO_LIST = re.compile(r"\bthresholds?\b|\balarms?\b|\balerts?\b|\blimits?\b", re.IGNORECASE)
_BASELINE = re.compile(r"\bbaselines?\b", re.IGNORECASE)
_GROWTH = re.compile(r"\bgrowth\b|\bprojections?\b|\bcapacity (?:plan|target)", re.IGNORECASE)
_DASHBOARD = re.compile(r"\bdashboards?\b", re.IGNORECASE)
_URL = re.compile(r"https?://[^\s)>`]+")
_NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?"
_OFTEN = r"(?!\s+(?:an?|per|each|every)\b)"  # "twice a year" is no growth
_TIMES = re.compile(
    rf"(?<![\w.,])({_NUMBER})\s*(?:x\b|×|times\b{_OFTEN})|\b(?:double|twice)\b{_OFTEN}",
    re.IGNORECASE,
)
_AMOUNT = re.compile(
    rf"(?<![\w.])(?P<number>{_NUMBER})(?:(?P<many>(?-i:[kKM]))\b)?"
    r"(?:\s*(?P<unit>%|(?:ms|s|seconds?|min|minutes?|h|hours?|days?|[kmgt]i?b)\b"
    r"|/\s?(?:s|min|h|day)\b))?"
    r"(?P<more>\w|[,.:]\d|\s*(?:[-–—/x]|to\b)\s*\d)?",  # of a range, a date, a time, a version
    re.IGNORECASE,
)
_MANY = {"": 1, "k": 1e3, "m": 1e6}
_APART = re.compile(r",(?![^()]*\))")  # a comma that stands in no bracket
_PARENS = re.compile(r"^(?P<head>[^()]+?)\s*\((?P<inside>[^()]+)\)\W*$")
_SLASHED = re.compile(r"^(?P<head>\S+)\s+(?P<one>\w+)/(?P<other>\w+)(?P<rest>\s+\w+)?$")
_COMMENT = re.compile(r"^\s*#+\s?(?P<text>.*)$")
_ITEM = re.compile(r"^\s*[-*•]\s+(?P<text>.+)$")
_WRITTEN_OUT = re.compile(r"^\s*(?P<name>\w+):\s*%\{(?P=name)\}")  # a format of `curl --write-out`
_LONGEST = 80  # characters of an item that is the name of a metric


def metrics_in(said: Said) -> Iterator[Metric]:
    """Give what one item wants measured, or which dashboard it names. Pure."""
    if said.place is Place.HEADING or said.checked is not None:
        return
    head = said.label or said.text.partition(":")[0]
    url = _URL.search(said.raw)
    if url and (_DASHBOARD.search(head) or any(_DASHBOARD.search(one) for one in said.above[:1])):
        yield _one(said, "dashboard", head.strip(" :"), text=url.group())
    elif said.place is Place.ITEM and said.label and _BASELINE.search(head):
        yield _one(said, "baseline", head, text=said.rest)
    elif said.place is Place.ITEM and said.label and _GROWTH.search(head):
        yield _one(said, "growth", head, text=said.rest, value=_factor(said.rest), unit="x")
    elif said.place is Place.ITEM and _BASELINE.search(said.nearest):
        name, _, rest = said.text.partition(": " if ": " in said.text else ":")
        if amount := _AMOUNT.search(rest):
            value, unit = _value(amount)
            yield _one(said, "baseline", name.strip(), text=rest.strip(), value=value, unit=unit)
    elif said.place is Place.ITEM and _lists(said.above) and len(said.text) <= _LONGEST:
        group = "" if _LIST.search(said.nearest) else said.nearest.rstrip(" :")
        for name in names(said.text):
            yield _one(said, "metric", name, group)


def _lists(above: tuple[str, ...]) -> bool:
    """Tell whether one of the two nearest headings is over a list of metrics."""
    return any(_LIST.search(one) and not _NO_LIST.search(one) for one in above[:2])


def _one(
    said: Said,
    kind: str,
    name: str,
    group: str = "",
    text: str = "",
    value: float | None = None,
    unit: str = "",
) -> Metric:
    return Metric(
        name, kind, group, text or said.text, said.span, said.procedure, value, unit
    )  # fmt: skip


def _value(amount: re.Match[str]) -> tuple[float | None, str]:
    """Read one number and its unit; None where it is only a part of what is said: "10-20 %"."""
    if amount["more"]:
        return None, ""
    number = float(amount["number"].replace(",", "")) * _MANY[(amount["many"] or "").lower()]
    return number, (amount["unit"] or "").replace(" ", "")


def _factor(text: str) -> float | None:
    match = _TIMES.search(text)
    if match is None:
        return None
    return float(match[1].replace(",", "")) if match[1] else 2.0


def names(item: str) -> list[str]:
    """Name each thing that an item of a metric list names. Pure.

    A word in front, or before a bracket, is of all: "Latency (P50, P95)", "S3 rate, errors".
    """
    first, *others = [one.strip(" .;") for one in _APART.split(item) if one.strip(" .;")] or [""]
    head, _, rest = first.partition(" ")
    if others and rest and not rest.startswith("("):
        others = [f"{head} {one}" for one in others]
    if not others and (match := _SLASHED.match(first)):
        rest = match["rest"] or ""
        return [f"{match['head']} {match[one]}{rest}" for one in ("one", "other")]
    return [name for one in (first, *others) for name in _in_brackets(one)]


def _in_brackets(item: str) -> list[str]:
    match = _PARENS.match(item)
    inside = [one.strip() for one in match["inside"].split(",")] if match else []
    if match is None or " / " in match["head"] or len(inside) == 1:
        return [item] if item else []
    return [f"{match['head']} {one}" for one in inside if one]


def metrics_in_blocks(document: Document) -> Iterator[Metric]:
    """Give the metrics that comments of code blocks list, and formats of `curl` write. Pure."""
    for block in document.blocks:
        if isinstance(block, Fence):
            yield from _in_comments(document.path, block)


def _in_comments(path: str, block: Fence) -> Iterator[Metric]:
    listing = False
    for number, line in enumerate(block.lines):
        comment = _COMMENT.match(line)
        text = comment["text"] if comment else ""
        span = Span(path, block.first + number, block.first + number)
        if written := _WRITTEN_OUT.match(text):
            yield Metric(written["name"], "metric", "", text.strip(), span)
            continue
        item = _ITEM.match(text)
        if listing and item and len(item["text"]) <= _LONGEST:
            for name in names(item["text"]):
                yield Metric(name, "metric", "", item["text"], span)
            continue
        listing = bool(_LIST.search(text.rstrip(" :")) and not _NO_LIST.search(text))
