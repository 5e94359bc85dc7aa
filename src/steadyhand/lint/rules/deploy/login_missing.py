"""# login-missing

## What it does

Finds a push to Amazon ECR in a document that signs in to the registry nowhere: no
`get-login-password`, no `docker login`, no word of a credential helper.

## Why it is bad

A login to ECR is good for twelve hours. On the evening it is needed, the push ends with "no basic
auth credentials", and the runbook has no next step.

## Bad

```bash
docker push 123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop:7
```

## Good

```bash
aws ecr get-login-password --region eu-west-1 |
  docker login --username AWS --password-stdin 123456789012.dkr.ecr.eu-west-1.amazonaws.com
docker push 123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop:7
```

## How to fix

Put the login before the push, or say that a credential helper is set up.

## Source

https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html
"""

import re
from collections.abc import Iterator

from steadyhand.lint.changes.calls import Call, calls
from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity

_SIGNED_IN = re.compile(
    r"get-login|\b(?:docker|podman|skopeo|crane|oras) login\b|ecr-login|credential[- ]?helper|"
    r"credHelpers|credsStore|amazon-ecr-login|get-authorization-token|"
    r"\b(?:log(?:ged|ging)?|sign(?:ed|ing)?)[- ]?in\b.*\b(?:registry|ecr|docker)\b|"
    r"\bauthenticat\w*\b.*\b(?:registry|ecr|docker)\b|\b(?:registry|ecr|docker) "
    r"(?:login|auth\w*)\b",
    re.IGNORECASE,
)


def check(subject: Subject) -> Iterator[Finding]:
    """Report the first push to ECR of a document that never signs in."""
    call = next((call for call in calls(subject) if _pushes(call)), None)
    if call is not None and _SIGNED_IN.search(subject.runbook.text) is None:
        yield RULE.finding(
            call.step.span,
            "nothing here signs in to the registry before this push",
            "`aws ecr get-login-password | docker login --username AWS --password-stdin REGISTRY`",
            mark=subject.mark(call.step.span, call.last_verb),
        )


def _pushes(call: Call) -> bool:
    pushes = call.name in {"docker", "podman"} and "push" in call.words[:2]
    return pushes and any(".dkr.ecr." in word for word in call.words)


RULE = Rule("login-missing", Severity.WARNING, Confidence.HIGH, check)
