"""A step in, whether the text around it says that its values are examples out."""

import re

from steadyhand.lint.subject import Subject
from steadyhand.model.document.runbook import Step

_TOLD = re.compile(
    r"\be\.g\.|\bfor (?:example|instance)\b|\bexamples?\b|\breplac|\bsubstitut|\bsuch as\b|"
    r"\badjust\b|\bsample\b|\byour\b|\bplaceholder",
    re.IGNORECASE,
)


def told_example(subject: Subject, step: Step) -> bool:
    """Tell whether a comment, the title or the line above the block speaks of an example. Pure."""
    above = ""
    if step.fence:
        above = subject.line(step.fence - 1) or subject.line(step.fence - 2)
    title = "" if step.title in step.text else step.title
    beside = re.findall(r"(?:^|\s)#(.*)", step.text)
    return any(_TOLD.search(text) for text in (title, above, *beside))
