"""Links in messages that acknowledge an incident: made, and answered."""

import os
import secrets
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

from steadyhand.app.control import Control
from steadyhand.app.problem import Problem
from steadyhand.app.responding.incident_list import find
from steadyhand.app.responding.incidents import acknowledge
from steadyhand.model.incident.state import Incident
from steadyhand.respond.notices.links import Bearer, check, sign

_GOOD_FOR = timedelta(days=2)


def link(control: Control, base: str, bearer: Bearer) -> str:
    """Make a link, good for two days. `/acknowledge` is to ask before it acknowledges."""
    token = sign(_key(control.state), bearer, control.clock.now() + _GOOD_FOR)
    return f"{base.rstrip('/')}/acknowledge?token={quote(token)}"


def bearer_of(control: Control, token: str) -> tuple[Bearer, Incident]:
    """Say who may acknowledge what by a link. Raises Problem for one that is not good."""
    found = check(_key(control.state), token, control.clock.now())
    if found is None:
        raise Problem("this link is not good, or not any more", 1)
    return found, find(control, found.incident)


def acknowledge_by(control: Control, token: str) -> Bearer:
    """Acknowledge by a link, once somebody has said so. Raises Problem."""
    bearer, _ = bearer_of(control, token)
    acknowledge(control, bearer.incident, bearer.person, "link")
    return bearer


def _key(state: Path) -> bytes:
    """Read the key of links, made when the first is wanted."""
    path = state / "links.key"
    try:
        return path.read_bytes()
    except FileNotFoundError:
        pass
    fresh = path.with_name(f"links.key.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(32))
    try:
        os.link(fresh, path)  # whoever is first makes it; nobody ever reads half of one
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    return path.read_bytes()
