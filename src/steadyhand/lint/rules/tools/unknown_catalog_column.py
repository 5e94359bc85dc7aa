"""# unknown-catalog-column

## What it does

Finds a column or a relation of PostgreSQL's own catalogues (`pg_…`, `information_schema`,
`pg_stat_statements`) that no version from 13 to 18 has. One that only older versions of these have
is a note. Tables of your own are never judged, and neither is a query whose column could belong to
one of them.

## Why it is bad

The query fails with "column does not exist" in the minute it is needed. The statistics views change
with nearly every major version, and a query copied from an old page looks right.

## Bad

```bash
psql -h db.example.org -d shop -c "SELECT query, mean_time FROM pg_stat_statements"
```

## Good

```bash
psql -h db.example.org -d shop -c "SELECT query, mean_exec_time FROM pg_stat_statements"
```

## How to fix

Take the name that the message offers; `\\d pg_stat_statements` in psql shows what your server has.
For servers of several versions, write one query for each and say which is for which.

## Source

https://www.postgresql.org/docs/current/monitoring-stats.html
"""

from collections.abc import Iterator
from dataclasses import replace

from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.lint.tools.postgres import SqlKind, check_sql
from steadyhand.lint.tools.queries import queries
from steadyhand.model.finding import Confidence, Finding, Severity


def check(subject: Subject) -> Iterator[Finding]:
    """Report each column and relation once for each statement."""
    for sql in queries(subject):
        for problem in check_sql(sql.text, psql=sql.psql):
            if problem.kind is SqlKind.SYNTAX:
                continue
            found = RULE.finding(
                sql.step.span,
                problem.message,
                problem.help,
                mark=subject.mark(sql.step.span, problem.subject),
            )
            old = problem.kind is SqlKind.OLD_COLUMN
            yield replace(found, severity=Severity.NOTE) if old else found


RULE = Rule("unknown-catalog-column", Severity.ERROR, Confidence.HIGH, check)
