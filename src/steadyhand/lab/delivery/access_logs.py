"""Load balancers whose attributes ask for access logs in, their log files in S3 out.

Level-triggered: what `modify-load-balancer-attributes` says counts from the next tick on.
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html
"""

import gzip
import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from steadyhand.lab.account import ACCOUNT, REGION
from steadyhand.lab.balancer.access_log import Exchange, line
from steadyhand.lab.balancer.proxy import Proxy
from steadyhand.lab.delivery.files import Buckets, Log
from steadyhand.lab.durations import Durations
from steadyhand.lab.loopback import LOOPBACK

INTERVAL = 300.0  # seconds
FOLDER = f"AWSLogs/{ACCOUNT}/elasticloadbalancing/{REGION}/"
ALPHABET = string.ascii_lowercase + string.digits


@dataclass
class AccessLogs:
    durations: Durations
    buckets: Buckets
    _logs: dict[str, Log] = field(default_factory=dict)  # by the load balancer's ARN

    def sync(self, elbv2: Any, proxies: Mapping[str, Proxy]) -> None:
        """Have those write that are to. The API's lock is held."""
        for arn, proxy in proxies.items():
            balancer = elbv2.load_balancers.get(arn)
            wanted = balancer is not None and _place(balancer.attrs) is not None
            if wanted and arn not in self._logs:
                interval = self.durations.shortened(INTERVAL, 5.0)
                self._logs[arn] = log = Log(self.buckets, interval, _packed)
                proxy.log = lambda exchange, log=log: log.add(_written(exchange))
            elif not wanted and arn in self._logs:
                del self._logs[arn]
                proxy.log = None
        for gone in set(self._logs) - set(proxies):
            del self._logs[gone]

    def due(self) -> list[tuple[str, Log, bytes]]:
        """Pack what is to be delivered now; it takes a moment, and no lock."""
        found = [(arn, log, log.due()) for arn, log in list(self._logs.items())]
        return [(arn, log, content) for arn, log, content in found if content is not None]

    def deliver(self, elbv2: Any, arn: str, log: Log, content: bytes) -> None:
        """Put a file where the attributes say now. The API's lock is held."""
        balancer = elbv2.load_balancers.get(arn)
        place = None if balancer is None else _place(balancer.attrs)
        if place is not None:
            bucket, prefix = place
            folder = f"{prefix}/{FOLDER}" if prefix else FOLDER
            name = _name(arn.partition(":loadbalancer/")[2], datetime.now(UTC))
            log.deliver(bucket, folder, name, content)


def _place(attributes: Mapping[str, str]) -> tuple[str, str] | None:
    """The bucket and the prefix; None where there is to be no log."""
    if attributes.get("access_logs.s3.enabled") != "true":
        return None
    prefix = attributes.get("access_logs.s3.prefix", "").strip("/")
    return attributes.get("access_logs.s3.bucket", ""), prefix


def _written(exchange: Exchange) -> bytes:
    return f"{line(exchange)}\n".encode("latin-1")


def _packed(pieces: list[bytes]) -> bytes:
    return gzip.compress(b"".join(pieces), compresslevel=1)


def _name(balancer: str, now: datetime) -> str:
    """Of the day, and of the minute in which the interval ends."""
    end = now.replace(second=0, microsecond=0) + timedelta(minutes=1)
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(8))
    return (
        f"{now:%Y/%m/%d}/{ACCOUNT}_elasticloadbalancing_{REGION}_{balancer.replace('/', '.')}_"
        f"{end:%Y%m%dT%H%MZ}_{LOOPBACK}_{drawn}.log.gz"
    )
