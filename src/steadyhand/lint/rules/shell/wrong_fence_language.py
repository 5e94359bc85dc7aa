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

import json
import re
from collections.abc import Iterator
from dataclasses import replace

from steadyhand.lint.rule import Rule
from steadyhand.lint.shell.blocks import Block, blocks
from steadyhand.lint.subject import Subject
from steadyhand.model.edit import Edit
from steadyhand.model.finding import Confidence, Finding, Severity
from steadyhand.model.runbook import StepKind
from steadyhand.model.span import Span

_KEY = re.compile(r"\s*(?:- )?[\w./-]+:(?:\s|$)")
_YAML = re.compile(rf"{_KEY.pattern}|\s*- \S|---\s*$")
_STARTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("Python", re.compile(r"import \w[\w.]*(?: as \w+)?$|from [\w.]+ import |(?:def|class) \w+\(")),
    ("HCL", re.compile(r"(?:resource|data|module|variable|provider)\s+(?:\"[\w-]+\"\s*)+\{$")),
    ("INI", re.compile(r"\[[A-Z]\w+\]$")),
    ("Dockerfile", re.compile(r"FROM \S+(?: AS \w+)?$")),
    ("HTTP", re.compile(r"HTTP/\d")),
)
# Not worth a word: lines that only part or elide, options behind a broken `\`, notes in brackets,
# and what may be a program after all: a path.
_NO_WORD = re.compile(
    r"[\s.…*=_~|+]*|\s*-.*|\s*\[.*\]\s*|\s*<.*>\s*|\s*\{\w.*|\s*[\w.-]+(?:/[\w.-]+)+(?:\s.*)?"
)
_POWERSHELL = re.compile(r"\s*[A-Z]\w+-[A-Z]\w+\b")


def check(subject: Subject) -> Iterator[Finding]:
    """Report each block once, at the first line that is no shell."""
    for block in blocks(subject):
        if not block.is_shell or block.prompted or not block.lines:
            continue
        if whole := _whole(block):
            yield _of_all(subject, block, whole)
        elif found := _of_part(subject, block):
            yield found


def _code(block: Block) -> list[tuple[int, str]]:
    return [(n, t) for n, t in block.lines if t.strip() and not t.lstrip().startswith("#")]


def _whole(block: Block) -> str:
    """Name the language of a block that holds nothing else; "" where some of it may be shell."""
    code = [text for _, text in _code(block)]
    if not code:
        return ""
    for name, pattern in _STARTS:
        if pattern.match(code[0].strip()):
            return name
    if block.has(StepKind.COMMAND):
        return ""
    return "SQL" if block.has(StepKind.SQL) and not block.outputs else _data(code)


def _data(code: list[str]) -> str:
    text = "\n".join(code)
    if text.lstrip().startswith(("{", "[")):
        try:
            json.loads(text)
        except ValueError:
            return "JSON" if re.search(r"^\s*\"[^\"]*\"\s*:", text, re.MULTILINE) else ""
        return "JSON"
    keys = sum(_KEY.match(line) is not None for line in code)
    return "YAML" if keys > 1 and all(_YAML.match(line) for line in code) else ""


def _of_all(subject: Subject, block: Block, language: str) -> Finding:
    number, text = _code(block)[0]
    return RULE.finding(
        Span(block.span.path, number, block.span.end_line),
        f"this block says `{block.language}`, and what it holds is {language}",
        f"begin it with ```` ```{language.lower()} ````",
        mark=subject.mark(Span(block.span.path, number, number), text.strip()),
        fix=_fix(subject, block, language),
    )


def _fix(subject: Subject, block: Block, language: str) -> tuple[Edit, ...]:
    """Change the word behind the fence; SQL's comments begin with `--`, and JSON has none."""
    comments = [(n, t.index("#")) for n, t in block.lines if t.lstrip().startswith("#")]
    if comments and language in {"JSON", "HTTP"}:
        return ()
    named = subject.replace(
        Span(block.span.path, block.span.line, block.span.line), block.language, language.lower()
    )
    if language != "SQL" or not named:
        return named
    return (*named, *(Edit(n, at + 1, at + 2, "--") for n, at in comments))


def _of_part(subject: Subject, block: Block) -> Finding | None:
    places = [
        (step.span, "PowerShell" if _POWERSHELL.match(step.text) else "SQL")
        for step in block.steps
        if step.kind is StepKind.SQL
    ]
    for entry in block.outputs:
        lines = [subject.line(n) for n in range(entry.span.line, entry.span.end_line + 1)]
        if _NO_WORD.fullmatch(lines[0]) is None:
            places.append((entry.span, _data(lines)))
    if not places:
        return None
    span, language = min(places)
    text = subject.line(span.line).strip()
    found = RULE.finding(
        span,
        f"this is {language or 'no shell'}, and the block says `{block.language}`: whoever pastes "
        f"it runs it, `{text.split()[0]}` first",
        "put it into a block of its own, or into a comment",
        mark=subject.mark(span, text),
    )
    return found if language else replace(found, severity=Severity.NOTE)


RULE = Rule("wrong-fence-language", Severity.WARNING, Confidence.HIGH, check)
