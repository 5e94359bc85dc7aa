"""Whether the rows of DATABASE_URL agree with each other. Exit code 1 where they do not.

    poetry run python scripts/validate_data.py

Asks nothing of the constraints, which damage may have taken with it: each query here looks itself.
"""

import sys

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from steadyhand.lab.systems.conflicto.migrate import (
    NotMigrated,
    current,
    engine,
    newest,
    url_from_environment,
)

# Each child table, the column that names its parent, and the parent.
PARENTS = (
    ("participants", "session_id", "sessions"),
    ("polls", "session_id", "sessions"),
    ("poll_options", "poll_id", "polls"),
    ("responses", "poll_id", "polls"),
    ("responses", "participant_id", "participants"),
    ("responses", "option_id", "poll_options"),
    ("questions", "session_id", "sessions"),
    ("questions", "participant_id", "participants"),
    ("question_votes", "question_id", "questions"),
    ("question_votes", "participant_id", "participants"),
)


def _orphans(child: str, column: str, parent: str) -> str:
    return (
        f"select count(*) from {child} "
        f"where not exists (select from {parent} where {parent}.id = {child}.{column})"
    )


def _counter(table: str, column: str, child: str, key: str) -> str:
    return (
        f"select count(*) from {table} where {column} <> "
        f"(select count(*) from {child} where {child}.{key} = {table}.id)"
    )


# What is wrong with a row that the query counts. None of them may count one.
CHECKS: dict[str, str] = {
    **{f"{c}.{k} names no row of {p}": _orphans(c, k, p) for c, k, p in PARENTS},
    "participants answered a poll more than once": (
        "select count(*) from (select from responses group by poll_id, participant_id "
        "having count(*) > 1) twice"
    ),
    "participants voted for a question more than once": (
        "select count(*) from (select from question_votes group by question_id, participant_id "
        "having count(*) > 1) twice"
    ),
    "sessions share a code": (
        "select count(*) from (select from sessions group by code having count(*) > 1) twice"
    ),
    "responses chose an option of another poll": (
        "select count(*) from responses r join poll_options o on o.id = r.option_id "
        "where o.poll_id <> r.poll_id"
    ),
    "responses are by participants of another session": (
        "select count(*) from responses r join polls p on p.id = r.poll_id "
        "join participants a on a.id = r.participant_id where a.session_id <> p.session_id"
    ),
    "polls have fewer than two options": (
        "select count(*) from polls where "
        "(select count(*) from poll_options where poll_id = polls.id) < 2"
    ),
    "sessions.participant_count is wrong": _counter(
        "sessions", "participant_count", "participants", "session_id"
    ),
    "polls.response_count is wrong": _counter("polls", "response_count", "responses", "poll_id"),
    "questions.upvotes is wrong": _counter("questions", "upvotes", "question_votes", "question_id"),
    "questions changed after the feed of their session": (
        "select count(*) from questions q join sessions s on s.id = q.session_id "
        "where q.changed > s.feed"
    ),
}


def main() -> int:
    try:
        problems = found()
    except NotMigrated as error:
        print(f"data not checked: {error}", file=sys.stderr)
        return 1
    except DBAPIError as error:
        print(f"data not checked: {str(error.orig).splitlines()[0]}", file=sys.stderr)
        return 1
    for problem in problems:
        print(f"FAILED {problem}")
    if problems:
        print(f"{len(problems)} of {len(CHECKS) + 1} checks failed")
        return 1
    print(f"all {len(CHECKS) + 1} checks passed")
    return 0


def found() -> list[str]:
    """What is wrong, as lines. One transaction, so that traffic in between changes nothing."""
    problems = []
    with engine(url_from_environment()).connect() as connection:
        connection.execute(text("set transaction isolation level repeatable read read only"))
        at = current(connection)
        if at != newest():
            problems.append(f"the schema is at {at}, not at {newest()}")
        for problem, query in CHECKS.items():
            count = connection.execute(text(query)).scalar_one()
            if count:
                problems.append(f"{count} × {problem}")
    return problems


if __name__ == "__main__":
    sys.exit(main())
