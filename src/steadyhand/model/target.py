"""Which world a run acts on. It is always named: no target, no run."""

from dataclasses import dataclass


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

    @property
    def words(self) -> str:
        """What a plan says it was made for: name, account and region."""
        return f"{self.name} {self.account} {self.region}"

    @property
    def is_lab(self) -> bool:
        return self.name == "lab"
