"""What the audience does: join by a code, answer polls, see results, ask and vote for questions.

Screens ask again and again (short polling): `questions?since=N` gives what changed after N.
"""

from fastapi import APIRouter, HTTPException, Request, Response
from psycopg.rows import DictRow

from steadyhand.lab.systems.conflicto.app.credentials import hashed, new_key, refused
from steadyhand.lab.systems.conflicto.app.database import Pool, Transaction, transaction
from steadyhand.lab.systems.conflicto.app.queries import Queries
from steadyhand.lab.systems.conflicto.app.words import (
    Answer,
    Code,
    Id,
    Key,
    Limit,
    NewParticipant,
    NewQuestion,
    NewResponse,
    Since,
    refusals,
)


def audience(pool: Pool, queries: Queries) -> APIRouter:
    router = APIRouter(prefix="/api/v1", tags=["audience"])
    for add in (_add_looking, _add_joining, _add_responding, _add_asking):
        add(router, pool, queries)
    return router


def _session(work: Transaction, queries: Queries, code: str) -> DictRow:
    session = work.one(queries.session, code=code.upper())
    if session is None:
        raise HTTPException(404, "no such session")
    return session


def _participant(work: Transaction, queries: Queries, request: Request, token: str) -> DictRow:
    """Give who this token belongs to, while their session is live."""
    participant = work.one(queries.participant, token_hash=hashed(token))
    if participant is None:
        raise refused(request, "participant")
    if participant["status"] != "live":
        raise HTTPException(409, "the session has ended")
    return participant


def _member(
    work: Transaction, queries: Queries, request: Request, code: str, token: str
) -> DictRow:
    """Give a participant of the session with this code."""
    _session(work, queries, code)
    participant = _participant(work, queries, request, token)
    if participant["code"] != code.upper():
        raise HTTPException(403, "not a participant of this session")
    return participant


def _add_looking(router: APIRouter, pool: Pool, queries: Queries) -> None:
    @router.get("/sessions/{code}", responses=refusals(404))
    def session(code: Code) -> Answer:
        with transaction(pool) as work:
            found = _session(work, queries, code)
            polls = work.all(queries.polls, session_id=found.pop("id"))
        return {**found, "polls": polls}

    @router.get("/polls/{poll_id}/results", responses=refusals(404))
    def results(poll_id: Id) -> Answer:
        with transaction(pool) as work:
            found = work.one(queries.results, poll_id=poll_id)
        if found is None:
            raise HTTPException(404, "no such poll")
        return found

    @router.get("/sessions/{code}/questions", responses=refusals(404))
    def questions(code: Code, since: Since = 0, limit: Limit = 50) -> Answer:
        with transaction(pool) as work:
            found = _session(work, queries, code)
            rows = work.all(queries.questions, session_id=found["id"], since=since, limit=limit)
        reached = rows[-1]["changed"] if rows else since
        return {"questions": rows, "since": reached, "more": reached < found["feed"]}


def _add_joining(router: APIRouter, pool: Pool, queries: Queries) -> None:
    @router.post("/sessions/{code}/join", status_code=201, responses=refusals(404, 409))
    def join(code: Code, given: NewParticipant) -> Answer:
        token = new_key()
        values = {"nickname": given.nickname, "token_hash": hashed(token)}
        with transaction(pool) as work:
            joined = work.one(queries.join, code=code.upper(), **values)
            if joined is None:
                _session(work, queries, code)
                raise HTTPException(409, "the session has ended")
        return {**joined, "participant_token": token}


def _add_responding(router: APIRouter, pool: Pool, queries: Queries) -> None:
    @router.post(
        "/polls/{poll_id}/responses",
        status_code=201,
        responses={
            200: {"description": "An earlier answer was replaced"},
            **refusals(401, 403, 404, 409),
        },
    )
    def respond(
        request: Request,
        response: Response,
        poll_id: Id,
        given: NewResponse,
        x_participant_token: Key = "",
    ) -> Answer:
        """Answer a poll, or answer it anew: there is one response of each participant."""
        with transaction(pool) as work:
            poll = work.one(queries.poll, poll_id=poll_id)
            if poll is None:
                raise HTTPException(404, "no such poll")
            participant = _participant(work, queries, request, x_participant_token)
            if participant["session_id"] != poll["session_id"]:
                raise HTTPException(403, "not a participant of this session")
            session, by = participant["session_id"], participant["id"]
            values = {"poll_id": poll_id, "session_id": session, "participant_id": by}
            kept = work.one(queries.respond, option_id=given.option_id, **values)
            if kept is None:
                raise HTTPException(409, "the poll is not open, or has no such option")
            if kept.pop("first"):
                work.one(queries.count_response, poll_id=poll_id)
            else:
                response.status_code = 200
        return {"poll_id": poll_id, **kept}


def _add_asking(router: APIRouter, pool: Pool, queries: Queries) -> None:
    @router.post(
        "/sessions/{code}/questions", status_code=201, responses=refusals(401, 403, 404, 409)
    )
    def ask(
        request: Request, code: Code, given: NewQuestion, x_participant_token: Key = ""
    ) -> Answer:
        with transaction(pool) as work:
            participant = _member(work, queries, request, code, x_participant_token)
            values = {"participant_id": participant["id"], "body": given.body}
            feed = _advance(work, queries, participant)
            made = work.one(queries.ask, session_id=participant["session_id"], feed=feed, **values)
        assert made is not None
        return made

    @router.post(
        "/sessions/{code}/questions/{question_id}/upvote", responses=refusals(401, 403, 404, 409)
    )
    def upvote(
        request: Request, code: Code, question_id: Id, x_participant_token: Key = ""
    ) -> Answer:
        with transaction(pool) as work:
            participant = _member(work, queries, request, code, x_participant_token)
            feed = _advance(work, queries, participant)
            values = {"question_id": question_id, "participant_id": participant["id"]}
            voted = work.one(queries.upvote, session_id=participant["session_id"], **values)
            if voted is None:
                raise HTTPException(409, "no such question here, or voted for already")
            counted = work.one(queries.count_vote, feed=feed, question_id=question_id)
        assert counted is not None
        return counted


def _advance(work: Transaction, queries: Queries, participant: DictRow) -> int:
    feed = work.one(queries.advance_feed, session_id=participant["session_id"])
    if feed is None:
        raise HTTPException(409, "the session has ended")
    return int(feed["feed"])
