"""The name of a value and sentences in, whether one of them explains the value out.

To be named is not to be explained: a sentence has to say where the value comes from ("the task's
ARN from the list above"), or what it is ("`<node>` is the node that the alert names"). English.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

# Words of a name that say nothing about what is meant.
_EMPTY = frozenset(
    "a an the your my our this that new old current existing target source name id ids arn url uri "
    "value number key of to for in no x xx xxx y z".split()
)
# Where values stand, and where they are looked for: "in the logs" is said of many other things.
_SHOWN = (
    r"outputs?|list|listing|table|alert|alarm|ticket|message|refusal|answer|response|result|vault|"
    r"safe|inventory|notification|e-?mail|label|header|secrets? manager|parameter store|"
    r"password manager|release notes|changelog|column|above|below|before|"
    r"(?:previous|last|first|earlier) (?:step|command|section|block)|step \d+"
)
_FILE = r"[\w./-]+\.(?:ya?ml|json|toml|tfvars|env|ini|conf)"
_PLACES = (
    rf"(?:{_SHOWN}|{_FILE}|console|dashboard|page|portal|logs?|error|slack|history|report|events?|"
    r"terraform|registry|wiki|config\w*)"
)
_WHERE = re.compile(
    rf"\b(?:from|of|by|see)\b(?:\s+\S+){{0,4}}?\s+{_PLACES}\b"
    rf"|\b(?:in|on|under)\b(?:\s+\S+){{0,4}}?\s+(?:{_SHOWN})\b"
    r"|\b(?:above|below)\b|\b(?:printed|returned|noted|reported|displayed|listed|shown)\b",
    re.IGNORECASE,
)
_FIND = rf"\b(?:find|get|take|read|see)\b.*%s.*\b(?:in|on|under|from)\b.*\b{_PLACES}\b"
# What a comment says that takes a value from where the reader has just been.
_BACK = re.compile(
    r"\babove\b|\bnoted\b|\b(?:previous|last|earlier) (?:step|command)\b|\bfrom step \d|"
    rf"\bfrom (?:(?:the|your|its) )?(?:\S+ )?{_PLACES}\b",
    re.IGNORECASE,
)
_TAKES = (
    r"\b(?:note(?: down)?|write down|remember|look up|ask (?:\w+ ){0,3}for|choose|pick|copy|use)"
    r" (?:the|its|your|this|an?|one)\b"
)
_IS = (
    r"(?:\W+[\w'’]+){0,3}?\W+(?:(?:is|are) (?:the|an?|what|your|one of|found|called|named|in the)|"
    r"means|stands for|refers to|comes from|can be found)\b"
)
_EXAMPLE = r"\w*\W+(?:\w+\W+){0,2}?(?:e\.g\.|for example|for instance|such as)"
_ASSUMES = re.compile(r"\b(?:if|when|whether|until|unless|once|while)\b", re.IGNORECASE)
# A line that begins something of its own: an item, a row, a heading, a comment, a fence.
_BEGINS = re.compile(r"\s*(?:[-*+]\s|\d+[.)]\s|\||#|--\s|//|>|<!--|```|~~~)")


def explained(spelling: str, texts: Iterable[str]) -> bool:
    """Tell whether these texts explain a placeholder, as somebody would who reads them. Pure."""
    words = _words(spelling)
    return bool(words) and any(
        _explains(sentence, words) for text in texts for sentence in sentences(text)
    )


def explains_itself(spelling: str) -> bool:
    """Tell whether a placeholder lists its values, or is a phrase: `<path to the file>`. Pure."""
    inner = bare(spelling)
    return "|" in inner or len(inner.split()) > 2


def refers_back(label: str) -> bool:
    """Tell whether the words over a command take its value from what has been shown. Pure."""
    return _BACK.search(label) is not None


def mentioned(spelling: str, text: str) -> bool:
    """Tell whether a text speaks of a placeholder as such: in its brackets, or in code marks. Pure.

    `TASK_ID` and `$TASK` are such words wherever they stand; `<endpoint>` is not "endpoint".
    """
    if bare(spelling) not in text:
        return False
    inner = re.escape(bare(spelling))
    own = rf"(?<![\w$-]){re.escape(spelling)}(?![\w-])"
    marked = rf"`(?:[^`\n]*[^\w`-])?{inner}(?:[^\w`-][^`\n]*)?`|[<{{\[]{inner}[>}}\]]"
    if re.search(rf"{marked}|{own}" if spelling != bare(spelling) else marked, text):
        return True
    if re.fullmatch(r"[A-Z0-9]+(?:_[A-Z0-9]+)+", bare(spelling)):
        return re.search(rf"(?<![\w$-]){inner}(?![\w-])", text) is not None
    return False


def bare(spelling: str) -> str:
    """Give a placeholder's name without its signs. Pure."""
    return spelling.strip("<>[]{}()$%\"' ")


def sentences(text: str) -> Iterator[str]:
    """Cut a text into its sentences; lines of one paragraph belong together. Pure."""
    paragraph = ""
    for line in text.split("\n"):
        if not line.strip() or _BEGINS.match(line):
            yield from _split(paragraph)
            paragraph = ""
        paragraph += f" {line.strip()}"
    yield from _split(paragraph)


def _split(paragraph: str) -> Iterator[str]:
    parts = re.split(r"(?<=[.!?;])\s+(?!\()", paragraph)
    for at, part in enumerate(parts):
        if part.strip():
            head = part.endswith(("e.g.", "i.e.")) and at + 1 < len(parts)
            yield f"{part} {parts[at + 1]}" if head else part


def _words(spelling: str) -> Sequence[str]:
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", bare(spelling))
    return [w for w in re.findall(r"[a-z]+|\d+", apart.lower()) if w not in _EMPTY]


def _explains(sentence: str, words: Sequence[str]) -> bool:
    said = sentence.lower()
    if not all(word in said for word in words):
        return False
    places = [re.search(rf"\b{word}", said) for word in words]
    if not all(places):
        return False
    first = min(place.start() for place in places if place)
    last = re.escape(words[-1])
    name = r"[\s_-]+".join(re.escape(word) for word in words)
    if _WHERE.search(said, first) or re.search(rf"\b(?:which|whose)\s(?:\w+\s)?{name}", said):
        return True
    if re.search(rf"{_TAKES}.*\b{last}", said) or re.search(rf"\b{last}{_EXAMPLE}", said):
        return True
    if re.search(_FIND % name, said):
        return True
    label = (
        rf"\s*(?:[-*+|]|\d+[.)])?\s*[*_`]*{name}(?:[\s_-]\w+)?[*_`]*\s*(?::|=|\||–|—)[*_`]*\s*\S"
    )
    if re.match(label, said):
        return True
    defines = re.search(rf"\b{last}\w*{_IS}", said)
    return defines is not None and not _ASSUMES.search(said, 0, defines.start())
