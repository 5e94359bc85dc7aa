"""One call of a tool, and what it may know of the lab: the words between the tools and whoever
calls them. Knows no tool.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import urlsplit


@dataclass(frozen=True)
class LabInfo:
    """What the lab's contract announces. `hosts` leads from a name to "address" or "address:port".

    `folder` is the lab's own, the only one that tools write to beside the directory they are
    called in.
    """

    folder: Path
    aws_endpoint: str = ""
    control: str = ""
    region: str = "us-east-1"
    account: str = "123456789012"
    factor: float = 1.0
    hosts: Mapping[str, str] = field(default_factory=dict)

    @staticmethod
    def of(contract: Mapping[str, Any], folder: Path) -> "LabInfo":
        """Read a contract; a system's names lead to its load balancer where no table says more."""
        hosts = {
            host: urlsplit(system["url"]).netloc
            for system in contract.get("systems", [])
            for host in system.get("hosts", [])
        }
        aws = contract["aws"]
        return LabInfo(
            folder=folder,
            aws_endpoint=aws["endpoint"],
            control=contract["control"],
            region=aws["region"],
            account=aws["account"],
            factor=float(contract.get("factor", 1.0)),
            hosts=hosts | dict(contract.get("hosts", {})),
        )

    def address(self, host: str) -> str | None:
        """The address that a name leads to, without a port; None for a name nobody announced."""
        found = self.hosts.get(host.rstrip(".").lower())
        return None if found is None else found.partition(":")[0]

    def port(self, host: str, port: int) -> int:
        """Where a name's port really is: the table may move it."""
        moved = self.hosts.get(host.rstrip(".").lower(), "").partition(":")[2]
        return int(moved) if moved else port


@dataclass(frozen=True)
class Call:
    """`argv` begins with the tool's name. Streams hold text; a tool may be given real files."""

    argv: tuple[str, ...]
    stdin: TextIO
    stdout: TextIO
    stderr: TextIO
    cwd: Path
    env: Mapping[str, str]
    lab: LabInfo

    @property
    def words(self) -> tuple[str, ...]:
        return self.argv[1:]

    def say(self, *lines: str) -> None:
        """Print lines on standard output."""
        self.stdout.write("".join(f"{line}\n" for line in lines))

    def complain(self, *lines: str) -> None:
        """Print lines on standard error."""
        self.stderr.write("".join(f"{line}\n" for line in lines))


Tool = Callable[[Call], int]  # gives the exit code


class Failed(Exception):
    """A tool ends here: what it says on standard error, and its exit code."""

    def __init__(self, code: int, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.code = code
        self.lines = lines


def ended(tool: Tool) -> Tool:
    """Turn `Failed` into its message and its exit code."""

    def run(call: Call) -> int:
        try:
            return tool(call)
        except Failed as failed:
            call.complain(*failed.lines)
            return failed.code

    return run
