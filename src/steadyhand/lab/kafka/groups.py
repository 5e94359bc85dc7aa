"""Consumer groups: who is in them, who leads, and when the work is shared out anew.

Members' requests in, answers out by a callback, because a join is answered only when all have
joined. Pure but for the callbacks; the time is an argument. Knows no offsets and no network.

https://cwiki.apache.org/confluence/display/KAFKA/Kafka+Client-side+Assignment+Proposal
"""

import uuid
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from steadyhand.lab.kafka.messages import Error

Answer = Callable[[Mapping[str, Any]], None]


class State(Enum):
    """The names are the ones that tools show."""

    EMPTY = "Empty"
    PREPARING = "PreparingRebalance"  # waiting until all members have joined again
    COMPLETING = "CompletingRebalance"  # waiting for the leader's assignment
    STABLE = "Stable"


@dataclass
class Member:
    id: str
    client_id: str
    host: str
    session_timeout: float
    rebalance_timeout: float
    protocols: Sequence[tuple[str, bytes]]
    deadline: float
    assignment: bytes = b""
    joining: Answer | None = None
    syncing: Answer | None = None

    def metadata(self, protocol: str) -> bytes:
        return dict(self.protocols).get(protocol, b"")


@dataclass(frozen=True)
class Joining:
    """A JoinGroup request, times in seconds."""

    member_id: str
    client_id: str
    host: str
    session_timeout: float
    rebalance_timeout: float
    protocol_type: str
    protocols: Sequence[tuple[str, bytes]]
    needs_id: bool  # whether a new member first gets its id, and asks again with it


@dataclass
class Group:
    """One group. Only Groups changes it."""

    id: str
    state: State = State.EMPTY
    generation: int = 0
    protocol_type: str = ""
    protocol: str = ""
    leader: str = ""
    members: dict[str, Member] = field(default_factory=dict)
    expected: dict[str, float] = field(default_factory=dict)  # got an id, has not joined: until
    rebalance_deadline: float = 0.0

    def check(self, member_id: str, generation: int) -> Error:
        """Say whether this is a member of this generation."""
        if member_id not in self.members:
            return Error.UNKNOWN_MEMBER_ID
        if generation != self.generation:
            return Error.ILLEGAL_GENERATION
        return Error.NONE


