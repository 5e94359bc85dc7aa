"""The bodies of requests and answers, and the bounds of what is taken."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Path, Query
from pydantic import BaseModel, BeforeValidator, Field

Limit = Annotated[int, Query(ge=1, le=100)]
Number = Annotated[int, Path(ge=1, lt=1 << 63)]
MemberNumber = Annotated[int, Path(ge=1, lt=1 << 31)]
# PostgreSQL takes every character but this one.
CLEAN = r"^[^\x00]*$"
Email = Annotated[str, Field(min_length=3, max_length=254, pattern=r"^[^\x00@\s]+@[^\x00@\s]+$")]
MEGABYTE = 2**20


def _written(value: object) -> object:
    """A date is a text; pydantic would take a number too, as seconds since 1970."""
    if value is not None and not isinstance(value, str):
        raise ValueError("a date is a text")
    return value


def _counted(value: object) -> object:
    """A number is a number; pydantic would take true and "5" too. 5.0 is whole, as JSON has it."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError("a number is wanted")
    return value


Day = Annotated[date, BeforeValidator(_written)]
Whole = Annotated[int, BeforeValidator(_counted)]
Decimal = Annotated[float, BeforeValidator(_counted)]


class CheckIn(BaseModel):
    weight_kg: Decimal = Field(gt=0, lt=1000)
    energy: Whole = Field(ge=1, le=10)
    note: str = Field(default="", max_length=2000, pattern=CLEAN)


class NutritionEntry(BaseModel):
    meal: str = Field(min_length=1, max_length=100, pattern=CLEAN)
    calories: Whole = Field(ge=0, le=20_000)
    protein_g: Whole = Field(ge=0, le=2_000)


class Made(BaseModel):
    id: int


class Credentials(BaseModel):
    email: Email
    password: str = Field(min_length=1, max_length=200)


class RefreshToken(BaseModel):
    refresh_token: str = Field(min_length=1, max_length=200)


class Tokens(BaseModel):
    access_token: str
    token_type: Literal["bearer"] = "bearer"
    expires_in: int
    refresh_token: str
    refresh_expires_at: datetime


class NewPhoto(BaseModel):
    content_type: Literal["image/jpeg", "image/png", "image/webp", "image/heic"]
    size: Whole = Field(ge=1, le=10 * MEGABYTE)
    taken_on: Day | None = None


class Upload(BaseModel):
    """A PUT to `url` with these headers, within so many seconds."""

    method: Literal["PUT"] = "PUT"
    url: str
    headers: dict[str, str]
    expires_in: int


class Photo(BaseModel):
    id: int
    status: Literal["waiting", "ready"]
    content_type: str
    size: int
    taken_on: date | None
    created_at: datetime


class PhotoToUpload(Photo):
    upload: Upload


class PhotoToLoad(Photo):
    url: str
    expires_in: int


class Question(BaseModel):
    message: str = Field(min_length=1, max_length=4000, pattern=CLEAN)
    session_id: UUID | None = None


class Reply(BaseModel):
    """`safety` names the rule that answered in the model's place."""

    session_id: UUID
    message: str
    confidence: float
    safety: str | None = None
    tools: list[str] = []


class Fallback(BaseModel):
    """The answer while there is no provider."""

    message: str
    confidence: float = 0.0


class Said(BaseModel):
    role: Literal["member", "coach"]
    content: str
    created_at: datetime


Rows = list[dict[str, Any]]
