"""A measured room and localised prices in, a line-item estimate out. Pure; money is Decimal.

A room is finished by assemblies ("interior paint"), each measured by one of the room's sizes and
made of items (material and labour) per unit of that size. Knows no database and no HTTP.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
MARKUP = Decimal("0.20")  # overhead and profit, on what material and labour cost


@dataclass(frozen=True)
class Room:
    """In feet."""

    room_type: str
    length: Decimal
    width: Decimal
    height: Decimal


@dataclass(frozen=True)
class Item:
    """One item of one assembly: `quantity` of it for each unit of the assembly's measure."""

    assembly: str
    measure: str
    description: str
    unit: str
    kind: str  # material or labor
    quantity: Decimal
    price: Decimal  # national, for one unit


@dataclass(frozen=True)
class Locality:
    region: str
    material_factor: Decimal
    labor_factor: Decimal
    tax_rate: Decimal


@dataclass(frozen=True)
class Line:
    assembly: str
    description: str
    unit: str
    quantity: Decimal
    unit_price: Decimal
    amount: Decimal


@dataclass(frozen=True)
class Estimate:
    room_type: str
    region: str
    lines: tuple[Line, ...]
    subtotal: Decimal
    markup: Decimal
    tax: Decimal
    total: Decimal


def feet(size: float) -> Decimal:
    """A size as it is kept: to a hundredth of a foot."""
    return _cents(Decimal(str(size)))


def measures(room: Room) -> dict[str, Decimal]:
    """The sizes that an assembly can be measured by, in feet and square feet."""
    perimeter = 2 * (room.length + room.width)
    floor = room.length * room.width
    return {
        "floor": floor,
        "ceiling": floor,
        "walls": perimeter * room.height,
        "perimeter": perimeter,
        "room": Decimal(1),
    }


def estimate(room: Room, items: Iterable[Item], locality: Locality) -> Estimate:
    """Price every item; markup on their sum; tax on the sum with markup."""
    sizes = measures(room)
    lines = tuple(_line(item, sizes[item.measure], locality) for item in items)
    subtotal = sum((line.amount for line in lines), Decimal(0))
    markup = _cents(subtotal * MARKUP)
    tax = _cents((subtotal + markup) * locality.tax_rate)
    total = subtotal + markup + tax
    return Estimate(room.room_type, locality.region, lines, subtotal, markup, tax, total)


def _line(item: Item, size: Decimal, locality: Locality) -> Line:
    labor = item.kind == "labor"
    price = _cents(item.price * (locality.labor_factor if labor else locality.material_factor))
    quantity = _cents(item.quantity * size)
    amount = _cents(quantity * price)
    return Line(item.assembly, item.description, item.unit, quantity, price, amount)


def _cents(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)
