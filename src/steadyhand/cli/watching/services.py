"""`services`: what there is, whose it is, what it needs, what is missing; times of incidents."""

import json
import re
from datetime import timedelta
from pathlib import Path

import click

from steadyhand.app.responding import learning
from steadyhand.app.watching import services
from steadyhand.cli.program import open_control
from steadyhand.model import canonical
from steadyhand.model.document.catalog import Known, Service, System
from steadyhand.model.incident.metrics import GROUPS, MEASURES, Group, grouped

_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
_CONFIG = click.option("--config", type=click.Path(path_type=Path, dir_okay=False))


@click.group("services")
def services_command() -> None:
    """The catalog: services, owners, dependencies, runbooks and what is missing."""


@services_command.command("list")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@_CONFIG
@_JSON
@click.pass_context
def list_command(
    context: click.Context, paths: tuple[Path, ...], config: Path | None, as_json: bool
) -> int:
    """List the systems of documents and folders, with their services."""
    for system in services.catalogue(open_control(context), paths, config):
        if as_json:
            click.echo(json.dumps(_plain(system)))
            continue
        good, meant = system.proven
        owner = system.owner or "NOBODY"
        click.echo(
            f"{system.name}: {owner}; {system.runbook} {system.freshness.words}; "
            f"{good} of {meant} procedures proven, {len(system.open_incidents)} incidents open, "
            f"{len(system.gaps)} gaps"
        )
        for service in system.services:
            click.echo(f"  {_line(service)}")
    return 0


@services_command.command("show")
@click.argument("name")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@_CONFIG
@_JSON
@click.pass_context
def show_command(
    context: click.Context, name: str, paths: tuple[Path, ...], config: Path | None, as_json: bool
) -> int:
    """Show a system, or a service of one: dependencies, procedures, gaps.

    Exit code 1: something is missing.
    """
    systems = services.catalogue(open_control(context), paths, config)
    system, service = services.named(systems, name)
    if as_json:
        said = _plain(system)
        if service is not None:
            said["service"] = canonical.plain(service)
        click.echo(json.dumps(said, indent=2))
    else:
        click.echo("\n".join(_shown(system, service)))
    return 1 if system.gaps else 0


@services_command.command("metrics")
@click.option("--by", type=click.Choice(list(GROUPS)), default="system", show_default=True)
@click.option("--since", default="", metavar="90d", help="Only incidents opened since: 24h, 90d.")
@_JSON
@click.pass_context
def metrics_command(context: click.Context, by: str, since: str, as_json: bool) -> int:
    """Times of incidents in seconds: to detect, page, acknowledge, mitigate, resolve."""
    control = open_control(context)
    start = None
    if since:
        said = re.fullmatch(r"(\d+)([hd])", since)
        if said is None:
            raise click.UsageError(f"--since {since}: write it as 24h or 90d")
        hours = int(said[1]) * (24 if said[2] == "d" else 1)
        start = control.clock.now() - timedelta(hours=hours)
    for name, group in grouped(learning.measured(control, start), by).items():
        if as_json:
            click.echo(json.dumps({by: name, **canonical.plain(group)}))
        else:
            click.echo("\n".join(_group(name, group)))
    return 0


def _plain(system: System) -> dict[str, object]:
    said: dict[str, object] = canonical.plain(system)
    said["proven"], said["to_prove"] = system.proven
    return said


def _line(service: Service) -> str:
    needs = f", needs {', '.join(service.depends_on)}" if service.depends_on else ""
    where = "" if service.declared else ", only in steadyhand.toml"
    return f"{service.name}: {service.owner or 'NOBODY'}{needs}{where}"


def _shown(system: System, service: Service | None) -> list[str]:
    lines = [
        f"{system.name}: {system.title}",
        f"  runbook: {system.runbook}, {system.freshness.words}",
        f"  owner: {system.owner or 'NOBODY'}",
    ]
    for one in [service] if service else system.services:
        lines.append(f"  service {_line(one)}")
        lines += [f"    {one.about}"] if one.about else []
        lines += [f"    used by {', '.join(one.used_by)}"] if one.used_by else []
    for dependency in system.dependencies:
        health = dependency.health or "not said"
        lines.append(f"  needs {dependency.name}: {dependency.purpose}; looked at by: {health}")
    for known in system.procedures:
        if service is None or known.id in service.procedures:
            lines.append(f"  procedure {_procedure(known)}")
    lines += [f"  open: incident {key}" for key in system.open_incidents]
    for gap in system.gaps:
        place = f" (line {gap.line})" if gap.line else ""
        lines.append(f"  missing: {gap.text}{place}")
    return lines


def _procedure(known: Known) -> str:
    said = [known.severity] if known.severity else []
    if known.drilled is not None:
        verdict = "passed" if known.drilled.passed else "FAILED"
        said.append(f"drill {known.drilled.at:%Y-%m-%d} {verdict}")
    elif known.for_incidents:
        said.append("never drilled")
    said += [f"last run {known.ran:%Y-%m-%d}"] if known.ran else []
    said += [f"{known.incidents} incidents"] if known.incidents else []
    return f"{known.id}: {', '.join(said) or 'never run'}"


def _group(name: str, group: Group) -> list[str]:
    head = f"{name}: {group.count} incidents, {group.open} open, {group.reopened} came back"
    lines = [head]
    for measure in MEASURES:
        if (usual := group.measures.get(measure)) is not None:
            lines.append(
                f"  to {measure:<11} p50 {usual.p50:8.1f} s  p90 {usual.p90:8.1f} s  "
                f"mean {usual.mean:8.1f} s  longest {usual.longest:8.1f} s  ({usual.known})"
            )
    return lines
