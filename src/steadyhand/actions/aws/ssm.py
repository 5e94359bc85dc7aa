"""`aws ssm put-parameter`, `delete-parameter`: value and version now, done or not, the way back.

Reads what `get-parameters` prints, never decrypted: of a SecureString only its version is known,
so there is no way back for one.
"""

import json
from collections.abc import Mapping

from steadyhand.actions.action import Action, Observation, Settled, State
from steadyhand.actions.aws.argv import AwsCommand, parse_aws
from steadyhand.actions.aws.setting import again, reading
from steadyhand.actions.words import Argv, known
from steadyhand.world.secrets import TOKEN

VALUE, _VERSION, _TYPE = "value", "version", "type"
_NEW, _NONE = "a new one", "none"


def _plain(command: AwsCommand, before: Mapping[str, str]) -> str | None:
    """Give the value that will stand there; None for one that nobody may see or knows."""
    value = command.get("--value")
    kind = command.get("--type") or before.get(_TYPE)
    seen = value is not None and known(value) and not TOKEN.search(value)
    return value if seen and kind != "SecureString" and "://" not in (value or "")[:9] else None


def _resource(argv: Argv) -> str:
    return f"parameter {parse_aws(argv).get('--name') or '?'}"


def _before(argv: Argv) -> Argv | None:
    command = parse_aws(argv)
    name = command.get("--name")
    return reading(command, "get-parameters", "--names", name) if name else None


def _state(stdout: str, _argv: Argv) -> State:
    try:
        answer = json.loads(stdout)
        if not answer["Parameters"]:
            return {_VERSION: _NONE} if answer["InvalidParameters"] else {}
        one = answer["Parameters"][0]
        found = {_VERSION: str(one["Version"]), _TYPE: str(one["Type"])}
        return found if found[_TYPE] == "SecureString" else {**found, VALUE: str(one["Value"])}
    except (ValueError, LookupError, TypeError):
        return {}


def _after(argv: Argv, before: Mapping[str, str]) -> State:
    value = _plain(parse_aws(argv), before)
    return {VALUE: _NEW if value is None else value, _VERSION: _NEW}


def _next(version: str) -> str:
    return "1" if version == _NONE else str(int(version) + 1)


def _done(argv: Argv, before: Mapping[str, str], now: Mapping[str, str]) -> Observation:
    if not before or not now:
        return Observation.UNKNOWN
    if now[_VERSION] == before[_VERSION]:
        return Observation.NOT_DONE
    value = _plain(parse_aws(argv), before)
    ours = now[_VERSION] == _next(before[_VERSION]) and value in {None, now.get(VALUE)}
    return Observation.DONE if ours else Observation.UNKNOWN


def _settled(argv: Argv, before: Mapping[str, str], now: Mapping[str, str]) -> tuple[Settled, str]:
    if not now:
        return Settled.MOVING, f"{_resource(argv)} cannot be read"
    version = f"version {now[_VERSION]}"
    if before and now[_VERSION] == before[_VERSION]:
        return Settled.IGNORED, f"no new version: {version} is still the current one"
    value = _plain(parse_aws(argv), before)
    if value is not None and VALUE in now and now[VALUE] != value:
        return Settled.MOVING, f"{version} is the current one, and its value is another one"
    return Settled.REACHED, f"{version} is the current one"


def _undo(argv: Argv, before: Mapping[str, str]) -> Argv | None:
    command = parse_aws(argv)
    name = command.get("--name")
    if not name or not before:
        return None
    if before[_VERSION] == _NONE:
        return again(command, "delete-parameter", "--name", name)
    if VALUE not in before:
        return None
    value = ("--value", before[VALUE], "--type", before[_TYPE], "--overwrite")
    return again(command, "put-parameter", "--name", name, *value)


PUT_PARAMETER = Action(
    verify="get-parameters: a new version is the current one, with the value",
    resource=_resource,
    before=_before,
    state=_state,
    after=_after,
    done=_done,
    settled=_settled,
    undo=_undo,
)

# --- delete-parameter -----------------------------------------------------------------------------


def _gone(_argv: Argv, before: Mapping[str, str], now: Mapping[str, str]) -> Observation:
    if not before or not now:
        return Observation.UNKNOWN
    if now[_VERSION] == before[_VERSION]:  # where there was none, it was refused
        return Observation.NOT_DONE
    return Observation.DONE if now[_VERSION] == _NONE else Observation.UNKNOWN


def _away(argv: Argv, before: Mapping[str, str], now: Mapping[str, str]) -> tuple[Settled, str]:
    if not now:
        return Settled.MOVING, f"{_resource(argv)} cannot be read"
    if now[_VERSION] == _NONE:
        return Settled.REACHED, f"{_resource(argv)} is gone"
    same = now[_VERSION] == before.get(_VERSION)
    said = f"{_resource(argv)} is still there, version {now[_VERSION]}"
    return (Settled.IGNORED if same else Settled.MOVING), said


def _again(argv: Argv, before: Mapping[str, str]) -> Argv | None:
    """Put the value back. Its versions are gone: they are counted anew."""
    command = parse_aws(argv)
    name = command.get("--name")
    if not name or VALUE not in before:
        return None
    value = ("--value", before[VALUE], "--type", before[_TYPE])
    return again(command, "put-parameter", "--name", name, *value)


DELETE_PARAMETER = Action(
    verify="get-parameters: it is not there any more",
    resource=_resource,
    before=_before,
    state=_state,
    after=lambda _argv, _before: {_VERSION: _NONE},
    done=_gone,
    settled=_away,
    undo=_again,
)
