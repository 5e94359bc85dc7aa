"""The factor in, the lab's durations out, in seconds. The clock itself is never sped up.

A floor stands where something physical does not shrink with the factor: a process needs its second
to start, and a health check needs its moment to be answered on a busy machine.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Durations:
    factor: float

    def shortened(self, seconds: float, floor: float = 0.0) -> float:
        """Divide a duration by the factor, but never below what physics needs."""
        return max(floor, seconds / self.factor)

    @property
    def metric_period(self) -> int:
        """CloudWatch's basic minute; whole seconds, because the API's Period is an integer."""
        return max(1, round(60 / self.factor))

    @property
    def health_interval(self) -> float:
        return self.shortened(30, 0.5)

    @property
    def health_timeout(self) -> float:
        return self.shortened(5, 1.0)

    @property
    def first_health_interval(self) -> float:
        """How often a target that has just been registered is asked, until its first answer."""
        return self.shortened(1, 0.2)

    @property
    def health_grace(self) -> float:
        """How long ECS overlooks a failing health check after a task's start."""
        return self.shortened(60, 15.0)

    @property
    def deregistration_delay(self) -> float:
        return self.shortened(60, 2.0)

    @property
    def stop_timeout(self) -> float:
        return self.shortened(30, 2.0)

    @property
    def connection_lifetime(self) -> float:
        """How long a system's pool keeps a connection to its database."""
        return self.shortened(300, 20.0)

    @property
    def target_timeout(self) -> float:
        """The load balancer's idle timeout: after it the answer is 504. What is slow stays slow
        in a shortened world, so there is a floor well above it."""
        return self.shortened(60, 15.0)

    @property
    def restart_backoff(self) -> float:
        """The first pause after a task that never became healthy; it doubles."""
        return self.shortened(10, 0.5)
