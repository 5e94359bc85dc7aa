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

from msgspec.structs import replace

from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.lint.tools.postgres import SqlKind, check_sql
from steadyhand.lint.tools.queries import queries
from steadyhand.model.document.finding import Confidence, Finding, Severity

# What is wrong with the syntax is another rule's.
_SEVERITY = {
    SqlKind.COLUMN: Severity.ERROR,
    SqlKind.RELATION: Severity.ERROR,
    SqlKind.OLD_COLUMN: Severity.NOTE,
}


def check(subject: Subject) -> Iterator[Finding]:
    """Report each column and relation once for each statement."""
    for sql in queries(subject):
        span = sql.step.span
        for problem in check_sql(sql.text, psql=sql.psql):
            if (severity := _SEVERITY.get(problem.kind)) is not None:
                mark = subject.mark(span, problem.subject)
                found = RULE.finding(span, problem.message, problem.help, mark=mark)
                yield replace(found, severity=severity)


RULE = Rule("unknown-catalog-column", Severity.ERROR, Confidence.HIGH, check)
