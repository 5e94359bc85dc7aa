"""A member's message in, the coach's reply out, and both kept; or the fallback without a provider.

No connection to the database is held while the provider is asked.
"""

import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from steadyhand.lab.systems.sleek_coach.app.coach.providers import Answer, Message, NoAnswer, ask
from steadyhand.lab.systems.sleek_coach.app.coach.safety import Rule, judge_answer, judge_question
from steadyhand.lab.systems.sleek_coach.app.coach.tools import look_up
from steadyhand.lab.systems.sleek_coach.app.logs import say
from steadyhand.lab.systems.sleek_coach.app.settings import Provider
from steadyhand.lab.systems.sleek_coach.app.stores.database import Database

FALLBACK = "Your coach is taking a short break. Please write again in a few minutes."
INSTRUCTIONS = (
    "You are the coach of a fitness application. Look up the member's records before you judge "
    "them. Be brief and kind. You are no physician: no diagnoses, no doses, no crash diets."
)
ROUNDS = 3  # of looking things up
# What the model is sent of the past; older messages are told in one line.
MESSAGES, CHARACTERS = 12, 6000

SESSION = "select id from coach_sessions where id = %(id)s and member_id = %(member)s"
OPEN = """insert into coach_sessions (id, member_id) values (%(id)s, %(member)s) returning id"""
PAST = """select role, content, created_at from (
    select id, role, content, created_at from coach_messages
    where session_id = %(id)s order by id desc limit %(limit)s) newest order by id"""
KEEP = """with said as (
        insert into coach_messages (session_id, role, content)
        select %(id)s, role, content
        from unnest(array['member', 'coach'], %(said)s::text[]) with ordinality m (role, content, n)
        order by n returning session_id)
    update coach_sessions set last_at = now() where id in (select session_id from said)
    returning id"""
VIOLATION = """insert into policy_violations (member_id, rule, said_by)
    values (%(member)s, %(rule)s, %(by)s) returning id"""


class NoSession(Exception):
    """The member has no such conversation."""


@dataclass(frozen=True)
class Replied:
    session: UUID
    message: str
    confidence: float
    safety: str | None = None
    tools: tuple[str, ...] = ()


@dataclass(frozen=True)
class Coach:
    database: Database
    provider: Provider

    def reply(self, member: int, text: str, session: UUID | None) -> Replied:
        """Answer, and keep what was said. Raises NoSession; NoAnswer, and nothing is kept of it."""
        past = self._past(member, session)
        broken = judge_question(text)
        if broken is not None:
            return self._instead(member, text, session, broken, "member")
        started = time.perf_counter()
        identity = session or uuid4()
        if session is None:
            self.database.rows(OPEN, id=identity, member=member)
        answer, tools = self._asked(member, identity, [*past, {"role": "user", "content": text}])
        broken = judge_answer(answer.text)
        if broken is not None:
            return self._instead(member, text, identity, broken, "coach")
        self._keep(identity, text, answer.text)
        seconds = round(time.perf_counter() - started, 2)
        say("INFO", "coach replied", {"tools": list(tools), "seconds": seconds})
        # With the member's own records in hand it knows more than without.
        return Replied(identity, answer.text, 0.9 if tools else 0.6, tools=tools)

    def said(self, member: int, session: UUID) -> list[dict[str, Any]]:
        """Raises NoSession."""
        self._check(member, session)
        return self.database.rows(PAST, id=session, limit=100)

    def _asked(
        self, member: int, session: UUID, messages: list[Message]
    ) -> tuple[Answer, tuple[str, ...]]:
        used: list[str] = []
        for _ in range(ROUNDS):
            answer = ask(self.provider, messages)
            if not answer.asked:
                return answer, tuple(used)
            messages.append(answer.message)
            for asked in answer.asked:
                found = look_up(self.database, session, member, asked)
                messages.append({"role": "tool", "tool_call_id": asked.id, "content": found})
                used.append(asked.name)
        raise NoAnswer(f"still looking things up after {ROUNDS} rounds")

    def _past(self, member: int, session: UUID | None) -> list[Message]:
        start: Message = {"role": "system", "content": INSTRUCTIONS}
        if session is None:
            return [start]
        self._check(member, session)
        rows = self.database.rows(PAST, id=session, limit=100)
        return [start, *shortened(rows)]

    def _check(self, member: int, session: UUID) -> None:
        if self.database.row(SESSION, id=session, member=member) is None:
            raise NoSession

    def _instead(
        self, member: int, text: str, session: UUID | None, broken: Rule, said_by: str
    ) -> Replied:
        """Say what the rule says, and write down that it was broken, not by which words."""
        identity = session or uuid4()
        if session is None:
            self.database.rows(OPEN, id=identity, member=member)
        self.database.rows(VIOLATION, member=member, rule=broken.name, by=said_by)
        say("WARNING", "coach: policy violation", {"rule": broken.name, "said_by": said_by})
        self._keep(identity, text if said_by == "coach" else "(not kept)", broken.reply)
        return Replied(identity, broken.reply, 1.0, safety=broken.name)

    def _keep(self, session: UUID, question: str, answer: str) -> None:
        self.database.rows(KEEP, id=session, said=[question, answer])


def shortened(rows: list[dict[str, Any]]) -> list[Message]:
    """The newest messages as the model reads them; of older ones, how they began."""
    roles = {"member": "user", "coach": "assistant"}
    kept: list[Message] = []
    room = CHARACTERS
    for row in reversed(rows[-MESSAGES:]):
        room -= len(row["content"])
        if room < 0:
            break
        kept.insert(0, {"role": roles[row["role"]], "content": row["content"]})
    older = rows[: len(rows) - len(kept)]
    if older:
        begun = "; ".join(" ".join(row["content"].split())[:60] for row in older[-10:])
        kept.insert(0, {"role": "system", "content": f"Earlier in this conversation: {begun}"})
    return kept
