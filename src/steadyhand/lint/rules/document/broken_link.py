r"""# broken-link

## What it does

Finds relative links and images whose file is not there. Only targets with a file's name are looked
at (`restore.md`, `images/network.png`): what a site's generator makes of `../restore/` or
`restore.html` nobody can see from here. Where not one of three or more files is there, the
document has rather been taken out of its folder: one note says so.

## Why it is bad

The procedure that the link promises is missing when somebody needs it.

## Bad

````markdown
# Shop

If the database is gone, follow [the restore procedure](database/restore.md).
````

## Good

````markdown
# Shop

If the database is gone, follow [the restore procedure](https://wiki.example.org/restore).
````

## How to fix

Correct the path (it is relative to this document's folder), or add the file.

## Source

https://docs.github.com/en/get-started/writing-on-github/getting-started-with-writing-and-formatting-on-github/basic-writing-and-formatting-syntax#relative-links
"""

import re
from collections.abc import Iterator

from msgspec.structs import replace

from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity
from steadyhand.model.document.runbook import Link

ALL_OF = 3  # files that cannot all have been lost at once
_FILE = re.compile(r"[^<>{}$*@|]+\.(?!html?$|php$|aspx?$|jsp$)[A-Za-z][A-Za-z0-9]{0,8}")
_ELSEWHERE = re.compile(r"[/~]|[^/]*:|\.{3}|(?:[^/]*/)?\.{3}/")


def check(subject: Subject) -> Iterator[Finding]:
    """Report each relative link to a file of which is known that it is not there."""
    links = [link for link in subject.runbook.links if _is_file(subject, link)]
    missing = [link for link in links if not subject.targets[link.target]]
    files = {_path(link) for link in links}
    if len(files) >= ALL_OF and len(missing) == len(links):
        found = RULE.finding(
            links[0].span,
            f"none of the {len(files)} files that the document links to is there",
            "lint it where it belongs, or add the files",
            mark=subject.mark(links[0].span, links[0].target),
        )
        yield replace(found, severity=Severity.NOTE)
        return
    for link in missing:
        yield RULE.finding(
            link.span,
            f"there is no file `{_path(link)}`",
            "correct the path, which begins in this document's folder, or add the file",
            mark=subject.mark(link.span, link.target),
        )


def _is_file(subject: Subject, link: Link) -> bool:
    path = _path(link)
    known = link.target in subject.targets and _ELSEWHERE.match(path) is None
    return known and _FILE.fullmatch(path) is not None


def _path(link: Link) -> str:
    return link.target.partition("#")[0].partition("?")[0]


RULE = Rule("broken-link", Severity.WARNING, Confidence.HIGH, check)
