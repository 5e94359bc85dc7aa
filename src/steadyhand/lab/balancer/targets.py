"""Targets and what is known of their health. State only: who asks them is health.py."""

import threading
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Health(StrEnum):
    """As elbv2 says it."""

    INITIAL = "initial"
    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"
    DRAINING = "draining"


# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
REASONS = {
    Health.INITIAL: ("Elb.RegistrationInProgress", "Target registration is in progress"),
    Health.DRAINING: ("Target.DeregistrationInProgress", "Target deregistration is in progress"),
}
UNHEALTHY_AFTER = 2
HEALTHY_AFTER = 3


@dataclass
class Target:
    """One address. `in_flight` counts requests it has not answered yet."""

    host: str
    port: int
    zone: str = ""
    health: Health = Health.INITIAL
    in_flight: int = 0
    passed: int = 0
    failed: int = 0
    why: tuple[str, str] = ("", "")
    next_check: float = 0.0

    @property
    def address(self) -> tuple[str, int]:
        return self.host, self.port


@dataclass
class TargetGroup:
    """Thread-safe: the proxy picks, the health checks judge, ECS registers."""

    health_path: str = "/health"
    dimension: str = ""  # what CloudWatch knows it by: the end of its ARN
    hole: tuple[str, int] | None = None  # security groups keep the load balancer out
    _targets: dict[tuple[str, int], Target] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _turn: int = 0

    def register(self, host: str, port: int, zone: str = "") -> None:
        with self._lock:
            self._targets[(host, port)] = Target(host, port, zone)

    def drain(self, host: str, port: int) -> None:
        """Send it nothing new; what it is doing it may finish."""
        with self._lock:
            if target := self._targets.get((host, port)):
                target.health = Health.DRAINING

    def remove(self, host: str, port: int) -> None:
        with self._lock:
            self._targets.pop((host, port), None)

    def get(self, host: str, port: int) -> Target | None:
        with self._lock:
            return self._targets.get((host, port))

    def all(self) -> list[Target]:
        with self._lock:
            return list(self._targets.values())

    def take(self) -> Target | None:
        """Pick the next healthy target, round robin, and count the request as in flight."""
        with self._lock:
            healthy = [t for t in self._targets.values() if t.health is Health.HEALTHY]
            if not healthy:
                return None
            self._turn += 1
            target = healthy[self._turn % len(healthy)]
            target.in_flight += 1
            return target

    def done(self, target: Target) -> None:
        with self._lock:
            target.in_flight -= 1

    def judge(self, target: Target, failure: tuple[str, str] | None) -> None:
        """Count one health check: `failure` is (reason, description), None means it passed."""
        with self._lock:
            if target.health is Health.DRAINING:
                return
            if failure is None:
                target.passed, target.failed = target.passed + 1, 0
                # The first check a new target passes is enough; an unhealthy one needs several.
                if target.health is Health.INITIAL or target.passed >= HEALTHY_AFTER:
                    target.health, target.why = Health.HEALTHY, ("", "")
                return
            target.passed, target.failed, target.why = 0, target.failed + 1, failure
            if target.health is Health.HEALTHY and target.failed >= UNHEALTHY_AFTER:
                target.health = Health.UNHEALTHY

    def way(self, target: Target) -> tuple[str, int]:
        """Where a connection to a target gets to: to it, or where the network drops it."""
        return self.hole or target.address

    def describe(self) -> list[dict[str, Any]]:
        """The rows of elbv2 describe-target-health."""
        rows: list[dict[str, Any]] = []
        for target in self.all():
            reason, description = REASONS.get(target.health, target.why)
            health = {"State": target.health.value}
            if target.health is not Health.HEALTHY:
                health |= {"Reason": reason, "Description": description}
            rows.append(
                {
                    "Target": {"Id": target.host, "Port": target.port},
                    "HealthCheckPort": str(target.port),
                    "TargetHealth": health,
                }
            )
        return rows
