"""# invalid-sql

## What it does

Finds SQL for psql that no PostgreSQL server accepts: a parenthesis or a quote that is never closed,
a comma with nothing behind it, a statement whose first word is misspelled, `#` for a comment, and
what only MySQL knows (`LIMIT 5, 10`, backticks, `DESCRIBE`). It is a short list of certain
mistakes; what a parser merely does not know is not reported.

## Why it is bad

The server answers with a syntax error, and nothing of the statement is done.

## Bad

```bash
psql -h db.example.org -d shop -c "SELECT id, total, FROM orders LIMIT 10"
```

## Good

```bash
psql -h db.example.org -d shop -c "SELECT id, total FROM orders LIMIT 10"
```

## How to fix

Correct the place that is marked, and run the statement once as it stands in the document.

## Source

https://www.postgresql.org/docs/current/sql.html
"""

from collections.abc import Iterator

from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.lint.tools.postgres import SqlKind, check_sql
from steadyhand.lint.tools.queries import queries
from steadyhand.model.document.finding import Confidence, Finding, Severity


def check(subject: Subject) -> Iterator[Finding]:
    """Report the first mistake of each statement."""
    for sql in queries(subject):
        for problem in check_sql(sql.text, psql=sql.psql):
            if problem.kind is SqlKind.SYNTAX:
                mark = subject.mark(sql.step.span, problem.subject)
                yield RULE.finding(sql.step.span, problem.message, problem.help, mark=mark)


RULE = Rule("invalid-sql", Severity.ERROR, Confidence.HIGH, check)
