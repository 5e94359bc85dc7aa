"""A document's lines in, the lines as they were meant out, with what was wrong in which line.

Only fences are repaired, and what stands for them: Hugo's and Jekyll's `highlight`. No line is
added or taken away, so that every number stays. What Markdown makes of the text decides, not a look
at the lines alone.
"""

import re
from collections.abc import Callable, Sequence

from markdown_it.token import Token
from msgspec import Struct

from steadyhand.compile.markdown.fences import BARE, OPENS, TEMPLATES, language_of, opener

_ROUNDS = 8
_FAR = 400  # lines that a template may have
_NEAR = 60  # lines in which a block in a list is looked for its end
_PLAIN = frozenset("text txt plain plaintext none output console".split())
_HIGHLIGHT = re.compile(
    r"^([ \t]*)(?:\{\{<|\{%-?)\s*highlight\s+\"?([\w+#-]+)\"?.*?(?:>\}\}|%\})\s*$"
)
_ENDS = re.compile(r"^([ \t]*)(?:\{\{<\s*/\s*highlight\s*>\}\}|\{%-?\s*endhighlight\s*-?%\})\s*$")
_QUOTED = re.compile(r"[ ]{0,3}>")


class Repaired(Struct, frozen=True):
    """The lines to read, what Markdown makes of them, and (kind, line) of what was wrong."""

    lines: list[str]
    tokens: list[Token]
    faults: tuple[tuple[str, int], ...] = ()


def repaired(lines: Sequence[str], read: Callable[[str], list[Token]]) -> Repaired:
    """Read lines as Markdown; where a fence is not what was meant, mend it and read again."""
    mended = _highlights(list(lines))
    faults: list[tuple[str, int]] = []
    tokens = read("\n".join(mended))
    for _ in range(_ROUNDS):
        found = [
            fault
            for token in tokens
            if token.type == "fence" and token.map
            for fault in _mend(token, mended)
        ]
        if not found:
            break
        faults += found
        tokens = read("\n".join(mended))
    return Repaired(mended, tokens, tuple(dict.fromkeys(faults)))


def _highlights(lines: list[str]) -> list[str]:
    """Write `{{< highlight bash >}} … {{< /highlight >}}` as a code block."""
    start, opened = 0, None
    for index, line in enumerate(lines):
        if "highlight" not in line:
            continue
        if (match := _HIGHLIGHT.match(line)) is not None:
            start, opened = index, match
        elif opened is not None and _ENDS.match(line):
            lines[start] = f"{opened.group(1)}~~~~~ {opened.group(2)}"
            lines[index] = f"{opened.group(1)}~~~~~"
            opened = None
    return lines


def _mend(token: Token, lines: list[str]) -> list[tuple[str, int]]:
    start, end = token.map or [0, 0]
    content = token.content.split("\n")[:-1]
    closed = end - start - 2 == len(content)
    if end > len(lines) or start >= len(lines):
        return []
    if language_of(token.info) in TEMPLATES and closed and token.level == 0:
        return _nested(token, lines, start, end - 1)
    if token.level and not closed:
        return _in_list(token, lines, start, end)
    return _closed_with_word(token, lines, start, content)


def _closed_with_word(
    token: Token, lines: list[str], start: int, content: Sequence[str]
) -> list[tuple[str, int]]:
    """Take the word off a fence that was meant to close a block: a blank line is below it."""
    inside, found = True, []
    for index, line in enumerate(content):
        match = opener(line, token.markup)
        if match is None:
            continue
        if not inside:
            inside = True
            continue
        ends = index + 1 == len(content) or not content[index + 1].strip()
        if ends and _may_close(match.group(2), token.info):
            number = start + 1 + index
            lines[number] = lines[number].rstrip().removesuffix(match.group(2)).rstrip()
            found.append(("opens", number + 1))
            inside = False
    return found


def _may_close(word: str, info: str) -> bool:
    return language_of(word) in _PLAIN or language_of(word) == language_of(info)


def _nested(token: Token, lines: list[str], start: int, end: int) -> list[tuple[str, int]]:
    """Lengthen the fence of a Markdown block that holds blocks of its own."""
    if not any(opener(line, token.markup) for line in token.content.split("\n")):
        return []
    depth, longest = 0, 3
    for index in range(start + 1, min(len(lines), start + _FAR)):
        match = OPENS.fullmatch(lines[index])
        bare = BARE.fullmatch(lines[index])
        mark = match or bare
        if mark is None or mark.group(1)[0] != token.markup[0]:
            continue
        longest = max(longest, len(mark.group(1)))
        if match is not None:
            depth += 1
        elif depth:
            depth -= 1
        else:
            if index <= end:
                return []
            fence = token.markup[0] * (longest + 1)
            lines[start] = lines[start].replace(token.markup, fence, 1)
            lines[index] = fence
            return [("nested", start + 1)]
    return []


def _in_list(token: Token, lines: list[str], start: int, end: int) -> list[tuple[str, int]]:
    """Indent a block in a list whose end, or more of it, is not as far right as its start."""
    before = lines[start].partition(token.markup)[0]
    if before.strip(" \t-*+0123456789.)"):
        return []
    margin = " " * len(before.expandtabs(4))
    for index in range(end, min(len(lines), end + _NEAR)):
        line = lines[index]
        if OPENS.fullmatch(line) or _QUOTED.match(line) or re.match(r"#{1,6} [A-Z]", line):
            return []
        if BARE.fullmatch(line) and line.strip()[0] == token.markup[0]:
            for each in range(end, index + 1):
                if lines[each].strip():
                    own = lines[each].lstrip() if each == index else lines[each]
                    lines[each] = margin + own
            return [("list", start + 1)]
    return []
