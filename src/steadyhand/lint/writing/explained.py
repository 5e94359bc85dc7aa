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
_FIND = re.compile(r"\b(?:find|get|take|read|see)\b")
_FOUND = re.compile(rf"\b(?:in|on|under|from)\b.*\b{_PLACES}\b")
# What a comment says that takes a value from where the reader has just been.
_BACK = re.compile(
    r"\babove\b|\bnoted\b|\b(?:previous|last|earlier) (?:step|command)\b|\bfrom step \d|"
    rf"\bfrom (?:(?:the|your|its) )?(?:\S+ )?{_PLACES}\b",
    re.IGNORECASE,
)
_TAKES = re.compile(
    r"\b(?:note(?: down)?|write down|remember|look up|ask (?:\w+ ){0,3}for|choose|pick|copy|use)"
    r" (?:the|its|your|this|an?|one)\b"
)
_WHICH = re.compile(r"\b(?:which|whose)\s(?:\w+\s)?\Z")
_IS = re.compile(
    r"\w*(?:\W+[\w'’]+){0,3}?\W+(?:(?:is|are) (?:the|an?|what|your|one of|found|called|named|"
    r"in the)|"
    r"means|stands for|refers to|comes from|can be found)\b"
)
_EXAMPLE = re.compile(r"\w*\W+(?:\w+\W+){0,2}?(?:e\.g\.|for example|for instance|such as)")
# What stands before and behind a name that begins a line as a label: `- **Name**: …`
_BEFORE = re.compile(r"\s*(?:[-*+|]|\d+[.)])?\s*[*_`]*")
_BEHIND = re.compile(r"(?:[\s_-]\w+)?[*_`]*\s*(?::|=|\||–|—)[*_`]*\s*\S")
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
    places = [next(_begins(word, said), -1) for word in words]
    if min(places) < 0:
        return False
    if _WHERE.search(said, min(places)):
        return True
    name = re.compile(r"[\s_-]+".join(map(re.escape, words)))
    if any(_explains_name(said, *match.span()) for match in name.finditer(said)):
        return True
    last = list(_begins(words[-1], said))
    ends = [at + len(words[-1]) for at in last]
    if _TAKES.search(said, 0, last[-1]) or any(_EXAMPLE.match(said, end) for end in ends):
        return True
    defined = next((at for at, end in zip(last, ends, strict=True) if _IS.match(said, end)), None)
    return defined is not None and not _ASSUMES.search(said, 0, defined)


def _explains_name(said: str, start: int, end: int) -> bool:
    """Tell whether the words around a whole name say which value it is, or where to find it."""
    if _WHICH.search(said, 0, start):
        return True
    find = _FIND.search(said)
    if find is not None and find.end() <= start and _FOUND.search(said, end):
        return True
    return _BEFORE.fullmatch(said, 0, start) is not None and _BEHIND.match(said, end) is not None


def _begins(word: str, text: str) -> Iterator[int]:
    """Give where words of a text begin with a word."""
    at = text.find(word)
    while at >= 0:
        if at == 0 or not (text[at - 1].isalnum() or text[at - 1] == "_"):
            yield at
        at = text.find(word, at + 1)
