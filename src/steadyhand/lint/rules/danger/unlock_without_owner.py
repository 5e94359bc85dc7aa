r"""# unlock-without-owner

## What it does

Finds a lock that is broken by force (`terraform force-unlock`, `pulumi cancel`, `borg break-lock`,
`rm /var/lib/dpkg/lock`) while nothing before it looks who holds the lock, and no sentence tells to.

## Why it is bad

A lock is mostly there because somebody works. Two that write at once leave a state or a database
that belongs to neither, and the lock was the only thing that would have told.

## Bad

```bash
# If the state is locked
terraform force-unlock <lock-id>
```

## Good

```bash
# Who holds the lock? The refusal names them, the time and the lock's id
terraform plan -lock-timeout=0s

# Only if that person's run is over
terraform force-unlock <lock-id>
```

## How to fix

Show the holder first (Terraform prints who, when and which operation; `lsof` or `fuser` tell it for
a file), ask them or see that their run has ended, and say so in the runbook.

## Source

https://developer.hashicorp.com/terraform/cli/commands/force-unlock
"""

import re
from collections.abc import Iterator

from steadyhand.lint.changes.calls import Call, calls, calls_in
from steadyhand.lint.changes.said import in_english, told_before
from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity

_TERRAFORM = frozenset({"terraform", "tofu", "terragrunt"})
# Files that a running program holds. An index.lock is git's.
_LOCK_FILES = re.compile(
    r"/var/lib/(?:dpkg|apt/lists)/lock|/var/cache/apt/archives/lock|/postmaster\.pid$|"
    r"/mongod\.lock$|/index\.lock$|/var/lib/rpm/\.rpm\.lock|/\.terraform\.tfstate\.lock\.info$"
)
_LOOKS = re.compile(
    r"^(?:terraform|tofu|terragrunt) (?:plan|apply|refresh|import)\b|"
    r"dynamodb (?:get-item|scan|query)|"
    r"^(?:lsof|fuser|pgrep|ps|pidof|pulumi (?:stack|about)|systemctl (?:status|is-active|stop)|"
    r"gh run (?:list|view))\b|\btflock\b|\.tflock|\block(?:ed|s)?[-_ ]?(?:info|status|list)"
)
_ASKED = re.compile(
    r"\b(?:who|whose|owner|holder|holds|held by|locked by|nobody|no ?one|no other|another|anyone|"
    r"somebody|someone|still running|in progress|not running|is running|lock info|stale|crashed|"
    r"finished|has ended|coordinate|ask|colleague|teammate|other (?:run|process|job|apply)\w*)\b",
    re.IGNORECASE,
)


def check(subject: Subject) -> Iterator[Finding]:
    """Report each lock that is broken without a look at its holder."""
    if not in_english(subject):
        return
    for call in calls(subject):
        word = _breaks(call)
        if word and not _looked(subject, call):
            yield RULE.finding(
                call.step.span,
                f"`{word}` breaks a lock, and nothing looks who holds it",
                "show the holder first, and say when the lock may be broken",
                mark=subject.mark(call.step.span, word),
            )


def _breaks(call: Call) -> str:
    """Give the word that breaks a lock; "" where none does."""
    words = call.argv[1:]
    if call.name in _TERRAFORM and "force-unlock" in words:
        return "force-unlock"
    if call.name == "pulumi" and words[:1] == ("cancel",):
        return "cancel"
    if call.name == "borg" and "break-lock" in words:
        return "break-lock"
    if call.name == "liquibase":
        return next((w for w in words if re.fullmatch(r"release-?locks", w, re.I)), "")
    removes = call.name == "rm" and any(_LOCK_FILES.search(word) for word in words)
    return "rm" if removes else ""


def _looked(subject: Subject, call: Call) -> bool:
    procedure = call.procedure
    before = procedure.steps[: procedure.steps.index(call.step) + 1]
    each = (" ".join(other.argv) for step in before for other in calls_in(procedure, step))
    return (
        any(_LOOKS.search(argv) for argv in each)
        or _ASKED.search(told_before(subject, procedure, call.step)) is not None
    )


RULE = Rule("unlock-without-owner", Severity.WARNING, Confidence.HIGH, check)
