"""# inconsistent-authentication

## What it does

Finds a request that is sent without credentials, while this document, or another one checked with
it, sends the same method to the same URL with them. Requests that only read are left alone: many
routes may be read by anyone, and tell more, or allow more of it, to whoever has a token.

## Why it is bad

One of the two is wrong. Either the command fails with 401 when it is needed, or the route can be
used by anyone, which nobody wanted.

## Bad

```bash
# Warm the cache after a deployment
curl -X POST https://shop.example.org/admin/warm

# Warm the cache after a flush
curl -X POST https://shop.example.org/admin/warm -H "Authorization: Bearer $TOKEN"
```

## Good

```bash
# Warm the cache after a deployment
curl -X POST https://shop.example.org/admin/warm -H "Authorization: Bearer $TOKEN"

# Warm the cache after a flush
curl -X POST https://shop.example.org/admin/warm -H "Authorization: Bearer $TOKEN"
```

## How to fix

Find out what the route wants, and write both commands that way. Where the missing credentials are
the point (a test that strangers are refused), say which answer is expected: `# expect 401`.

## Source

https://www.rfc-editor.org/rfc/rfc9110#name-401-unauthorized
"""

import re
from collections.abc import Iterator

from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.lint.tools.requests import Request, own_requests, requests
from steadyhand.model.document.finding import Confidence, Finding, Severity

_MEANT = re.compile(
    r"\b40[13]\b|unauth|anonym|without (?:\w+ )?(?:auth|token|credential|login)|no (?:auth|token)|"
    r"forbidden|denied|reject|refuse|public",
    re.I,
)

_READING = frozenset({"GET", "HEAD", "OPTIONS"})


def check(subject: Subject) -> Iterator[Finding]:
    """Report the request without credentials, naming the one with them."""
    for bare in own_requests(subject):
        reads = bare.curl.method in _READING
        if reads or bare.authenticates or not bare.sure or _is_meant(subject, bare):
            continue
        known = (r for found in subject.in_folder(requests) for r in found if r.authenticates)
        same = next((r for r in known if _same(r, bare)), None)
        if same is not None:
            where = same.seen_from(bare.path)
            yield RULE.finding(
                bare.step.span,
                f"this {bare.curl.method} goes without credentials; in {where} it has them",
                "send the same credentials, or say that none are wanted",
                mark=subject.mark(bare.step.span, bare.url),
            )


def _same(one: Request, other: Request) -> bool:
    return one.curl.method == other.curl.method and one.place == other.place


def _is_meant(subject: Subject, request: Request) -> bool:
    step = request.step
    above = subject.line(step.span.line - 1)
    return _MEANT.search("\\n".join((step.title, step.expects, step.text, above))) is not None


RULE = Rule("inconsistent-authentication", Severity.WARNING, Confidence.MEDIUM, check)
