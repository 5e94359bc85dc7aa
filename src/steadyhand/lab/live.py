"""What a lab is asked for, in; a system's parts with the options' names and numbers, out. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from steadyhand.lab.options import Options
from steadyhand.lab.rds.api import Database
from steadyhand.lab.systems.parts import Family, Parts, renamed
from steadyhand.lab.traffic import Traffic


class LabFailed(Exception):
    """The lab did not come up; the message is one line for a person."""


@dataclass
class Live:
    """A system while it is up."""

    parts: Parts
    database: Database
    values: Mapping[str, str]  # what fills the texts of its parts
    traffic: Traffic | None = None

    def family(self, name: str) -> Family:
        return next(family for family in self.parts.families if family.name == name)


def adapted(parts: Parts, options: Options) -> Parts:
    """A system's parts with the options' names and numbers."""
    parts = renamed(parts, options.renames)
    first = parts.families[0]
    served = {service.family for service in parts.services}
    families = [
        replace(f, revisions=options.revision or f.revisions) if f.name in served else f
        for f in parts.families
    ]
    families += [
        replace(first, name=n, revisions=last, tag="1.0.0") for n, last in options.foreign_families
    ]
    services = tuple(
        service if options.desired is None else replace(service, desired=options.desired)
        for service in parts.services
    )
    return replace(parts, families=tuple(families), services=services)
