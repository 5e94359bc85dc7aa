"""What every channel is given, and what it may answer. Where a secret is, becomes its value here.

No failure says an address beyond its host: the rest of it may be the secret.
"""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from msgspec import Struct, field

from steadyhand.model.incident.notice import Notice
from steadyhand.model.settings.reach import Contact, Notices, Person, is_place


class Delivered(Struct, frozen=True):
    pass


class Failed(Struct, frozen=True):
    """Not delivered; it is tried again. `lasting`: most likely with the same result, so that nobody
    is waited for who cannot be reached."""

    reason: str
    lasting: bool = False


class Channels(Struct, frozen=True):
    """Where notices go: `say` writes to the terminal, `webhooks` is contact → address.

    `reach` finds the addresses of whoever a notice is for; `link` is where it can be acknowledged,
    "" where that is nowhere.
    """

    say: Callable[[Notice], None]
    webhooks: Mapping[str, str]
    reach: Callable[[Notice], Contact | Person | None] = lambda _: None
    settings: Notices = field(default_factory=Notices)
    link: Callable[[Notice], str] = lambda _: ""


class NoSecret(Exception):
    """A secret is not where the settings say; the message says where, never what.

    A file may still come; the environment of this process will not change: that is `lasting`.
    """

    def __init__(self, said: str, lasting: bool = False) -> None:
        super().__init__(said)
        self.lasting = lasting


def value_at(place: str) -> str:
    """Read the secret at "env:NAME" or "file:PATH"; anything else is the value. Raises NoSecret."""
    if not is_place(place):
        return place
    kind, _, name = place.partition(":")
    if kind == "env":
        value = os.environ.get(name, "")
        if not value:
            raise NoSecret(f"{name} is not set in the environment", lasting=True)
        return value.strip()
    try:
        return Path(name).expanduser().read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise NoSecret(f"{name} cannot be read: {type(error).__name__}") from None


def host_of(address: str) -> str:
    """Name an address in a message: what is behind the host may be a secret."""
    try:
        parts = urlsplit(address)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "an address that is none"
    host = parts.hostname or ""
    return f"{parts.scheme}://{host}{port}" if host else "an address that is none"
