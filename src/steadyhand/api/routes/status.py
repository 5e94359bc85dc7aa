"""The status page: open to anybody, without JavaScript, and the same as JSON."""

from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse

from steadyhand.api.routes.given import Here, Key, Reader
from steadyhand.api.routes.refusals import refusals
from steadyhand.app.serving.service import Service
from steadyhand.app.serving.status import Board
from steadyhand.model.incident.status import PublicIncident, SystemStatus

if TYPE_CHECKING:
    from jinja2 import Template

router = APIRouter(tags=["status"])


def _board(request: Request) -> Board:
    board: Board = request.app.state.board
    return board


Shown = Annotated[Board, Depends(_board)]
_REFUSED: dict[int | str, dict[str, Any]] = {
    code: said for code, said in refusals(400, 404).items() if code in {400, 404, 503}
}
_HTML = {"text/html": {"schema": {"type": "string"}}}
_PAGE: dict[int | str, dict[str, Any]] = {
    **_REFUSED,
    200: {"content": _HTML, "description": "A page without JavaScript."},
}


@router.get("/status", response_class=Response, responses=_PAGE)
def page(here: Here, board: Shown) -> HTMLResponse:
    """Show every published system to a person."""
    return _page(here, board.systems())


@router.get("/status.json", responses=_REFUSED)
def as_json(board: Shown) -> list[SystemStatus]:
    """Show every published system to a program."""
    return board.systems()


@router.get("/status/{system}", response_class=Response, responses=_PAGE)
def one_page(here: Here, board: Shown, system: Key) -> HTMLResponse:
    """Show one published system to a person."""
    return _page(here, [board.find(system)])


@router.get("/status/{system}/json", responses=_REFUSED)
def one_as_json(board: Shown, system: Key) -> SystemStatus:
    """Show one published system to a program."""
    return board.find(system)


@router.get("/api/v1/status", responses=refusals())
def everything(board: Shown, _who: Reader) -> list[SystemStatus]:
    """Show every system, those that are not published too."""
    return board.systems(hidden=True)


def _page(here: Service, systems: list[SystemStatus]) -> HTMLResponse:
    now = here.control.clock.now()
    text = _template().render(systems=systems, now=now, at=_at, minutes=_minutes)
    return HTMLResponse(text, headers={"cache-control": "no-store"})


@cache
def _template() -> "Template":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("steadyhand.api", "templates")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined).get_template(
        "status.html"
    )


def _at(time: datetime) -> str:
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _minutes(incident: PublicIncident) -> str:
    ended = incident.ended or incident.began
    minutes = (ended - incident.began).total_seconds() / 60
    return f"resolved after {minutes:.0f} min" if minutes >= 1 else "resolved within a minute"
