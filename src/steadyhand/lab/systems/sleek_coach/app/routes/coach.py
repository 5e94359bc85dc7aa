"""Chats with the coach, and what was said in one."""

from uuid import UUID

from fastapi import FastAPI, HTTPException

from steadyhand.lab.systems.sleek_coach.app.coach.conversation import FALLBACK, Coach, NoSession
from steadyhand.lab.systems.sleek_coach.app.coach.providers import NoAnswer
from steadyhand.lab.systems.sleek_coach.app.guard import (
    CHATS,
    MINUTE,
    Member,
    allow,
    members_only,
)
from steadyhand.lab.systems.sleek_coach.app.logs import say
from steadyhand.lab.systems.sleek_coach.app.routes.shapes import Fallback, Question, Reply, Said
from steadyhand.lab.systems.sleek_coach.app.stores.database import Database


def add_coach(app: FastAPI, database: Database) -> None:
    coach, shared = Coach(database, app.state.settings.provider), app.state.shared

    @app.post("/coach/chat", responses=members_only(400, 404))
    def chat(question: Question, member: Member) -> Reply | Fallback:
        allow(shared, f"chat:{member}", CHATS, MINUTE)
        try:
            replied = coach.reply(member, question.message, question.session_id)
        except NoSession:
            raise HTTPException(404, "no such conversation") from None
        except NoAnswer as error:
            told = {"provider": coach.provider.name, "path": "/coach/chat"}
            say("ERROR", f"Failed to process chat request: {error}", told)
            return Fallback(message=FALLBACK)
        return Reply(
            session_id=replied.session,
            message=replied.message,
            confidence=replied.confidence,
            safety=replied.safety,
            tools=list(replied.tools),
        )

    @app.get("/coach/sessions/{session_id}", responses=members_only(404))
    def conversation(session_id: UUID, member: Member) -> list[Said]:
        try:
            return [Said(**row) for row in coach.said(member, session_id)]
        except NoSession:
            raise HTTPException(404, "no such conversation") from None
