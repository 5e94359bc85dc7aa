"""What a command printed in, the value for a named hole out. Pure: facts are read by the caller.

Each rule says what must be read besides (`reads`), and never chooses between several values.
"""

import json
import re
from collections.abc import Callable, Mapping

from msgspec import Struct

from steadyhand.actions.aws.ecs import describe_service, short
from steadyhand.actions.words import Argv


class CannotExtract(Exception):
    """The output holds no such value. The message is for a person."""


class Extracted(Struct, frozen=True):
    value: str
    how: str  # for the journal and the person who approves


class Extraction(Struct, frozen=True):
    """A rule. `reads(argv of the consuming command)` names facts and the argv that gives each;
    `extract(stdout of the producing step, scope, facts' stdout)` raises CannotExtract."""

    reads: Callable[[Argv], dict[str, Argv]]
    extract: Callable[[str, str, Mapping[str, str]], Extracted]


def _reads_current(argv: Argv) -> dict[str, Argv]:
    read = describe_service(argv)
    return {} if read is None else {"current": read}


def _previous_revision(stdout: str, scope: str, facts: Mapping[str, str]) -> Extracted:
    """Take the highest revision of the family `scope` that is below the one in use."""
    current = _current(facts.get("current", ""))
    family, _, revision = current.rpartition(":")
    if not revision.isdigit():
        raise CannotExtract(f"which revision of {scope} is in use now cannot be read")
    if family != scope:
        raise CannotExtract(f"the service runs {current}, which is not of the family {scope}")
    listed = _revisions(stdout, scope)
    below = [number for number in listed if number < int(revision)]
    if not below:
        names = ", ".join(f"{scope}:{number}" for number in sorted(listed)) or "none of it"
        raise CannotExtract(f"no revision of {scope} below {current} is listed ({names})")
    value = max(below)
    return Extracted(str(value), f"{scope}:{value} is the highest listed below {current}")


def _current(text: str) -> str:
    """Find `family:revision` in what `describe-services` printed, or take it as it is given."""
    try:
        parsed = json.loads(text)
    except ValueError:
        return short(text.strip())
    try:
        return short(str(parsed["services"][0]["taskDefinition"]))
    except (LookupError, TypeError):
        return short(parsed) if isinstance(parsed, str) else ""


def _revisions(stdout: str, family: str) -> set[int]:
    """Find `family:N`, alone or at the end of an ARN, in JSON, text or table output."""
    # A family's name may hold letters, digits, `-` and `_`, so none of these may stand before it.
    exact = rf"(?<![\w-]){re.escape(family)}:(\d+)(?![\w-])"
    return {int(number) for number in re.findall(exact, stdout)}


def _nothing(_argv: Argv) -> dict[str, Argv]:
    return {}


def _revision_of(what: str, query: str) -> Callable[[str, str, Mapping[str, str]], Extracted]:
    """Make a rule: the one task definition at `query`, if it is of the family `scope`."""

    def take(stdout: str, scope: str, _facts: Mapping[str, str]) -> Extracted:
        name = short(_only(stdout, query, what))
        family, _, revision = name.rpartition(":")
        if not revision.isdigit():
            raise CannotExtract(f"{name} is no revision of a task definition")
        if scope and family != scope:
            raise CannotExtract(f"{what} is {name}, which is not of the family {scope}")
        return Extracted(revision, f"{what} is {name}")

    return take


def _started_task(stdout: str, _scope: str, _facts: Mapping[str, str]) -> Extracted:
    task = _only(stdout, "tasks[].taskArn", "the task that was started")
    return Extracted(task, "the one task that was started")


def _endpoint(stdout: str, _scope: str, _facts: Mapping[str, str]) -> Extracted:
    address = _only(stdout, "DBInstances[].Endpoint.Address", "the database's address")
    return Extracted(address, "the address of the one database that is listed")


def _only(stdout: str, query: str, what: str) -> str:
    """Find the one value at `query` in JSON; in other forms the one word that is printed."""
    import jmespath

    try:
        found = jmespath.search(query, json.loads(stdout))
    except ValueError:
        found = stdout.split()
    values = sorted({str(value) for value in found or [] if value})
    if len(values) == 1:
        return values[0]
    raise CannotExtract(f"{what}: {len(values)} are printed, and nobody chooses between them")


EXTRACTIONS: dict[str, Extraction] = {
    "previous-revision": Extraction(_reads_current, _previous_revision),
    "revision-in-service": Extraction(
        _nothing, _revision_of("what the service runs", "services[].taskDefinition")
    ),
    "registered-revision": Extraction(
        _nothing,
        _revision_of("what was registered", "[taskDefinition.taskDefinitionArn][?@]"),
    ),
    "started-task": Extraction(_nothing, _started_task),
    "one-endpoint": Extraction(_nothing, _endpoint),
}


def facts_for(rule: str, argv: Argv) -> dict[str, Argv]:
    """Name what a rule must read before it can extract for the consuming `argv`."""
    return EXTRACTIONS[rule].reads(argv)
