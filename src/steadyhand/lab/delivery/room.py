"""What AWS itself brings to S3, on each tick: logs of what happened, and copies of objects."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from steadyhand.lab.balancer.proxy import Proxy
from steadyhand.lab.cloud.buckets import Buckets
from steadyhand.lab.cloud.resources import Backends
from steadyhand.lab.delivery.access_logs import AccessLogs
from steadyhand.lab.delivery.trails import Trails
from steadyhand.lab.durations import Durations
from steadyhand.lab.s3.replication import Replication


@dataclass
class Deliveries:
    durations: Durations
    buckets: Buckets  # the lab's S3
    moto: Backends
    owner: Callable[[str], str]  # of an access key
    trails: Trails = field(init=False)
    access_logs: AccessLogs = field(init=False)
    replication: Replication = field(init=False)

    def __post_init__(self) -> None:
        kept = self.moto.cloudtrail.trails
        self.trails = Trails(self.durations, self.buckets, kept, self.owner)
        self.access_logs = AccessLogs(self.durations, self.buckets)
        self.replication = Replication(self.moto.s3, self.durations, self.buckets.stored)

    def tick(self, lock: threading.RLock, proxies: Mapping[str, Proxy]) -> None:
        """Deliver what is due. What is packed meanwhile, is packed without the API's lock."""
        elbv2 = self.moto.elbv2
        with lock:
            self.access_logs.sync(elbv2, proxies)
            self.replication.tick()
        for arn, log, content in self.access_logs.due():
            with lock:
                self.access_logs.deliver(elbv2, arn, log, content)
        for name, log, content in self.trails.due():
            with lock:
                self.trails.deliver(name, log, content)
