"""A document's commands in, what they say of the AWS region and account out."""

import re

from steadyhand.lint.subject import Subject, Used

# Services with one endpoint for all regions, or with names that are unique in all of them.
# https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/global-services.html
_GLOBAL = frozenset(
    "iam sts s3 s3api route53 route53domains cloudfront organizations support health budgets ce "
    "configure sso account globalaccelerator shield help".split()
)
# What is taken from us-east-1 only, wherever the rest is.
NEEDS_VIRGINIA = frozenset("acm wafv2 waf cloudfront ecr-public pricing cur lambda".split())
_SET = re.compile(
    r"\bAWS_(?:DEFAULT_)?REGION\b|\bAWS_(?:DEFAULT_)?PROFILE\b|\baws configure\b|\baws sso login\b"
    r"|\baws-vault\b|\bsaml2aws\b|\bassume[- ]role\b|\baws_session_token\b"
    r"|(?<![-\w])(?:aws )?(?:region|account|profile)s?\b[^\w\n]{0,6}(?:is|are|=|\|)?[^\w\n]{0,6}"
    r"(?:`|[a-z]{2}(?:-[a-z]+)+-\d|\d{12})"
    # The console's address: of one region, with or without an account in front
    r"|//(?:[\w-]+\.)?[a-z]{2}(?:-[a-z]+)+-\d\.console\.(?:aws\.amazon|amazonaws[\w-]*)\.",
    re.IGNORECASE,
)

_WORDS = ("region", "account", "profile", "aws", "assume")  # one is in whatever `_SET` finds


def regional(subject: Subject) -> list[Used]:
    """Give the AWS commands of services that are in a region."""
    return [used for used in subject.named("aws") if service(used) not in _GLOBAL | {""}]


def service(used: Used) -> str:
    """Name the service: the first word that is no option of `aws` itself; "" where bash says it."""
    words = iter(used.argv[1:])
    for word in words:
        if word is None or not word.startswith("-"):
            return word or ""
        if "=" not in word and word in _WITH_VALUE:
            next(words, None)
    return ""


_WITH_VALUE = frozenset("--region --profile --output --query --endpoint-url --color".split())


def value_of(used: Used, *options: str) -> str | None:
    """Give the value of the first of these options, "" where bash decides it; None without any."""
    for at, word in enumerate(used.argv):
        name, equals, value = (word or "").partition("=")
        if name in options:
            return value if equals else (*used.argv, None)[at + 1] or ""
    return None


def is_set(subject: Subject) -> bool:
    """Tell whether the document sets the region or the profile, or says which it is."""
    lines = ((line, line.lower()) for line in subject.runbook.lines)
    return any(_SET.search(line) for line, low in lines if any(word in low for word in _WORDS))
