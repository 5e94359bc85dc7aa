"""Heartbeats: a scheduled task or a worker says that it has done its work, with its own key."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from pydantic import ConfigDict, Field, StrictBool

from steadyhand.api.access import Caller, need
from steadyhand.api.routes.given import Here, Key, Reader
from steadyhand.api.routes.refusals import refusals
from steadyhand.api.shapes import BeatShown
from steadyhand.app.oncall import duties
from steadyhand.store import heartbeats
from steadyhand.store.heartbeats import Beat

router = APIRouter(tags=["heartbeats"], responses=refusals(400))


@dataclass(frozen=True)
class Report:
    """`failed`: the task ran, and did not work."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    failed: StrictBool = False
    detail: Annotated[str, Field(max_length=2000, pattern=r"^[^\x00]*$")] = ""


def _key(request: Request, caller: Annotated[Caller, Depends(need("beat"))]) -> Caller:
    """A key is of one name; who may respond may report anything."""
    name = request.path_params["name"]
    if not caller.may("respond") and f"beat:{name}" not in caller.scopes:
        raise HTTPException(403, "this key is of another heartbeat")
    return caller


@router.post("/heartbeats/{name}")
def report(
    here: Here, name: Key, who: Annotated[Caller, Depends(_key)], said: Report | None = None
) -> BeatShown:
    """Report, with the key of this heartbeat: `steadyhand tokens create --heartbeat NAME`.

    A duty that is a program's task is done by it, where it goes by that name.
    """
    given = said or Report()
    beat = Beat(name, here.control.clock.now(), given.failed, given.detail)
    duties.heard(here.control, beat, who.person or f"the key of {name}")
    return _shown(beat)


@router.get("/api/v1/heartbeats")
def listed(here: Here, _who: Reader) -> list[BeatShown]:
    """List the newest report of each name."""
    return [_shown(beat) for beat in heartbeats.listed(here.control.journal.database)]


def _shown(beat: Beat) -> BeatShown:
    return BeatShown(beat.name, beat.at, beat.failed, beat.detail)
