r"""# wrong-fence-language

## What it does

Finds SQL, JSON, YAML, Python, a configuration file or a command's output in a code block that says
it is `bash`. A block that shows a session, with prompts, is left alone.

## Why it is bad

Whoever copies the block runs all of it: bash looks for a program `SELECT` or `"status":`, and reads
`{` and `>` its own way. A SQL comment that begins with `#` is refused by the database too.

## Bad

```bash
# Check readiness
curl -s https://shop.example.org/ready

# Expected response
{
  "status": "ready"
}
```

```bash
# Who is connected?
SELECT usename, count(*) FROM pg_stat_activity GROUP BY 1;
```

## Good

```bash
# Check readiness
curl -s https://shop.example.org/ready
# Expected: {"status": "ready"}
```

```sql
-- Who is connected?
SELECT usename, count(*) FROM pg_stat_activity GROUP BY 1;
```

```console
$ uptime
 12:00:00 up 3 days,  1:02,  1 user,  load average: 0.10, 0.12, 0.09
```

## How to fix

Give the block the name of its language. Put output into a block of its own or into a comment, and
SQL into a block of its own or behind `psql -c`.

## Source

https://spec.commonmark.org/0.31.2/#info-string
"""

import re
from collections.abc import Iterator

from msgspec.structs import replace

from steadyhand.lint.rule import Rule
from steadyhand.lint.shell.blocks import Block, blocks, relabelled
from steadyhand.lint.shell.languages import language_of_data, language_of_file
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity
from steadyhand.model.document.runbook import StepKind
from steadyhand.model.document.span import Span

# Not worth a word: lines that only part or elide, options behind a broken `\`, notes in brackets,
# and what may be a program after all: a path.
_NO_WORD = re.compile(
    r"[\s.…*=_~|+]*|\s*-.*|\s*\[.*\]\s*|\s*<.*>\s*|\s*\{\w.*|\s*[\w.-]+(?:/[\w.-]+)+(?:\s.*)?"
)
# What a command printed may be worth knowing; another language was meant to be something else.
_SEVERITY = {"no shell": Severity.NOTE}


def check(subject: Subject) -> Iterator[Finding]:
    """Report each block once, at the first line that is no shell."""
    for block in blocks(subject):
        if not block.is_shell or block.prompted:
            continue
        if whole := block.whole:
            yield _of_all(subject, block, whole)
        else:
            yield from _of_part(subject, block)


def _of_all(subject: Subject, block: Block, language: str) -> Finding:
    number, text = block.code[0]
    return RULE.finding(
        Span(block.span.path, number, block.span.end_line),
        f"this block says `{block.language}`, and what it holds is {language}",
        f"begin it with ```` ```{language.lower()} ````",
        mark=subject.mark(Span(block.span.path, number, number), text.strip()),
        fix=relabelled(subject, block, language),
    )


def _of_part(subject: Subject, block: Block) -> Iterator[Finding]:
    spans = [step.span for step in block.steps if step.kind is StepKind.SQL]
    data = {span: language_of_file(subject.line(span.line), "SQL") for span in spans}
    for entry in block.outputs:
        lines = [subject.line(n) for n in range(entry.span.line, entry.span.end_line + 1)]
        if _NO_WORD.fullmatch(lines[0]) is None:
            cmdlet = language_of_file(lines[0]) == "PowerShell"
            data[entry.span] = language_of_data(lines, "PowerShell" if cmdlet else "no shell")
    for span in sorted(data)[:1]:
        text = subject.line(span.line).strip()
        found = RULE.finding(
            span,
            f"this is {data[span]}, and the block says `{block.language}`: whoever pastes it runs "
            f"it, `{text.split()[0]}` first",
            "put it into a block of its own, or into a comment",
            mark=subject.mark(span, text),
        )
        yield replace(found, severity=_SEVERITY.get(data[span], RULE.severity))


RULE = Rule("wrong-fence-language", Severity.WARNING, Confidence.HIGH, check)
