"""What a presenter does: sessions, polls, questions answered. The key came with the session."""

from fastapi import APIRouter, HTTPException, Request

from steadyhand.lab.systems.conflicto.app.credentials import hashed, new_code, new_key, refused
from steadyhand.lab.systems.conflicto.app.database import Pool, Transaction, transaction
from steadyhand.lab.systems.conflicto.app.queries import Queries
from steadyhand.lab.systems.conflicto.app.words import (
    Answer,
    Code,
    Id,
    Key,
    NewPoll,
    NewSession,
    PollStatus,
    refusals,
)

DRAWS = 5  # of a code; that all of them are taken means something else is wrong


def presenting(pool: Pool, queries: Queries) -> APIRouter:
    router = APIRouter(prefix="/api/v1", tags=["presenter"])

    def presented(work: Transaction, request: Request, code: str, key: str) -> int:
        """Give the live session that this key presents."""
        if work.one(queries.session, code=code.upper()) is None:
            raise HTTPException(404, "no such session")
        found = work.one(queries.session_by_key, code=code.upper(), key_hash=hashed(key))
        if found is None:
            raise refused(request, "presenter")
        if found["status"] != "live":
            raise HTTPException(409, "the session has ended")
        return int(found["id"])

    @router.post("/sessions", status_code=201, responses=refusals())
    def create_session(given: NewSession) -> Answer:
        key = new_key()
        with transaction(pool) as work:
            for _ in range(DRAWS):
                values = {"code": new_code(), "title": given.title, "key_hash": hashed(key)}
                if made := work.one(queries.create_session, **values):
                    return {**made, "presenter_key": key}
        raise HTTPException(503, "no free code")

    @router.post("/sessions/{code}/end", responses=refusals(401, 404, 409))
    def end_session(request: Request, code: Code, x_presenter_key: Key = "") -> Answer:
        with transaction(pool) as work:
            session = presented(work, request, code, x_presenter_key)
            ended = work.one(queries.end_session, session_id=session)
        if ended is None:
            raise HTTPException(409, "the session has ended")
        return ended

    @router.post("/sessions/{code}/polls", status_code=201, responses=refusals(401, 404, 409))
    def create_poll(
        request: Request, code: Code, given: NewPoll, x_presenter_key: Key = ""
    ) -> Answer:
        with transaction(pool) as work:
            session = presented(work, request, code, x_presenter_key)
            values = {"question": given.question, "options": given.options}
            made = work.one(queries.create_poll, session_id=session, **values)
        assert made is not None
        return made

    @router.put("/polls/{poll_id}/status", responses=refusals(401, 404, 409))
    def set_poll_status(
        request: Request, poll_id: Id, given: PollStatus, x_presenter_key: Key = ""
    ) -> Answer:
        with transaction(pool) as work:
            poll = work.one(queries.poll, poll_id=poll_id)
            if poll is None:
                raise HTTPException(404, "no such poll")
            presented(work, request, poll["code"], x_presenter_key)
            changed = work.one(queries.set_poll_status, poll_id=poll_id, status=given.status)
        assert changed is not None
        return changed

    @router.post(
        "/sessions/{code}/questions/{question_id}/answered", responses=refusals(401, 404, 409)
    )
    def answer(request: Request, code: Code, question_id: Id, x_presenter_key: Key = "") -> Answer:
        with transaction(pool) as work:
            session = presented(work, request, code, x_presenter_key)
            feed = work.one(queries.advance_feed, session_id=session)
            if feed is None:
                raise HTTPException(409, "the session has ended")
            values = {"session_id": session, "question_id": question_id}
            answered = work.one(queries.answer, feed=feed["feed"], **values)
            if answered is None:
                raise HTTPException(404, "no such question")
        return answered

    return router
