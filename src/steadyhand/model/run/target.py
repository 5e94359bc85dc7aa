"""Which world a run acts on. It is always named: no target, no run."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Target:
    """`lab`, or `aws:<profile>`. What comes after the account is the lab's; 1.0 divides nothing.

    `hosts` and `tls_hosts` are names with where they lead to for http and https, "127.0.0.1:8080".
    """

    name: str
    region: str
    account: str
    endpoint: str = ""  # the lab's AWS API, "http://127.0.0.1:…"; "" for AWS itself
    factor: float = 1.0  # divides durations read from documents, alarm periods, waiter delays
    hosts: tuple[tuple[str, str], ...] = ()
    tls_hosts: tuple[tuple[str, str], ...] = ()
    authority: str = ""  # the file with the lab's certificate authority
    tools: frozenset[str] = frozenset()  # programs that the lab has stand-ins of
    lab_file: str = ""  # where the lab says what it is
    # By system: the variables that its operator would have exported. They may hold secrets.
    exported: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = field(default=(), repr=False)

    @property
    def words(self) -> str:
        """What a plan says it was made for: name, account and region."""
        return f"{self.name} {self.account} {self.region}"

    @property
    def is_lab(self) -> bool:
        return self.name == "lab"

    def variables(self, system: str) -> Mapping[str, str]:
        """Give what an operator of a system has set there: its own, and what all others agree on.

        A document goes by the system whose name is its own, or begins it ("shop-backend": shop).
        """
        system = system.replace("_", "-")
        values: dict[str, set[str]] = {}
        for _, pairs in self.exported:
            for name, value in pairs:
                values.setdefault(name, set()).add(value)
        agreed = {name: min(found) for name, found in values.items() if len(found) == 1}
        own = [pairs for name, pairs in self.exported if f"{system}-".startswith(f"{name}-")]
        return {**agreed, **dict(own[0] if len(own) == 1 else ())}
