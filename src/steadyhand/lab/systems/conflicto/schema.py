"""A database in, Conflicto's schema and first rows in it. DB_HOST DB_PORT … say where. Repeatable.

Counters are counted from the rows that were written, never set beside them.
"""

import sys

from sqlalchemy import Connection, text

from steadyhand.lab.systems.conflicto import ENDED, LIVE, OPTIONS, PARTICIPANTS, POLLS
from steadyhand.lab.systems.conflicto.migrate import (
    NotMigrated,
    Patience,
    engine,
    migrate,
    url_from_environment,
)

KEY = "encode(sha256(('{}-' || n)::bytea), 'hex')"
SESSIONS = LIVE + ENDED

SEEDS = (
    f"""insert into sessions (code, title, presenter_key_hash, status, created_at, ended_at)
        select 'LIVE' || lpad(n::text, 2, '0'), 'Session ' || n, {KEY.format("presenter")},
            case when n <= {LIVE} then 'live' else 'ended' end, now() - n * interval '3 hours',
            case when n <= {LIVE} then null else now() - n * interval '2 hours' end
        from generate_series(1, {SESSIONS}) n""",
    f"""insert into participants (session_id, nickname, token_hash)
        select 1 + (n - 1) % {SESSIONS}, 'Guest ' || n, {KEY.format("participant")}
        from generate_series(1, {SESSIONS * PARTICIPANTS}) n""",
    f"""insert into polls (session_id, question, status)
        select 1 + (n - 1) % {SESSIONS}, 'Question ' || n || '?',
            case when (n - 1) % {SESSIONS} < {LIVE} then 'open' else 'closed' end
        from generate_series(1, {SESSIONS * POLLS}) n""",
    f"""insert into poll_options (poll_id, position, label)
        select p.id, o, 'Answer ' || o from polls p, generate_series(1, {OPTIONS}) o
        order by p.id, o""",
    # Two of three answer each poll.
    f"""insert into responses (poll_id, participant_id, option_id)
        select p.id, a.id, (p.id - 1) * {OPTIONS} + 1 + a.id * 7 % {OPTIONS}
        from polls p join participants a using (session_id) where (a.id + p.id) % 3 > 0""",
    f"""insert into questions (session_id, participant_id, body, changed)
        select session_id, id, 'How does number ' || id || ' work?',
            row_number() over (partition by session_id order by id)
        from participants where id % 5 = 0 and id <= {SESSIONS * PARTICIPANTS}""",
    """insert into question_votes (question_id, participant_id)
        select q.id, a.id from questions q join participants a using (session_id)
        where (q.id + a.id) % 4 = 0""",
    """update sessions set
        participant_count = (select count(*) from participants where session_id = sessions.id),
        feed = (select count(*) from questions where session_id = sessions.id)""",
    """update polls set
        response_count = (select count(*) from responses where poll_id = polls.id)""",
    """update questions set
        upvotes = (select count(*) from question_votes where question_id = questions.id)""",
)


def seed(connection: Connection) -> bool:
    """Write the first rows where there are none; say whether."""
    if connection.execute(text("select exists (select from sessions)")).scalar_one():
        return False
    for statement in SEEDS:
        connection.exec_driver_sql(statement.replace("%", "%%"))
    return True


def main() -> int:
    try:
        url = url_from_environment()
        migrate(url, Patience(), lambda _: None)
    except NotMigrated as error:
        print(error, file=sys.stderr)
        return 1
    with engine(url).begin() as connection:
        seed(connection)
    return 0


if __name__ == "__main__":
    sys.exit(main())
