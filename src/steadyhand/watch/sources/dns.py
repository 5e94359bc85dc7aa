"""A name: whether a name server answers for it, and with what."""

from functools import lru_cache
from typing import TYPE_CHECKING

from steadyhand.model.settings.probes import DnsProbe
from steadyhand.watch.sources.around import Around, Seen

if TYPE_CHECKING:
    from dns.asyncresolver import Resolver


async def look(probe: DnsProbe, _name: str, _around: Around) -> Seen:
    """Ask once; nothing is answered from memory here."""
    from dns.exception import DNSException

    try:
        answer = await _resolver(probe.server).resolve(
            probe.name, probe.record, lifetime=probe.timeout_seconds, search=False
        )
    except DNSException as error:
        return Seen({"answers": 0.0}, f"{probe.record} of {probe.name}: {error}")
    said = {str(record).rstrip(".") for record in answer}
    values = {"answers": float(len(said))}
    wanted = {text.rstrip(".") for text in probe.expect}
    if wanted and said != wanted:
        return Seen(values, f"{probe.name} is {_list(said)}, not {_list(wanted)}")
    return Seen(values)


def _list(words: set[str]) -> str:
    return ", ".join(sorted(words))


@lru_cache(maxsize=64)
def _resolver(server: str) -> "Resolver":
    from dns.asyncresolver import Resolver

    if not server:
        return Resolver()
    host, _, port = server.partition(":")
    made = Resolver(configure=False)
    made.nameservers = [host]
    made.port = int(port or 53)
    return made
