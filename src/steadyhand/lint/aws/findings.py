"""A document and the kinds that a rule is about in, the rule's findings out.

What the rules of `rules/aws` share: where a problem stands in the document, and what may be put in
its place.
"""

import re
from collections.abc import Collection, Iterator

from steadyhand.lint.aws.check import check
from steadyhand.lint.aws.problems import Kind, Problem
from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject, Used
from steadyhand.model.document.edit import Edit
from steadyhand.model.document.finding import Finding, Mark

# Of a statement that bash does not accept, or that is left out in part, nobody knows the end.
_NEEDS_ALL = frozenset({Kind.MISSING_OPTION, Kind.MISSING_OPERATION, Kind.UNEXPECTED_WORD})


def problems(subject: Subject, kinds: Collection[Kind]) -> Iterator[tuple[Used, Problem]]:
    """Give the problems of these kinds in a document's aws commands, in its order."""
    return (one for one in subject.derived(_all) if one[1].kind in kinds)


def _all(subject: Subject) -> tuple[tuple[Used, Problem], ...]:
    models = subject.aws() if any(True for _ in subject.named("aws")) else None
    if models is None:
        return ()
    broken = [
        finding.span
        for rule in ("elided-command", "shell-syntax")
        for finding in subject.reported(rule)
    ]
    found = []
    for used in subject.named("aws"):
        span = used.step.span
        partly = any(span.line <= other.line <= span.end_line for other in broken)
        for problem in check(used.words, models).problems:
            if not (partly and problem.kind in _NEEDS_ALL):
                found.append((used, problem))
    return tuple(found)


def finding(
    rule: Rule, subject: Subject, used: Used, problem: Problem, *, safe: bool = False
) -> Finding:
    """Make a finding of a problem; `safe` says that `right` may be put for `wrong`."""
    mark = place(subject, used, problem)
    fix: tuple[Edit, ...] = ()
    if safe and problem.right and mark is not None:
        fix = (Edit(mark.line, mark.column, mark.end_column, problem.right),)
    return rule.finding(used.step.span, problem.message, problem.help, mark=mark, fix=fix)


def place(subject: Subject, used: Used, problem: Problem) -> Mark | None:
    """Find a problem's text in the document: of equal texts the one at the problem's word."""
    whole = re.compile(rf"(?<![\w-]){re.escape(problem.wrong)}(?![\w-])")
    before = 0
    for other in subject.used:
        if other.step is not used.step:
            continue
        words = other.words
        if other is used:
            words = words[: problem.word]
        before += sum(len(whole.findall(word.shown)) for word in words)
        if other is used:
            break
    span = used.step.span
    return subject.mark(span, problem.wrong, before) or subject.mark(span, problem.wrong)
