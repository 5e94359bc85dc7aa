"""An operation that sets values which a read shows again: such an `Action` from a few functions.

What is asked for is compared with what stands there: all of it new is done, none of it is not done,
and anything else nobody knows. Knows no service.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from steadyhand.actions.action import Action, Observation, Settled, State
from steadyhand.actions.aws.argv import AwsCommand, parse_aws
from steadyhand.actions.words import Argv

Back = Callable[[AwsCommand, Mapping[str, str], State], Argv | None]


class Setting(Struct, frozen=True):
    """`wanted` gives the fields that a call sets; {} where nothing can be looked up for it.

    `state` reads the parsed answer and may raise LookupError, TypeError or ValueError where it is
    another one. `back` gets the state before and the fields that the call changed.
    """

    verify: str
    resource: Callable[[AwsCommand], str]
    read: Callable[[AwsCommand], Argv | None]
    state: Callable[[Any, AwsCommand], State]
    wanted: Callable[[AwsCommand], State]
    back: Back
    resting: Mapping[str, str] | None = None  # field → its value while nothing is on its way
    pending: str = ""  # the field with what is still to come, as a JSON object


def reading(command: AwsCommand, operation: str, *options: str) -> Argv:
    """Write a read of the same service, in the same region."""
    return (*again(command, operation, *options), "--output", "json")


def again(command: AwsCommand, operation: str, *options: str) -> Argv:
    """Write another operation of the same service, in the same region."""
    region = command.anywhere("--region")
    where = ("--region", region) if region else ()
    return ("aws", command.service, operation, *options, *where)


def setting(one: Setting) -> Action:
    """Make the Action of an operation that sets values."""

    def before(argv: Argv) -> Argv | None:
        command = parse_aws(argv)
        return one.read(command) if one.wanted(command) else None

    def state(stdout: str, argv: Argv) -> State:
        try:
            return one.state(json.loads(stdout), parse_aws(argv))
        except (ValueError, LookupError, TypeError, AttributeError):
            return {}

    def undo(argv: Argv, was: Mapping[str, str]) -> Argv | None:
        command = parse_aws(argv)
        changed = {
            field: value
            for field, value in one.wanted(command).items()
            if field in was and was[field] != value
        }
        return one.back(command, was, changed) if changed else None

    return Action(
        verify=one.verify,
        resource=lambda argv: one.resource(parse_aws(argv)),
        before=before,
        state=state,
        after=lambda argv, _before: one.wanted(parse_aws(argv)),
        done=lambda argv, was, now: _done(one, one.wanted(parse_aws(argv)), was, now),
        settled=lambda argv, was, now: _settled(one, parse_aws(argv), was, now),
        undo=undo,
    )


def _done(
    one: Setting, wanted: State, was: Mapping[str, str], now: Mapping[str, str]
) -> Observation:
    if not was or not now:
        return Observation.UNKNOWN
    changed = {field: value for field, value in wanted.items() if was.get(field) != value}
    if not changed:  # it asks for what was there: once more changes nothing
        return Observation.NOT_DONE
    coming = _coming(one, now)
    if all(value in {now.get(field), coming.get(field)} for field, value in changed.items()):
        return Observation.DONE
    same = all(now.get(field) == was.get(field) for field in changed)
    return Observation.NOT_DONE if same and _rests(one, now) else Observation.UNKNOWN


def _settled(
    one: Setting, command: AwsCommand, was: Mapping[str, str], now: Mapping[str, str]
) -> tuple[Settled, str]:
    wanted = one.wanted(command)
    if not now:
        return Settled.MOVING, f"{one.resource(command)} cannot be read"
    said = ", ".join(f"{field} {now.get(field, '?')}" for field in wanted)
    said += "".join(f", {field} {now.get(field, '?')}" for field in one.resting or {})
    if all(now.get(field) == value for field, value in wanted.items()):
        return (Settled.REACHED if _rests(one, now) else Settled.MOVING), said
    coming = _coming(one, now)
    if all(value in {now.get(field), coming.get(field)} for field, value in wanted.items()):
        later = bool(coming) and not command.has("--apply-immediately")
        waits = f"{said}; the change waits for the maintenance window"
        return (Settled.REACHED, waits) if later else (Settled.MOVING, said)
    same = bool(was) and all(now.get(field) == was.get(field) for field in wanted)
    if same and _rests(one, now):
        return Settled.IGNORED, f"nothing changed: {said}"
    missing = ", ".join(f"{f} {v}" for f, v in wanted.items() if now.get(f) != v)
    return Settled.MOVING, f"{said}; not yet {missing}"


def _rests(one: Setting, now: Mapping[str, str]) -> bool:
    return all(now.get(field) == value for field, value in (one.resting or {}).items())


def _coming(one: Setting, now: Mapping[str, str]) -> dict[str, str]:
    return json.loads(now.get(one.pending) or "{}") if one.pending else {}
