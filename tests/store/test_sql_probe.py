"""A probe that asks a database, on the real PostgreSQL of the store's tests."""

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from msgspec.structs import replace

from steadyhand.model.settings.probes import SqlProbe, WorkersProbe
from steadyhand.watch.prober import look_once
from steadyhand.watch.sources.around import Around, Seen

ONE = SqlProbe("sql", "URL")
SHARE = (
    "SELECT 100.0 * count(*) / current_setting('max_connections')::int FROM pg_stat_activity"
    " WHERE datname LIKE '%'"
)


def looked(one: SqlProbe | WorkersProbe, url: str) -> Seen:
    async def run() -> Seen:
        where = Around(ThreadPoolExecutor(1), environment={"URL": url})
        return (await look_once(one, "p", where))[0]

    return asyncio.run(run())


def test_a_query_gives_a_number(postgres: str) -> None:
    assert looked(ONE, postgres) == Seen({"value": 1.0})
    assert 0 < looked(replace(ONE, query=SHARE), postgres).values["value"] < 100
    assert looked(replace(ONE, query="SELECT NULL"), postgres) == Seen()


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("CREATE TABLE x (a int)", "read-only transaction"),
        ("SELECT 'word'", "no number: 'word'"),
        ("SELEC 1", "syntax error"),
        ("SELECT pg_sleep(9)", "statement timeout"),
    ],
)
def test_what_is_no_number_is_a_problem_and_nothing_is_changed(
    postgres: str, query: str, said: str
) -> None:
    assert said in looked(replace(ONE, query=query, timeout_seconds=1.0), postgres).problem


def test_a_database_that_is_not_there() -> None:
    assert looked(ONE, "postgresql://test@127.0.0.1:1/x").problem
    assert looked(ONE, "").problem == "the variable URL is not set where this runs"


WORKERS = (
    "SELECT * FROM (VALUES ('mail', now() - interval '10 s'), ('bill', {last})) AS w (name, at)"
)


def test_workers_in_a_database(postgres: str) -> None:
    query = WORKERS.format(last="now() - interval '5 min'")
    one = WorkersProbe("workers", url_env="URL", query=query, expect=("mail", "ship"))
    seen = looked(one, postgres)
    assert re.fullmatch(r"bill is silent for 30\d s; ship: no worker", seen.problem)
    assert (seen.values["silent"], seen.values["workers"]) == (2, 1)
    assert 299 < seen.values["age_seconds"] < 330
    well = replace(one, query=WORKERS.format(last="now()"), expect=())
    assert looked(well, postgres).problem == ""


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT 'mail'", "the query must give two columns"),
        ("DELETE FROM nothing", "does not exist"),
        ("CREATE TABLE x (a int)", "read-only transaction"),
        ("SELECT 'mail', NULL", "mail: None is no time"),
        ("SELECT 'mail', now() WHERE false", "no worker has written anything"),
    ],
)
def test_what_is_no_list_of_workers_is_a_problem(postgres: str, query: str, said: str) -> None:
    assert said in looked(WorkersProbe("workers", url_env="URL", query=query), postgres).problem
