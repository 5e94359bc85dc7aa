"""A lab in; where everything in it is, out: its names, and the contract that it announces."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import psutil

from steadyhand.lab import checkouts
from steadyhand.lab.account import ACCOUNT, REGION
from steadyhand.lab.balancer.proxy import Proxy
from steadyhand.lab.cloud import resources
from steadyhand.lab.live import Live
from steadyhand.lab.loopback import LOOPBACK
from steadyhand.lab.tools import TOOLS
from steadyhand.lab.tools.call import LabInfo

if TYPE_CHECKING:
    from steadyhand.lab.lab import Lab


class Directory:
    """`unresolved` are the names whose record is gone."""

    def __init__(self, lab: "Lab") -> None:
        self._lab = lab
        self.unresolved: set[str] = set()

    def contract(self, control: str) -> dict[str, Any]:
        systems = [self._told(live) for live in self._lab.systems.values()]
        return {
            "schema": 1,
            "pid": psutil.Process().pid,
            "factor": self._lab.options.factor,
            "control": control,
            "aws": {"endpoint": self._lab.api.endpoint, "region": REGION, "account": ACCOUNT},
            "url": systems[0]["url"],
            "webhook": f"{control}/hooks",
            "file": str(self._lab.state.lab),
            "authority": str(self._lab.authority.file),
            "hosts": self._resolved(
                {
                    **self._lab.outside.hosts,
                    **{host: f"{LOOPBACK}:{proxy.port}" for host, proxy in self._hosts()},
                }
            ),
            "tls_hosts": self._resolved(
                {
                    **self._lab.outside.tls_hosts,
                    **{host: f"{LOOPBACK}:{proxy.tls_port}" for host, proxy in self._hosts()},
                }
            ),
            "tools": sorted(TOOLS),
            "system": systems[0],
            "systems": systems,
        }

    def info(self) -> LabInfo:
        """What a tool may know of this lab while nobody can reach its control API."""
        return LabInfo.of(self.contract(""), self._lab.state.folder)

    def announce(self) -> None:
        """Say anew where everything is: names have changed."""
        self._lab.state.announce(self.contract(self._lab.fleet.control()))

    def names(self) -> set[str]:
        """Every name that leads, or led, somewhere in the lab."""
        return {
            *self._lab.outside.hosts,
            *self._lab.outside.tls_hosts,
            *(host for host, _ in self._hosts()),
        }

    def find(self, host: str) -> tuple[str, int] | None:
        """Where a user finds a system's name; None where its record is gone."""
        if host in self.unresolved:
            return None
        return LOOPBACK, dict(self._hosts())[host].port

    def _resolved(self, table: Mapping[str, str]) -> dict[str, str]:
        return {host: at for host, at in table.items() if host not in self.unresolved}

    def _hosts(self) -> Iterator[tuple[str, Proxy]]:
        """Every name that a document uses, and the load balancer that it leads to."""
        for live in self._lab.systems.values():
            for balancer in live.parts.balancers:
                for host in (*balancer.hosts, *balancer.host_groups):
                    yield host, self._lab.proxy(balancer.name)

    def _told(self, live: Live) -> dict[str, Any]:
        parts, balancer = live.parts, live.parts.balancers[0]
        return {
            "name": parts.name,
            "folder": str(parts.folder),
            "checkout": str(checkouts.folder_of(self._lab.state.folder, parts)),
            "environment": checkouts.environment(parts, live.values),
            "log_groups": sorted({family.log_group for family in parts.families}),
            "cluster": parts.clusters[0],
            "service": parts.services[0].name,
            "load_balancer": resources.dimension(self._lab.moto, balancer.name),
            "url": self._lab.proxy(balancer.name).url,
            "hosts": [host for host in balancer.hosts if host not in self.unresolved],
        }
