r"""# missing-owner

## What it does

Notes that a runbook does not say whose it is: no field for an owner, team, author or maintainer,
and no sentence that says who maintains it.

A document counts as a runbook when it has commands, and symptoms, severities, alarms or contacts,
or a title that speaks of operations. Templates and READMEs do not.

## Why it is bad

Nobody is told when the system changes and the text does not. Whoever finds a mistake at night has
nobody to give it to.

## Bad

````markdown
# Restarting the shop

```bash
systemctl restart shop
```
````

## Good

````markdown
# Restarting the shop

- **Owner**: Shop platform team

```bash
systemctl restart shop
```
````

## How to fix

Put a line with the owner below the title, or into the front matter. A team is better than a
person, who may have left.

## Source

https://sre.google/workbook/on-call/
"""

import re
from collections.abc import Iterator

from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.lint.writing.about import is_runbook, is_sample, title_span
from steadyhand.lint.writing.places import section
from steadyhand.model.document.finding import Confidence, Finding, Severity

_KEYS = frozenset({"owner", "team", "author", "approved by"})
_SAYS = re.compile(
    r"\bowne(?:r|rs|d by)\b[^\w\n]|\bowns\b|\bmaintain(?:er|ers|ed by)\b|\bmaintains\b"
    r"|\bauthors?\b[^\w\n]|\bresponsible (?:for|team)\b|\bcodeowners\b|\bwritten by\b",
    re.IGNORECASE,
)


def check(subject: Subject) -> Iterator[Finding]:
    """Report a runbook at most once: where the field is empty, else at its title."""
    fields = [fact for fact in subject.runbook.facts.metadata if fact.key in _KEYS]
    if any(fact.filled for fact in fields) or not is_runbook(subject):
        return
    own = [fact for fact in fields if not is_sample(section(subject.runbook, fact.span.line))]
    if not own and _SAYS.search(subject.runbook.text):
        return
    yield RULE.finding(
        own[0].span if own else title_span(subject),
        "the document does not say who owns it",
        "put a line such as “**Owner**: the team's name” below the title",
    )


RULE = Rule("missing-owner", Severity.NOTE, Confidence.MEDIUM, check)
