r"""# duplicate-heading

## What it does

Finds two headings with the same text under the same heading, in documents with something to do.
Two of the same text anywhere are a note where two entries of a table of contents lead to the one.

## Why it is bad

Whoever is told to follow "Restart the workers" finds two places that may differ. A link reaches
only the first of them; the others get a number that changes when one is taken out.

## Bad

````markdown
# Shop

## Restart the workers

```bash
systemctl restart shop-worker
```

## Restart the workers

```bash
systemctl restart shop-worker@1 shop-worker@2
```
````

## Good

````markdown
# Shop

## Workers

### Symptoms

- The queue grows

## Database

### Symptoms

- Connections are refused
````

## How to fix

Name each heading after what makes it another one, or put the two together. The same sub-heading
under different headings ("Symptoms", "Diagnosis") is fine, and not reported.

## Source

https://docs.github.com/en/get-started/writing-on-github/getting-started-with-writing-and-formatting-on-github/basic-writing-and-formatting-syntax#section-links
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.lint.writing.anchors import github_anchor
from steadyhand.model.document.finding import Confidence, Finding, Severity
from steadyhand.model.document.runbook import Heading

_ENTRY = re.compile(r"\s*(?:[-*+]|\d+[.)])\s+\[[^\]]*\]\([^)]*\)\s*$")  # of a table of contents

# What a chapter consists of, whatever it is about.
_PART = re.compile(
    r"\W*(?:(?:common |likely |possible |immediate |recovery |manual )?"
    r"(?:symptoms?|diagnos[ei]s|causes?|root cause|resolution|solutions?|fix(?:es)?|steps?|"
    r"actions?|procedures?|mitigations?|impact|"
    r"investigation|verification|verify|checks?|rollback|prevention|escalation|commands?|examples?|"
    r"notes?|overview|description|details|summary|prerequisites?|usage|options?|parameters?|"
    r"context|background|triggers?|severity|response|next steps|references?|links|see also)"
    r"|step \d+.*|(?:phase|part|option|case) \w\b.*)\W*",
    re.IGNORECASE,
)


def check(subject: Subject) -> Iterator[Finding]:
    """Report each heading that repeats one before it, once."""
    if not subject.runbook.procedures:
        return
    first: dict[tuple[str, str], Heading] = {}
    anywhere: dict[str, list[Heading]] = {}
    for parent, heading in _with_parents(subject.runbook.headings):
        text = heading.text.casefold()
        if not text:
            continue
        if (parent, text) in first:
            line = first[parent, text].span.line
            yield RULE.finding(
                heading.span,
                f"the heading “{heading.text}” stands under the same heading in line {line}",
                "name each after what makes it another one, or put the two together",
                mark=subject.mark(heading.span, heading.text),
            )
        else:
            first[parent, text] = heading
            anywhere.setdefault(github_anchor(heading.text), []).append(heading)
    yield from _ambiguous(subject, anywhere)


def _with_parents(headings: tuple[Heading, ...]) -> Iterator[tuple[str, Heading]]:
    """Give each heading with the one it stands under, as its place; "" for none.

    "Symptoms" stands under what is before it, even where all headings are of one level.
    """
    above: list[Heading] = []
    for heading in headings:
        part = _PART.fullmatch(heading.text.strip()) is not None
        while above and above[-1].level > heading.level - (not part):
            above.pop()
        yield str(above[-1].span) if above else "", heading
        if not part:
            above.append(heading)


def _ambiguous(subject: Subject, headings: Mapping[str, Sequence[Heading]]) -> Iterator[Finding]:
    """Report a repeated heading that a table of contents means, and does not lead to."""
    leads = Counter(
        link.target[1:].lower()
        for link in subject.runbook.links
        if link.target.startswith("#") and _ENTRY.match(subject.line(link.span.line))
    )
    for anchor, (first, *others) in headings.items():
        if others and leads[anchor] > 1:
            found = RULE.finding(
                others[0].span,
                f"{leads[anchor]} links lead to `#{anchor}` in line {first.span.line}, none here",
                "give the two headings different names, or end the link to this one in `-1`",
                mark=subject.mark(others[0].span, others[0].text),
            )
            yield replace(found, severity=Severity.NOTE)


RULE = Rule("duplicate-heading", Severity.WARNING, Confidence.HIGH, check)
