"""An empty database in, Arbor's schema and first rows out; once more changes nothing.

`python -m …schema` with DB_HOST, DB_PORT, DB_NAME, DB_USER, DB_PASSWORD set.
"""

import os
from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from psycopg.conninfo import make_conninfo

from steadyhand.lab.systems.arbor import CUSTOMERS, customer

SUPPLIERS = (
    ("Lone Pine Power", 4.4),
    ("Bluebonnet Energy", 3.9),
    ("Gulf Breeze Electric", 3.2),
    ("Mesa Light", 2.6),
    ("Cedar Creek Utilities", 4.7),
)
# supplier, name, kind, cents, cents at night, fee, renewable, months, exit fee
TARIFFS = (
    (1, "Evergreen 12", "fixed", 14.2, None, 4.95, 100, 12, 120),
    (1, "Evergreen 24", "fixed", 13.1, None, 4.95, 100, 24, 240),
    (1, "Pay as you go", "variable", 15.8, None, 0, 60, 0, 0),
    (2, "Simple 12", "fixed", 12.6, None, 9.95, 20, 12, 150),
    (2, "Night Owl", "time_of_use", 17.4, 7.2, 6.5, 35, 12, 100),
    (2, "Flex", "variable", 12.9, None, 4.95, 20, 1, 0),
    (3, "Saver 36", "fixed", 11.4, None, 9.95, 10, 36, 300),
    (3, "Saver 6", "fixed", 13.3, None, 7.95, 10, 6, 75),
    (3, "Index", "variable", 11.2, None, 9.95, 15, 0, 0),
    (4, "Bargain", "variable", 10.4, None, 14.95, 0, 12, 175),
    (4, "Weekend", "time_of_use", 16.1, 6.4, 9.95, 0, 24, 200),
    (5, "Clear 12", "fixed", 13.9, None, 0, 75, 12, 0),
    (5, "Clear 24", "fixed", 13.0, None, 0, 75, 24, 90),
    (5, "Clear Nights", "time_of_use", 18.2, 8.1, 0, 90, 12, 0),
)

SEEDS = (
    """insert into customers (id, tariff_id)
        select id, 1 + n %% 14 from unnest(%(ids)s::text[]) with ordinality as seed (id, n)
        on conflict do nothing""",
    # More in summer, as where houses are cooled; each household by a factor of its own.
    """insert into usage_readings (customer_id, month, kwh, night_kwh)
        select c.id, m, round(base.kwh, 2), round(base.kwh * (0.2 + base.own %% 4 * 0.1), 2)
        from unnest(%(ids)s::text[]) as c (id)
        cross join generate_series(date_trunc('month', now()) - interval '12 months',
            date_trunc('month', now()) - interval '1 month', interval '1 month') m
        cross join lateral (select abs(hashtext(c.id)) %% 100 as own) seed
        cross join lateral (select seed.own,
            (600 + 6 * seed.own) * (1 + 0.5 * sin((extract(month from m) - 4) / 12.0 * 2 * pi()))
            ::numeric as kwh) base
        on conflict do nothing""",
    """insert into preferences
        select id, 1 + own %% 3, own %% 2, own %% 4 * 0.5, 12 + own %% 2 * 12
        from (select id, abs(hashtext(id)) as own from unnest(%(ids)s::text[]) as c (id)) seed
        where own %% 3 > 0 on conflict do nothing""",
)


def seed(connection: psycopg.Connection) -> None:
    cursor = connection.cursor()
    cursor.executemany(
        "insert into suppliers (name, rating) values (%s, %s) on conflict do nothing", SUPPLIERS
    )
    cursor.executemany(
        "insert into tariffs (supplier_id, name, kind, rate_cents, night_rate_cents, monthly_fee,"
        " renewable_percent, contract_months, exit_fee) select s.id, %s, %s, %s, %s, %s, %s, %s, %s"
        " from suppliers s where s.name = %s on conflict do nothing",
        [(*tariff[1:], SUPPLIERS[tariff[0] - 1][0]) for tariff in TARIFFS],
    )
    ids = [customer(number) for number in range(1, CUSTOMERS + 1)]
    for statement in SEEDS:
        cursor.execute(statement.encode(), {"ids": ids})


def main() -> None:
    given = os.environ
    command.upgrade(Config(str(Path(__file__).with_name("alembic.ini"))), "head")
    dsn = make_conninfo(
        host=given["DB_HOST"],
        port=given["DB_PORT"],
        dbname=given["DB_NAME"],
        user=given["DB_USER"],
        password=given["DB_PASSWORD"],
    )
    with psycopg.connect(dsn) as connection:
        seed(connection)


if __name__ == "__main__":
    main()
