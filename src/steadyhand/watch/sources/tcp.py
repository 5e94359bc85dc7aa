"""A port: whether it takes a connection; and the certificate that is shown there."""

import asyncio

from steadyhand.model.settings.probes import CertificateProbe, TcpProbe
from steadyhand.watch.sources.around import Around, Seen, Unable
from steadyhand.watch.sources.exchange import connect, days_left, ends, trust


async def look(probe: TcpProbe, _name: str, around: Around) -> Seen:
    """Connect once."""
    (await connect(await around.address(probe.host, probe.port))).close()
    return Seen()


async def look_at_certificate(probe: CertificateProbe, _name: str, around: Around) -> Seen:
    """Read until when the certificate is valid, even if it is no longer, or not trusted."""
    host, port = await around.address(probe.host, probe.port, tls=True)
    _reader, writer = await asyncio.open_connection(
        host, port, ssl=trust(False, ""), server_hostname=probe.server_name or probe.host
    )
    until = ends(writer)
    writer.transport.abort()
    if until is None:
        raise Unable("the server shows no certificate")
    days = days_left(until, around.now().timestamp())
    problem = "" if days > 0 else f"the certificate ended {-days:.1f} days ago"
    return Seen({"certificate_days": days}, problem)
