"""Sleek Coach: people log check-ins and meals. Names as its runbook uses them."""

import json
from pathlib import Path

from steadyhand.lab.systems.system import Names, Request, System

MEMBERS = 40

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


def user(number: int) -> Request:
    """Two reads to each write, over all members, every route in turn."""
    member = 1 + number * 7 % MEMBERS
    match number % 6:
        case 0:
            body = {"member_id": member, "weight_kg": 60 + number % 30, "energy": 1 + number % 10}
            return Request("POST", "/api/v1/check-ins", json.dumps(body))
        case 1:
            meal = {"member_id": member, "meal": "lunch", "calories": 650, "protein_g": 40}
            return Request("POST", "/api/v1/nutrition", json.dumps(meal))
        case 2:
            return Request("GET", f"/api/v1/nutrition?member_id={member}")
        case 3:
            return Request("GET", f"/api/v1/members/{member}/summary")
        case _:
            return Request("GET", f"/api/v1/check-ins?member_id={member}")


def crawler(number: int) -> Request:
    """Ask for one member's report of one week after the other, back into the past."""
    member, weeks_ago = 1 + number % MEMBERS, number // MEMBERS
    return Request("GET", f"/api/v1/members/{member}/report?weeks_ago={weeks_ago}")


SLEEK_COACH = System(
    name="sleek-coach",
    folder=Path(__file__).parent,
    names=Names(
        cluster="sleek-coach-prod",
        service="sleek-coach-api",
        container="api",
        repository="sleek-coach-api",
        log_group="/ecs/sleek-coach-api",
        database_instance="sleek-coach-prod",
        password_secret="sleek-coach-prod/db-password",
        foreign_families=(
            ("sleek-coach-api-worker", 12),
            ("sleek-coach-migrate", 1),
            ("sleek-coach-migrate-rollback", 1),
        ),
    ),
    module="steadyhand.lab.systems.sleek_coach.app",
    lines=("2.4", "2.5"),
    good_tag="2.4.{revision}",
    bad_tag="2.5.0",
    database="sleekcoach",
    database_user="sleekcoach",
    schema=SCHEMA,
    memory=256,
    cpu=1024,
    user=user,
    crawler=crawler,
)
