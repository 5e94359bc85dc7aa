"""What a system of the lab is made of: names, builds, schema, traffic. Says what, never how.

To add one: a folder here with the application and a SYSTEM, and a line in SYSTEMS.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path


@dataclass(frozen=True)
class Names:
    """The resource names a runbook uses."""

    cluster: str
    service: str  # also its task definition family, its load balancer and its target group
    container: str
    repository: str  # the image repository
    log_group: str
    database_instance: str
    password_secret: str
    foreign_families: tuple[tuple[str, int], ...]  # families beside ours, and their revisions


@dataclass(frozen=True)
class Request:
    """One request of a user. `body` is JSON text; empty means a GET without one."""

    method: str
    path: str
    body: str = ""


@dataclass(frozen=True)
class System:
    name: str
    folder: Path  # holds RUNBOOK.md and steadyhand.toml
    names: Names
    module: str  # what `python -m` runs as the container
    lines: tuple[str, ...]  # the release lines, "2.4", that the registry has builds of
    good_tag: str  # the image tag of a good revision; {revision} is filled in
    bad_tag: str
    database: str
    database_user: str
    schema: tuple[str, ...]
    memory: int  # MiB a container may hold
    cpu: int  # CPU units; 1024 are one core
    user: Callable[[int], Request]  # the n-th request of the background traffic
    crawler: Callable[[int], Request]  # the n-th request of a client that asks for everything

    def has_image(self, image: str) -> bool:
        repository, _, tag = image.rpartition(":")
        ours = repository.rpartition("/")[2] == self.names.repository
        return ours and tag.rpartition(".")[0] in self.lines


def renamed(names: Names, renames: Mapping[str, str]) -> Names:
    """Replace each old name wherever it stands in a resource's name; one pass, longest first."""
    if not renames:
        return names
    olds = sorted(renames, key=len, reverse=True)
    pattern = re.compile("|".join(re.escape(old) for old in olds))

    def new(name: str) -> str:
        return pattern.sub(lambda match: renames[match.group()], name)

    return replace(
        names,
        cluster=new(names.cluster),
        service=new(names.service),
        repository=new(names.repository),
        log_group=new(names.log_group),
        database_instance=new(names.database_instance),
        password_secret=new(names.password_secret),
        foreign_families=tuple((new(family), last) for family, last in names.foreign_families),
    )
