"""Pages that wait, and when others reached a person, in; what is sent, and what is gathered, out.

Pure. No page is lost: what is beyond so many in a time comes in one digest, then in the next.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from msgspec import Struct

from steadyhand.model.incident.notice import Notice

_LONGEST = 100  # characters of a page's id that fit into that of a digest


class Recent(Struct, frozen=True):
    """What reached somebody by a channel a while ago: a page, or a digest of pages."""

    at: datetime
    digest: bool = False


class Sorted(Struct, frozen=True):
    """`send` goes out one by one, `digest` together, `kept` waits until `until`."""

    send: tuple[Notice, ...] = ()
    digest: tuple[Notice, ...] = ()
    kept: tuple[Notice, ...] = ()
    until: datetime | None = None


def throttle(
    waiting: Sequence[Notice],
    recent: Sequence[Recent],
    limit: tuple[int, timedelta],
    now: datetime,
) -> Sorted:
    """Sort the pages that wait for one person by one channel; `limit` is how many, and in which
    time. The one that would be too many is a digest at once; more are gathered for the time."""
    most, span = limit
    lately = [one for one in recent if one.at > now - span]
    room = max(0, most - sum(not one.digest for one in lately))
    send, beyond = tuple(waiting[:room]), tuple(waiting[room:])
    digests = [one.at for one in lately if one.digest]
    if not beyond:
        return Sorted(send)
    if digests:
        return Sorted(send, kept=beyond, until=max(digests) + span)
    return Sorted(send, digest=beyond)


def digest_of(pages: Sequence[Notice], now: datetime) -> Notice:
    """Write one notice for many. Its id is made of theirs: the same pages are one digest."""
    first, last = pages[0], pages[-1]
    named = sorted({page.incident for page in pages})
    lines = [f"{page.incident}: {page.title}" for page in pages]
    return Notice(
        id=f"{_short(first.id)}+{len(pages)}/digest",
        incident=first.incident,
        level=first.level,
        contact=first.contact,
        channel=first.channel,
        title=f"{len(pages)} more pages, of {len(named)} incidents",
        body="\n".join([*lines, f"from {first.at or '?'} to {last.at or '?'}"]),
        person=first.person,
        kind="digest",
        system=first.system,
        severity=first.severity,
        rank=min((page.rank for page in pages if page.rank is not None), default=None),
        at=now.isoformat(timespec="milliseconds"),
    )


def _short(page: str) -> str:
    """Shorten an id that is too long: two that begin alike stay two."""
    if len(page) <= _LONGEST:
        return page
    end = f"~{sha256(page.encode()).hexdigest()[:32]}"
    return page[: _LONGEST - len(end)] + end
