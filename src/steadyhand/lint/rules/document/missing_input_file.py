r"""# missing-input-file

## What it does

Finds commands that read a file of a plain name (`file://task.json`, `@body.json`, `-f job.yaml`)
which no command of the document makes, no sentence speaks of, and no code block shows.

Files with a folder in their name are left alone: they belong to a repository or a machine, and the
document need not say so.

## Why it is bad

The command fails with "No such file" for everybody but the author, who has it in their own folder.

## Bad

```bash
aws ecs register-task-definition --cli-input-json file://task.json
```

## Good

```bash
aws ecs describe-task-definition --task-definition web --query taskDefinition > task.json
aws ecs register-task-definition --cli-input-json file://task.json
```

## How to fix

Show what has to be in the file, or put the command that makes it in front, or say where it lies.

## Source

https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-parameters-file.html
"""

import re
from collections.abc import Iterator

from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject, Used
from steadyhand.lint.writing.prose import fenced_lines
from steadyhand.model.document.finding import Confidence, Finding, Severity

_NAME = r"(?:\./)?([\w-][\w.-]*\.[A-Za-z]\w*)"
_AWS = re.compile(rf"(?:[^=]+=)?fileb?://{_NAME}")
_CURL = re.compile(rf"(?:[^@]+=)?@{_NAME}(?:;.*)?")
_PLAIN = re.compile(_NAME)
_CURL_OPTIONS = re.compile(
    r"-[dFwHK]|--(?:data(?:-ascii|-binary|-urlencode)?|json|form|write-out|header)"
)
_FILE_OPTIONS = {
    **dict.fromkeys(("kubectl", "oc"), frozenset({"-f", "--filename"})),
    **dict.fromkeys(("psql",), frozenset({"-f", "--file"})),
}
# Where a name is read, in whichever quotes: it is no mention of the file elsewhere.
_READ = r"(?:fileb?://|@|(?:-f|--file|--filename)[ =])[\"']?(?:\./)?{name}(?![\w-])"
_SHOWS = re.compile(r"\s*(?:[-*>]\s+|\d+[.)]\s+)*(?:`{3,}|~{3,})\s*\{?\.?([A-Za-z][\w+-]*)")
_LANGUAGES = {"yml": "yaml", "jsonc": "json", "json5": "json", "postgresql": "sql", "pgsql": "sql"}
_MOVES = frozenset({"cd", "pushd", "git", "unzip", "tar", "helm", "cookiecutter"})


def check(subject: Subject) -> Iterator[Finding]:
    """Report each file once, where a command reads it first."""
    seen: set[str] = set()
    moved: set[str] = set()  # procedures that have gone elsewhere
    for used in subject.used:
        if used.name in _MOVES:
            moved.add(used.procedure.id)
        for name in _read(used):
            if name in seen or used.procedure.id in moved or _known(subject, used, name):
                continue
            seen.add(name)
            yield RULE.finding(
                used.step.span,
                f"nothing says where `{name}` comes from",
                "show what is in it, or make it with a command before this one",
                mark=subject.mark(used.step.span, name),
            )


def _read(used: Used) -> Iterator[str]:
    """Give the plain names of the files that a command reads."""
    options = _FILE_OPTIONS.get(used.name, frozenset())
    for before, word in zip(used.argv, used.argv[1:], strict=False):
        match = None
        if used.name == "aws":
            match = _AWS.fullmatch(word or "")
        elif used.name == "curl" and _CURL_OPTIONS.fullmatch(before or ""):
            match = _CURL.fullmatch(word or "")
        elif before in options:
            match = _PLAIN.fullmatch(word or "")
        if match is not None:
            yield match.group(1)


def _known(subject: Subject, used: Used, name: str) -> bool:
    """Tell whether the document speaks of the file elsewhere, or shows something before it."""
    quoted = re.escape(name)
    reads = re.compile(_READ.format(name=quoted))
    mention = re.compile(rf"(?<![\w.-]){quoted}(?![\w-])")
    if any(mention.search(reads.sub("", line)) for line in subject.runbook.lines):
        return True
    return any(
        (shown := _SHOWS.match(subject.line(number))) is not None
        and _language(shown.group(1)) == _language(name.rpartition(".")[2])
        for number in fenced_lines(subject.runbook)
        if number < used.step.span.line
    )


def _language(word: str) -> str:
    return _LANGUAGES.get(word.lower(), word.lower())


RULE = Rule("missing-input-file", Severity.NOTE, Confidence.MEDIUM, check)
