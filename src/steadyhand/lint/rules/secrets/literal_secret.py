"""# literal-secret

## What it does

Finds a real-looking key in the document: of AWS, GitHub, GitLab, Slack, Stripe, OpenAI, Google, npm
and others, a private key, a password inside a URL. Stubs and the providers' own examples are none.

## Why it is bad

Everybody who can read the document can use the key, and the repository keeps it for ever.

## Bad

```bash
export AWS_ACCESS_KEY_ID=AKIAQ4XJ7RZ2LMNB6TWC
```

## Good

```bash
export AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE
export GITHUB_TOKEN=ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
psql "postgres://shop:$DB_PASSWORD@db.example.org/shop"
```

## How to fix

Revoke the key now: to delete the line does not take it out of the history. Then fetch it from the
store of secrets where it is needed.

## Source

https://docs.github.com/en/code-security/secret-scanning/introduction/supported-secret-scanning-patterns
"""

import re
from collections import Counter
from collections.abc import Iterator
from math import log2

from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Mark, Severity
from steadyhand.model.document.span import Span
from steadyhand.model.makers import SECRETS

# What it is, a text without which it cannot be there, and how it looks.
_KEYS: tuple[tuple[str, str, re.Pattern[str]], ...] = (
    ("an AWS access key", "AKIA", re.compile(r"(?<!\w)AKIA[A-Z2-7]{16}(?!\w)")),
    ("an AWS access key", "ASIA", re.compile(r"(?<!\w)ASIA[A-Z2-7]{16}(?!\w)")),
    (
        "an AWS secret key",
        "ccess",
        re.compile(
            r"(?:[sS]ecret|SECRET)_?(?:[aA]ccess|ACCESS)_?(?:[kK]ey|KEY)[\"'\s:=]{1,5}([A-Za-z0-9/+]{40})(?![\w/+=])"
        ),
    ),
    (
        "a Slack webhook",
        "hooks.slack.com",
        re.compile(r"hooks\.slack\.com/services/T\w{7,}/B\w{7,}/(\w{20,})"),
    ),
    *(
        (made.what, prefix, re.compile(rf"(?<![\w-]){re.escape(prefix)}{made.rest}"))
        for made in SECRETS
        for prefix in made.prefixes
    ),
)
_URL = re.compile(r"://[\w.%+-]+:([^\s:/@<>$\"'{}\[\]*()|]{8,})@[\w.-]+")
_LOGIN = re.compile(
    r"\bcurl\b[^\n|;]*?\s(?:-u|--user)[ =]?['\"]?[\w.@+-]+:"
    r"([^\s'\"$<>{}\[\]()*:@]{8,})(?=['\"\s]|$)"
)
_PRIVATE = re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----")
# Its first line, and the rest: a key with a part left out opens nothing.
_BODY = re.compile(r"\s*([A-Za-z0-9+/=]{60,})\s(?:[^-`]|-(?!----))*")
_CUT = re.compile(r"\.{3}|…")
_STUB = re.compile(
    r"example|sample|dummy|fake|your|x{4,}|\*{3,}|\.{3}|12345|abcde|password|passwd|secret|changeme|"
    r"placeholder|redacted|test|here|token|demo|user",
    re.IGNORECASE,
)
_BITS = 3.0  # per character; what a person makes up repeats itself more


def check(subject: Subject) -> Iterator[Finding]:
    """Look at the whole document, code or not."""
    text = subject.runbook.text
    for what, start, end in sorted(_secrets(text), key=lambda found: found[1]):
        number = text.count("\n", 0, start) + 1
        column = start - text.rfind("\n", 0, start)
        yield RULE.finding(
            Span(subject.runbook.path, number, number),
            f"this looks like {what} that works",
            "revoke it, and fetch it from the store of secrets where it is needed",
            mark=Mark(number, column, column + end - start),
        )


def _secrets(text: str) -> Iterator[tuple[str, int, int]]:
    for what, part, pattern in _KEYS:
        for match in pattern.finditer(text) if part in text else ():
            group = match.lastindex or 0
            if not _is_stub(match.group(group)):
                yield what, *match.span(group)
    for match in _URL.finditer(text) if "://" in text and "@" in text else ():
        if not _is_stub(match.group(1)) and _is_mixed(match.group(1)):
            yield "an address with a password", *match.span(1)
    for match in _LOGIN.finditer(text) if "curl" in text else ():
        if not _is_stub(match.group(1)) and _is_mixed(match.group(1)):
            yield "a login with its password", *match.span(1)
    for match in _PRIVATE.finditer(text) if "PRIVATE KEY" in text else ():
        below = _BODY.match(text, match.end())
        if below is not None and not _is_stub(below.group(1)) and not _CUT.search(below.group()):
            yield "a private key", *match.span()


def _is_stub(value: str) -> bool:
    if _STUB.search(value):
        return True
    counts = Counter(value)
    bits = -sum(n / len(value) * log2(n / len(value)) for n in counts.values())
    return bits < min(_BITS, 0.85 * log2(len(value)))


def _is_mixed(value: str) -> bool:
    kinds = (r"[a-z]", r"[A-Z]", r"\d")
    return sum(re.search(kind, value) is not None for kind in kinds) > 1


RULE = Rule("literal-secret", Severity.ERROR, Confidence.MEDIUM, check)
