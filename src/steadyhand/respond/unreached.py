"""The notices of an incident in; why nobody at a level can know of it, out. Pure.

One notice that arrived is enough: whoever got it knows. Who is told instead is `timers`' to say.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from steadyhand.model.incident.notice import Notice
from steadyhand.store.outbox import Sent

TELLS = frozenset({"page", "notice"})  # kinds that a level is told by


def unreached(
    sent: Iterable[Sent], level: str, began: datetime, lost: Callable[[Sent], bool]
) -> str:
    """Say what became of everything a level was told since `began`; "" while something arrived,
    is on its way, or was not tried. `lost` tells what is given up."""
    since = began.replace(microsecond=began.microsecond // 1000 * 1000)  # as notices write it
    told = [one for one in sent if _is_of(one.notice, level, since)]
    if not told or not all(lost(one) for one in told):
        return ""
    said = {
        f"{one.notice.person or one.notice.contact} by {one.notice.channel}: {one.failure}"
        for one in told
    }
    return "; ".join(sorted(said))


def _is_of(notice: Notice, level: str, since: datetime) -> bool:
    if notice.level != level or notice.kind not in TELLS or not notice.at:
        return False
    return datetime.fromisoformat(notice.at) >= since
