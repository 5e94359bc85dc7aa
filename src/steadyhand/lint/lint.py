"""A compiled document in, the findings of every rule out, in the order of the document.

Knows nothing of Markdown. What compiling reported comes through the rules of the same name.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from hashlib import sha256

from msgspec import Struct, field
from msgspec.structs import replace

from steadyhand.lint.allow import allowed
from steadyhand.lint.rule import Rule
from steadyhand.lint.rules import (
    agreement,
    aws,
    danger,
    deploy,
    document,
    placeholders,
    queries,
    secrets,
    shell,
    tools,
    upkeep,
    waiting,
)
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Finding, Severity
from steadyhand.model.sharing import Share, alone

GROUPS: tuple[tuple[Rule, ...], ...] = (
    placeholders.RULES,
    shell.RULES,
    aws.RULES,
    queries.RULES,
    tools.RULES,
    waiting.RULES,
    danger.RULES,
    secrets.RULES,
    deploy.RULES,
    document.RULES,
    upkeep.RULES,
    agreement.RULES,
)
# How the work is shared out. Those of one heap look at the same things, which are worked out once
# for all of them; the longest stand first: of two processes, none is left waiting for the other.
_LONG = (aws.RULES, (*danger.RULES, *secrets.RULES, *deploy.RULES), shell.RULES)
_HEAPS = (*_LONG, *(group for group in GROUPS if not any(group[0] in heap for heap in _LONG)))
RULES: dict[str, Rule] = {rule.name: rule for group in GROUPS for rule in group}


class Choice(Struct, frozen=True):
    """Which rules are wanted: all, only `select`, none of `ignore`; and severities of one's own."""

    select: Collection[str] = ()
    ignore: Collection[str] = ()
    severity: Mapping[str, Severity] = field(default_factory=dict)

    def wants(self, rule: str) -> bool:
        return (not self.select or rule in self.select) and rule not in self.ignore


ALL = Choice()


def lint(subject: Subject, choice: Choice = ALL) -> list[Finding]:
    """Check a document against the rules. Equal subjects give equal findings. Pure."""
    return lint_all([(subject, choice)])[0]


def lint_all(wanted: Sequence[tuple[Subject, Choice]], share: Share = alone) -> list[list[Finding]]:
    """Check documents against the rules, each as its choice says. Pure."""

    def check(heap: Sequence[Rule]) -> list[list[Finding]]:
        return [[f for rule in heap for f in rule.check(subject)] for subject, _ in wanted]

    heaps = share(check, _HEAPS)
    return [
        _chosen(subject, choice, [f for found in heaps for f in found[at]])
        for at, (subject, choice) in enumerate(wanted)
    ]


def _chosen(subject: Subject, choice: Choice, found: Iterable[Finding]) -> list[Finding]:
    kept = [f for f in allowed(subject, found, RULES) if choice.wants(f.rule)]
    kept = [
        replace(f, severity=choice.severity[f.rule]) if f.rule in choice.severity else f
        for f in kept
    ]
    return _with_fingerprints(subject, sorted(set(kept), key=_order))


def _order(finding: Finding) -> tuple[int, int, str, str]:
    column = finding.mark.column if finding.mark else 0
    return finding.span.line, column, finding.rule, finding.message


def _with_fingerprints(subject: Subject, found: Iterable[Finding]) -> list[Finding]:
    """Give each finding a name that stays while lines move: rule, path, text of the line, which."""
    seen: Counter[str] = Counter()
    named = []
    for finding in found:
        line = " ".join(subject.line(finding.span.line).split())
        key = "\0".join((finding.rule, finding.span.path, line))
        seen[key] += 1
        digest = sha256(f"{key}\0{seen[key]}".encode("utf-8", "surrogatepass")).hexdigest()
        named.append(replace(finding, fingerprint=digest[:16]))
    return named
