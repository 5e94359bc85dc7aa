"""How people are reached: `[contacts]`, `[people]` and `[notices]` of a steadyhand.toml.

Pure. A secret does not stand in them: "env:NAME" or "file:PATH" says where it is, and only who
delivers reads it, at that moment.
"""

from collections.abc import Iterator, Mapping
from typing import Literal
from urllib.parse import urlsplit

from steadyhand.model.table import Table

LAB = "lab"  # as a webhook: the receiver that the lab itself runs
Channel = Literal["terminal", "webhook", "pagerduty", "slack", "mail", "apprise"]


def is_place(value: str) -> bool:
    """Tell whether a text says where a secret is."""
    return value.startswith(("env:", "file:")) and not value.startswith("file://")


class Contact(Table, frozen=True):
    """How a contact of the document is reached: by its own channels, or by people.

    `people` are all told; of `schedules`, whoever is on call by each. `webhook` is a URL, "lab" or
    a secret's place; `pagerduty` (a routing key), `slack` (an incoming webhook's URL) and `apprise`
    (an Apprise URL) are places of secrets; `mail` is an address.
    """

    notices: tuple[Channel, ...] = ("terminal",)
    webhook: str = ""
    pagerduty: str = ""
    slack: str = ""
    mail: str = ""
    apprise: str = ""
    people: tuple[str, ...] = ()
    schedules: tuple[str, ...] = ()


class Person(Table, frozen=True):
    """Somebody by name: which contact of the document that is, and which user of the system.

    Reached as a contact is; somebody without `notices` is reached as `contact` says.
    """

    contact: str = ""
    user: str = ""  # "" is the name itself
    notices: tuple[Channel, ...] = ()
    webhook: str = ""
    pagerduty: str = ""
    slack: str = ""
    mail: str = ""
    apprise: str = ""
    also: tuple[str, ...] = ()  # how else calendars write the name


class Notices(Table, frozen=True):
    """`[notices]`: the post office, and what holds for everybody.

    No more than `storm_pages` pages in `storm_seconds` reach a person one by one: what is beyond
    comes as a digest. `link` is where our own pages are, for links in messages.
    """

    link: str = ""
    pagerduty_url: str = "https://events.pagerduty.com"
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_tls: Literal["starttls", "tls", "none"] = "starttls"
    smtp_from: str = ""
    smtp_user: str = ""
    smtp_password: str = ""
    storm_pages: int = 5
    storm_seconds: float = 300.0


def contact_mistakes(
    place: str, one: Contact | Person, notices: Notices, people: Mapping[str, Person]
) -> Iterator[str]:
    """Say what is well-formed and cannot be, each line with its key."""
    for channel in one.notices:
        if channel == "terminal":
            continue
        value = getattr(one, channel)
        if channel == "webhook":
            if not (value == LAB or is_place(value) or _is_url(value)):
                yield f'{place}.webhook: must be an http(s) URL or "lab" (it is {value!r})'
        elif channel == "mail":
            if "@" not in value:
                yield f"{place}.mail: must be an address (it is {value!r})"
            elif not (notices.smtp_host and notices.smtp_from):
                yield f"{place}.notices: mail needs notices.smtp_host and notices.smtp_from"
        elif not is_place(value):  # whatever stands here may be the secret: not shown
            yield f'{place}.{channel}: must say where the secret is: "env:NAME" or "file:PATH"'
    if isinstance(one, Contact):
        for person in one.people:
            if person not in people:
                yield f"{place}.people: [people] has no {person!r}"


def notices_mistakes(notices: Notices) -> Iterator[str]:
    """As above, for what holds for everybody."""
    if notices.smtp_password and not is_place(notices.smtp_password):
        yield 'notices.smtp_password: must say where the secret is: "env:NAME" or "file:PATH"'
    for key in ("link", "pagerduty_url"):
        if (value := getattr(notices, key)) and not _is_url(value):
            yield f"notices.{key}: must be an http(s) URL (it is {value!r})"
    if notices.storm_pages < 1:
        yield "notices.storm_pages: must be 1 or more"
    if notices.storm_seconds <= 0:
        yield "notices.storm_seconds: must be more than 0"


def _is_url(text: str) -> bool:
    try:
        address = urlsplit(text)
    except ValueError:
        return False
    return address.scheme in {"http", "https"} and bool(address.hostname)
