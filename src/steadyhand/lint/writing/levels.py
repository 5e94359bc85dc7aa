"""A document in, its severities with the time in which somebody has to answer out.

Leaves out what the words around a severity say of it beside: until when it has to be resolved, how
often people are told, what holds in the night only.
"""

import re

from steadyhand.lint.writing.places import over, section
from steadyhand.model.document.facts import SeverityLevel
from steadyhand.model.document.runbook import Runbook

# A time that is no response time, or one that holds at certain hours only.
_ANOTHER = re.compile(
    r"\b(?:resol\w+|restor\w+|mitigat\w+|updates?|communicat\w+|fix|recover\w*|review|"
    r"post-?mortems?|business|working|office|after|off|hours?\)|nights?|weekends?|gold|silver|"
    r"bronze|premium|basic|enterprise|tier)\b",
    re.IGNORECASE,
)


def response_levels(runbook: Runbook) -> tuple[SeverityLevel, ...]:
    """Give the severities in the order of the document. Pure."""
    return tuple(level for level in runbook.facts.severities if _is_response(runbook, level))


def _is_response(runbook: Runbook, level: SeverityLevel) -> bool:
    line = level.span.line
    if any(heading.span == level.span for heading in runbook.headings):
        return not _ANOTHER.search(level.text)
    if " | " in level.text:  # the header says which of its times is the response
        return not _ANOTHER.search(section(runbook, line))
    head = level.text.partition(":")[0]
    return not (_ANOTHER.search(head) or _ANOTHER.search(over(runbook, line)))