class Groups:
    """Every group with members. `min_session` and `max_session` bound session timeouts, seconds."""

    def __init__(self, min_session: float = 6.0, max_session: float = 1800.0) -> None:
        self.all: dict[str, Group] = {}
        self._sessions = (min_session, max_session)

    def join(self, group_id: str, joining: Joining, now: float, answer: Answer) -> None:
        """Add or renew a member. The answer comes when the generation begins."""
        error = self._refusal(group_id, joining)
        if error is not Error.NONE:
            answer({"error": error, "generation_id": -1, "member_id": joining.member_id})
            return
        group = self.all.setdefault(group_id, Group(group_id))
        known = group.members.get(joining.member_id)
        if known is not None:
            self._join_again(group, known, joining, now, answer)
        elif not joining.member_id and joining.needs_id:
            member_id = _new_id(joining.client_id)
            group.expected[member_id] = now + joining.session_timeout
            answer({"error": Error.MEMBER_ID_REQUIRED, "generation_id": -1, "member_id": member_id})
        else:
            self._join_first(group, joining, now, answer)

    def _refusal(self, group_id: str, joining: Joining) -> Error:
        if not group_id:
            return Error.INVALID_GROUP_ID
        if not self._sessions[0] <= joining.session_timeout <= self._sessions[1]:
            return Error.INVALID_SESSION_TIMEOUT
        if not joining.protocol_type or not joining.protocols:
            return Error.INCONSISTENT_GROUP_PROTOCOL
        group = self.all.get(group_id)
        if joining.member_id:
            ids = set() if group is None else {*group.members, *group.expected}
            if joining.member_id not in ids:
                return Error.UNKNOWN_MEMBER_ID
        if group is None:
            return Error.NONE
        others = [m for m in group.members.values() if m.id != joining.member_id]
        if others and joining.protocol_type != group.protocol_type:
            return Error.INCONSISTENT_GROUP_PROTOCOL
        offered = {name for name, _ in joining.protocols}
        if not offered.intersection(*({name for name, _ in m.protocols} for m in others)):
            return Error.INCONSISTENT_GROUP_PROTOCOL
        return Error.NONE

    def _join_first(self, group: Group, joining: Joining, now: float, answer: Answer) -> None:
        member_id = joining.member_id or _new_id(joining.client_id)
        group.expected.pop(member_id, None)
        if not group.members:
            group.protocol_type = joining.protocol_type
            group.leader = member_id
        group.members[member_id] = Member(
            id=member_id,
            client_id=joining.client_id,
            host=joining.host,
            session_timeout=joining.session_timeout,
            rebalance_timeout=joining.rebalance_timeout,
            protocols=joining.protocols,
            deadline=now + joining.session_timeout,
            joining=answer,
        )
        self._prepare(group, now)

    def _join_again(
        self, group: Group, member: Member, joining: Joining, now: float, answer: Answer
    ) -> None:
        same = list(member.protocols) == list(joining.protocols)
        follower = group.state is State.STABLE and member.id != group.leader
        retried = group.state is State.COMPLETING
        member.protocols = joining.protocols
        member.session_timeout = joining.session_timeout
        member.rebalance_timeout = joining.rebalance_timeout
        member.deadline = now + member.session_timeout
        if same and (follower or retried):
            answer(_generation(group, member))
            return
        _drop(member)
        member.joining = answer
        self._prepare(group, now)

    def _prepare(self, group: Group, now: float) -> None:
        """Call everybody to join again."""
        if group.state is not State.PREPARING:
            for member in group.members.values():
                if member.syncing is not None:
                    member.syncing({"error": Error.REBALANCE_IN_PROGRESS})
                    member.syncing = None
            longest = max(m.rebalance_timeout for m in group.members.values())
            group.rebalance_deadline = now + longest
            group.state = State.PREPARING
        self._complete_if_all_joined(group, now)

    def _complete_if_all_joined(self, group: Group, now: float) -> None:
        everyone = all(m.joining is not None for m in group.members.values())
        if everyone and not group.expected:
            self._complete(group, now)

    def _complete(self, group: Group, now: float) -> None:
        """Begin a generation with those who joined."""
        group.members = {m.id: m for m in group.members.values() if m.joining is not None}
        group.generation += 1
        if not group.members:
            group.state = State.EMPTY
            group.protocol = group.leader = ""
            return
        group.state = State.COMPLETING
        group.protocol = _chosen(list(group.members.values()))
        if group.leader not in group.members:
            group.leader = next(iter(group.members))
        for member in group.members.values():
            member.assignment = b""
            member.deadline = now + member.session_timeout
            answer, member.joining = member.joining, None
            if answer is not None:
                answer(_generation(group, member))

    def sync(
        self,
        group_id: str,
        who: tuple[str, int],
        assignments: Mapping[str, bytes],
        now: float,
        answer: Answer,
    ) -> None:
        """Take the leader's assignments; give each member its own. `who`: id and generation."""
        group = self.all.get(group_id)
        error = group.check(*who) if group else Error.UNKNOWN_MEMBER_ID
        if group is not None and error is Error.NONE and group.state is State.PREPARING:
            error = Error.REBALANCE_IN_PROGRESS
        if group is None or error is not Error.NONE:
            answer({"error": error})
            return
        member = group.members[who[0]]
        member.deadline = now + member.session_timeout
        if group.state is State.STABLE:
            answer({"assignment": member.assignment})
            return
        member.syncing = answer
        if member.id == group.leader:
            group.state = State.STABLE
            for other in group.members.values():
                other.assignment = assignments.get(other.id, b"")
                waiting, other.syncing = other.syncing, None
                if waiting is not None:
                    waiting({"assignment": other.assignment})

    def heartbeat(self, group_id: str, member_id: str, generation: int, now: float) -> Error:
        group = self.all.get(group_id)
        if group is None:
            return Error.UNKNOWN_MEMBER_ID
        error = group.check(member_id, generation)
        if error is not Error.NONE:
            return error
        member = group.members[member_id]
        member.deadline = now + member.session_timeout
        preparing = group.state is State.PREPARING
        return Error.REBALANCE_IN_PROGRESS if preparing else Error.NONE

    def leave(self, group_id: str, member_id: str, now: float) -> Error:
        group = self.all.get(group_id)
        if group is None:
            return Error.UNKNOWN_MEMBER_ID
        if group.expected.pop(member_id, None) is not None:
            return Error.NONE
        if member_id not in group.members:
            return Error.UNKNOWN_MEMBER_ID
        self._remove(group, [member_id], now)
        return Error.NONE

    def _remove(self, group: Group, ids: Sequence[str], now: float) -> None:
        for member_id in ids:
            _drop(group.members.pop(member_id))
        if not group.members:
            self._complete(group, now)
        elif group.state is State.PREPARING:
            self._complete_if_all_joined(group, now)
        else:
            self._prepare(group, now)

    def tick(self, now: float) -> None:
        """Put out who has not been heard of, and end a rebalance that takes too long."""
        for group in list(self.all.values()):
            group.expected = {m: until for m, until in group.expected.items() if until > now}
            # Who waits for a generation to begin cannot send heartbeats, and needs none.
            silent = [
                m.id for m in group.members.values() if m.joining is None and m.deadline <= now
            ]
            if silent:
                self._remove(group, silent, now)
            if group.state is State.PREPARING:
                if group.rebalance_deadline <= now:
                    self._complete(group, now)
                else:
                    self._complete_if_all_joined(group, now)
            if not group.members and not group.expected:
                del self.all[group.id]


def _new_id(client_id: str) -> str:
    return f"{client_id}-{uuid.uuid4()}"


def _drop(member: Member) -> None:
    """Answer a request that nobody waits for any longer."""
    for answer in (member.joining, member.syncing):
        if answer is not None:
            answer({"error": Error.UNKNOWN_MEMBER_ID, "generation_id": -1, "member_id": member.id})
    member.joining = member.syncing = None


def _chosen(members: Sequence[Member]) -> str:
    """Choose the protocol that all offer and most prefer."""
    common = set.intersection(*({name for name, _ in m.protocols} for m in members))
    votes = Counter(next(name for name, _ in m.protocols if name in common) for m in members)
    return votes.most_common(1)[0][0]


def _generation(group: Group, member: Member) -> dict[str, Any]:
    """What a member is told when a generation begins; only the leader hears of the others."""
    told = group.members.values() if member.id == group.leader else ()
    return {
        "generation_id": group.generation,
        "protocol": group.protocol,
        "leader": group.leader,
        "member_id": member.id,
        "members": [
            {"member_id": one.id, "metadata": one.metadata(group.protocol)} for one in told
        ],
    }
