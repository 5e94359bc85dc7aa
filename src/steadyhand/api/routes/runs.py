"""Runs: list, show, events, and the answer to what one asks."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import ConfigDict, Field

from steadyhand.api.routes.events import shown
from steadyhand.api.routes.given import Approver, Here, Key, Limit, Reader
from steadyhand.api.routes.refusals import refusals
from steadyhand.api.shapes import EventShown, QuestionShown, RunShown
from steadyhand.app.problem import Problem
from steadyhand.app.running import runs
from steadyhand.model import canonical
from steadyhand.model.run.state import Question, Run

router = APIRouter(prefix="/api/v1/runs", tags=["runs"], responses=refusals(400))


@dataclass(frozen=True)
class Approval:
    """`question` is the digest of what was read: nothing else is signed."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    question: Annotated[str, Field(max_length=64)]


@dataclass(frozen=True)
class Refusal:
    """`question` as in an approval; `reason` goes into the record."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    question: Annotated[str, Field(max_length=64)]
    reason: Annotated[str, Field(min_length=1, max_length=2000)]


@router.get("")
def listed(here: Here, _who: Reader, limit: Limit = 100) -> list[RunShown]:
    """List runs, the newest first."""
    newest = list(reversed(here.control.journal.keys("run")))[:limit]
    return [_run(key, at, runs.state(here.control, key)) for key, at in newest]


@router.get("/{run}", responses=refusals(404))
def show(here: Here, _who: Reader, run: Key) -> RunShown:
    """Show one run, with what it asks."""
    return _now(here, run)


@router.get("/{run}/events", responses=refusals(404))
def events(here: Here, _who: Reader, run: Key) -> list[EventShown]:
    """Show everything that happened in one run, in order."""
    return [shown(recorded) for recorded in runs.history(here.control, run)]


@router.post("/{run}/approve", responses=refusals(404, 409))
def approve(here: Here, who: Approver, run: Key, said: Approval) -> RunShown:
    """Sign what a run asks, as the person of the token."""
    question = _read(here, run, said.question)
    by = runs.person(here.control, run, who.person)
    runs.approve(here.control, run, by, False, question)
    return _now(here, run)


@router.post("/{run}/decline", responses=refusals(404, 409))
def decline(here: Here, who: Approver, run: Key, said: Refusal) -> RunShown:
    """Say no to what a run asks: it ends, and nothing of the step is done. Where it asks whether a
    condition holds, it goes on without that step."""
    question = _read(here, run, said.question)
    by = runs.person(here.control, run, who.person)
    runs.decline(here.control, run, by, said.reason, question)
    return _now(here, run)


def _read(here: Here, run: str, digest: str) -> Question:
    """Find the question that was read. Raises Problem where the run asks another one now."""
    question = runs.state(here.control, run).question
    if question is None or _digest(question) != digest:
        raise Problem(f"run {run} does not ask that now; look again")
    return question


def _digest(question: Question) -> str:
    asked = [question.step, question.evidence, question.count, list(question.argv)]
    return canonical.digest(asked)


def _now(here: Here, key: str) -> RunShown:
    run = runs.state(here.control, key)
    opened = here.control.journal.read("run", key)[0].at
    return _run(key, opened, run)


def _run(key: str, opened: datetime, run: Run) -> RunShown:
    question = run.question if run.outcome is None else None
    asks = None
    if question is not None:
        asks = QuestionShown(
            question.step, question.evidence, tuple(question.argv), question.count,
            tuple(question.signed_by), _digest(question), question.condition,
        )  # fmt: skip
    return RunShown(
        id=key,
        opened=opened,
        title=run.plan.title,
        target=run.plan.target,
        starter=run.starter,
        incident=run.incident,
        plan=run.plan.digest,
        state=run.outcome.value if run.outcome else ("asks" if question else "open"),
        detail=run.detail,
        question=asks,
    )
