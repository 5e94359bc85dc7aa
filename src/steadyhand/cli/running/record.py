"""A run's journal in, one readable document out: as Markdown, as HTML of it, as JSON. Pure.

What was printed comes through a function, as it is kept outside the events.
"""

import html
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from markdown_it import MarkdownIt

from steadyhand.app.running.proposal import Proposal
from steadyhand.cli.running.show import event_lines, plan_lines
from steadyhand.model import canonical
from steadyhand.model.events import Recorded
from steadyhand.model.run.events import (
    NOT_SEEN,
    ApprovalAsked,
    Approved,
    CallAnswered,
    CallLost,
    CallObserved,
    CallRefused,
    CallStarted,
    ConditionAnswered,
    Declined,
    HoleFilled,
    LineTyped,
    RunDiverged,
    RunEnded,
    Signed,
    StepEnded,
    StepRetried,
    StepSkipped,
    StepStarted,
    StepVerified,
    VerificationFailed,
    WatchCut,
)
from steadyhand.model.run.state import Run
from steadyhand.store.journal import Output

Printed = Callable[[str, int], Iterable[Output]]  # (step, number of the call) → what it printed

_DEVIATIONS = (
    Declined, CallRefused, CallLost, CallObserved, RunDiverged, VerificationFailed,
    StepRetried, StepSkipped, WatchCut,
)  # fmt: skip
_CSS = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "pre{background:#f4f4f4;padding:.75rem;overflow:auto}table{border-collapse:collapse}"
    "td,th{border:1px solid #ccc;padding:.25rem .5rem;text-align:left}"
)


def as_markdown(
    key: str, run: Run, history: Sequence[Recorded], printed: Printed, proposal: Proposal
) -> str:
    """Write the record of a run: what was planned, what happened, who signed, what to mend."""
    parts = [
        f"# Run {key}: {_plain(run.plan.title)}",
        "\n".join(_summary(run, history)),
        "## Plan",
        _fenced("\n".join(plan_lines(run.plan))),
        "## What happened",
        *_steps(run, history, printed),
        "## Approvals",
        *(_approvals(history) or ["Nobody was asked."]),
        "## Deviations",
        "\n".join(_deviations(run, history)) or "None: it went as planned.",
        "## Proposed changes to the runbook",
        *_proposed(proposal),
    ]
    return "\n\n".join(parts) + "\n"


def as_html(title: str, markdown: str) -> str:
    """Write a record's Markdown as a page of its own; nothing in it is taken for HTML."""
    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(markdown)
    head = f'<meta charset="utf-8"><title>{html.escape(title)}</title><style>{_CSS}</style>'
    return f'<!doctype html>\n<html lang="en"><head>{head}</head><body>\n{body}</body></html>\n'


def as_json(
    key: str, run: Run, history: Sequence[Recorded], printed: Printed, proposal: Proposal
) -> dict[str, Any]:
    """Give the record as one object; times are ISO 8601 in UTC."""
    calls = [(r.event.step, r.event.number) for r in history if isinstance(r.event, CallStarted)]
    return {
        "schema": 1,
        "run": key,
        "outcome": run.outcome.value if run.outcome else "",
        "plan": canonical.plain(run.plan),
        "events": [
            {
                "seq": recorded.seq,
                "at": recorded.at.isoformat(),
                "type": type(recorded.event).__name__,
                **canonical.plain(recorded.event),
            }
            for recorded in history
        ],
        "outputs": [
            {"step": out.step, "call": number, "stream": out.stream, "text": _text([out])}
            for step, number in dict.fromkeys(calls)
            for out in printed(step, number)
        ],
        "findings": [canonical.plain(finding) for finding in proposal.findings],
        "patch": proposal.patch,
    }


def _summary(run: Run, history: Sequence[Recorded]) -> Iterator[str]:
    began, ended = history[0].at, history[-1].at
    outcome = run.outcome.value if run.outcome else "not ended"
    yield "| | |"
    yield "|---|---|"
    for name, value in (
        ("outcome", outcome + (f": {run.detail}" if run.detail else "")),
        ("target", run.plan.target),
        ("runbook", f"{run.plan.runbook} ({run.plan.runbook_digest[:12]})"),
        ("plan", (run.digest or run.plan.digest)[:12]),
        ("started by", run.starter),
        ("incident", run.incident or "none"),
        ("began", f"{began:%Y-%m-%d %H:%M:%S} UTC"),
        ("took", _took(began, ended)),
    ):
        yield f"| {name} | {_plain(value)} |"


