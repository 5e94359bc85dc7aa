"""A document in, what a link to a place in it may say after `#` out, as renderers make it.

GitHub's rule is the exact one; what MkDocs, GitLab, Pandoc and others make of the same heading
differs in hyphens and numbers only, and is compared loosely.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator

from msgspec import Struct

from steadyhand.lint.writing.prose import fenced_lines
from steadyhand.model.document.runbook import Runbook

_GIVEN = re.compile(r"""\b(?:id|name)\s*=\s*\{?["']?([^\s"'<>{}]+)|\{(?:/\*)?\s*:?\s*#([\w:.-]+)""")
_GIVEN_AT_END = re.compile(r"\s*\{(?:/\*)?\s*:?\s*#[^{}]*\}\s*$")
_HTML_HEADING = re.compile(r"<h[1-6][^>]*>(.*?)</h[1-6]>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
# A part of the page that this document does not hold.
_INCLUDES = re.compile(
    r"\{%-?\s*include|\{\{<|\{\{%|--8<--|\{!.*!\}|^\s*(?:import|export)\s.*['\"]"
    r"|^\s*:{3,}\s*\{include|^\.\. include::|\[\[_?TOC_?\]\]"
)


class Anchors(Struct, frozen=True):
    """The anchors of one document. `exact` are GitHub's, and those given by hand."""

    exact: frozenset[str]
    loose: frozenset[str]

    def reaches(self, anchor: str) -> bool:
        """Tell whether a link reaches something on GitHub."""
        return _kept(anchor.removeprefix("user-content-")) in self.exact

    def nearly_reaches(self, anchor: str) -> bool:
        """Tell whether a link reaches something in any renderer."""
        plain = _loose(anchor)
        return plain in self.loose or _unnumbered(plain) in self.loose


def anchors(runbook: Runbook, garbled: Collection[int] = ()) -> Anchors:
    """Collect a document's anchors; `garbled` are the lines with wrongly decoded characters. Pure.

    A garbled heading has the anchor of what stands there, and would have another one mended.
    """
    given = {_kept(anchor) for anchor in _given(runbook)}
    seen: Counter[str] = Counter()
    exact, loose = set(given), {_loose(anchor) for anchor in given}
    for text in _headings(runbook, garbled):
        anchor = github_anchor(text)
        exact.add(f"{anchor}-{seen[anchor]}" if seen[anchor] else anchor)
        seen[anchor] += 1
        loose.add(_loose(anchor))
    loose |= {_loose(heading.text) for heading in runbook.headings}
    return Anchors(frozenset(exact), frozenset(loose))


def github_anchor(text: str) -> str:
    """Make a heading's anchor as GitHub does, without the number of a repeated one. Pure."""
    # https://github.com/gjtorikian/html-pipeline/blob/main/lib/html_pipeline/node_filter/table_of_contents_filter.rb
    return _kept(text.strip()).replace(" ", "-")


def is_whole(runbook: Runbook) -> bool:
    """Tell whether a document is all of its page: nothing is included into it. Pure."""
    fenced = fenced_lines(runbook)
    return not any(
        number not in fenced and _INCLUDES.search(line)
        for number, line in enumerate(runbook.lines, 1)
    )


def _headings(runbook: Runbook, garbled: Collection[int]) -> Iterator[str]:
    for heading in runbook.headings:
        if heading.span.line in garbled and heading.span.line <= len(runbook.lines):
            line = runbook.lines[heading.span.line - 1]
            yield re.sub(r"^\s*#+\s*|\s+#+\s*$|[*`]", "", line)
        else:
            yield _GIVEN_AT_END.sub("", heading.text)
    for line in runbook.lines:
        yield from (_TAG.sub("", text) for text in _HTML_HEADING.findall(line))


def _given(runbook: Runbook) -> Iterator[str]:
    """Give the anchors written by hand: `<a name="x">`, `id="x"`, `{#x}`."""
    fenced = fenced_lines(runbook)
    for number, line in enumerate(runbook.lines, 1):
        if number not in fenced:
            yield from (one or other for one, other in _GIVEN.findall(line))


def _kept(text: str) -> str:
    """Drop what no anchor holds. Marks that only change a letter's look go as well."""
    return re.sub(r"[^\w\- ]", "", text.lower())


def _loose(anchor: str) -> str:
    plain = re.sub(r"[\s_-]+", "-", _kept(anchor.removeprefix("markdown-header-"))).strip("-")
    return re.sub(r"^[\d-]+(?=[^\W\d])", "", plain)


def _unnumbered(anchor: str) -> str:
    return re.sub(r"-\d+$", "", anchor)
