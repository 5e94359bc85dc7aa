"""The lab's command line: words in, one line of JSON or of text out. Exit codes: see __main__."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

import click

from steadyhand.lab.state import NotUp, StateFolder

DEFAULT_STATE = Path(".steadyhand/lab")
FAILED, ALREADY_UP, REAL_CREDENTIALS, NOT_UP = 1, 3, 4, 5

# Whatever stands here is a person's way to a real account, unless it is one of the dummies.
CREDENTIALS = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_PROFILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
)
DUMMIES = {"", "lab", "test", "testing", "dummy"}

state_option = click.option(
    "--state",
    type=click.Path(path_type=Path),
    envvar="STEADYHAND_LAB_STATE",
    default=DEFAULT_STATE,
    show_default=True,
    help="The lab's folder.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object.")


def fail(code: int, message: str) -> NoReturn:
    click.echo(f"lab: {message}", err=True)
    sys.exit(code)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """A stand-in AWS with real processes behind it, on loopback."""


def _pairs(_: click.Context, parameter: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    pairs = [word.partition("=") for word in given]
    for word, (key, _equals, value) in zip(given, pairs, strict=True):
        if not (key and value):
            raise click.BadParameter(f"not of the form A=B: {word}", param=parameter)
    return {key: value for key, _equals, value in pairs}


def _families(
    _: click.Context, parameter: click.Parameter, given: tuple[str, ...]
) -> tuple[tuple[str, int], ...]:
    families = []
    for word in given:
        family, _colon, last = word.partition(":")
        if not family or not last.isdigit() or int(last) < 1:
            raise click.BadParameter(f"not of the form FAMILY:LAST: {word}", param=parameter)
        families.append((family, int(last)))
    return tuple(families)


@cli.command()
@click.argument("systems", nargs=-1)
@click.option("--factor", type=float, default=1.0, help="Divides the lab's durations.")
@state_option
@click.option("--rename", "renames", multiple=True, callback=_pairs, metavar="OLD=NEW")
@click.option("--desired-count", type=click.IntRange(0, 20), default=None)
@click.option("--revision", type=click.IntRange(2, 500), default=None, help="The one that runs.")
@click.option(
    "--foreign-families",
    multiple=True,
    callback=_families,
    metavar="FAMILY:LAST",
    help="More task definition families, with revisions 1 to LAST.",
)
@click.option("--traffic", type=click.FloatRange(0, 200), default=25.0, help="Requests/second.")
@click.option("--aws-port", type=click.IntRange(0, 65535), default=0, help="0: any free one.")
@click.option("--die-with-parent", is_flag=True, help="End when the starting process ends.")
@click.option("--fresh", is_flag=True, help="Keep nothing, of an earlier lab or of this one.")
@click.option("--detach", is_flag=True, help="Return when all is healthy; `down` ends it.")
def up(
    systems: tuple[str, ...],
    factor: float,
    state: Path,
    renames: dict[str, str],
    desired_count: int | None,
    revision: int | None,
    foreign_families: tuple[tuple[str, int], ...],
    traffic: float,
    aws_port: int,
    die_with_parent: bool,
    fresh: bool,
    detach: bool,
) -> None:
    """Bring SYSTEMS up (all there are) and keep them up; print where they are as one JSON line.

    With --detach at a terminal it says how the lab is instead, as `lab status` does.
    """
    real = [name for name in CREDENTIALS if os.environ.get(name, "") not in DUMMIES]
    if real:
        fail(REAL_CREDENTIALS, f"real AWS credentials are in the environment: {', '.join(real)}")
    if not 0.1 <= factor <= 600:
        raise click.BadParameter("must be between 0.1 and 600", param_hint="--factor")
    if detach:
        _detach(StateFolder(state))
        return
    # Imported here: the systems and the rest take a moment that `status` need not wait for.
    from steadyhand.lab.options import Options
    from steadyhand.lab.serve import serve

    options = Options(
        factor, desired_count, revision, renames, foreign_families, traffic, fresh, aws_port
    )
    code, message = serve(systems, options, StateFolder(state), die_with_parent)
    if code:
        click.echo(f"lab: {message}", err=True)
    sys.stdout.flush()
    sys.stderr.flush()
    # All is ended and written down. To take the lab's memory apart, object by object, would take
    # seconds, in which nothing happens any more.
    os._exit(code)


def _detach(state: StateFolder) -> None:
    """Start the same command without --detach in the background, and wait until it is healthy."""
    words = [word for word in sys.argv[1:] if word != "--detach"]
    said = state.folder / "up.log"
    try:
        state.folder.mkdir(parents=True, exist_ok=True)
        output = said.open("wb")
    except OSError as error:
        fail(FAILED, f"cannot use {state.folder}: {error.strerror}")
    with output:
        process = subprocess.Popen(
            (sys.executable, "-m", "steadyhand.lab", *words),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=output,
            start_new_session=True,
        )
    while process.poll() is None:
        with suppress(NotUp):
            told = state.read()
            if told["pid"] == process.pid:
                if sys.stdout.isatty():
                    _show(_ask(state.folder, "GET", "/status"))
                else:
                    click.echo(json.dumps(told))
                return
        time.sleep(0.05)
    message = said.read_text(errors="replace").strip().removeprefix("lab: ")
    fail(process.returncode or FAILED, message or "the lab ended; see lab.log")


def _contract(state: Path) -> dict[str, Any]:
    try:
        return StateFolder(state).read()
    except NotUp as error:
        fail(NOT_UP, str(error))


def _ask(state: Path, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
    """Ask the control API of the lab on that folder; end the program when it says no."""
    url = f"{_contract(state)['control']}{path}"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, method=method)
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
            request, timeout=30
        ) as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        with error:
            fail(FAILED, str(json.load(error).get("error", error)))
    except OSError:
        fail(NOT_UP, f"the lab on {state} does not answer")


@cli.command()
@state_option
@json_option
def status(state: Path, as_json: bool) -> None:
    """Say how the lab is."""
    told = _ask(state, "GET", "/status")
    if as_json:
        click.echo(json.dumps(told))
    else:
        _show(told)


def _show(told: Mapping[str, Any]) -> None:
    health = "healthy" if told["healthy"] else "not healthy"
    names = ", ".join(system["name"] for system in told["systems"])
    click.echo(f"{names}: {health}, factor {told['factor']:g}")
    click.echo(f"aws      {told['aws']['endpoint']}")
    for system in told["systems"]:
        click.echo(f"url      {system['url']} ({system['name']})")
    click.echo(f"control  {told['control']}\nfaults   {', '.join(told['faults']) or 'none'}")


@cli.command()
@click.argument("of", metavar="[SYSTEM|GROUP]", default="")
@click.option("--follow", "-f", is_flag=True, help="Go on with what comes, until it is ended.")
@state_option
def logs(of: str, follow: bool, state: Path) -> None:
    """Print what tasks have logged in the last minutes: all, a system's, or one log group."""
    from steadyhand.lab.tailing import NoAnswer, NoSuchLog, tail

    try:
        for lines in tail(_contract(state), of, follow):
            for line in lines:
                click.echo(line)
            sys.stdout.flush()
    except NoSuchLog as error:
        fail(FAILED, str(error))
    except KeyboardInterrupt:
        sys.exit(130)
    except NoAnswer:
        fail(NOT_UP, f"the lab on {state} does not answer")


