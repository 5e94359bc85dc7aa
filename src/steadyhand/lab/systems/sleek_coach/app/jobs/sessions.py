"""Conversations that have ended long ago in, each as one row of the archive out."""

import psycopg

from steadyhand.lab.systems.sleek_coach.app.settings import dsn

DAYS = 30  # without a word
ARCHIVE = f"""with old as (
        select id from coach_sessions where last_at < now() - interval '{DAYS} days' for update),
    said as (
        select session_id, jsonb_agg(jsonb_build_object(
            'role', role, 'content', content, 'created_at', created_at) order by id) as messages
        from coach_messages where session_id in (select id from old) group by session_id)
    insert into coach_sessions_archive (id, member_id, started_at, last_at, messages)
    select s.id, s.member_id, s.started_at, s.last_at, coalesce(said.messages, '[]')
    from coach_sessions s left join said on said.session_id = s.id
    where s.id in (select id from old)"""
# What was said goes with its conversation; the log of tools keeps its lines.
REMOVE = "delete from coach_sessions where id in (select id from coach_sessions_archive)"


def run() -> dict[str, float]:
    with psycopg.connect(dsn()) as connection:
        moved = connection.execute(ARCHIVE.encode()).rowcount
        connection.execute(REMOVE.encode())
        return {"archived": moved}
