"""The codec and the group's rules, without a network."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steadyhand.lab.kafka.groups import Groups, Joining, State
from steadyhand.lab.kafka.messages import OPERATIONS, Error
from steadyhand.lab.kafka.wire import Form, Kind, Malformed, Reader, read, schema, write

ANY = schema("a:i16 b:?string c:bytes d:[i32]/2 e:?[f:bool g:string/1-1]/1 h:i64")


@given(
    st.fixed_dictionaries(
        {
            "a": st.integers(-(1 << 15), (1 << 15) - 1),
            "b": st.none() | st.text(max_size=200),
            "c": st.binary(max_size=300),
            "d": st.lists(st.integers(-(1 << 31), (1 << 31) - 1), max_size=200),
            "e": st.none() | st.lists(st.fixed_dictionaries({"f": st.booleans()}), max_size=5),
            "h": st.integers(-(1 << 63), (1 << 63) - 1),
        }
    ),
    st.booleans(),
)
def test_what_is_written_is_read(values: dict[str, Any], flexible: bool) -> None:
    form = Form(2, flexible)
    reader = Reader(write(ANY, form, values))
    assert read(ANY, form, reader) == values
    assert reader.left == 0


@given(st.binary(max_size=100), st.booleans())
def test_any_bytes_are_read_or_malformed(data: bytes, flexible: bool) -> None:
    for operation in OPERATIONS.values():
        for version in (operation.first, operation.last):
            with suppress(Malformed):
                read(operation.request, Form(version, flexible), Reader(data))


def test_versions_say_which_fields_there_are() -> None:
    assert write(ANY, Form(0), {"a": 1, "h": 2}) == (
        b"\0\1" + b"\xff\xff" + b"\0\0\0\0" + b"\0\0\0\0\0\0\0\2"
    )
    assert len(write(ANY, Form(1), {"e": [{"f": True, "g": "x"}]})) == 16 + 4 + 1 + 3


def test_an_array_longer_than_the_message_is_refused_before_it_is_made() -> None:
    with pytest.raises(Malformed):
        read(schema("a:[i32]"), Form(0), Reader(b"\x7f\xff\xff\xff"))


def test_a_schema_with_a_mistake_is_an_error() -> None:
    assert schema("a:[b:[i32]]")[0].kind == Kind(schema("b:[i32]"), True)
    with pytest.raises(ValueError, match="not a schema"):
        schema("a:i32 !")


def joining(member_id: str = "", session: float = 10.0, names: str = "range") -> Joining:
    protocols = [(name, b"m") for name in names.split(",")]
    return Joining(member_id, "c", "/h", session, 20.0, "consumer", protocols, False)


class Answers(list[Mapping[str, Any]]):
    """What a member was answered, in order."""

    def __call__(self, values: Mapping[str, Any]) -> None:
        self.append(values)


def joined(groups: Groups, now: float, session: float = 10.0) -> tuple[str, Answers]:
    answers = Answers()
    groups.join("g", joining(session=session), now, answers)
    member_id = next(m for m, one in groups.all["g"].members.items() if one.joining is answers)
    return member_id, answers


def stable_pair() -> tuple[Groups, str, str]:
    groups = Groups()
    first = Answers()
    groups.join("g", joining(), 0, first)
    leader = str(first[0]["member_id"])
    second, answers = joined(groups, 1)
    assert not answers  # until the leader has joined again
    assert groups.heartbeat("g", leader, 1, 1) is Error.REBALANCE_IN_PROGRESS
    groups.join("g", joining(leader), 2, first)
    assert [m["member_id"] for m in first[1]["members"]] == [leader, second]
    assert answers[0]["members"] == []
    got = Answers()
    groups.sync("g", (second, 2), {}, 3, got)
    assert not got  # until the leader has shared out
    groups.sync("g", (leader, 2), {leader: b"1", second: b"2"}, 3, Answers())
    assert got == [{"assignment": b"2"}]
    assert groups.all["g"].state is State.STABLE
    return groups, leader, second


def test_a_generation_begins_when_all_have_joined() -> None:
    stable_pair()


def test_who_is_silent_for_a_session_is_put_out() -> None:
    groups, leader, second = stable_pair()
    assert groups.heartbeat("g", leader, 2, 12.9) is Error.NONE
    groups.tick(12.9)
    assert set(groups.all["g"].members) == {leader, second}
    groups.tick(13.1)
    assert set(groups.all["g"].members) == {leader}
    assert groups.all["g"].state is State.PREPARING
    assert groups.heartbeat("g", second, 2, 13.2) is Error.UNKNOWN_MEMBER_ID


def test_who_does_not_join_again_in_time_is_left_behind() -> None:
    groups, leader, second = stable_pair()
    third, answers = joined(groups, 4)
    groups.join("g", joining(leader), 5, Answers())
    for now in (8, 16, 23):
        assert groups.heartbeat("g", second, 2, now) is Error.REBALANCE_IN_PROGRESS
        groups.tick(now)
    assert not answers
    groups.tick(24.1)
    assert set(groups.all["g"].members) == {leader, third}
    assert answers[0]["generation_id"] == 3


def test_the_leader_that_leaves_is_followed() -> None:
    groups, leader, second = stable_pair()
    assert groups.leave("g", leader, 4) is Error.NONE
    answers = Answers()
    groups.join("g", joining(second), 5, answers)
    assert answers[0]["leader"] == second
    assert groups.leave("g", second, 6) is Error.NONE
    assert groups.all["g"].state is State.EMPTY
    groups.tick(7)
    assert "g" not in groups.all


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        (joining(session=1.0), Error.INVALID_SESSION_TIMEOUT),
        (joining("stranger"), Error.UNKNOWN_MEMBER_ID),
        (joining(names="sticky"), Error.INCONSISTENT_GROUP_PROTOCOL),
    ],
)
def test_who_may_not_join(asked: Joining, error: Error) -> None:
    groups, leader, _ = stable_pair()
    answers = Answers()
    groups.join("g", asked, 4, answers)
    assert answers[0]["error"] is error
    assert groups.heartbeat("g", leader, 2, 4) is Error.NONE
    assert groups.heartbeat("g", leader, 1, 4) is Error.ILLEGAL_GENERATION


def test_members_agree_on_a_protocol_that_all_know() -> None:
    groups = Groups()
    first, second = Answers(), Answers()
    groups.join("g", joining(names="sticky,range"), 0, first)
    assert first[0]["protocol"] == "sticky"
    groups.join("g", joining(names="range,other"), 0, second)
    groups.join("g", joining(str(first[0]["member_id"]), names="sticky,range"), 0, first)
    assert second[0]["protocol"] == "range"
