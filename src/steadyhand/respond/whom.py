"""A contact of the document in; who that is now, and how they are reached, out. Pure.

A contact is reached by its own channels, or is people, or whoever is on call by a schedule.
"""

from collections.abc import Callable, Iterator

from msgspec import Struct

from steadyhand.model.settings.reach import Contact, Person
from steadyhand.model.settings.whole import Settings

# Who is on call now, by a schedule's name; "" for nobody, and then why, where that is known.
OnCallNow = Callable[[str], tuple[str, str]]


class Recipient(Struct, frozen=True):
    """`person` is "" where a contact is reached as itself."""

    contact: str
    person: str
    channels: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.person or self.contact


def recipients(
    settings: Settings, contact: str, on_call: OnCallNow
) -> tuple[tuple[Recipient, ...], str]:
    """Say who is told for a contact; where that is nobody, why."""
    known = settings.contact(contact)
    if known is None:
        return _by_people(settings, contact)
    if not (known.people or known.schedules):
        if known.notices:
            return (Recipient(contact, "", known.notices),), ""
        return (), f"{contact} has no channel"
    names = dict.fromkeys(known.people)
    gaps = []
    for schedule in known.schedules:
        person, why = on_call(schedule)
        if person:
            names[person] = None
        else:
            gaps.append(f"nobody is on call by {schedule}" + (f": {why}" if why else ""))
    found = [one for name in names if (one := reached(settings, contact, name)).channels]
    lost = [why for name in names if (why := unreached(settings, name))]
    return tuple(found), "" if found else "; ".join([*gaps, *lost])


def _by_people(settings: Settings, contact: str) -> tuple[tuple[Recipient, ...], str]:
    """Look among the people for who says to be that contact."""
    found = tuple(reached(settings, contact, name) for name in settings.people_of(contact))
    return found, "" if found else f'steadyhand.toml says nothing of [contacts."{contact}"]'


def reached(settings: Settings, contact: str, name: str) -> Recipient:
    return Recipient(contact, name, settings.channels(name))


def unreached(settings: Settings, name: str) -> str:
    """Say that nothing reaches somebody; "" where something does."""
    return "" if settings.channels(name) else f"{name} cannot be reached"


def everyone(settings: Settings) -> tuple[Recipient, ...]:
    """Give everybody who can be reached at all; whoever looks at the terminal if nobody can."""
    return tuple(_all(settings)) or (Recipient("everyone", "", ("terminal",)),)


def _all(settings: Settings) -> Iterator[Recipient]:
    for name in settings.people:
        if channels := settings.channels(name):
            yield Recipient("everyone", name, channels)
    for name, contact in settings.contacts.items():
        if contact.notices and not (contact.people or contact.schedules):
            yield Recipient(name, "", contact.notices)


def address(settings: Settings, contact: str, person: str) -> Contact | Person | None:
    """Find where the addresses of whoever is told stand."""
    known = settings.people.get(person) if person else None
    if known is not None and known.notices:
        return known
    if known is not None and known.contact:
        return settings.contact(known.contact)
    return settings.contact(contact)
