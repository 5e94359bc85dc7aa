"""docs/alarms-table.md: every row of the five runbooks that is to be watched or held.

The lab's sources for them stand in tests/watch/bound. Written anew with STEADYHAND_WRITE=1; else
what is in docs/ must be what would be written.
"""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Protocol

import pytest

from steadyhand.app.runbooks import documents
from steadyhand.app.watching import alarms
from steadyhand.model.document.span import Span
from steadyhand.watch.derived import Row

pytestmark = pytest.mark.seeds


class HasSpan(Protocol):
    @property
    def span(self) -> Span: ...


ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "docs" / "alarms-table.md"
BOUND = Path(__file__).parent / "bound"
NAMES = ("contractorlens", "arbor-energy", "sleek-coach", "conflicto", "revenue-context")
HEAD = """# What the five runbooks want watched, and what it is bound to

Written by

    STEADYHAND_WRITE=1 python -m pytest tests/watch/test_alarms_table.py

from the five original documents with the lab's sources in tests/watch/bound; `steadyhand alarms
list` shows the same of any document. A row stands for a line of the document: alarms (the warning
and the critical limit are rows of one alarm), limits that are stated in a sentence, severities with
their response times, escalation, time boxes, schedules, recovery targets, retention, windows,
metrics of lists (a row for each that an item names), baselines and dashboards. What is bound to
nothing says why.
"""

# The metric lists of the survey: document → how many metrics its lists name, by group.
METRICS = {
    "contractorlens": {},
    "arbor-energy": {"": 3},
    "sleek-coach": {"Application": 7, "Infrastructure": 10, "Business": 4},
    "conflicto": {"": 7},
    "revenue-context": {},
}
TIMED = frozenset({"schedule", "objective", "retention", "window"})

# Every threshold, side by side, as the survey of the five documents has them:
# document, what is measured, operator, value, unit, for so many seconds.
THRESHOLDS = [
    ("contractorlens", "error rate", ">", 5, "%", None),
    ("contractorlens", "latency p95", ">", 5, "s", None),
    ("arbor-energy", "recommendations", ">", 2, "s", None),
    ("sleek-coach", "API 5xx Rate", ">", 5, "%", 300),
    ("sleek-coach", "API Latency P95", ">", 2, "s", 300),
    ("sleek-coach", "ECS CPU", ">", 85, "%", 600),
    ("sleek-coach", "RDS CPU", ">", 80, "%", 900),
    ("sleek-coach", "RDS Connections", ">", 80, "% max", 300),
    ("sleek-coach", "Redis Memory", ">", 80, "%", 600),
    ("sleek-coach", "Failed Login Rate", ">", 100, "/min", None),
    ("conflicto", "Error Rate", ">", 1, "%", None),
    ("conflicto", "Error Rate", ">", 5, "%", None),
    ("conflicto", "Response Time", ">", 2, "s", None),
    ("conflicto", "Response Time", ">", 5, "s", None),
    ("conflicto", "CPU Usage", ">", 70, "%", None),
    ("conflicto", "CPU Usage", ">", 90, "%", None),
    ("conflicto", "Memory Usage", ">", 80, "%", None),
    ("conflicto", "Memory Usage", ">", 95, "%", None),
    ("conflicto", "Database Connections", ">", 70, "% max", None),
    ("conflicto", "Database Connections", ">", 90, "%", None),
    ("revenue-context", "5xx", ">", 5, "%", None),
]
NAMED = ("db-cpu-high", "db-connections-high", "kafka-lag-high", "api-error-rate-high",
         "ecs-memory-high")  # fmt: skip
RESPONSES = {
    "contractorlens": {"P0": 0, "P1": 900, "P2": 3600},
    "arbor-energy": {"P1": 900, "P2": 3600, "P3": 14400, "P4": 86400},
    "revenue-context": {"P0": 900, "P1": 3600, "P2": 14400, "P3": None},
}


@cache
def derived(folder: Path, name: str) -> tuple[documents.Loaded, tuple[Row, ...]]:
    loaded = documents.load(folder / f"{name}.md", BOUND / f"{name}.toml")
    found, stray = alarms.derived(loaded, 60)
    assert stray == (), "a binding of the lab goes by no alarm"
    return loaded, tuple(found)


def written(folder: Path) -> str:
    lines = [HEAD]
    for name in NAMES:
        _, rows = derived(folder, name)
        bound = sum(not row.unbound for row in rows)
        lines += [f"## {name}", "", f"{len(rows)} rows, {bound} of them bound.", ""]
        lines += [
            "| Line | Row | Limit or time | Bound to, or why to nothing |",
            "|---:|---|---|---|",
        ]
        lines += [_row(row) for row in rows]
        lines.append("")
    return "\n".join(lines)


