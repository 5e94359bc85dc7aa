"""The JSON that users send and get, as types; and how a stored estimate becomes such JSON."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, PlainSerializer

Money = Annotated[Decimal, PlainSerializer(float, return_type=float)]
Feet = Annotated[float, Field(ge=0.1, le=500)]
RoomType = Literal["kitchen", "bathroom", "bedroom", "living_room"]
Identifier = Annotated[int, Field(ge=1, le=2**63 - 1)]


class Dimensions(BaseModel):
    """In feet."""

    length: Feet
    width: Feet
    height: Feet


class Location(BaseModel):
    zip_code: str = Field(pattern=r"^[0-9]{5}$")


class Wanted(BaseModel):
    room_type: RoomType
    dimensions: Dimensions
    location: Location


class LineItem(BaseModel):
    assembly: str
    description: str
    unit: str
    quantity: Money
    unit_price: Money
    amount: Money


class Remarks(BaseModel):
    status: str
    reason: str
    notes: str


class Stored(BaseModel):
    id: int
    room_type: str
    dimensions: Dimensions
    location: Location
    region: str
    currency: str
    line_items: list[LineItem]
    subtotal: Money
    markup: Money
    tax: Money
    total: Money
    enrichment: Remarks
    created_at: datetime


class Summary(BaseModel):
    id: int
    room_type: str
    zip_code: str
    total: Money
    created_at: datetime


class Problem(BaseModel):
    detail: str


def stored(row: Mapping[str, Any], lines: Iterable[Mapping[str, Any]]) -> Stored:
    sizes = {name: row[name] for name in ("length", "width", "height")}
    return Stored.model_validate(
        {
            **row,
            "dimensions": sizes,
            "location": {"zip_code": row["zip_code"]},
            "currency": "USD",
            "line_items": list(lines),
        }
    )
