"""# placeholder-as-redirection

## What it does

Finds a placeholder in angle brackets that stands in a shell command without quotes, where bash
reads it as redirections: `<` takes the input from a file, `>` writes one. A note: everybody writes
so, and mostly the missing file stops the command.

## Why it is bad

At the end of a command nothing follows the `>`, and bash refuses the whole block. In the middle
the line parses well: `redis-cli -h <endpoint> info` means "read the file `endpoint`, write the file
`info`, and run `redis-cli -h`". Whoever forgets to fill it in gets "No such file or directory" for
a file that nobody spoke of; where there is such a file, another one is overwritten and the command
runs without its words.

## Bad

```bash
redis-cli -h <endpoint> info memory
aws ecs describe-tasks --cluster shop --tasks <task-arn>
```

## Good

```bash
redis-cli -h "${ENDPOINT:?}" info memory
aws ecs describe-tasks --cluster shop --tasks "<task-arn>"
```

## How to fix

Use a variable that stops the command while it is empty (`"${TASK_ARN:?}"`), or put the placeholder
into quotes: then the tool at least refuses it by its name.

## Source

https://www.gnu.org/software/bash/manual/bash.html#Redirections
"""

import re
from collections import Counter
from collections.abc import Iterator

from steadyhand.lint.rule import Rule
from steadyhand.lint.shell.places import mark_of
from steadyhand.lint.shell.variables import variable_for
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity
from steadyhand.model.document.runbook import Occurrence, Step
from steadyhand.model.document.span import Span

# What ends a word for bash; `>` and `<` begin the next redirection.
_NEXT_WORD = re.compile(r"(?:[ \t]|\\\n)*(?!#)((?:[^\s|&;()<>\\\"']|\\.|\"[^\"\n]*\"|'[^'\n]*')+)")


# `[<key> …]`, `[--all]`: how a manual writes what may be left out. Nobody pastes that.
_SYNOPSIS = re.compile(r"\s\[(?:<|--?[a-z]|[\w-]+\.\.\.)|\.\.\.\]")


def check(subject: Subject) -> Iterator[Finding]:
    """Report the first such placeholder of each line."""
    for step in subject.runbook.steps():
        if _SYNOPSIS.search(step.text) is not None:
            continue
        lines: set[int] = set()
        for one in _unquoted(step):
            line = step.span.line + step.text.count("\n", 0, one.start)
            if line not in lines:
                lines.add(line)
                yield _finding(subject, step, one, Span(step.span.path, line, line))


def _unquoted(step: Step) -> Iterator[Occurrence]:
    """Give the placeholders that are words of a command: not those of comments and heredocs."""
    bare = Counter(
        part.text
        for command in step.commands
        for word in command.words
        for part in word.parts
        if not part.quoted
    )
    for one in step.parameters:
        if step.text[one.start] == "<" and not one.quote and bare[one.parameter]:
            bare[one.parameter] -= 1
            yield one


def _finding(subject: Subject, step: Step, one: Occurrence, span: Span) -> Finding:
    spelling = step.text[one.start : one.end]
    reads = spelling.strip("<>").split()[0]
    match = _NEXT_WORD.match(step.text, one.end)
    if match is None:
        said = f"bash reads `{spelling}` as two redirections, and refuses this: no file follows"
    else:
        writes = re.sub(r"[\"']", "", match.group(1))
        said = (
            f"bash reads `{spelling}` as redirections: it reads a file `{reads}` "
            f"and writes a file named `{writes}`"
        )
    name = variable_for(spelling)
    return RULE.finding(
        span,
        said,
        f'write `"${{{name}:?}}"`, which stops the command while it is empty',
        mark=mark_of(subject, step, one.start, one.end),
    )


RULE = Rule("placeholder-as-redirection", Severity.NOTE, Confidence.HIGH, check)
