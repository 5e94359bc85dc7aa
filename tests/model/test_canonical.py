"""One form for a value, and the one that older versions wrote: they used pydantic on dataclasses,
which is held here against what is written and read now, for values of everything that is kept.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field, make_dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import partial, reduce
from importlib import import_module
from operator import or_
from types import UnionType
from typing import Any, ForwardRef, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from steadyhand.main import EVENTS
from steadyhand.model import canonical
from steadyhand.model.alarm.evaluation import AlarmState
from steadyhand.model.alarm.events import AlarmTurned
from steadyhand.model.incident.notice import Notice
from steadyhand.model.run.events import RunOpened
from steadyhand.model.run.plan import Alternatives, Bound, Broken, Guard, Hole, PlannedStep, Skipped
from steadyhand.model.settings.policy import Policy


def _kept() -> dict[str, Any]:
    """Name every class of which values are kept. Plans are looked at in parts."""
    parts = (Alternatives, Broken, Guard, PlannedStep, Policy, Skipped)
    kinds: dict[str, Any] = {each.__name__: each for each in (Notice, *parts)}
    for kind, where in EVENTS.items():
        module, _, name = where.partition(":")
        types: Mapping[str, type] = getattr(import_module(module), name)
        kinds |= {f"{kind} {event}": each for event, each in types.items()}
    return {name: kind for name, kind in kinds.items() if kind is not RunOpened}


KEPT = _kept()


def _times() -> st.SearchStrategy[datetime]:
    zones = st.sampled_from([UTC, timezone(timedelta(hours=-5)), ZoneInfo("Europe/Berlin")])
    return st.datetimes(timezones=zones, allow_imaginary=False)


def _mappings(kind: Any) -> st.SearchStrategy[Any]:
    keys, values = get_args(kind)
    return st.dictionaries(st.from_type(keys), st.from_type(values), max_size=3)


@pytest.fixture(autouse=True, scope="module")
def _what_is_kept() -> None:
    """Make up what programs make: times with a zone, dicts for mappings, numbers that are some."""
    for kind, strategy in {
        datetime: _times(),
        float: st.floats(allow_nan=False, allow_infinity=False),
        object: st.none() | st.booleans() | st.text() | st.lists(st.integers(), max_size=2),
    }.items():
        st.register_type_strategy(kind, strategy)
    st.register_type_strategy(Mapping, _mappings)


_BEFORE: dict[type, Any] = {}


def _as_before(kind: Any) -> Any:
    """Give the dataclass that a class was in older versions, with all that it is made of."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        if kind not in _BEFORE:
            name = f"Before{kind.__name__}"
            _BEFORE[kind] = ForwardRef(name)  # it may be made of values of its own kind
            made = make_dataclass(name, list(_fields(kind)), frozen=True)
            _BEFORE[kind] = globals()[name] = made
        return _BEFORE[kind]
    if get_args(kind) and (origin := get_origin(kind)):
        inner = tuple(_as_before(one) if one is not ... else one for one in get_args(kind))
        return reduce(or_, inner) if origin is UnionType else origin[inner]
    return kind


def _fields(kind: type[msgspec.Struct]) -> Iterator[tuple[str, Any, Any]]:
    hints = get_type_hints(kind)
    for one in msgspec.structs.fields(kind):
        if one.default_factory is not msgspec.NODEFAULT:
            made = field(default_factory=partial(_made, one.default_factory))
        elif one.default is not msgspec.NODEFAULT:
            made = field(default=_same(one.default))
        else:
            made = field()
        yield one.name, _as_before(hints[one.name]), made


def _made(factory: Callable[[], Any]) -> Any:
    return _same(factory())


def _same(value: Any) -> Any:
    """Give a value as an older version had it."""
    match value:
        case msgspec.Struct():
            inner = {name: _same(getattr(value, name)) for name in value.__struct_fields__}
            return _as_before(type(value))(**inner)
        case tuple() | frozenset():
            return type(value)(_same(one) for one in value)
        case dict():
            return {key: _same(one) for key, one in value.items()}
    return value


@pytest.mark.parametrize("name", KEPT)
def test_a_value_is_written_and_read_as_it_always_was(name: str) -> None:
    kind = KEPT[name]
    was = _as_before(kind)
    before: TypeAdapter[Any] = TypeAdapter(was)

    @settings(max_examples=15, suppress_health_check=list(HealthCheck), database=None)
    @given(st.from_type(was))
    def agrees(value: object) -> None:
        written = before.dump_python(value, mode="json")
        text = json.dumps(written)
        again = canonical.loads(kind, text)
        assert json.dumps(canonical.plain(again)) == text
        assert _same(again) == before.validate_json(canonical.dumps(again))

    agrees()


def test_bindings_of_a_plan_are_told_apart_by_their_type() -> None:
    bound = {"type": "bound", "parameter": "tasks", "value": "4", "how": "given"}
    hole = {"type": "hole", "parameter": "revision", "step": "go/1", "rule": "first", "scope": ""}
    names = ("runbook", "runbook_digest", "procedure", "title", "target")
    plan = dict.fromkeys(names, "x") | {"steps": [], "bindings": [bound, hole]}
    opened = canonical.loads(RunOpened, json.dumps({"plan": plan, "starter": "ada"}))
    assert opened.plan.bindings == (
        Bound("tasks", "4", "given"), Hole("revision", "go/1", "first", ""),
    )  # fmt: skip
    assert json.loads(canonical.dumps(opened))["plan"]["bindings"] == [bound, hole]


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_a_number_that_json_has_no_word_for_is_not_written_and_was_once(number: float) -> None:
    noon = datetime(2026, 5, 4, 12, tzinfo=UTC)
    turned = AlarmTurned("Ratio", AlarmState.ALARM, "why", (number, 1.0), noon)
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical.dumps(turned)
    older = json.dumps(canonical.plain(turned) | {"values": [number, 1.0]})
    assert repr(canonical.loads(AlarmTurned, older)) == repr(turned)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        '{"step": NaN, "by": "ada"}',
        "NaN",
        '{"step": "NaN"',
        "[]",
        '{"step": 1, "by": []}',
        b"\xff",
    ],
)
def test_what_is_no_such_value_is_refused(text: str | bytes) -> None:
    with pytest.raises(canonical.Malformed):
        canonical.loads(Skipped, text)


# Several threads meet kinds that nobody has read before, in another order each.
THREADS = """
import sys, threading
from random import Random
from tests.model.test_canonical import KEPT
from steadyhand.model import canonical

def read(seed):
    for name in Random(seed).sample(sorted(KEPT), len(KEPT)):
        fields = getattr(KEPT[name], "__struct_fields__", ())
        for value in ([], {}):
            try:
                canonical.loads(KEPT[name], canonical.dumps(dict.fromkeys(fields, value)))
            except canonical.Malformed:
                pass

sys.setswitchinterval(1e-6)
threads = [threading.Thread(target=read, args=(seed,)) for seed in range(6)]
for one in threads:
    one.start()
for one in threads:
    one.join()
"""


def test_threads_may_meet_a_kind_for_the_first_time_at_once() -> None:
    """It ended the process: one thread decoded with what another had made half of."""
    done = subprocess.run([sys.executable, "-c", THREADS], capture_output=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")
