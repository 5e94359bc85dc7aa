"""botocore's data directory in, the models of single services out, each read when it is asked for.

The only module here that touches the disk. It neither imports botocore nor needs its version; what
a model means, `shapes` knows.
"""

import gzip
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any

from steadyhand.lint.aws.known import facts as stored
from steadyhand.lint.aws.known.facts import Facts
from steadyhand.lint.aws.known.shapes import Service
from steadyhand.lint.aws.known.unread import Unread, read

Json = Mapping[str, Any]
Read = Callable[[str, str], Json | None]
"""Give a service's newest `service-2`, `waiters-2` or `paginators-1`; None where there is none."""


@dataclass(frozen=True, eq=False)
class Models:
    """All that is known of AWS and its CLI. Made by `installed` or `at`."""

    names: frozenset[str]  # of the services, as botocore calls them
    read: Read
    facts: Facts
    version: str = ""  # botocore's, for messages
    read_partitions: Callable[[], Json | None] = lambda: None
    _services: dict[str, Service | None] = field(default_factory=dict, repr=False)

    def service(self, name: str) -> Service | None:
        """Give a service by botocore's name, None for one that does not exist."""
        if name not in self._services:
            api = self.read(name, "service-2") if name in self.names else None
            self._services[name] = None if api is None else Service.of(name, api, self.read)
        return self._services[name]

    @cached_property
    def regions(self) -> tuple[str, ...]:
        """The regions that botocore lists; () where it lists none."""
        found = (self.read_partitions() or {}).get("partitions", ())
        return tuple(region for partition in found for region in partition.get("regions", ()))

    @cached_property
    def region_forms(self) -> tuple[re.Pattern[str], ...]:
        """What a region's name looks like, new ones too."""
        found = (self.read_partitions() or {}).get("partitions", ())
        return tuple(re.compile(partition["regionRegex"]) for partition in found)


@cache
def installed() -> Models | None:
    """Give the models of the botocore that is installed, without importing it; None if none is."""
    found = directory()
    return None if found is None else at(found, None, _version(found.parent / "__init__.py"))


def directory() -> Path | None:
    """Find the data of the botocore that is installed."""
    # Not `find_spec`: awscli puts a botocore of its own under that name.
    spec = PathFinder.find_spec("botocore")
    return None if spec is None or spec.origin is None else Path(spec.origin).parent / "data"


def at(data: Path, facts: Facts | None = None, version: str = "") -> Models:
    """Give the models of a data directory as botocore lays it out."""
    facts = stored.facts() if facts is None else facts
    with os.scandir(data) as entries:
        names = frozenset(entry.name for entry in entries if entry.is_dir())
    return Models(
        names,
        lambda service, kind: _read(data / service, kind),
        facts,
        version,
        lambda: _load(data / "partitions"),
    )


def _read(service: Path, kind: str) -> Json | None:
    for version in sorted((v for v in service.iterdir() if v.is_dir()), reverse=True):
        if (found := _load(version / kind)) is not None:
            for extra in sorted(version.glob(f"{kind}.*-extras.json*")):
                more = _load(extra.with_name(extra.name.removesuffix(".gz").removesuffix(".json")))
                found = _merged(found, (more or {}).get("merge", {}))
            return found
    return None


def _load(path: Path) -> Json | None:
    loaded: Json | None = None
    packed, plain = path.with_name(path.name + ".json.gz"), path.with_name(path.name + ".json")
    if packed.is_file():
        loaded = read(gzip.decompress(packed.read_bytes()))
    elif plain.is_file():
        loaded = read(plain.read_bytes())
    return loaded


def _merged(one: Json, other: Json) -> Json:
    """Put the members of one object into another's, theirs into theirs, and so on."""
    more = {
        key: _merged(one[key], value)
        if isinstance(value, Mapping) and isinstance(one.get(key), Mapping)
        else value
        for key, value in other.items()
    }
    return one | more if isinstance(one, Unread) else {**one, **more}


def _version(init: Path) -> str:
    for line in init.read_text("utf-8", "replace").splitlines():
        if line.startswith("__version__"):
            return line.partition("=")[2].strip().strip("'\"")
    return ""
