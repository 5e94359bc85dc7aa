"""# certificate-before-validation

## What it does

Finds a certificate that is requested from ACM and given to a load balancer, a distribution or an
API in the same procedure, with nothing in between that waits for its validation.

## Why it is bad

A new certificate is `PENDING_VALIDATION` until ACM has seen the DNS record, which takes minutes to
days. A listener refuses it, while the old one goes on expiring.

## Bad

```bash
aws acm request-certificate --domain-name shop.example.org --validation-method DNS
aws elbv2 modify-listener --listener-arn "$LISTENER" --certificates CertificateArn="$CERTIFICATE"
```

## Good

```bash
CERTIFICATE=$(aws acm request-certificate --domain-name shop.example.org \\
  --validation-method DNS --query CertificateArn --output text)
# Create the DNS record that this prints
aws acm describe-certificate --certificate-arn "$CERTIFICATE" \\
  --query 'Certificate.DomainValidationOptions[0].ResourceRecord'
aws acm wait certificate-validated --certificate-arn "$CERTIFICATE"
aws elbv2 modify-listener --listener-arn "$LISTENER" --certificates CertificateArn="$CERTIFICATE"
```

## How to fix

Show the record that ACM wants, create it, and wait with `aws acm wait certificate-validated`.

## Source

https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html
"""

import re
from collections.abc import Iterator

from steadyhand.lint.changes.calls import Call, calls
from steadyhand.lint.changes.said import in_english, prose
from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity

_USES = frozenset(
    {
        ("apigateway", "create-domain-name"),
        ("apigatewayv2", "create-domain-name"),
        ("cloudfront", "create-distribution"),
        ("cloudfront", "update-distribution"),
        ("elbv2", "add-listener-certificates"),
        ("elbv2", "create-listener"),
        ("elbv2", "modify-listener"),
    }
)
_WAITS = frozenset(
    {
        ("acm", "describe-certificate"),
        ("acm", "list-certificates"),
        ("acm", "wait"),
        ("route53", "change-resource-record-sets"),
        ("route53", "wait"),
    }
)
_SAID = re.compile(r"\bvalidat|\bissued\b|\bCNAME\b|\bDNS record|\bwait", re.IGNORECASE)


def check(subject: Subject) -> Iterator[Finding]:
    """Report each use of a certificate that was requested a moment ago."""
    if not in_english(subject):
        return
    requested: dict[str, Call] = {}  # by procedure
    for call in calls(subject):
        if call.operation == ("acm", "request-certificate"):
            requested[call.procedure.id] = call
        elif call.operation in _WAITS:
            requested.pop(call.procedure.id, None)
        elif call.operation in _USES and _of_certificates(call):
            request = requested.pop(call.procedure.id, None)
            if request is not None and not _told(subject, request, call):
                yield RULE.finding(
                    call.step.span,
                    f"nothing waits until line {request.step.span.line}'s certificate is valid",
                    "create the DNS record, then `aws acm wait certificate-validated`",
                    mark=subject.mark(call.step.span, call.last_verb),
                )


def _of_certificates(call: Call) -> bool:
    return re.search(r"certificate|cloudfront", " ".join(call.argv), re.IGNORECASE) is not None


def _told(subject: Subject, request: Call, use: Call) -> bool:
    """Tell whether the words between the two speak of the validation."""
    said = prose(subject, use.procedure, request.step.span.end_line + 1, use.step.span.line)
    return _SAID.search(said) is not None


RULE = Rule("certificate-before-validation", Severity.ERROR, Confidence.HIGH, check)
