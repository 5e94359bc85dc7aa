"""An empty database in, Sleek Coach's schema and first rows out. DB_HOST DB_PORT … say where."""

import os

import psycopg
from psycopg.conninfo import make_conninfo

from steadyhand.lab.systems.sleek_coach import MEMBERS

SCHEMA = (
    "create table members (id int primary key, name text not null)",
    """create table check_ins (
        id bigserial primary key,
        member_id int not null references members,
        weight_kg numeric(5, 1) not null,
        energy int not null check (energy between 1 and 10),
        note text not null default '',
        created_at timestamptz not null default now()
    )""",
    "create index check_ins_by_member on check_ins (member_id, created_at desc)",
    """create table nutrition_entries (
        id bigserial primary key,
        member_id int not null references members,
        meal text not null,
        calories int not null check (calories >= 0),
        protein_g int not null check (protein_g >= 0),
        created_at timestamptz not null default now()
    )""",
    "create index nutrition_by_member on nutrition_entries (member_id, created_at desc)",
    f"insert into members select n, 'Member ' || n from generate_series(1, {MEMBERS}) n",
    f"""insert into check_ins (member_id, weight_kg, energy, created_at)
        select 1 + n % {MEMBERS}, 60 + n % 35, 1 + n % 10, now() - n * interval '3 hours'
        from generate_series(1, 800) n""",
    f"""insert into nutrition_entries (member_id, meal, calories, protein_g, created_at)
        select 1 + n % {MEMBERS}, 'lunch', 400 + n % 300, 20 + n % 30,
            now() - n * interval '5 hours'
        from generate_series(1, 800) n""",
)


def main() -> None:
    given = os.environ
    dsn = make_conninfo(
        host=given["DB_HOST"],
        port=given["DB_PORT"],
        dbname=given["DB_NAME"],
        user=given["DB_USER"],
        password=given["DB_PASSWORD"],
    )
    with psycopg.connect(dsn) as connection:
        if connection.execute("select to_regclass('members')").fetchone() != (None,):
            return  # as an earlier lab left it
        for statement in SCHEMA:
            connection.execute(statement.encode())


if __name__ == "__main__":
    main()
