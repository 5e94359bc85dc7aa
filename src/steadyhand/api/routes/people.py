"""Who is on call, what is silenced, and what people have to do again and again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import AwareDatetime, ConfigDict, Field

from steadyhand.api.routes.given import Here, Key, Reader, Responder
from steadyhand.api.routes.refusals import refusals
from steadyhand.app.oncall import duties, duties_json, schedules, silences
from steadyhand.app.running import changes
from steadyhand.model import canonical
from steadyhand.model.oncall.silence import Matcher, Silence

router = APIRouter(prefix="/api/v1", tags=["people"], responses=refusals(400))
_PATTERN = Annotated[str, Field(max_length=128, pattern=r"^[^\x00-\x1f\x7f]*$")]
_LONGEST = timedelta(days=366)


@dataclass(frozen=True)
class OnCall:
    """`person` "" is a gap: nobody."""

    system: str
    schedule: str
    person: str
    until: datetime | None
    why: str


@dataclass(frozen=True)
class Silencing:
    """Patterns with `*` and `?`; at least one. `minutes` from now, at most a year."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    reason: Annotated[str, Field(min_length=1, max_length=2000, pattern=r"^[^\x00]*$")]
    minutes: Annotated[float, Field(gt=0, le=527_040)]
    system: _PATTERN = ""
    alarm: _PATTERN = ""
    severity: _PATTERN = ""


@dataclass(frozen=True)
class SilenceShown:
    id: str
    system: str
    alarm: str
    severity: str
    starts: AwareDatetime
    ends: AwareDatetime
    reason: str
    by: str


@router.get("/oncall")
def on_call(here: Here, _who: Reader) -> list[OnCall]:
    """Say who is on call now, by every schedule of the documents' settings."""
    at = here.control.clock.now()
    found = []
    for desk in here.desks:
        settings = desk.loaded.settings
        for name in schedules.names(settings):
            shift = schedules.on_call(here.control, settings, name, at)
            said = (shift.person, shift.ends, shift.why) if shift else ("", None, "nobody")
            found.append(OnCall(desk.system, name, *said))
    return found


@router.get("/silences")
def silenced(here: Here, _who: Reader) -> list[SilenceShown]:
    """List the silences that hold or will hold, oldest first."""
    return [_shown(key, one) for key, one in silences.listed(here.control)]


@router.post("/silences", responses=refusals(409))
def silence(here: Here, who: Responder, said: Silencing) -> SilenceShown:
    """Hold the pages of what fits, for a while and with a reason."""
    now = here.control.clock.now()
    matcher = Matcher(said.system, said.alarm, said.severity)
    ends = now + min(_LONGEST, timedelta(minutes=said.minutes))
    key = silences.add(here.control, matcher, now, ends, said.reason, who.person)
    return _shown(key, silences.find(here.control, key))  # it may be over already


@router.post("/silences/{silence}/expire", status_code=204, responses=refusals(404, 409))
def expire(here: Here, who: Responder, silence: Key) -> None:
    """End a silence now."""
    silences.expire(here.control, silence, who.person)


@router.get("/duties")
def duties_listed(here: Here, _who: Reader) -> list[dict[str, Any]]:
    """List what is to be done again and again, as `duties list --json` does."""
    return [duties_json.plain(one) for one in duties.listed(here.control)]


@router.get("/changes")
def changes_listed(here: Here, _who: Reader) -> list[dict[str, Any]]:
    """List change records: runs that change something, deployments that were seen."""
    return [{"id": one.id, **canonical.plain(one.change)} for one in changes.listed(here.control)]


def _shown(key: str, one: Silence) -> SilenceShown:
    matcher = one.matcher
    return SilenceShown(
        key, matcher.system, matcher.alarm, matcher.severity, one.starts, one.ends, one.reason,
        one.by,
    )  # fmt: skip
