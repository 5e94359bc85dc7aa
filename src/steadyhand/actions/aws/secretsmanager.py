"""`aws secretsmanager put-secret-value`, `update-secret`: which secret, which version is current.

Reads what `describe-secret` prints: versions, never values.
"""

import json
from collections.abc import Mapping

from steadyhand.actions.action import Action, Observation, Settled, State
from steadyhand.actions.aws.argv import AwsCommand, parse_aws
from steadyhand.actions.aws.setting import Setting, again, reading, setting
from steadyhand.actions.words import Argv

_CURRENT, _PREVIOUS = "current version", "previous version"


def _sets_value(argv: Argv) -> bool:
    command = parse_aws(argv)
    return command.has("--secret-string") or command.has("--secret-binary")


def _before(argv: Argv) -> Argv | None:
    command = parse_aws(argv)
    name, region = command.get("--secret-id"), command.anywhere("--region")
    if not name or not _sets_value(argv):
        return None
    read = ("aws", "secretsmanager", "describe-secret", "--secret-id", name)
    return (*read, *(("--region", region) if region else ()), "--output", "json")


def _state(stdout: str, _argv: Argv) -> State:
    try:
        stages = json.loads(stdout).get("VersionIdsToStages") or {}
        by_stage = {stage: version for version, names in stages.items() for stage in names}
    except (ValueError, AttributeError, TypeError):
        return {}
    return {
        _CURRENT: str(by_stage.get("AWSCURRENT", "none")),
        _PREVIOUS: str(by_stage.get("AWSPREVIOUS", "none")),
    }


def _done(_argv: Argv, before: Mapping[str, str], now: Mapping[str, str]) -> Observation:
    if not before or not now:
        return Observation.UNKNOWN
    if now[_CURRENT] == before[_CURRENT]:
        return Observation.NOT_DONE
    ours = before[_CURRENT] in {now[_PREVIOUS], "none"}
    return Observation.DONE if ours else Observation.UNKNOWN


def _settled(_argv: Argv, before: Mapping[str, str], now: Mapping[str, str]) -> tuple[Settled, str]:
    if not now:
        return Settled.MOVING, "the secret cannot be read"
    if before and now[_CURRENT] == before[_CURRENT]:
        return Settled.IGNORED, f"no new version: {now[_CURRENT]} is still the current one"
    return Settled.REACHED, f"version {now[_CURRENT]} is the current one"


def _back(argv: Argv, before: Mapping[str, str], now: Mapping[str, str]) -> Argv | None:
    """Make the version before current again. Nothing where another one came in between."""
    command = parse_aws(argv)
    name = command.get("--secret-id")
    if not name or _done(argv, before, now) is not Observation.DONE or before[_CURRENT] == "none":
        return None
    return again(
        command,
        "update-secret-version-stage",
        *("--secret-id", name, "--version-stage", "AWSCURRENT"),
        *("--move-to-version-id", before[_CURRENT]),
        *("--remove-from-version-id", now[_CURRENT]),
    )


NEW_SECRET_VALUE = Action(
    verify="describe-secret: a new version is the current one",
    resource=lambda argv: f"secret {parse_aws(argv).get('--secret-id') or '?'}",
    before=_before,
    state=_state,
    after=lambda argv, _before: {_CURRENT: "a new one"} if _sets_value(argv) else {},
    done=_done,
    settled=_settled,
    # AWS wants to know which version to take the mark from, and that one is not there yet.
    undo=lambda _argv, _before: None,
    undo_made=_back,
)

_MOVE, _STAGE = "--move-to-version-id", "--version-stage"


def _moves(command: AwsCommand) -> State:
    to = command.get(_MOVE)
    return {_CURRENT: to} if to and command.get(_STAGE) == "AWSCURRENT" else {}


def _moved_back(command: AwsCommand, was: Mapping[str, str], changed: State) -> Argv | None:
    if was[_CURRENT] == "none":
        return None
    there = ("--remove-from-version-id", changed[_CURRENT])
    name = ("--secret-id", command.get("--secret-id") or "", _STAGE, "AWSCURRENT")
    return again(command, command.operation, *name, _MOVE, was[_CURRENT], *there)


MOVE_SECRET_STAGE: Action = setting(
    Setting(
        verify="describe-secret: the version is the current one",
        resource=lambda command: f"secret {command.get('--secret-id') or '?'}",
        read=lambda command: (
            reading(command, "describe-secret", "--secret-id", name)
            if (name := command.get("--secret-id"))
            else None
        ),
        state=lambda answer, command: _state(json.dumps(answer), command.argv),
        wanted=_moves,
        back=_moved_back,
    )
)
