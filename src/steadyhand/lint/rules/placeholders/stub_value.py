"""# stub-value

## What it does

Finds a value that manuals use as an example and that nobody's system has: the version `v1.2.3`, the
id `abc123`, the account `123456789012`, the instance `i-1234567890abcdef0`, a process 12345 that is
to be killed, an address out of the ranges for documentation.

## Why it is bad

Nothing marks such a value as one to fill in. Under pressure it is run as it stands: a release
`v1.2.3` is tagged, the search for the user `abc123` finds nothing and says so.

## Bad

```bash
git tag v1.2.3
aws ec2 reboot-instances --instance-ids i-1234567890abcdef0
kill 12345
```

## Good

```bash
# Look up what the latest release is called
git tag --list --sort=-version:refname
git tag "<next-version>"

aws ec2 reboot-instances --instance-ids "$INSTANCE_ID"
```

## How to fix

Write a placeholder or a variable in its place, and say above it where the value comes from. A
comment that says "for example" or "replace" is enough too.

## Source

https://www.rfc-editor.org/rfc/rfc5737
"""

import re
from collections.abc import Iterator

from steadyhand.lint.rule import Rule
from steadyhand.lint.shell.told import told_example
from steadyhand.lint.shell.variables import settings
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity
from steadyhand.model.document.runbook import Step
from steadyhand.model.document.shell import Command
from steadyhand.model.document.span import Span

_ALONE = r"(?:^|(?<=[\s'\"=:/@,\[(]))"  # what stands before a value of its own
_END = r"(?![\w.-]*\w)"
_STUBS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(_ALONE + r"v?1\.2\.3" + _END), "the version that manuals use"),
    (
        re.compile(_ALONE + r"abc(?:d(?:ef?)?)?-?123(?:4(?:56?)?)?(?:def(?:456)?)?" + _END, re.I),
        "a value made up for an example",
    ),
    (
        re.compile(_ALONE + r"(?:123456789012|012345678901|111122223333)" + _END),
        "the account of AWS's manuals",
    ),
    (
        re.compile(
            _ALONE + r"(?:i|vol|snap|ami|sg|subnet|vpc|eni|rtb|igw|acl|nat|tgw|eipalloc)-"
            r"(?:1234567890abcdef\d?|0123456789abcdef\d?|0?abcdef1234567890|12345678(?:90?)?|"
            r"0?abc123\w*|0?1234567)" + _END
        ),
        "an id from AWS's manuals",
    ),
    (
        re.compile(_ALONE + r"(?:192\.0\.2|198\.51\.100|203\.0\.113)\.\d{1,3}(?![\w.]*\w)"),
        "an address that is kept free for documentation",
    ),
)  # fmt: skip
_HINTS = re.compile(
    r"123|11112222|1\.2\.3|abc|192\.0\.2\.|198\.51\.|203\.0\.|ABC|Abc"
)  # in all of them
_PROCESS = re.compile(r"1234(?:5(?:6(?:78?)?)?)?")
_TAKES_PROCESS = frozenset({"kill", "strace", "lsof", "gdb", "jstack", "jmap", "py-spy", "renice"})
# Versions of packages are looked up by them; and `echo` only prints.
_QUIET = frozenset("pip pip3 npm yarn pnpm gem cargo go apt apt-get yum dnf apk brew echo".split())


def check(subject: Subject) -> Iterator[Finding]:
    """Report each such value once for each statement."""
    for step in subject.runbook.steps():
        if not _HINTS.search(step.text) or told_example(subject, step):
            continue
        found = [stub for command in step.commands for stub in _stubs(command)]
        for setting in settings([step]):
            found += _found_in(setting.value.strip("\"'"))
        for value, what in dict(found).items():
            yield _finding(subject, step, value, what)


def _stubs(command: Command) -> Iterator[tuple[str, str]]:
    name = (command.name or "").rpartition("/")[2]
    if name in _QUIET:
        return
    takes_process = any(word.literal in _TAKES_PROCESS for word in command.words[:2])  # `sudo kill`
    for word in command.words[1:]:
        yield from _found_in(word.shown)
        if takes_process and _PROCESS.fullmatch(word.shown):
            yield word.shown, "no process that anybody has looked up"


def _found_in(text: str) -> Iterator[tuple[str, str]]:
    for pattern, what in _STUBS:
        for match in pattern.finditer(text):
            yield match.group(), what


def _finding(subject: Subject, step: Step, value: str, what: str) -> Finding:
    found = subject.mark(step.span, value)
    span = Span(step.span.path, found.line, found.line) if found else step.span
    return RULE.finding(
        span,
        f"`{value}` is {what}, and the command is run as it is written",
        "write a placeholder or a variable, and say above it where the value comes from",
        mark=found,
    )


RULE = Rule("stub-value", Severity.WARNING, Confidence.MEDIUM, check)
