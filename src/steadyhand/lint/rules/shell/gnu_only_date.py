"""# gnu-only-date

## What it does

Notes once for a document that it uses `date -d`, with all the lines. Not where the document's other
commands (`systemctl`, `apt`, `journalctl`) or its words say that it is meant for Linux, and not
where it gives the form for macOS as well.

## Why it is bad

`date -d` is GNU's. The `date` of macOS, on which many an operator sits at night, takes `-v-1H` and
refuses `-d`; the substitution is then empty, and the command runs without a start time.

## Bad

```bash
aws logs filter-log-events --log-group-name /ecs/shop \\
  --start-time "$(date -d '15 minutes ago' +%s)000"
```

## Good

```bash
aws logs filter-log-events --log-group-name /ecs/shop \\
  --start-time "$(( $(date +%s) - 900 ))000"
```

## How to fix

Compute with seconds, which every `date` can print: `$(( $(date +%s) - 900 ))`. Or say at the top
that the commands are for Linux.

## Source

https://www.gnu.org/software/coreutils/manual/html_node/Options-for-date.html
"""

import re
from collections.abc import Iterator

from steadyhand.lint.rule import Rule
from steadyhand.lint.shell.blocks import prose
from steadyhand.lint.shell.places import line_of, mark_of, span_of
from steadyhand.lint.shell.quotes import CODE, contexts
from steadyhand.lint.shell.remote import for_another_machine
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity
from steadyhand.model.document.runbook import Step, StepKind

_GNU = re.compile(
    r"(?<![\w/.-])date\b(?:[ \t]+(?:-[a-zA-Z]+|--\w+|[+'\"][^ \t]*))*?"
    r"[ \t]+(?:-[a-zA-Z]*d\b|--date\b)"
)
_BSD = re.compile(r"(?<![\w/.-])g?date\b[^)|;`\n]*\s-(?:v|j)|\bgdate\b")
_LINUX_PROGRAMS = frozenset(
    "systemctl journalctl apt apt-get yum dnf zypper dpkg rpm apk service ss ip iptables nft ufw "
    "free lsblk fdisk useradd usermod update-rc.d timedatectl dmesg vmstat iostat".split()
)
_LINUX_WORDS = re.compile(
    r"\b(?:GNU|coreutils|Linux|Ubuntu|Debian|CentOS|RHEL|Red Hat|Fedora|Alpine|bastion|"
    r"jump (?:host|box)|CloudShell|WSL)\b",
    re.IGNORECASE,
)


def check(subject: Subject) -> Iterator[Finding]:
    """Report the first use, and name the lines of the others."""
    places = [(step, start, end) for step in _shell(subject) for start, end in _uses(step)]
    if not places or _for_linux(subject) or any(_BSD.search(s.text) for s in _shell(subject)):
        return
    step, start, end = places[0]
    lines = list(dict.fromkeys(line_of(s, at) for s, at, _ in places))
    others = ", ".join(str(line) for line in lines[1:])
    said = "`date -d` works with GNU's `date` alone, not on macOS"
    yield RULE.finding(
        span_of(step, start),
        f"{said}; {len(places)} times, the others in line {others}" if others else said,
        "compute with seconds: `$(( $(date +%s) - 900 ))`, or say that this is for Linux",
        mark=mark_of(subject, step, start, end),
    )


def _shell(subject: Subject) -> Iterator[Step]:
    return (s for s in subject.runbook.steps() if s.kind is StepKind.COMMAND and not s.context)


def _uses(step: Step) -> Iterator[tuple[int, int]]:
    if "date" not in step.text:
        return
    where = contexts(step.text)
    for match in _GNU.finditer(step.text):
        if where[match.start()] == CODE:
            yield match.span()


def _for_linux(subject: Subject) -> bool:
    for step in _shell(subject):
        for command in step.commands:
            if command.name in _LINUX_PROGRAMS and not for_another_machine(command):
                return True
    return any(_LINUX_WORDS.search(line) for line in prose(subject))


RULE = Rule("gnu-only-date", Severity.NOTE, Confidence.MEDIUM, check)
