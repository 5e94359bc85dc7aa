"""Targets: a name becomes an account, a region and, for the lab, a loopback address."""

import json
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from msgspec import Struct

from steadyhand.app.problem import Problem
from steadyhand.model.run.target import Target


class LabInfo(Struct, frozen=True):
    """What the lab says of itself in lab.json."""

    control: str
    webhook: str
    url: str
    folder: str
    system: dict[str, str]
    target: Target
    pid: int


def read_lab(path: Path) -> LabInfo:
    """Read the lab's own file. Raises Problem when no lab is up, or it is not on loopback."""
    try:
        said = json.loads(path.read_text())
    except FileNotFoundError:
        raise Problem(f"no lab is up ({path} is not there); start one, or name a target") from None
    except (OSError, ValueError) as error:
        raise Problem(f"{path} cannot be read: {error}") from None
    return lab_info(said)


def lab_info(said: dict[str, object]) -> LabInfo:
    """Turn the lab's JSON into LabInfo. Raises Problem for an address outside loopback."""
    try:
        aws, system = said["aws"], said["system"]
        if not isinstance(aws, dict) or not isinstance(system, dict):
            raise KeyError("aws, system")
        info = LabInfo(
            control=str(said["control"]),
            webhook=str(said["webhook"]),
            url=str(said["url"]),
            folder=str(system["folder"]),
            system={str(k): str(v) for k, v in system.items()},
            target=Target(
                "lab",
                str(aws["region"]),
                str(aws["account"]),
                str(aws["endpoint"]),
                float(str(said["factor"])),
                hosts=_pairs(said.get("hosts")),
                tls_hosts=_pairs(said.get("tls_hosts")),
                authority=str(said.get("authority", "")),
                tools=frozenset(_words(said.get("tools"))),
                lab_file=str(said.get("file", "")),
                exported=_exported(said.get("systems", [system])),
            ),
            pid=int(str(said["pid"])),
        )
    except KeyError as missing:
        raise Problem(f"the lab did not say {missing}; is it of this version?") from None
    hosts = (*info.target.hosts, *info.target.tls_hosts)
    leads = [f"http://{address}" for _, address in hosts]
    for address in (info.control, info.webhook, info.url, info.target.endpoint, *leads):
        host = urlsplit(address).hostname or ""
        if not (host.startswith("127.") or host in {"localhost", "::1"}):
            raise Problem(f"the lab names {address}, which is not on loopback; refusing it")
    return info


def _exported(said: object) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    systems = [one for one in said if isinstance(one, dict)] if isinstance(said, list) else []
    return tuple((str(one.get("name", "")), _pairs(one.get("environment"))) for one in systems)


def _pairs(said: object) -> tuple[tuple[str, str], ...]:
    table = said if isinstance(said, dict) else {}
    return tuple(sorted((str(name), str(address)) for name, address in table.items()))


def _words(said: object) -> list[str]:
    return [str(word) for word in said] if isinstance(said, list) else []


def resolve(name: str, lab_file: Path) -> Target:
    """Turn `lab` or `aws:<profile>@<region>` into a target. Raises Problem."""
    if not name:
        raise Problem("no target is named: pass --target, or set target in steadyhand.toml")
    if name == "lab":
        return read_lab(lab_file).target
    if name.startswith("aws:"):
        profile, _, region = name.removeprefix("aws:").partition("@")
        if not profile or not region:
            raise Problem(f"{name}: write the target as aws:PROFILE@REGION")
        return Target(f"aws:{profile}", region, "")
    raise Problem(f"{name}: a target is `lab` or `aws:PROFILE@REGION`")


def resolve_again(words: str, lab_file: Path) -> Target:
    """Find the target that a plan was made for, by the words that the plan has for it.

    Raises Problem when that name means something else now.
    """
    name, *account, region = words.split()
    target = resolve(name if name == "lab" else f"{name}@{region}", lab_file)
    if not target.is_lab:
        target = replace(target, account="".join(account))
    if target.words != words:
        raise Problem(f"it was planned for {words}; this is {target.words}")
    return target
