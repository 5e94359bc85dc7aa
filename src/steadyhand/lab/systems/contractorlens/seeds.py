"""A migrated database in, the catalogue and the first estimates in it out. Safe to run again."""

import json
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from psycopg import Connection
from psycopg.rows import dict_row

from steadyhand.lab.systems.contractorlens import ESTIMATES, ROOMS, ZIPS
from steadyhand.lab.systems.contractorlens.app.estimating import Item, Locality, Room, estimate
from steadyhand.lab.systems.contractorlens.app.queries import RELEASE_3_2 as QUERIES

# sku, what it is, unit, kind, the price of one unit as a mean of the country; invented, plausible
ITEMS = (
    ("cabinet", "Base and wall cabinets, semi-custom", "ft", "material", "245.00"),
    ("counter", "Quartz countertop", "ft", "material", "118.00"),
    ("drywall", "Gypsum board, 1/2 in", "sq ft", "material", "0.62"),
    ("fixture", "Sink, faucet and trim set", "each", "material", "560.00"),
    ("labor-carpentry", "Carpenter", "hour", "labor", "62.00"),
    ("labor-demolition", "Demolition and haul-off", "hour", "labor", "48.00"),
    ("labor-electric", "Electrician", "hour", "labor", "88.00"),
    ("labor-paint", "Painter", "hour", "labor", "46.00"),
    ("labor-plumbing", "Plumber", "hour", "labor", "92.00"),
    ("labor-tile", "Tile setter", "hour", "labor", "68.00"),
    ("oak", "Oak flooring, prefinished", "sq ft", "material", "7.40"),
    ("outlet", "Outlet, box and cable", "each", "material", "19.50"),
    ("paint", "Interior paint, two coats", "sq ft", "material", "0.34"),
    ("tile", "Porcelain tile, thinset and grout", "sq ft", "material", "6.85"),
    ("trim", "Baseboard, primed", "ft", "material", "2.15"),
)

# name, measured by, (item, quantity for one unit of that measure) …
DEMOLITION = ("Demolition", "floor", (("labor-demolition", "0.06"),))
DRYWALL = ("Drywall", "walls", (("drywall", "1.10"), ("labor-carpentry", "0.02")))
PAINT = ("Interior paint", "walls", (("paint", "1.00"), ("labor-paint", "0.013")))
CEILING = ("Ceiling paint", "ceiling", (("paint", "1.00"), ("labor-paint", "0.016")))
OAK = ("Oak floor", "floor", (("oak", "1.08"), ("labor-carpentry", "0.07")))
TILE = ("Tile floor", "floor", (("tile", "1.10"), ("labor-tile", "0.14")))
TRIM = ("Baseboard", "perimeter", (("trim", "1.05"), ("labor-carpentry", "0.05")))
CABINETS = (
    "Cabinets and counter",
    "perimeter",
    (("cabinet", "0.45"), ("counter", "0.45"), ("labor-carpentry", "0.60")),
)
PLUMBING = ("Plumbing", "room", (("fixture", "1.00"), ("labor-plumbing", "9.00")))
OUTLETS = ("Outlets", "perimeter", (("outlet", "0.12"), ("labor-electric", "0.09")))

ASSEMBLIES = {
    "kitchen": (DEMOLITION, DRYWALL, PAINT, CEILING, TILE, CABINETS, PLUMBING, OUTLETS),
    "bathroom": (DEMOLITION, DRYWALL, PAINT, TILE, PLUMBING, OUTLETS),
    "bedroom": (PAINT, CEILING, OAK, TRIM, OUTLETS),
    "living_room": (PAINT, CEILING, OAK, TRIM, OUTLETS),
}

# zip codes that begin with, place, factor for material and for labor, tax; "" is everywhere else
LOCALITIES = (
    ("", "United States", "1.000", "1.000", "0.06000"),
    ("100", "New York, NY", "1.120", "1.520", "0.08875"),
    ("331", "Miami, FL", "1.010", "0.940", "0.07000"),
    ("606", "Chicago, IL", "1.040", "1.310", "0.10250"),
    ("787", "Austin, TX", "0.970", "0.920", "0.08250"),
    ("802", "Denver, CO", "1.000", "1.050", "0.08810"),
    ("941", "San Francisco, CA", "1.140", "1.610", "0.08625"),
    ("981", "Seattle, WA", "1.060", "1.330", "0.10350"),
)


def seed(connection: Connection) -> None:
    """Write what is missing, in one transaction."""
    with connection.transaction(), connection.cursor() as cursor:
        cursor.executemany(
            "insert into items (sku, description, unit, kind, price) values (%s, %s, %s, %s, %s) "
            "on conflict do nothing",
            ITEMS,
        )
        cursor.executemany(
            "insert into localities (zip_prefix, region, material_factor, labor_factor, tax_rate) "
            "values (%s, %s, %s, %s, %s) on conflict do nothing",
            LOCALITIES,
        )
        if not _any(connection, "assemblies"):
            _seed_assemblies(connection)
        if not _any(connection, "estimates"):
            _seed_estimates(connection)


def _any(connection: Connection, table: str) -> bool:
    return connection.execute(f"select 1 from {table} limit 1".encode()).fetchone() is not None


def _seed_assemblies(connection: Connection) -> None:
    for room_type, assemblies in ASSEMBLIES.items():
        for name, measure, items in assemblies:
            row = connection.execute(
                "insert into assemblies (room_type, name, measure) values (%s, %s, %s) "
                "returning id",
                (room_type, name, measure),
            ).fetchone()
            for sku, quantity in items:
                connection.execute(
                    "insert into assembly_items (assembly_id, sku, quantity) values (%s, %s, %s)",
                    (row and row[0], sku, quantity),
                )


def _seed_estimates(connection: Connection) -> None:
    """Two weeks of estimates, computed as the application does."""
    cursor = connection.cursor(row_factory=dict_row)

    def rows(query: str, values: dict[str, str]) -> list[dict[str, Any]]:
        return cursor.execute(query.encode(), values).fetchall()

    items = {r: [Item(**row) for row in rows(QUERIES.items, {"room_type": r})] for r in ROOMS}
    places = {z: Locality(**rows(QUERIES.locality, {"zip_code": z})[0]) for z in ZIPS}
    for number in range(ESTIMATES):
        zip_code, room_type = ZIPS[number % len(ZIPS)], ROOMS[number % len(ROOMS)]
        sizes = {"length": 8 + number % 11, "width": 9 + number % 5, "height": 8}
        room = Room(room_type, **{name: Decimal(size) for name, size in sizes.items()})
        made = estimate(room, items[room_type], places[zip_code])
        lines = [{"position": n, **asdict(line)} for n, line in enumerate(made.lines, 1)]
        remarks = {"status": "disabled", "reason": "imported", "notes": ""}
        values = {
            **asdict(made),
            **sizes,
            "zip_code": zip_code,
            "owner": "",
            "lines": json.dumps(lines, default=str),
            "enrichment": json.dumps(remarks),
        }
        cursor.execute(QUERIES.add_estimate.encode(), values)
    cursor.execute(
        "update estimates set created_at = now() - (%s - id) * interval '100 minutes'",
        (ESTIMATES + 1,),
    )
