"""The lab in, its account as an earlier lab left it out; from then on, what changes is written.

First the parts that others need are put back (`before`), then each system is made with what is not
there yet, then what stands on it follows (`after`). The one module here that knows the whole lab.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import starmap
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from steadyhand.lab.account import ecs_arn
from steadyhand.lab.cache.kept import snapshot_shelf
from steadyhand.lab.cloudwatch.kept import alarm_shelf
from steadyhand.lab.ecs.kept import KeptServices, image_shelf
from steadyhand.lab.ecs.model import new_deployment
from steadyhand.lab.kept.ledger import FILE, Ledger, Row, Shelf
from steadyhand.lab.kept.objects import BUCKETS, OBJECTS, storage
from steadyhand.lab.kept.stores import stores
from steadyhand.lab.logs.kept import LogBook
from steadyhand.lab.loopback import LOOPBACK, Addresses, is_free

if TYPE_CHECKING:
    from steadyhand.lab.lab import Lab

ADDRESSES = "addresses"  # the kind of row with a system's values
SPOILT = ("secret", "parameter", BUCKETS, OBJECTS, "task-definition", "service")  # by faults
OWN = ""  # in the place of a system's name: the lab's own
Values = Mapping[str, str]


class Account:
    """Every method is called with the API's lock held, or before there is an API."""

    def __init__(self, lab: "Lab") -> None:
        self._lab = lab
        self.ledger = Ledger(None if lab.options.fresh else lab.state.folder / FILE)
        self.book = LogBook(self.ledger, lab.logs)
        self.services = KeptServices(lab.fleet, self._is_up)
        self.earlier = False  # a lab was up on this folder, and came to be whole
        self._values: dict[str, Values] = {}  # of every system that ever was up

    def _is_up(self, cluster: str) -> bool:
        """It is of a system that is up, or of none: somebody made it."""
        declared = [one for live in self._lab.systems.values() for one in live.parts.clusters]
        made = cluster in self._lab.moto.ecs.clusters
        return cluster in declared or (made and not self.ledger.knows(f"cluster {cluster}"))

    def before(self) -> None:
        """Put back what systems are made with. Their values are known, and nothing runs."""
        lab = self._lab
        own, new = self._values[OWN], {name: live.values for name, live in lab.systems.items()}
        old = self.ledger.noted(ADDRESSES)
        self._renamed = renaming({name: (old.get(name, {}), new[name]) for name in new})
        values = Shelf(ADDRESSES, "", lambda _: starmap(Row, self._values.items()), self._known)
        shelves = values, *stores(lab.moto), *storage(lab.moto), *self.book.shelves()
        for shelf in shelves:
            self.ledger.restore(shelf, self._renamed)
        port = str(urlsplit(lab.api.endpoint).port)
        self._values |= {**new, OWN: {**own, "port": port}}
        self.book.restore()

    def _known(self, row: Row) -> None:
        self._values[row.key] = row.content

    def open(self, addresses: Addresses) -> int:
        """Have the network that an earlier lab had, and the port of its API; 0 for any.

        Raises OSError.
        """
        self.ledger.open()
        own = self.ledger.noted(ADDRESSES).get(OWN, {})
        self.earlier = bool(own)
        addresses.network = own.get("network", addresses.network)
        port = int(own.get("port", 0))
        self._values[OWN] = {"network": addresses.network}
        return port if port and is_free(LOOPBACK, port) else 0

    def after(self) -> None:
        """Put back what stands on the systems, and keep all there is."""
        lab = self._lab
        shelves = (
            self.services.shelf(),
            image_shelf(lab.registry),
            alarm_shelf(lab.alarms),
            snapshot_shelf(lab.caches.kept),
        )
        for shelf in shelves:
            self.ledger.restore(shelf, self._renamed)
        self._heed()
        self.ledger.look()
        self.book.flush()

    def _heed(self) -> None:
        """What this lab was asked for goes before what an earlier one had."""
        options = self._lab.options
        for live in self._lab.systems.values():
            for declared in live.parts.services:
                running = self._lab.fleet.services.get((declared.cluster, declared.name))
                if running is None:
                    continue
                if options.desired is not None:
                    running.service = replace(running.service, desired=options.desired)
                if options.revision is not None:
                    definition = f"{declared.family}:{options.revision}"
                    made = new_deployment(ecs_arn("task-definition", definition), "start")
                    running.service = replace(running.service, deployments=(made,))
                    running.history.deployments[:] = [made]

    def changed(self, service: str, operation: str) -> None:
        """A call of the API was answered that may have changed something."""
        self.ledger.changed(service, operation)
        if service == "logs":
            self.book.flush()

    def stored(self, bucket: str, key: str) -> None:
        """A request to S3 was answered that may have changed an object, or all of a bucket."""
        self._lab.deliveries.replication.stored(bucket, key)
        self.ledger.look(BUCKETS, under=bucket)
        self.ledger.look(OBJECTS, under=f"{bucket}/{key}")

    def tick(self) -> None:
        self.ledger.tick()
        self.book.flush()

    @contextmanager
    def fault(self) -> Iterator[None]:
        """What a fault does to the account is not kept: a fault ends with the lab."""
        with self._lab.lock:
            self.ledger.hold()
        try:
            yield
        finally:
            with self._lab.lock:
                self.ledger.go_on(*SPOILT)


def renaming(systems: Mapping[str, tuple[Values, Values]]) -> Callable[[str], str]:
    """From each system's values, the old and the new: what puts the new ones into a text. Pure.

    What a lab calls an address, another may have to call otherwise; on AWS they would stay.
    """
    new = {
        old[name]: value
        for old, now in systems.values()
        for name, value in now.items()
        # A short number may mean anything.
        if name in old and old[name] != value and len(old[name]) > 4
    }
    if not new:
        return lambda text: text
    longest_first = sorted(new, key=len, reverse=True)
    either = "|".join(re.escape(one) for one in longest_first)
    pattern = re.compile(rf"(?<![\w.])(?:{either})(?!\w|\.\d)")
    return lambda text: pattern.sub(lambda found: new[found.group()], text)
