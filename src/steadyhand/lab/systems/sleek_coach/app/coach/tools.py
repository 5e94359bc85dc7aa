"""What the model may look up of the member who asks; each look is written down with its duration.

The model names a tool; whose records it sees is never its choice.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from steadyhand.lab.systems.sleek_coach.app.logs import one_line, say
from steadyhand.lab.systems.sleek_coach.app.stores.database import Database

LONGEST = 2000  # characters of a result that the model is given


@dataclass(frozen=True)
class Tool:
    """`query` has the parameters member and days."""

    name: str
    description: str
    query: str


TOOLS = {
    tool.name: tool
    for tool in (
        Tool(
            "get_weight_trend",
            "The member's weight and energy of the last days, from check-ins: means and change.",
            """select count(*) as check_ins, round(avg(weight_kg), 1)::float as mean_weight_kg,
            round(avg(energy), 1)::float as mean_energy,
            (max(weight_kg) - min(weight_kg))::float as spread_kg from check_ins
            where member_id = %(member)s and created_at > now() - %(days)s * interval '1 day'""",
        ),
        Tool(
            "get_nutrition_totals",
            "Calories and protein that the member ate in the last days, for each day in the mean.",
            """select count(*) as meals, round(sum(calories) / %(days)s::numeric)::float
            as calories_a_day, round(sum(protein_g) / %(days)s::numeric)::float as protein_g_a_day
            from nutrition_entries
            where member_id = %(member)s and created_at > now() - %(days)s * interval '1 day'""",
        ),
        Tool(
            "get_training_notes",
            "The member's own notes on training, sleep, injury and pain, the newest first.",
            """select note, created_at::date as day from check_ins where member_id = %(member)s
            and note <> '' and created_at > now() - %(days)s * interval '1 day'
            order by created_at desc limit 5""",
        ),
    )
}
ADD = """insert into ai_tool_call_log
    (session_id, member_id, tool_name, arguments, latency_ms, status, error)
    values (%(session)s, %(member)s, %(tool)s, %(arguments)s, %(ms)s, %(status)s, %(error)s)
    returning id"""
DAYS = {"type": "integer", "description": "how many days back", "minimum": 1, "maximum": 90}
# As a function is described to the model: https://platform.openai.com/docs/guides/function-calling
DESCRIBED = [
    {
        "type": "function",
        "function": {
            "name": tool.name,
            "description": tool.description,
            "parameters": {"type": "object", "properties": {"days": DAYS}, "required": ["days"]},
        },
    }
    for tool in TOOLS.values()
]


@dataclass(frozen=True)
class Asked:
    """A call of a tool that the model wants."""

    id: str
    name: str
    arguments: str  # JSON, as the model wrote it


def look_up(database: Database, session: UUID, member: int, asked: Asked) -> str:
    """Give the result as JSON; what failed is a result too. Writes the call down."""
    started = time.perf_counter()
    error = ""
    try:
        result: Any = database.rows(_query(asked.name), member=member, days=_days(asked.arguments))
    except (LookupError, ValueError, TypeError) as wrong:
        error, result = one_line(wrong), {"error": "there is no such tool, or no such days"}
        say("WARNING", f"coach tool {asked.name[:60]} failed: {error}")
    milliseconds = round((time.perf_counter() - started) * 1000, 1)
    database.rows(
        ADD,
        session=session,
        member=member,
        tool=asked.name[:60],
        arguments=json.dumps({"given": asked.arguments[:500]}),
        ms=milliseconds,
        status="failed" if error else "ok",
        error=error[:500],
    )
    return json.dumps(result, default=str)[:LONGEST]


def _query(name: str) -> str:
    return TOOLS[name].query


def _days(arguments: str) -> int:
    given = json.loads(arguments or "{}")
    if not isinstance(given, Mapping):
        raise ValueError("the arguments are no object")
    return max(1, min(90, int(given.get("days", 7))))
