"""The links of messages that acknowledge an incident: a page that asks, and the answer to it.

The link itself says who may: it is signed, for one person and one incident. Opening it changes
nothing, because programs that look at mails open every link in them.
"""

from html import escape
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from steadyhand.api.routes.given import Here
from steadyhand.app.problem import Problem
from steadyhand.app.responding import links

router = APIRouter(include_in_schema=False)

Token = Annotated[str, Query(max_length=1000)]


@router.get("/acknowledge", response_class=HTMLResponse)
def ask(here: Here, token: Token = "") -> HTMLResponse:
    """Ask whether the incident is to be acknowledged."""
    try:
        bearer, incident = links.bearer_of(here.control, token)
    except Problem as problem:
        return _page(str(problem), 403)
    opened = incident.opened
    if not incident.open:
        return _page(f"{opened.system}: {opened.alarm} is resolved.")
    if incident.acknowledged_by:
        said = f"{opened.system}: {opened.alarm} was taken up by {incident.acknowledged_by}."
        return _page(said)
    button = f'<form method="post"><button>Acknowledge as {escape(bearer.person)}</button></form>'
    return _page(f"{opened.system}: {opened.alarm} {opened.rule}: {opened.reason}", more=button)


@router.post("/acknowledge", response_class=HTMLResponse)
def acknowledge(here: Here, token: Token = "") -> HTMLResponse:
    """Acknowledge it."""
    try:
        bearer = links.acknowledge_by(here.control, token)
    except Problem as problem:
        return _page(str(problem), 403)
    return _page(f"Acknowledged by {bearer.person}.")


def _page(text: str, status: int = 200, more: str = "") -> HTMLResponse:
    body = (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>Acknowledge</title>'
        f"<p>{escape(text)}</p>{more}</html>"
    )
    return HTMLResponse(body, status, {"cache-control": "no-store"})
