"""Everything that happens, in one order: as pages of JSON, or as a stream that goes on.

Each event has a position that only grows; whoever comes back says after which one.
"""

import json
from collections.abc import AsyncIterator, Callable
from typing import Annotated

import anyio
from fastapi import APIRouter, Header, Request
from fastapi.responses import StreamingResponse

from steadyhand.api.routes.given import Here, Limit, Position, Reader
from steadyhand.api.routes.refusals import refusals
from steadyhand.api.shapes import Events, EventShown
from steadyhand.model import canonical
from steadyhand.model.events import Recorded
from steadyhand.store.database import Unavailable
from steadyhand.store.journal import Fed, Journal

router = APIRouter(prefix="/api/v1", tags=["events"], responses=refusals(400))

_LOOK = 0.25  # seconds between two looks
_STILL = 15.0  # seconds after which a stream says that it lives
_AT_ONCE = 200


@router.get("/events")
def listed(here: Here, _who: Reader, after: Position = 0, limit: Limit = 100) -> Events:
    """List events after a position, in their order."""
    found = here.control.journal.feed(after, limit)
    return Events(tuple(map(fed, found)), found[-1].position if found else after)


@router.get("/events/stream", response_class=StreamingResponse)
def stream(
    here: Here,
    _who: Reader,
    request: Request,
    after: Position | None = None,
    last_event_id: Annotated[str, Header(pattern=r"^[0-9]{0,10}$")] = "",
) -> StreamingResponse:
    """Stream events as they happen (SSE): after a position, after Last-Event-ID, or from now on."""
    if last_event_id:
        begin = int(last_event_id)
    else:
        begin = here.control.journal.last()[0] if after is None else after
    told = _told(here.control.journal, begin, request, lambda: here.over)
    return StreamingResponse(
        told, media_type="text/event-stream", headers={"cache-control": "no-store"}
    )


async def _told(
    journal: Journal, position: int, request: Request, over: Callable[[], bool]
) -> AsyncIterator[str]:
    yield "retry: 1000\n\n"
    still = 0.0
    while not over() and not await request.is_disconnected():
        try:
            found = await anyio.to_thread.run_sync(journal.feed, position, _AT_ONCE)
        except Unavailable:
            found = []
        for one in found:
            position = one.position
            yield f"id: {position}\nevent: {one.type}\ndata: {_line(one)}\n\n"
            still = 0.0
        if not found:
            await anyio.sleep(_LOOK)
            still += _LOOK
            if still >= _STILL:
                yield ": still here\n\n"
                still = 0.0


def _line(one: Fed) -> str:
    return json.dumps(canonical.plain(fed(one)), ensure_ascii=False, separators=(",", ":"))


def fed(one: Fed) -> EventShown:
    """Show an event as it is kept."""
    body = json.loads(one.body)
    return EventShown(one.kind, one.id, one.seq, one.at, one.type, body, one.position)


def shown(recorded: Recorded) -> EventShown:
    """Show an event of one thing."""
    body = canonical.plain(recorded.event)
    name = type(recorded.event).__name__
    return EventShown(recorded.kind, recorded.id, recorded.seq, recorded.at, name, body)