def _steps(run: Run, history: Sequence[Recorded], printed: Printed) -> Iterator[str]:
    for number, planned in enumerate(run.plan.steps, 1):
        step = planned.step
        own = [recorded for recorded in history if getattr(recorded.event, "step", "") == step.id]
        yield f"### {number}. {_plain(step.title)}"
        yield " · ".join(_facts(run, step.id, own))
        for recorded in own:
            match recorded.event:
                case ApprovalAsked(_, evidence, condition=condition):
                    asked = "whether its condition holds" if condition else "to approve it"
                    yield f"Who was asked {asked} saw this:"
                    yield _fenced(evidence)
                case StepStarted(_, text):
                    yield _fenced(text, "bash")
                case LineTyped():
                    yield f"{recorded.at:%H:%M:%S} {_code(event_lines(recorded.event)[0].strip())}"
                case CallAnswered(_, call, code):
                    said = _text(printed(step.id, call))
                    argv = run.calls[step.id][call - 1].shown
                    yield f"{_code(argv)} returned {code} at {recorded.at:%H:%M:%S}."
                    if said:
                        yield _fenced(said)


def _facts(run: Run, step: str, own: Sequence[Recorded]) -> Iterator[str]:
    yield f"**{run.steps[step].value}**"
    began = next((r.at for r in own if isinstance(r.event, StepStarted)), None)
    ended = next((r.at for r in reversed(own) if isinstance(r.event, StepEnded)), None)
    if began is not None:
        yield f"began {began:%H:%M:%S}"
    if began is not None and ended is not None:
        yield f"took {_took(began, ended)}"


def _approvals(history: Sequence[Recorded]) -> list[str]:
    rows = []
    asked: dict[str, datetime] = {}
    for recorded in history:
        match recorded.event:
            case ApprovalAsked(step):
                asked[step] = recorded.at
            case Approved(step, by, _, until, claimed):
                who = f"{by} (as claimed)" if claimed else by
                waited = _took(asked.get(step, recorded.at), recorded.at)
                rows.append(f"| {step} | {who} | approved until {until:%H:%M} | {waited} |")
            case ConditionAnswered(step, holds, by, reason):
                waited = _took(asked.get(step, recorded.at), recorded.at)
                said = "its condition holds" if holds else f"does not hold: {_plain(reason)}"
                rows.append(f"| {step} | {by} | {said} | {waited} |")
            case Signed(step, by):
                waited = _took(asked.get(step, recorded.at), recorded.at)
                rows.append(f"| {step} | {by} | done by hand | {waited} |")
    head = ["| Step | Who | What | After |", "|---|---|---|---|"]
    return ["\n".join([*head, *rows])] if rows else []


def _deviations(run: Run, history: Sequence[Recorded]) -> Iterator[str]:
    for skipped in run.plan.skipped:
        yield f"- not run: {_plain(skipped.title)} ({_plain(skipped.reason)})"
    for broken in run.plan.broken:
        yield f"- {broken.step} {_plain(broken.what)}"
    for recorded in history:
        given = isinstance(recorded.event, HoleFilled) and recorded.event.by
        unseen = isinstance(recorded.event, StepVerified) and NOT_SEEN in recorded.event.how
        if given or unseen or isinstance(recorded.event, _DEVIATIONS):
            where = getattr(recorded.event, "step", "")
            said = " ".join(line.strip() for line in event_lines(recorded.event))
            yield f"- {recorded.at:%H:%M:%S} {where}: {_plain(said)}"
        elif isinstance(recorded.event, RunEnded) and recorded.event.detail:
            yield f"- {recorded.at:%H:%M:%S} ended: {_plain(recorded.event.detail)}"


def _proposed(proposal: Proposal) -> Iterator[str]:
    if proposal.reason:
        yield f"None: {_plain(proposal.reason)}."
        return
    for finding in proposal.findings:
        yield f"- line {finding.span.line}, {finding.rule}: {_plain(finding.message)}"
    if proposal.patch:
        yield "What can be mended without a second thought:"
        yield _fenced(proposal.patch, "diff")


def _text(outputs: Iterable[Output]) -> str:
    return b"".join(output.body for output in outputs).decode(errors="replace")


def _took(began: datetime, ended: datetime) -> str:
    return f"{(ended - began).total_seconds():.1f} s"


def _plain(text: str) -> str:
    """Write text so that Markdown takes none of it for its own, on one line."""
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", " ".join(text.split()))


def _code(text: str) -> str:
    fence = "`" * (_longest_run(text) + 1)
    return f"{fence} {text} {fence}" if "`" in text else f"`{text}`"


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall(r"`+", text)), default=0)


def _fenced(text: str, language: str = "text") -> str:
    fence = "`" * max(3, _longest_run(text) + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"
