"""Code blocks of YAML in, the alarms that Prometheus rules among them state out.

The rules are read as YAML, the comparison at the end of an expression as a threshold; PromQL itself
is not read. https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from steadyhand.compile.facts.quantities import duration
from steadyhand.compile.markdown import Document, Fence
from steadyhand.model.document.facts import AlarmRule, Threshold
from steadyhand.model.document.span import Span

if TYPE_CHECKING:
    from yaml import MappingNode, Node

_RULE = re.compile(r"^\s*(?:-\s+)?alert:", re.MULTILINE)
_COMPARED = re.compile(
    r"(?P<operator>[<>]=?|==)\s*(?:bool\s+)?(?P<value>\d+(?:\.\d+)?(?:e[+-]?\d+)?)[\s)]*$",
    re.IGNORECASE,
)
_LINES = 2_000  # of a block that is looked at


def alarms_in_blocks(document: Document) -> Iterator[AlarmRule]:
    """Give the alarm of each rule that a block of YAML holds. Pure."""
    for block in document.blocks:
        if not isinstance(block, Fence) or len(block.lines) > _LINES:
            continue
        text = "\n".join(block.lines)
        if block.language in {"", "yaml", "yml"} and _RULE.search(text):
            yield from _alarms(text, block.first, document.path)


def _alarms(text: str, first: int, path: str) -> Iterator[AlarmRule]:
    import yaml  # takes as long to import as a document to compile, and few have such rules

    try:
        whole = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError):
        return  # a piece of a template, or torn out of its list
    for rule in _mappings(whole):
        fields = _texts(rule)
        if fields.get("alert") and "expr" in fields:
            labels = [_texts(value) for key, value in rule.value if key.value == "labels"]
            severity = labels[0].get("severity", "") if labels else ""
            threshold = _threshold(fields["expr"], fields.get("for", ""))
            span = Span(path, first + rule.start_mark.line, first + rule.start_mark.line)
            yield AlarmRule(fields["alert"], threshold, severity, span)


def _mappings(whole: "Node | None") -> Iterator["MappingNode"]:
    """Give every mapping once, outer ones first; an alias leads to what was seen already."""
    from yaml import MappingNode, SequenceNode

    waiting, seen = [whole], set()
    while waiting:
        node = waiting.pop(0)
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, MappingNode):
            yield node
            waiting += [value for _, value in node.value]
        elif isinstance(node, SequenceNode):
            waiting += node.value


def _texts(node: "Node") -> dict[str, str]:
    """Give the members of a mapping that are text, by their names; {} for anything else."""
    members = node.value if node.tag == "tag:yaml.org,2002:map" else ()
    texts = {key.value: value.value for key, value in members if isinstance(key.value, str)}
    return {name: text for name, text in texts.items() if isinstance(text, str)}


def _threshold(expression: str, lasting: str) -> Threshold:
    """Read the comparison that an expression ends with.

    `== 0` is `<= 0`: what is counted or measured in such rules is never negative.
    """
    text = " ".join(expression.split()) + (f" for {lasting}" if lasting else "")
    compared = _COMPARED.search(expression)
    if compared is None:
        return Threshold(text)
    operator, value = compared["operator"], float(compared["value"])
    if operator == "==" and value:
        return Threshold(text)
    seconds = duration(lasting) if lasting else None
    return Threshold(text, operator.replace("==", "<="), value, for_seconds=seconds)
