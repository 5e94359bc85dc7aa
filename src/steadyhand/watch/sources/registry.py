"""Every kind of probe, and what looks in its way.

A new one: a class in `model/settings/probes.py`, a file.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from steadyhand.model.settings.probes import (
    BackupProbe,
    CertificateProbe,
    CredentialProbe,
    DnsProbe,
    HeartbeatProbe,
    HttpProbe,
    KafkaProbe,
    LogPatternProbe,
    PrometheusProbe,
    RedisProbe,
    SqlProbe,
    TcpProbe,
    WorkersProbe,
)
from steadyhand.watch.sources import aws, dns, heartbeat, http, kafka, prometheus, redis, sql, tcp
from steadyhand.watch.sources import workers as writing
from steadyhand.watch.sources.around import Around, Seen

# A probe, its name, and what is around → what was seen. Raises OSError, Unable, BadAnswer, or
# takes too long: all of that is a look that failed.
Look = Callable[[Any, str, Around], Awaitable[Seen]]

SOURCES: Mapping[type, Look] = {
    HttpProbe: http.look,
    TcpProbe: tcp.look,
    CertificateProbe: tcp.look_at_certificate,
    DnsProbe: dns.look,
    SqlProbe: sql.look,
    RedisProbe: redis.look,
    KafkaProbe: kafka.look,
    PrometheusProbe: prometheus.look,
    WorkersProbe: writing.look,
    HeartbeatProbe: heartbeat.look,
    LogPatternProbe: aws.look,
    BackupProbe: aws.look,
    CredentialProbe: aws.look,
}
