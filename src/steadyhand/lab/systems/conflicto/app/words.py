"""What requests may hold. PostgreSQL keeps no text with a NUL in it, and whoever reads JSON as
JavaScript does, knows no number above 2^53."""

from typing import Annotated, Any, Literal

from fastapi import Header, Path, Query
from pydantic import BaseModel, Field

LARGEST = 2**53 - 1
NO_NUL = r"^[^\x00]*$"

Id = Annotated[int, Path(ge=1, le=LARGEST)]
Code = Annotated[str, Path(pattern=r"^[A-Za-z0-9]{6}$")]
Key = Annotated[str, Header()]
Since = Annotated[int, Query(ge=0, le=LARGEST)]
Limit = Annotated[int, Query(ge=1, le=100)]
Title = Annotated[str, Field(min_length=1, max_length=200, pattern=NO_NUL)]
Label = Annotated[str, Field(min_length=1, max_length=100, pattern=NO_NUL)]

Answer = dict[str, Any]


class Refusal(BaseModel):
    """Why a request was not granted."""

    detail: str


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What a route says in the API's description about the statuses it may refuse with."""
    # 400 is what FastAPI gives a body that is no JSON at all, 503 what anything gives without its
    # database.
    return {status: {"model": Refusal} for status in (400, *statuses, 503)}


class NewSession(BaseModel):
    title: Title


class NewParticipant(BaseModel):
    nickname: Annotated[str, Field(min_length=1, max_length=50, pattern=NO_NUL)]


class NewPoll(BaseModel):
    question: Title
    options: Annotated[list[Label], Field(min_length=2, max_length=10)]


class PollStatus(BaseModel):
    status: Literal["open", "closed"]


class NewResponse(BaseModel):
    option_id: Annotated[int, Field(ge=1, le=LARGEST)]


class NewQuestion(BaseModel):
    body: Annotated[str, Field(min_length=1, max_length=500, pattern=NO_NUL)]