@cli.command()
@state_option
def down(state: Path) -> None:
    """End the lab, and wait until it is gone."""
    import psutil

    pid = int(_contract(state)["pid"])
    _ask(state, "POST", "/shutdown")
    deadline = time.monotonic() + 30
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        # A zombie has ended; it only waits for its parent to look.
        while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
            if time.monotonic() > deadline:
                fail(FAILED, f"the lab (pid {pid}) has not ended after 30 seconds")
            time.sleep(0.05)


@cli.group()
def fault() -> None:
    """Break the lab, and mend it."""


@fault.command("list")
@state_option
@json_option
def list_faults(state: Path, as_json: bool) -> None:
    """List the faults there are."""
    told = _ask(state, "GET", "/faults")
    if as_json:
        click.echo(json.dumps({"faults": told}))
        return
    for row in told:
        mark = "*" if row["active"] else " "
        click.echo(f"{mark} {row['name']:24} {row['summary']}")


@fault.command("inject")
@click.argument("name")
@click.option("--set", "given", multiple=True, callback=_pairs, metavar="KEY=VALUE")
@state_option
@json_option
def inject_fault(name: str, given: dict[str, str], state: Path, as_json: bool) -> None:
    """Inject the fault NAME."""
    told = _ask(state, "POST", f"/faults/{name}", given)
    click.echo(json.dumps(told) if as_json else f"{name} is active")


@fault.command("clear")
@click.argument("name")
@state_option
@json_option
def clear_fault(name: str, state: Path, as_json: bool) -> None:
    """Clear the fault NAME."""
    told = _ask(state, "DELETE", f"/faults/{name}")
    click.echo(json.dumps(told) if as_json else f"{name} is cleared")
