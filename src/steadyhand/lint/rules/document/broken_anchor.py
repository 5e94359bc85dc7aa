r"""# broken-anchor

## What it does

Finds links to a place in this document, or in one that is checked with it, where there is no such
heading and no anchor given by hand. Links that work in some renderers but not on GitHub are one
note.

## Why it is bad

The table of contents is what people use under pressure; a link that does nothing costs the minute
in which they search for the chapter.

## Bad

````markdown
# Shop

See [how to roll back](#rollback).

## Rolling back

```bash
./deploy.sh rollback
```
````

## Good

````markdown
# Shop

See [how to roll back](#-rolling-back-in-5-minutes).

## ⏪ Rolling back (in 5 minutes)

```bash
./deploy.sh rollback
```
````

## How to fix

Write the heading in lower case, drop everything but letters, digits, hyphens and underscores, and
put a hyphen for each space; an emoji in front leaves the hyphen of the space behind it. The second
heading of the same text gets `-1`.

## Source

https://docs.github.com/en/get-started/writing-on-github/getting-started-with-writing-and-formatting-on-github/basic-writing-and-formatting-syntax#section-links
"""

import difflib
import posixpath
import re
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.lint.writing.anchors import Anchors, anchors, is_whole
from steadyhand.model.document.finding import Confidence, Finding, Severity
from steadyhand.model.document.runbook import Link, Runbook

# What another program makes of it: text fragments, routes, footnotes, what a template fills in.
_OTHERS = re.compile(r"top$|[/!]|.*(?::|[<>{}$])|L\d+(?:-L?\d+)?$|.*\.\.\.", re.IGNORECASE)


def check(subject: Subject) -> Iterator[Finding]:
    """Report each anchor once that a document which is known does not have.

    Those that only GitHub does not follow are reported once: they are one habit, not many mistakes.
    """
    known: dict[str, Anchors | None] = {}
    seen: set[tuple[str, str]] = set()
    nearly: list[tuple[Link, str, Anchors]] = []
    for link in subject.runbook.links:
        path, _, anchor = link.target.partition("#")
        document = _document(subject, path) if anchor and not _OTHERS.match(anchor) else None
        if document is None:
            continue
        if document.path not in known:
            known[document.path] = _anchors(subject, document)
        there = known[document.path]
        if there is None or there.reaches(anchor) or (document.path, anchor) in seen:
            continue
        seen.add((document.path, anchor))
        if there.nearly_reaches(anchor):
            nearly.append((link, anchor, there))
        else:
            yield _broken(subject, link, anchor, there, document.path)
    if nearly:
        yield _habit(subject, nearly)


def _anchors(subject: Subject, document: Runbook) -> Anchors | None:
    """Give a document's anchors; None where another document is included into it."""
    if not is_whole(document):
        return None
    own = document.path == subject.runbook.path
    garbled = {f.span.line for f in subject.reported("readable-text")} if own else ()
    return anchors(document, garbled)


def _document(subject: Subject, path: str) -> Runbook | None:
    """Find the document that a link leads into, if it is one of those checked together."""
    if not path:
        return subject.runbook
    folder = posixpath.dirname(subject.runbook.path)
    wanted = posixpath.normpath(posixpath.join(folder, path.partition("?")[0]))
    return next((document for path, document in subject.in_folder(_placed) if path == wanted), None)


def _placed(document: Runbook) -> tuple[str, Runbook]:
    return posixpath.normpath(document.path), document


def _broken(subject: Subject, link: Link, anchor: str, there: Anchors, path: str) -> Finding:
    return RULE.finding(
        link.span,
        f"no heading of `{path}` has the anchor `#{anchor}`",
        _nearest(anchor, there),
        mark=subject.mark(link.span, f"#{anchor}"),
    )


def _habit(subject: Subject, nearly: Sequence[tuple[Link, str, Anchors]]) -> Finding:
    link, anchor, there = nearly[0]
    found = RULE.finding(
        link.span,
        f"`#{anchor}` leads nowhere on GitHub; {len(nearly)} of the links are like that",
        _nearest(anchor, there),
        mark=subject.mark(link.span, f"#{anchor}"),
    )
    return replace(found, severity=Severity.NOTE, confidence=Confidence.MEDIUM)


def _nearest(anchor: str, there: Anchors) -> str:
    near = difflib.get_close_matches(anchor.lower(), sorted(there.exact), 1, 0.6)
    return " ".join(["name a heading that is there", *(f"(`#{one}`?)" for one in near)])


RULE = Rule("broken-anchor", Severity.WARNING, Confidence.HIGH, check)
