"""# head-on-get-route

## What it does

Finds `curl -I` (a HEAD request) on a route that this document, or another one checked with it,
also fetches with GET. The root page and files with an extension are left out: web servers answer
HEAD for those.

## Why it is bad

Many frameworks route by method, and a GET route of theirs answers HEAD with 405 Method Not Allowed.
Then a healthy service looks broken, or a broken one looks like the 405 everybody is used to.

## Bad

```bash
# Is it healthy?
curl -fsS https://shop.example.org/api/health

# Is it reachable?
curl -I https://shop.example.org/api/health
```

## Good

```bash
# Is it healthy?
curl -fsS https://shop.example.org/api/health

# Is it reachable?
curl -fsS -o /dev/null -w '%{http_code}\\n' https://shop.example.org/api/health
```

## How to fix

Send the GET that is known to work, and print only what you want to see: `-o /dev/null -D -` for the
headers, `-w '%{http_code}'` for the status.

## Source

https://www.rfc-editor.org/rfc/rfc9110#name-405-method-not-allowed
"""

import re
from collections.abc import Iterator

from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.lint.tools.requests import Request, own_requests, requests
from steadyhand.model.document.finding import Confidence, Finding, Severity


def check(subject: Subject) -> Iterator[Finding]:
    """Report each HEAD on a route that a GET goes to as well."""
    heads = [r for r in own_requests(subject) if r.curl.method == "HEAD" and _is_route(r)]
    for head in heads:
        gets = (r for found in subject.in_folder(requests) for r in found if r.curl.method == "GET")
        same = next((get for get in gets if get.place == head.place), None)
        if same is not None:
            where, span = same.seen_from(head.path), head.step.span
            yield RULE.finding(
                span,
                f"this asks with HEAD for what {where} asks with GET; a GET route may answer 405",
                "send the GET, and show the headers with `-o /dev/null -D -`",
                mark=subject.mark(span, "--head") or subject.mark(span, "-I"),
            )


def _is_route(request: Request) -> bool:
    path = request.place.partition("/")[2]
    return bool(path) and re.search(r"\.\w{1,5}$", path) is None


RULE = Rule("head-on-get-route", Severity.WARNING, Confidence.MEDIUM, check)
