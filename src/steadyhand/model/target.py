"""Which world a run acts on. It is always named: no target, no run."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """`lab`, or `aws:<profile>`. `endpoint` and `factor` are the lab's; 1.0 divides nothing."""

    name: str
    region: str
    account: str
    endpoint: str = ""  # the lab's AWS API, "http://127.0.0.1:…"; "" for AWS itself
    factor: float = 1.0  # divides durations read from documents, alarm periods, waiter delays

    @property
    def is_lab(self) -> bool:
        return self.name == "lab"
