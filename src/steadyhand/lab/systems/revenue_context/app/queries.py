"""The SQL of each release line. A line is what was released, and stays as it was released."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Queries:
    accounts: str
    account: str
    history: str
    add_signal: str
    score: str
    set_score: str
    may_propose: str
    propose: str
    actions: str
    decide: str
    decide_next: str


# What an account's score is worth at this moment: scores.py says how it decays. After half a year
# nothing is left, and PostgreSQL would rather fail than round that to 0.
HOURS = "extract(epoch from now() - s.updated_at)::float / 3600"
NOW = f"s.score * exp(-0.1 * least(greatest({HOURS}, 0), 4400))"

RELEASE_2_3 = Queries(
    accounts=(
        f"select a.id, a.name, a.domain, {NOW} as score from accounts a "
        "join intent_scores s on s.account_id = a.id order by score desc limit %(limit)s"
    ),
    account=(
        f"select a.id, a.name, a.domain, coalesce({NOW}, 0) as score, s.updated_at "
        "from accounts a left join intent_scores s on s.account_id = a.id where a.id = %(id)s"
    ),
    history=(
        "select id, kind, weight, occurred_at from signals where account_id = %(id)s "
        "order by occurred_at desc limit %(limit)s"
    ),
    add_signal=(
        "insert into signals (id, account_id, kind, weight, occurred_at) "
        "values (%(id)s, %(account_id)s, %(kind)s, %(weight)s, %(occurred_at)s) "
        "on conflict do nothing returning id"
    ),
    score=(
        "select score, updated_at from intent_scores where account_id = %(account_id)s for update"
    ),
    set_score=(
        "insert into intent_scores (account_id, score, updated_at) "
        "values (%(account_id)s, %(score)s, %(updated_at)s) on conflict (account_id) "
        "do update set score = excluded.score, updated_at = excluded.updated_at"
    ),
    may_propose=(
        "select a.id, a.name, a.domain from accounts a where a.id = %(account_id)s "
        "and not exists (select from actions where account_id = a.id "
        "and (status = 'proposed' or created_at > now() - %(quiet)s * interval '1 minute'))"
    ),
    propose=(
        "insert into actions (account_id, kind, subject, body, score) "
        "values (%(account_id)s, %(kind)s, %(subject)s, %(body)s, %(score)s) "
        "on conflict do nothing returning id"
    ),
    actions=(
        "select id, account_id, kind, subject, body, score, status, created_at, decided_by "
        "from actions where %(status)s in ('', status) order by created_at desc limit %(limit)s"
    ),
    decide=(
        "update actions set status = %(status)s, decided_at = now(), decided_by = %(person)s "
        "where id = %(id)s and status = 'proposed' returning id, account_id, kind, status"
    ),
    decide_next=(
        "update actions set status = %(status)s, decided_at = now(), decided_by = %(person)s "
        "where id = (select id from actions where status = 'proposed' "
        "order by created_at, id limit 1 for update skip locked) "
        "returning id, account_id, kind, status"
    ),
)

# 2.4 knows which accounts matter more. Its migration adds the column.
RELEASE_2_4 = replace(
    RELEASE_2_3,
    accounts=RELEASE_2_3.accounts.replace("a.domain,", "a.domain, a.priority,"),
    account=RELEASE_2_3.account.replace("a.domain,", "a.domain, a.priority,"),
    actions=(
        "select n.id, account_id, kind, subject, body, score, status, created_at, decided_by, "
        "a.priority from actions n join accounts a on a.id = n.account_id "
        "where %(status)s in ('', status) order by a.priority, created_at desc limit %(limit)s"
    ),
    may_propose=RELEASE_2_3.may_propose.replace("a.domain ", "a.domain, a.priority "),
)

RELEASES = {"2.3": RELEASE_2_3, "2.4": RELEASE_2_4}
