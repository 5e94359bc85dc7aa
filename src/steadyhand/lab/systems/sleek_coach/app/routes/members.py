"""Check-ins, meals, and what they add up to: all of the member who asks."""

from typing import Any

from fastapi import FastAPI, HTTPException

from steadyhand.lab.systems.sleek_coach.app.guard import Member, members_only
from steadyhand.lab.systems.sleek_coach.app.routes.shapes import (
    CheckIn,
    Limit,
    Made,
    MemberNumber,
    NutritionEntry,
    Rows,
)
from steadyhand.lab.systems.sleek_coach.app.stores.database import Database
from steadyhand.lab.systems.sleek_coach.app.stores.reports import Reports

SUMMARY_SECONDS = 30  # that a summary is kept


def add_members(app: FastAPI, database: Database) -> None:
    queries, shared = app.state.settings.queries, app.state.shared
    reports = Reports()

    @app.post("/api/v1/check-ins", status_code=201, responses=members_only(400))
    def add_check_in(entry: CheckIn, member: Member) -> Made:
        made = database.rows(queries.add_check_in, member_id=member, **entry.model_dump())[0]
        shared.forget(f"summary:{member}")
        return Made(**made)

    @app.get("/api/v1/check-ins", responses=members_only())
    def check_ins(member: Member, limit: Limit = 20) -> Rows:
        return database.rows(queries.check_ins, member_id=member, limit=limit)

    @app.post("/api/v1/nutrition", status_code=201, responses=members_only(400))
    def add_nutrition(entry: NutritionEntry, member: Member) -> Made:
        values = entry.model_dump()
        return Made(**database.rows(queries.add_nutrition, member_id=member, **values)[0])

    @app.get("/api/v1/nutrition", responses=members_only())
    def nutrition(member: Member, limit: Limit = 20) -> Rows:
        return database.rows(queries.nutrition, member_id=member, limit=limit)

    @app.get("/api/v1/members/{member_id}/summary", responses=members_only(404))
    def summary(member_id: MemberNumber, member: Member) -> dict[str, Any]:
        _own(member_id, member)
        kept = shared.get(f"summary:{member}")
        if kept is None:
            kept = database.rows(queries.summary, member_id=member)[0]
            shared.put(f"summary:{member}", kept, SUMMARY_SECONDS)
        return dict(kept)

    @app.get("/api/v1/members/{member_id}/report", responses=members_only(404))
    def report(member_id: MemberNumber, member: Member, weeks_ago: int = 0) -> dict[str, int]:
        _own(member_id, member)
        document = reports.get(
            member, weeks_ago, lambda: database.rows(queries.report, member_id=member)
        )
        return {"member_id": member, "weeks_ago": weeks_ago, "bytes": len(document)}


def _own(asked: int, member: int) -> None:
    """Somebody else's is as if it were not there. Raises HTTPException."""
    if asked != member:
        raise HTTPException(404, "no such member")
