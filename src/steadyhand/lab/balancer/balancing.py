"""Load balancers, listeners, rules and target groups as moto keeps them, in; proxies, out.

Level-triggered: `sync` looks at what the API has and makes it true, whoever changed it. One event
loop in a thread of its own serves every proxy and every health check.
"""

import asyncio
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from steadyhand.lab.authority import Certificate
from steadyhand.lab.balancer.health import check_forever
from steadyhand.lab.balancer.proxy import Proxy, Route
from steadyhand.lab.balancer.tally import Tally
from steadyhand.lab.balancer.targets import TargetGroup
from steadyhand.lab.balancer.tls import Tls
from steadyhand.lab.durations import Durations


class Balancing:
    """Serves while `start` … `stop`. `sync` and the rest are called with the API's lock held."""

    def __init__(self, durations: Durations) -> None:
        self._durations = durations
        self.groups: dict[str, TargetGroup] = {}  # by ARN
        self.proxies: dict[str, Proxy] = {}  # by the load balancer's ARN
        self.tls: Callable[[], ssl.SSLContext] | None = None  # where a listener says nothing else
        self.certificates: Callable[[Iterable[str]], Mapping[str, Certificate]] = lambda _: {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="balancers", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(5)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        checks = self._loop.create_task(
            check_forever(lambda: tuple(self.groups.values()), self._durations)
        )
        self._loop.run_forever()
        checks.cancel()
        for proxy in self.proxies.values():
            proxy.close()

    def sync(self, elbv2: Any) -> None:
        """Make true what the API says now. Raises OSError where no port can be had."""
        for arn, group in list(elbv2.target_groups.items()):
            if arn not in self.groups:
                self.groups[arn] = TargetGroup(
                    group.health_check_path or "/", dimension=arn.rpartition(":")[2]
                )
            self.groups[arn].health_path = group.health_check_path or "/"
        for gone in set(self.groups) - set(elbv2.target_groups):
            del self.groups[gone]
        for arn, balancer in list(elbv2.load_balancers.items()):
            if arn not in self.proxies:
                self.proxies[arn] = self._opened(_zones(balancer))
            listeners = list(balancer.listeners.values())
            self.proxies[arn].name = arn.partition(":loadbalancer/")[2]
            self.proxies[arn].routes = tuple(self._routes(listeners))
            self._serve(self.proxies[arn], listeners)
        for gone in set(self.proxies) - set(elbv2.load_balancers):
            self._loop.call_soon_threadsafe(self.proxies.pop(gone).close)

    def _opened(self, zones: tuple[str, ...]) -> Proxy:
        proxy = Proxy(self._durations, Tally(self._durations.metric_period), zones)
        tls = None if self.tls is None else Tls(self.tls())
        asyncio.run_coroutine_threadsafe(proxy.open(tls), self._loop).result(10)
        return proxy

    def _serve(self, proxy: Proxy, listeners: Iterable[Any]) -> None:
        """Have https served with the certificates that the listeners name."""
        if proxy.tls is not None:
            arns = [arn for listener in listeners for arn in listener.certificates or ()]
            proxy.tls.use(self.certificates(arns))
            proxy.certificate = str(arns[0]) if arns else ""

    def _routes(self, listeners: Iterable[Any]) -> Iterator[Route]:
        """What a request meets, in order: the rules of the listeners, then their default."""
        for listener in listeners:
            rules = [rule for rule in listener.rules.values() if rule.priority != "default"]
            for rule in sorted(rules, key=lambda rule: int(rule.priority)):
                hosts = tuple(_values(rule.conditions, "host-header"))
                paths = tuple(_values(rule.conditions, "path-pattern"))
                for group in self._forward(rule.actions):
                    yield Route(group, hosts, paths, int(rule.priority))
        for listener in listeners:
            for group in self._forward(listener.default_actions):
                yield Route(group)

    def _forward(self, actions: Iterable[Any]) -> Iterator[TargetGroup]:
        for action in actions:
            weighted = action.data.get("ForwardConfig", {}).get("TargetGroups", [])
            arns = [group["TargetGroupArn"] for group in weighted]
            for arn in (action.data.get("TargetGroupArn"), *arns):
                if arn in self.groups:
                    yield self.groups[arn]


def _zones(balancer: Any) -> tuple[str, ...]:
    """Where a load balancer has its nodes: one in each of its subnets."""
    return tuple(dict.fromkeys(str(one.availability_zone) for one in balancer.subnets))


def _values(conditions: Iterable[dict[str, Any]], field: str) -> Iterator[str]:
    """The patterns of one kind of condition, in either of the API's two spellings."""
    spelled = "".join(word.title() for word in field.split("-")) + "Config"
    for condition in conditions:
        if condition.get("Field") == field:
            yield from condition.get("Values") or condition.get(spelled, {}).get("Values", ())
