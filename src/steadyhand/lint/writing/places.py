"""A line of a document in, the heading or label over it out, and whether that narrows anything.

Two statements contradict each other only where neither is about a part of the other's subject.
"""

import re

from steadyhand.model.document.runbook import Runbook

_LIST = re.compile(r"\s*(?:[-*+>]\s|\d+[.)]\s|\||<!--)")
# Words of a heading that do not say what its section is about beside what it holds.
_GENERAL = frozenset(
    "a an and the of for to in on by with or all our your main primary general overall critical "
    "key important production prod system service services application app platform quick "
    "reference summary overview information info details guide guidelines list table matrix chart "
    "policy policies procedure procedures process steps path paths ladder chain level levels tier "
    "tiers rung escalation escalations escalate contact contacts emergency incident incidents "
    "response on call oncall who when how whom support team teams monitoring monitor monitors "
    "alerts alert alerting alarm alarms threshold thresholds metric metrics limit limits "
    "cloudwatch prometheus grafana datadog dashboard dashboards observability configuration config "
    "settings rules rule slo slos sla slas targets times time appendix".split()
)


def over(runbook: Runbook, line: int) -> str:
    """Give the nearest line above a list's item or a table's row that is neither. Pure."""
    for number in range(line - 1, 0, -1):
        text = runbook.lines[number - 1]
        if text.strip() and not _LIST.match(text) and not text.startswith(("  ", "\t")):
            return text
    return ""


def section(runbook: Runbook, line: int) -> str:
    """Give the text of the heading that a line stands under; "" for none. Pure."""
    found = ""
    for heading in runbook.headings:
        if heading.span.line > line:
            break
        found = heading.text
    return found


def is_general(heading: str) -> bool:
    """Tell whether a heading narrows nothing: "Escalation Matrix", but not "Database Alerts"."""
    words = re.findall(r"[^\W\d_]+", heading.lower())
    return all(word in _GENERAL for word in words)
