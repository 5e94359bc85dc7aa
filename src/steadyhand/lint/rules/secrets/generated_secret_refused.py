r"""# generated-secret-refused

## What it does

Follows a random password from where it is drawn to where it is set, and finds one with characters
that are not taken there: Base64 (`/`, `+`, `=`) or all punctuation as the master password of RDS,
as the token of ElastiCache, or inside a URL.

## Why it is bad

RDS takes no `/`, `"`, `@` and no blank. Base64 of 32 bytes holds a `/` about every second time, so
that the rotation works in the rehearsal and fails in the night, often after the secret has been
stored already. In a URL the `/` ends the host.

## Bad

```bash
NEW_PASSWORD=$(openssl rand -base64 32)
aws rds modify-db-instance --db-instance-identifier shop --master-user-password "$NEW_PASSWORD"
```

## Good

```bash
NEW_PASSWORD=$(openssl rand -hex 20)
aws rds modify-db-instance --db-instance-identifier shop --master-user-password "$NEW_PASSWORD"
SESSION_SECRET=$(openssl rand -base64 32)
printf '%s' "$SESSION_SECRET" > session-secret
```

## How to fix

Draw hexadecimal digits: `openssl rand -hex 20`; 40 characters are not too long for any engine.

## Source

https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html
"""

import re
from collections.abc import Iterator, Sequence

from steadyhand.lint.rule import Rule
from steadyhand.lint.secrets.flows import used_in
from steadyhand.lint.shell.sequences import sequences, steps_of
from steadyhand.lint.shell.variables import Setting, settings
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity
from steadyhand.model.document.runbook import Step
from steadyhand.model.document.span import Span

_BASE64 = re.compile(
    r"openssl\s+rand\s+(?:-out\s+\S+\s+)?-base64\b|"
    r"(?:/dev/u?random|openssl\s+rand)\b.*\|\s*base64\b(?!\s+(?:-d|-D|--decode))",
    re.DOTALL,
)
_PUNCTUATION = re.compile(
    r"\bget-random-password\b(?!.*--exclude-(?:punctuation|characters))|\bpwgen\s+(?:-\w+\s+)*-\w*y",
    re.DOTALL,
)
_CLEANED = re.compile(r"\|\s*(?:tr|sed|xxd|hexdump|grep|python3?|perl)\b|//[/+=]")
_PLACES: tuple[tuple[re.Pattern[str], str], ...] = (
    # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html
    (re.compile(r"--master-user-password\b"), 'RDS takes no `/`, `"`, `@` or blank in a password'),
    # https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth.html
    (
        re.compile(r"\breplication-group\b[\s\S]*--auth-token\b"),
        "ElastiCache takes no punctuation but `!&#$^<>-` in a token",
    ),
    (
        re.compile(r"\w+://[^\s/@\"']*:\$\{?(?P<name>\w+)\}?@"),
        "in a URL a `/` ends the host, and the rest is read as the path",
    ),
)
_MOST = 20  # bytes; twice as many digits are the most that MySQL on RDS takes, 41, and one less


def check(subject: Subject) -> Iterator[Finding]:
    """Report where the password is drawn."""
    for sequence in sequences(subject, numbers=True):
        steps = steps_of(sequence)
        every = list(settings(steps))
        reported: set[int] = set()
        for step in steps:
            for setting, why in _refused(step, every):
                if setting.line not in reported:
                    reported.add(setting.line)
                    span = Span(step.span.path, setting.line, setting.line)
                    yield _finding(subject, span, setting.value, f"line {step.span.line}", why)
            match = re.search(r"--master-user-password[ =]\"?(\$\([^()]*\))", step.text)
            if match is not None and _is_mixed(match.group(1)):
                yield _finding(subject, step.span, match.group(1), "this command", _PLACES[0][1])


def _refused(step: Step, every: Sequence[Setting]) -> Iterator[tuple[Setting, str]]:
    """Give what a step cannot take of the variables it uses, and why."""
    for name in sorted(used_in(step)):
        before = [s for s in every if s.name == name and s.line <= step.span.end_line]
        for pattern, why in _PLACES if before and _is_mixed(before[-1].value) else ():
            for match in pattern.finditer(step.text):
                if match.groupdict().get("name", name) == name:
                    yield before[-1], why


def _is_mixed(value: str) -> bool:
    drawn_so = _BASE64.search(value) or _PUNCTUATION.search(value)
    return drawn_so is not None and _CLEANED.search(value) is None


def _finding(subject: Subject, span: Span, value: str, where: str, why: str) -> Finding:
    match = re.search(r"openssl\s+rand\s+-base64\s+(\d+)", value)
    old = match.group() if match else ""
    new = f"openssl rand -hex {min(int(match.group(1)), _MOST)}" if match else ""
    return RULE.finding(
        span,
        f"this draws characters that {where} cannot take: {why}",
        "draw hexadecimal digits: `openssl rand -hex 20`",
        mark=subject.mark(span, old or value.strip("\"'")),
        fix=subject.replace(span, old, new) if match else (),
    )


RULE = Rule("generated-secret-refused", Severity.ERROR, Confidence.HIGH, check)
