"""A document in, what kind of document it is out: which of the duties of a runbook it has.

English only; a document in another language has none of them.
"""

import re

from steadyhand.lint.changes.said import in_english
from steadyhand.lint.subject import Subject
from steadyhand.model.document.runbook import StepKind
from steadyhand.model.document.span import Span

_TEMPLATE = re.compile(r"\b(?:template|boilerplate|skeleton|example|sample)\b", re.IGNORECASE)
_NOT_ITS_OWN = re.compile(
    r"(?:^|/)(?:readme|change-?log|changes|history|news|contributing|license|licence|security|"
    r"code_of_conduct|todo|index|skill|agents|claude|releases?(?:[-_]notes)?)\b[^/]*$",
    re.IGNORECASE,
)
# What the title of a document is about that somebody has to keep up.
_OPERATES = re.compile(
    r"\b(?:run ?books?|play ?books?|operat\w+|ops|sop|incidents?|on ?call|outages?|emergenc\w+|"
    r"disaster|recover\w*|restor\w*|roll(?:ing)? ?back|fail ?over|restart\w*|reboot\w*|deploy\w*|"
    r"maintenance|troubleshoot\w*|rotat\w+|escalat\w+|procedures?|backups?|migrat\w+|upgrad\w+|"
    r"scal(?:e|ing)|mitigat\w+|alerts?|is (?:down|slow|full))\b",
    re.IGNORECASE,
)


def is_template(subject: Subject) -> bool:
    """Tell whether a document is there to be copied and filled in."""
    name = re.sub(r"[_/.-]", " ", subject.runbook.path.rpartition("/")[2])
    return is_sample(name) or is_sample(subject.runbook.title)


def is_sample(title: str) -> bool:
    """Tell whether a title says that what stands under it is there to be copied. Pure."""
    return _TEMPLATE.search(title) is not None


def is_runbook(subject: Subject) -> bool:
    """Tell whether a document is one that people follow when something has to be done to a system:
    in English, with commands, and with words or facts that a manual of a program has not.
    """
    runbook, facts = subject.runbook, subject.runbook.facts
    if is_template(subject) or _NOT_ITS_OWN.search(runbook.path):
        return False
    if not any(step.kind in {StepKind.COMMAND, StepKind.SQL} for step in runbook.steps()):
        return False
    known = facts.symptoms or facts.severities or facts.escalation or facts.alarms or facts.contacts
    name = re.sub(r"[_/.-]", " ", runbook.path.rpartition("/")[2])
    operates = _OPERATES.search(name) or _OPERATES.search(runbook.title)
    return bool(known or operates) and in_english(subject)


def title_span(subject: Subject) -> Span:
    """Give the line of the document's title; its first line where it has none."""
    headings = subject.runbook.headings
    return headings[0].span if headings else Span(subject.runbook.path, 1, 1)
