"""# psql-without-connection

## What it does

Finds a `psql` that is given no host, database, user or service, in a document that elsewhere says
which server it connects to, and sets no `PGHOST`, `PGSERVICE` or the like.

## Why it is bad

Such a `psql` takes whatever the operator's machine has: a local server, a forgotten `PGHOST`, or
nothing. At best it fails; at worst it answers from another database.

## Bad

```bash
# Is the database there?
psql -h db.example.org -d shop -c "SELECT 1"

# How many connections?
psql -c "SELECT count(*) FROM pg_stat_activity"
```

## Good

```bash
# Is the database there?
psql -h db.example.org -d shop -c "SELECT 1"

# How many connections?
psql -h db.example.org -d shop -c "SELECT count(*) FROM pg_stat_activity"
```

## How to fix

Give host and database, or a connection string, in every command; or set `PGHOST` and `PGDATABASE`
in the block.

## Source

https://www.postgresql.org/docs/current/libpq-envars.html
"""

import re
from collections.abc import Iterator

from steadyhand.actions.psql import PsqlCall, parse_psql
from steadyhand.actions.words import HOLE, as_argv
from steadyhand.lint.changes.calls import Call
from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.lint.tools.named import calls_named
from steadyhand.model.document.finding import Confidence, Finding, Severity

# Whatever may settle the connection outside of the command, or the machine it runs on.
_ELSEWHERE = re.compile(
    r"\bPG(?:HOST|HOSTADDR|SERVICE|DATABASE|PORT|USER)\b|pg_service|"
    r"\b(?:su|sudo|runuser|doas)\b.*\bpostgres\b|\bssh[^\S\n]|\bexec\b|peer auth"
)


def check(subject: Subject) -> Iterator[Finding]:
    """Report each, where another client of the same document names its server."""
    clients = [(c, parse_psql(c.argv)) for c in calls_named(subject.runbook, {"psql"})]
    named = next((call for call, psql in clients if _has_server(psql)), None)
    bare = [call for call, psql in clients if _says_nothing(call, psql)]
    if not bare or named is None or _is_settled(subject):
        return
    for call in bare:
        yield RULE.finding(
            call.step.span,
            "psql is not told which database; it takes what the operator's machine has",
            f"name it as in line {named.step.span.line}",
            mark=subject.mark(call.step.span, "psql"),
        )


def _is_settled(subject: Subject) -> bool:
    return _ELSEWHERE.search(subject.runbook.text) is not None


def _has_server(psql: PsqlCall) -> bool:
    return "h" in psql.options or any("://" in name for name in psql.names)


def _says_nothing(call: Call, psql: PsqlCall) -> bool:
    direct = call.argv == as_argv(call.outer)
    told = psql.names or psql.shows or psql.options.keys() & set("hdUp")
    return direct and not told and not call.outer.assigns and HOLE not in call.argv


RULE = Rule("psql-without-connection", Severity.NOTE, Confidence.LOW, check)
