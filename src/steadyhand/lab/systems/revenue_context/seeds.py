"""A connection in; accounts with a week of signals and their scores written, once."""

import psycopg

ACCOUNTS = 60
SIGNALS = 600


def seed(connection: psycopg.Connection) -> None:
    """Write the first rows where there are none. Commits."""
    with connection.transaction():
        connection.execute(
            "insert into accounts (id, name, domain) "
            "select n, 'Account ' || n, 'account' || n || '.example' "
            "from generate_series(1, %s) n on conflict do nothing",
            (ACCOUNTS,),
        )
        row = connection.execute("select exists (select from signals)").fetchone()
        if row is None or row[0]:
            return
        connection.execute(
            "insert into signals (id, account_id, kind, weight, occurred_at) "
            "select gen_random_uuid(), 1 + n %% %s, 'page_view', 1, "
            "now() - n * interval '15 minutes' from generate_series(1, %s) n",
            (ACCOUNTS, SIGNALS),
        )
        connection.execute(
            "insert into intent_scores (account_id, score, updated_at) "
            "select account_id, sum(weight * exp(-0.1 * "
            "extract(epoch from now() - occurred_at)::float / 3600)), now() "
            "from signals group by account_id"
        )
