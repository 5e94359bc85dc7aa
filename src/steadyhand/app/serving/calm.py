"""Notices that wait in; the same without the pages that would be too many for somebody, out.

Those come in a digest instead, that takes their place in the outbox.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from steadyhand.app.control import Control
from steadyhand.model.incident.notice import Notice
from steadyhand.respond.storm import Recent, digest_of, throttle
from steadyhand.store import outbox

# A screen wakes nobody, and a provider with alerts of its own groups them by itself.
_UNCOUNTED = frozenset({"terminal", "pagerduty"})
_WAKES = frozenset({"page", "digest"})

Limit = tuple[int, timedelta]  # so many pages in such a time


def calmed(
    control: Control,
    waiting: Sequence[tuple[Notice, Limit]],
    now: datetime,
    under_way: Sequence[Notice] = (),
) -> tuple[list[Notice], frozenset[str]]:
    """Sort what waits, each with the limit it is under; and name what is kept back.

    What is under way goes out, whatever else there is: it is counted, and never gathered.
    """
    pages: dict[tuple[str, str], list[Notice]] = {}
    limits: dict[tuple[str, str], Limit] = {}
    going = {notice.id for notice in under_way}
    for notice, limit in sorted(waiting, key=lambda pair: pair[0].at):
        if _counts(notice) and notice.id not in going:
            pages.setdefault(_whose(notice), []).append(notice)
            limits[_whose(notice)] = limit
    if not pages:
        return [notice for notice, _ in waiting], frozenset()
    sent: set[str] = set()
    kept: set[str] = set()
    digests = []
    longest = max(span for _, span in limits.values())
    recent: dict[tuple[str, str], dict[str, Recent]] = {}
    reached = outbox.reached(control.journal.database, now - longest)
    for notice, at in [*reached, *((one, now) for one in under_way if one.kind in _WAKES)]:
        of_one = recent.setdefault(_whose(notice), {})
        of_one.setdefault(notice.id, Recent(at, notice.kind == "digest"))
    for whose, these in pages.items():
        lately = recent.get(whose, {})
        # Since what waits was read, some of it may have been delivered: that counts once.
        still = [page for page in these if page.id not in lately]
        sorted_ = throttle(still, tuple(lately.values()), limits[whose], now)
        sent.update(page.id for page in sorted_.send)
        kept.update(page.id for page in sorted_.kept)
        if sorted_.digest:
            digest = digest_of(sorted_.digest, now)
            outbox.fold(control.journal.database, digest, sorted_.digest, now)
            digests.append(digest)
    # in the order in which they were wanted: the end of an incident is not told before its page
    sent |= going
    told = [one for one, _ in waiting if not _counts(one) or one.id in sent]
    return [*told, *digests], frozenset(kept)


def _counts(notice: Notice) -> bool:
    return notice.kind == "page" and bool(notice.at) and notice.channel not in _UNCOUNTED


def _whose(notice: Notice) -> tuple[str, str]:
    return notice.person or notice.contact, notice.channel
