"""`terraform init|plan|apply|validate|show|output|state list|force-unlock` in; what AWS is asked
and told, and the words of Terraform 1.11, out. An error's exit code is 1.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from steadyhand.lab.tools.call import Call, Failed
from steadyhand.lab.tools.flags import BadFlag, Flags, Parsed, flags, parse_go
from steadyhand.lab.tools.terraform import planning, state, telling
from steadyhand.lab.tools.terraform.hcl import BadText, parse
from steadyhand.lab.tools.terraform.lock import VERSION, Lock, new_lock, release, take
from steadyhand.lab.tools.terraform.project import Project, backend_of, load, read
from steadyhand.lab.tools.terraform.resources import KINDS, Aws

UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def main(call: Call) -> int:
    words = list(call.words)
    colour = "-no-color" not in words
    words = [word for word in words if word != "-no-color"]
    while words and words[0].startswith("-chdir="):
        folder = call.cwd / words.pop(0).partition("=")[2]
        call = Call(call.argv, call.stdin, call.stdout, call.stderr, folder, call.env, call.lab)
    try:
        return _run(call, words)
    except Failed as failed:
        lines = list(failed.lines)
        boxed = bool(lines) and lines[0] == "╷"
        call.complain(*(lines if colour or not boxed else telling.plain(lines)))
        return failed.code


def _run(call: Call, words: list[str]) -> int:
    if words[:1] in (["version"], ["-version"], ["--version"]):
        call.say(f"Terraform v{VERSION}", "on the lab")
        return 0
    if not words:
        raise Failed(127, "Usage: terraform [global options] <subcommand> [args]")
    name = words[0]
    if name == "state" and words[1:2] == ["list"]:
        name, words = "state list", words[1:]
    if name == "state":
        raise Failed(1, "Usage: terraform [global options] state <subcommand> [options] [args]")
    if name not in COMMANDS:
        raise Failed(
            1,
            f'Terraform has no command named "{name}".',
            "",
            "To see all of Terraform's top-level commands, run:",
            "  terraform -help",
            "",
        )
    known, run = COMMANDS[name]
    try:
        given = parse_go(known, words[1:])
    except BadFlag as bad:
        said = telling.error("Failed to parse command-line flags", "", str(bad))
        help_ = ("", "For more help on using this command, run:", f"  terraform {name} -help")
        raise Failed(1, *said, *help_) from None
    return run(call, given)


# --- what they share ------------------------------------------------------------------------------


def _aws(call: Call) -> Aws:
    return Aws(call.env.get("AWS_ENDPOINT_URL") or call.lab.aws_endpoint, call.lab.region)


def _project(call: Call, given: Parsed) -> Project:
    files = read(call.cwd)
    if not state.initialised(call.lab.folder, call.cwd):
        raise Failed(1, *telling.error(*telling.UNINITIALISED))
    named = {}
    for pair in given.all("var"):
        name, equals, value = pair.partition("=")
        if not equals:
            said = f'The given -var option "{pair}" is not correctly specified.'
            raise Failed(1, *telling.error("Invalid -var option", "", said))
        named[name] = value
    values = [_values(file) for file in _value_files(call, given)]
    environment = {
        name.removeprefix("TF_VAR_"): value
        for name, value in call.env.items()
        if name.startswith("TF_VAR_")
    }
    return load(files, [environment, *values], named)


def _value_files(call: Call, given: Parsed) -> list[Path]:
    found = [call.cwd / "terraform.tfvars", *sorted(call.cwd.glob("*.auto.tfvars"))]
    named = [call.cwd / word for word in given.all("var-file")]
    for word, file in zip(given.all("var-file"), named, strict=True):
        if not file.is_file():
            said = f"Given variables file {word} does not exist."
            raise Failed(1, *telling.error("Failed to read variables file", "", said))
    return [file for file in found if file.is_file()] + named


def _values(file: Path) -> Mapping[str, Any]:
    try:
        return parse(file.read_text()).values
    except BadText as bad:
        said = f"  on {file.name} line {bad.line}:"
        raise Failed(1, *telling.error(str(bad), "", said)) from None


@contextmanager
def _locked(call: Call, given: Parsed, backend: str, operation: str) -> Iterator[Path]:
    """Hold the state while something is done. Raises Failed when somebody else does."""
    folder = state.folder_of(call.lab.folder, backend)
    if given.last("lock", "true").lower() in ("false", "0", "f"):
        yield folder
        return
    lock = new_lock(backend, operation)
    deadline = time.monotonic() + _seconds(given.last("lock-timeout", "0s"))
    while (holder := take(folder, lock)) is not None:
        if time.monotonic() >= deadline:
            raise Failed(1, *_in_the_way(holder))
        time.sleep(0.05)
    try:
        yield folder
    finally:
        release(folder, lock.ID)


def _in_the_way(holder: Lock) -> list[str]:
    said = "Error message: operation error DynamoDB: PutItem, https response error StatusCode:"
    more = "400, ConditionalCheckFailedException: The conditional request failed"
    lines = [said, more, *holder.lines(), "", "", *telling.LOCKED]
    return telling.error("Error acquiring the state lock", "", *lines)


def _seconds(word: str) -> float:
    for unit, length in UNITS.items():
        number = word.removesuffix(unit)
        if number != word and number.replace(".", "", 1).isdigit():
            return float(number) * length
    if word == "0":
        return 0.0
    said = f'invalid value "{word}" for flag -lock-timeout: parse error'
    raise Failed(1, *telling.error("Failed to parse command-line flags", "", said))


def _warn(call: Call, project: Project) -> None:
    for summary, detail in project.warnings:
        call.say(*telling.warning(summary, "", detail))


def _outputs(call: Call, values: Mapping[str, Any]) -> None:
    call.say(*(f"{name} = {telling.value(values[name])}" for name in sorted(values)))


# --- the commands ---------------------------------------------------------------------------------


def _init(call: Call, given: Parsed) -> int:
    files = read(call.cwd)
    backend = backend_of(files)
    call.say("Initializing the backend...")
    fresh = not state.initialised(call.lab.folder, call.cwd)
    state.initialise(call.lab.folder, call.cwd)
    if backend and fresh:
        call.say("", 'Successfully configured the backend "s3"! Terraform will automatically')
        call.say("use this backend unless the backend configuration changes.")
    call.say("Initializing provider plugins...")
    call.say("- Using previously-installed hashicorp/aws from the lab")
    folder = state.folder_of(call.lab.folder, backend)
    if state.read(folder) is None:
        # The lab has made what this folder declares, so the state knows it from the beginning.
        project = _project(call, given)
        there = planning.real(project, _aws(call))
        state.write(folder, there, planning.outputs(project, there))
    call.say(*telling.INITIALISED)
    return 0


def _plan(call: Call, given: Parsed) -> int:
    project = _project(call, given)
    _warn(call, project)
    with _locked(call, given, project.backend, "OperationTypePlan") as folder:
        planned, _ = _planned(call, project, folder)
    if planned:
        call.say(*planning.shown(planned), *telling.NOT_SAVED)
    else:
        call.say(*telling.NO_CHANGES)
    return 2 if planned and given.has("detailed-exitcode") else 0


def _planned(
    call: Call, project: Project, folder: Path
) -> tuple[list[planning.Change], Mapping[str, Mapping[str, Any]]]:
    known = (state.read(folder) or {"resources": {}})["resources"]
    for address, kept in known.items():
        call.say(f"{address}: Refreshing state... [id={kept['id']}]")
    there = planning.real(project, _aws(call))
    return planning.changes(project, there), there


def _apply(call: Call, given: Parsed) -> int:
    if given.operands:
        raise Failed(1, *telling.error("the lab's terraform applies no saved plans"))
    project = _project(call, given)
    _warn(call, project)
    with _locked(call, given, project.backend, "OperationTypeApply") as folder:
        planned, there = _planned(call, project, folder)
        call.say(*(planning.shown(planned) if planned else telling.NO_CHANGES))
        if planned and not given.has("auto-approve"):
            _confirm(call, given, _QUESTION, "Apply cancelled.")
        for change in planned:
            address = change.resource.address
            call.say(f"{address}: Modifying...")
            planning.carry_out(change, _aws(call))
            call.say(f"{address}: Modifications complete after 0s")
        there = planning.real(project, _aws(call)) if planned else there
        values = planning.outputs(project, there)
        state.write(folder, there, values)
    updates = sum(change.doing == "update" for change in planned)
    others = len(planned) - updates
    counted = f"{others} added, {updates} changed, {others} destroyed."
    call.say("", f"Apply complete! Resources: {counted}", "", "Outputs:", "")
    _outputs(call, values)
    return 0


_QUESTION = (
    "",
    "Do you want to perform these actions?",
    "  Terraform will perform the actions described above.",
    "  Only 'yes' will be accepted to approve.",
    "",
    "  Enter a value: ",
)


def _confirm(call: Call, given: Parsed, question: tuple[str, ...], refused: str) -> None:
    if given.last("input", "true").lower() in ("false", "0", "f"):
        raise Failed(1, *telling.error("Plan not applied", "", "Cannot ask with -input=false."))
    call.say(*question)
    if call.stdin.readline().strip() != "yes":
        raise Failed(1, "", refused)


def _validate(call: Call, given: Parsed) -> int:
    _ = given
    files = read(call.cwd)
    names = {b.labels[0]: 0 for _, top in files for b in top.blocks if b.kind == "variable"}
    project = load(files, [names], {})  # whatever their values: the names have to fit
    for resource in project.resources:
        if resource.kind not in KINDS:
            said = f'Resource type "{resource.kind}" is not one of the lab\'s.'
            raise Failed(1, *telling.error("Invalid resource type", "", said))
    call.say("Success! The configuration is valid.", "")
    return 0


def _state(call: Call) -> dict[str, Any] | None:
    files = read(call.cwd)
    if not state.initialised(call.lab.folder, call.cwd):
        raise Failed(1, *telling.error(*telling.UNINITIALISED))
    return state.read(state.folder_of(call.lab.folder, backend_of(files)))


def _state_list(call: Call, given: Parsed) -> int:
    kept = _state(call)
    if kept is None:
        said = "State management commands require a state file. Run this command in a"
        more = "directory where Terraform has been run or use the -state flag to point"
        raise Failed(1, "No state file was found!", "", said, more)
    for wanted in given.operands:
        if not any(a == wanted or a.startswith(f"{wanted}.") for a in kept["resources"]):
            unknown = f"The current state contains no resource {wanted}."
            raise Failed(1, *telling.error("Unknown resource", "", unknown))
    call.say(
        *(
            address
            for address in sorted(kept["resources"])
            if not given.operands
            or any(address == w or address.startswith(f"{w}.") for w in given.operands)
        )
    )
    return 0


def _show(call: Call, given: Parsed) -> int:
    kept = _state(call)
    if given.has("json"):
        call.say(json.dumps({"format_version": "1.0", "values": kept} if kept else {}))
        return 0
    if kept is None:
        call.say("No state.")
        return 0
    for address, values in sorted(kept["resources"].items()):
        kind, _, name = address.partition(".")
        rows = {n: telling.value(v) for n, v in sorted(values.items()) if v is not None}
        width = max(map(len, rows), default=0)
        call.say(f"# {address}:", f'resource "{kind}" "{name}" {{')
        call.say(*(f"    {n:<{width}} = {v}" for n, v in rows.items()), "}", "")
    if kept["outputs"]:
        call.say("", "Outputs:", "")
        _outputs(call, kept["outputs"])
    return 0


def _output(call: Call, given: Parsed) -> int:
    values = (_state(call) or {"outputs": {}})["outputs"]
    if not given.operands:
        if given.has("json"):
            call.say(json.dumps({n: {"value": v} for n, v in values.items()}, indent=2))
        else:
            _outputs(call, values)
        return 0
    name = given.operands[0]
    if name not in values:
        raise Failed(1, *telling.error(f'Output "{name}" not found', "", *_NO_OUTPUT))
    if given.has("raw"):
        call.stdout.write(str(values[name]))
    else:
        call.say(telling.value(values[name]))
    return 0


_NO_OUTPUT = (
    "The output variable requested could not be found in the state file. If you",
    "recently added this to your configuration, be sure to run `terraform",
    "apply`, since the state won't be updated with new output variables until",
    "that command is run.",
)


def _force_unlock(call: Call, given: Parsed) -> int:
    if len(given.operands) != 1:
        usage = "Usage: terraform [global options] force-unlock LOCK_ID"
        raise Failed(1, "Expected a single argument: LOCK_ID", usage)
    files = read(call.cwd)
    if not state.initialised(call.lab.folder, call.cwd):
        raise Failed(1, *telling.error(*telling.UNINITIALISED))
    if not given.has("force"):
        _confirm(call, given, _UNLOCK, "force-unlock cancelled.")
    backend = backend_of(files)
    folder = state.folder_of(call.lab.folder, backend)
    wanted = given.operands[0]
    if not release(folder, wanted):
        said = "Failed to unlock state: failed to retrieve lock info for lock ID"
        raise Failed(1, f'{said} "{wanted}": no such lock of {backend}')
    call.say(*telling.UNLOCKED)
    return 0


_UNLOCK = (
    "Do you really want to force-unlock?",
    "  Terraform will remove the lock on the remote state.",
    "  This will allow local Terraform commands to modify this state, even though it",
    "  may still be in use. Only 'yes' will be accepted to confirm.",
    "",
    "  Enter a value: ",
)

COMMANDS: dict[str, tuple[Flags, Callable[[Call, Parsed], int]]] = {
    "init": (
        flags("backend-config var var-file lock-timeout", "input lock reconfigure upgrade"),
        _init,
    ),
    "plan": (
        flags("var var-file lock-timeout parallelism", "lock input detailed-exitcode refresh"),
        _plan,
    ),
    "apply": (
        flags("var var-file lock-timeout parallelism", "lock input auto-approve refresh"),
        _apply,
    ),
    "validate": (flags(), _validate),
    "show": (flags("", "json"), _show),
    "output": (flags("", "json raw"), _output),
    "state list": (flags(), _state_list),
    "force-unlock": (flags("", "force"), _force_unlock),
}
