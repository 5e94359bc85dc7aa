r"""# empty-contact

## What it does

Finds contacts that nobody filled in: `[Insert Contact]`, `TBD`, `xxx-xxxx`, an empty cell in a
table of contacts. Notes those that reach nobody: an address at `company.com`, a pager's page of
"company", "see the rota" without saying where the rota is.

## Why it is bad

It is noticed in the minute in which somebody has to be called.

## Bad

````markdown
# Shop

## Contacts

- **On-call**: [Insert phone number]
- **Database team**: TBD
````

## Good

````markdown
# Shop

## Contacts

- **On-call**: +49 30 1234567
- **Database team**: #team-database
- **Security**: n/a
````

## How to fix

Write the number, the address or the channel; for a rota, the link to it. Where there is nobody,
write "none".

## Source

https://sre.google/workbook/on-call/
"""

import re
from collections.abc import Iterator

from msgspec.structs import replace

from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.lint.writing.about import is_sample, is_template
from steadyhand.lint.writing.places import section
from steadyhand.lint.writing.prose import prose
from steadyhand.model.document.facts import ContactPoint
from steadyhand.model.document.finding import Confidence, Finding, Severity
from steadyhand.model.document.span import Span

# Somebody says that there is nobody.
_NOBODY = re.compile(
    r"[-–—/ ]+|\W*(?:n/?a|none|nobody|not applicable|not needed|no one)\b.*", re.IGNORECASE
)
_SOMEBODY = (
    r"(?:(?:your|my|the)-?)?(?:company|org|organi[sz]ation|domain|team|business|corp|acme)"
    r"(?:-?name)?"
)
# An address of a company that is called "company".
_STUB = re.compile(
    rf"(?<=@){_SOMEBODY}\.(?:com|org|net|io|internal)\b"
    rf"|(?<=://){_SOMEBODY}\.(?:pagerduty|opsgenie|app\.opsgenie|slack|victorops|statuspage|"
    r"atlassian|grafana|datadoghq|zendesk|service-now)\.(?:com|net|io)\b",
    re.IGNORECASE,
)
_ROTAS = frozenset("pagerduty opsgenie victorops rota rotation schedule calendar".split())
# Words that say that there is a rota, and not which.
_ANY_ROTA = frozenset(
    "pagerduty pager duty opsgenie victorops rota rotation rotating schedule calendar check see "
    "refer to the our current in on via by per with page call oncall engineer primary use".split()
)
_SAYS_WHERE = re.compile(r"`[^`]+`|[\"“'][^\"”']+[\"”']|#[a-z]|\]\(|https?:", re.IGNORECASE)


def check(subject: Subject) -> Iterator[Finding]:
    """Report each contact once, and each stub of an address."""
    if is_template(subject):
        return
    empty: set[int] = set()
    for contact in subject.runbook.facts.contacts:
        if is_sample(section(subject.runbook, contact.span.line)):
            continue
        if _empty(contact) and not _goes_on(subject, contact):
            empty.add(contact.span.line)
            yield _unfilled(subject, contact)
        elif _names_no_rota(subject, contact):
            said, help = f"“{contact.reach}” does not say where that is", "link to the schedule"
            yield _note(subject, contact.span, (said, help), contact.reach)
    for number, line in prose(subject):
        for match in _STUB.finditer(line):
            if number not in empty:
                span = Span(subject.runbook.path, number, number)
                said, help = f"`{match.group()}` is nobody's address", "put in the real one"
                yield _note(subject, span, (said, help), match.group())


def _empty(contact: ContactPoint) -> bool:
    """Tell whether nobody has filled in a contact. A row without any word is none."""
    said = contact.reach or contact.role
    return bool(said) and not contact.filled and not _NOBODY.fullmatch(contact.reach)


def _goes_on(subject: Subject, contact: ContactPoint) -> bool:
    """Tell whether the lines below say what the line of the contact itself does not."""
    if contact.reach.strip():
        return False
    width = _indent(subject.line(contact.span.line))
    for number in range(contact.span.end_line + 1, contact.span.end_line + 3):
        line = subject.line(number)
        if line.strip():
            return _indent(line) > width
    return False


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _names_no_rota(subject: Subject, contact: ContactPoint) -> bool:
    """Tell whether a contact is a rota of which neither the name nor a link is anywhere."""
    words = set(re.findall(r"[a-z]+", contact.reach.lower()))
    named = (
        words - _ANY_ROTA or contact.kinds or _SAYS_WHERE.search(subject.line(contact.span.line))
    )
    if named or not words & _ROTAS:
        return False
    links = [line.lower() for line in subject.runbook.lines if "://" in line]
    return not any(word in line for line in links for word in _ROTAS)


def _unfilled(subject: Subject, contact: ContactPoint) -> Finding:
    return RULE.finding(
        contact.span,
        f"nobody has filled in the contact “{contact.role}”",
        "write the number, the address or the channel; “none” where there is nobody",
        mark=subject.mark(contact.span, contact.reach),
    )


def _note(subject: Subject, span: Span, words: tuple[str, str], text: str) -> Finding:
    found = RULE.finding(span, *words, mark=subject.mark(span, text))
    return replace(found, severity=Severity.NOTE, confidence=Confidence.MEDIUM)


RULE = Rule("empty-contact", Severity.WARNING, Confidence.HIGH, check)
