"""A migrated database in, members with their first check-ins, meals and photos out. Safe again."""

import psycopg

from steadyhand.lab.systems.sleek_coach import MEMBERS, PASSWORD, PHOTO, WITH_PHOTO
from steadyhand.lab.systems.sleek_coach.app.passwords import kept

SEEDS = (
    """insert into members (id, name, email, password)
        select n, 'Member ' || n, 'member-' || n || '@sleekcoach.example', %(password)s
        from generate_series(1, %(members)s) n""",
    """insert into check_ins (member_id, weight_kg, energy, note, created_at)
        select 1 + n %% %(members)s, 60 + n %% 35, 1 + n %% 10,
            case when n %% 9 = 0 then 'Slept badly, training felt heavy' else '' end,
            now() - n * interval '3 hours'
        from generate_series(1, 800) n""",
    """insert into nutrition_entries (member_id, meal, calories, protein_g, created_at)
        select 1 + n %% %(members)s, 'lunch', 400 + n %% 300, 20 + n %% 30,
            now() - n * interval '5 hours'
        from generate_series(1, 800) n""",
    """insert into photos (member_id, key, status, content_type, size, taken_on)
        select n, 'members/' || n || '/first', 'ready', 'image/png', %(size)s, current_date
        from generate_series(1, %(with_photo)s) n""",
)


def seed(connection: psycopg.Connection) -> None:
    """Write the first rows where there are none, in one transaction."""
    with connection.transaction():
        if connection.execute("select 1 from members limit 1").fetchone() is not None:
            return
        # One hash for all: each is dear, and all have the same password anyway.
        values = {
            "members": MEMBERS,
            "password": kept(PASSWORD),
            "size": len(PHOTO),
            "with_photo": WITH_PHOTO,
        }
        for statement in SEEDS:
            connection.execute(statement.encode(), values)