def _row(row: Row) -> str:
    says = row.threshold or (row.says if row.kind in TIMED else "")
    return f"| {row.span.line} | {_named(row)} | {_cell(says)} | {_said(row)} |"


def _named(row: Row) -> str:
    """A sentence is told by its line; its words are the document's own."""
    name = "" if row.kind.startswith("limit") else f" {row.name}"
    return _cell(f"{row.kind}{name}" + (f" → {row.action}" if row.action else ""))


def _said(row: Row) -> str:
    if row.unbound:
        return _cell(f"unbound: {row.unbound}")
    return _cell(row.binding)


def _cell(text: str) -> str:
    return text.replace("|", r"\|").replace("*", r"\*")


def test_the_table_is_what_the_documents_say(seed_folder: Path) -> None:
    text = written(seed_folder)
    if os.environ.get("STEADYHAND_WRITE") == "1":
        TABLE.write_text(text)
    assert TABLE.read_text() == text, "STEADYHAND_WRITE=1 writes it anew"


def _thresholds(folder: Path, name: str) -> Iterator[tuple[object, ...]]:
    facts = derived(folder, name)[0].runbook.facts
    for rule in facts.alarms:
        limit = rule.threshold
        yield rule.name, limit.operator, limit.value, limit.unit, limit.for_seconds
    for one in facts.limits:
        limit = one.threshold
        yield one.subject, limit.operator, limit.value, limit.unit, limit.for_seconds


@pytest.mark.parametrize(("name", "what", "operator", "value", "unit", "lasting"), THRESHOLDS)
def test_every_threshold_of_the_survey_is_there_and_bound(
    seed_folder: Path,
    name: str,
    what: str,
    operator: str,
    value: float,
    unit: str,
    lasting: float | None,
) -> None:
    assert (what, operator, value, unit, lasting) in set(_thresholds(seed_folder, name))
    rows = derived(seed_folder, name)[1]
    spans = {
        one.span.line
        for one in derived(seed_folder, name)[0].runbook.facts.limits
        if one.threshold.value == value
    }
    found = [row for row in rows if row.span.line in spans and row.threshold]
    assert found
    assert [row.unbound for row in found if row.unbound] == []


def test_every_alarm_that_is_only_named_is_there_and_bound(seed_folder: Path) -> None:
    rows = {row.name: row for row in derived(seed_folder, "revenue-context")[1]}
    assert all(rows[name].binding for name in NAMED)


@pytest.mark.parametrize("name", list(RESPONSES))
def test_every_response_time_is_there(seed_folder: Path, name: str) -> None:
    loaded, rows = derived(seed_folder, name)
    severities = {one.name.split()[0].strip(":"): one for one in loaded.runbook.facts.severities}
    assert {key: one.response_seconds for key, one in severities.items()} == RESPONSES[name]
    assert all(row.binding for row in rows if row.kind == "severity")


@pytest.mark.parametrize("name", list(METRICS))
def test_every_metric_of_a_list_is_there_and_kept_or_says_why(seed_folder: Path, name: str) -> None:
    loaded, rows = derived(seed_folder, name)
    metrics = [one for one in loaded.runbook.facts.metrics if one.kind == "metric"]
    assert Counter(one.group for one in metrics) == METRICS[name]
    shown = {row.name: row for row in rows if row.kind.startswith("metric")}
    assert {one.name for one in metrics} == set(shown)
    assert all(bool(row.binding) != bool(row.unbound) for row in shown.values())
    kept = sum(bool(row.binding) for row in shown.values())
    assert kept >= {"arbor-energy": 3, "sleek-coach": 19, "conflicto": 1}.get(name, 0)


def test_nothing_of_a_document_is_dropped(seed_folder: Path) -> None:
    for name in NAMES:
        loaded, rows = derived(seed_folder, name)
        facts, lines = loaded.runbook.facts, {row.span.line for row in rows}
        kinds: tuple[Sequence[HasSpan], ...] = (
            facts.alarms, facts.mentions, facts.limits, facts.severities, facts.escalation,
            facts.paths, facts.timeline, facts.schedules, facts.objectives, facts.retention,
            facts.windows, facts.metrics,
        )  # fmt: skip
        assert {one.span.line for kind in kinds for one in kind} <= lines, name
