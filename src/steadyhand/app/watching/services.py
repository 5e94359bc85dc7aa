"""Services: the catalog of documents, with what the journal knows of each."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from steadyhand.app.control import Control
from steadyhand.app.oncall import duties
from steadyhand.app.problem import Problem
from steadyhand.app.runbooks import documents
from steadyhand.app.runbooks.documents import Loaded, system_of
from steadyhand.app.runbooks.sources import read_all
from steadyhand.model.document.catalog import (
    Drilled,
    Given,
    Happened,
    Service,
    System,
    catalog,
    find,
)
from steadyhand.model.document.places import restoring
from steadyhand.model.drill import Drill, Verdict
from steadyhand.model.incident.state import Incident
from steadyhand.model.run.events import Outcome
from steadyhand.model.run.state import Run


def catalogue(
    control: Control, paths: Sequence[Path], config: Path | None = None
) -> tuple[System, ...]:
    """Make the catalog of documents and folders. Raises Problem where one cannot be read."""
    read, problems = read_all(paths, config)
    if problems:
        raise problems[0]
    past = _Past(control)
    everything = [documents.loaded(one) for one in read]
    given = [
        _given(loaded, system_of(one.path), past)
        for one, loaded in zip(read, everything, strict=True)
    ]
    return catalog(given, control.clock.now())


def named(systems: Sequence[System], name: str) -> tuple[System, Service | None]:
    """Find a system or a service. Raises Problem."""
    try:
        return find(systems, name)
    except LookupError as error:
        raise Problem(str(error.args[0])) from None


def _given(loaded: Loaded, system: str, past: "_Past") -> Given:
    bound = documents.alarms(loaded, 1.0)
    restores = bool(restoring(loaded.runbook))
    path = (loaded.folder / Path(loaded.runbook.path).name).resolve()
    return Given(
        runbook=loaded.runbook,
        system=system,
        services=loaded.settings.services,
        reached=tuple(loaded.settings.contacts),
        unbound=tuple(one.rule.name for one, _line in bound if one.unbound),
        restores=restores,
        happened=past.of(path, system),
    )


class _Past:
    """What the journal knows, read once for all documents."""

    def __init__(self, control: Control) -> None:
        self._incidents: list[tuple[str, Incident]] = [
            (key, state) for key, _at, state in _every(control, "incident")
        ]
        drills: Iterable[tuple[datetime, str, Drill]] = (
            (at, key, state) for key, at, state in _every(control, "drill")
        )
        procedures = {key: one.opened.procedure for key, one in self._incidents}
        self._drills = [
            (_same(drill.opened.runbook), Drilled(procedure, key, at, _passed(drill)))
            for at, key, drill in drills
            if drill.verdict is not None and (procedure := procedures.get(drill.incident, ""))
        ]
        self._runs = _runs(control)
        self._duties = duties.listed(control)
        self._late = duties.due(control, control.clock.now())

    def of(self, path: Path, system: str) -> Happened:
        """Give what is known of one document, and of its system."""
        here = [one for one in self._incidents if one[1].opened.system == system]
        counted: dict[str, int] = {}
        for _key, one in here:
            counted[one.opened.procedure] = counted.get(one.opened.procedure, 0) + 1
        restored = [
            kept.duty.measured.at
            for kept in self._duties
            if kept.duty.measured is not None
            and kept.duty.measured.outcome is Outcome.COMPLETED
            and kept.duty.definition.system == system
        ]
        return Happened(
            drills=tuple(drilled for where, drilled in self._drills if where == path),
            runs={name: at for (where, name), at in self._runs.items() if where == path},
            open_incidents=tuple(key for key, one in here if one.resolved_at is None),
            incidents=counted,
            restored=max(restored, default=None),
            overdue=tuple(
                kept.duty.definition.name
                for kept in self._late
                if kept.duty.round is not None
                and kept.duty.round.overdue
                and kept.duty.definition.system == system
            ),
        )


def _every(control: Control, kind: str) -> Iterator[tuple[str, datetime, Any]]:
    """Give the state of everything of one kind, oldest first, with its beginning."""
    begun = dict(control.journal.keys(kind))
    for key, state in control.engine.states(kind, tuple(begun)):
        yield key, begun[key], state


def _passed(drill: Drill) -> bool:
    return drill.verdict is Verdict.PASSED


def _same(path: str) -> Path:
    return Path(path).resolve()


def _runs(control: Control) -> dict[tuple[Path, str], datetime]:
    """Give when each procedure was last carried out to its end."""
    found: dict[tuple[Path, str], datetime] = {}
    run: Run
    for _key, at, run in _every(control, "run"):
        if run.outcome is Outcome.COMPLETED:
            found[_same(run.plan.runbook), run.plan.procedure] = at
    return found
