"""# approval-contradiction

## What it does

Finds a deployment that nobody approves, in a document that demands an approval for deployments in
so many words: a procedure that deploys by hand and names no approval, or, where *every* change
needs one, an instruction to roll back or deploy immediately.

## Why it is bad

At night the quicker of two rules wins, and the next morning somebody is blamed for having followed
the runbook.

## Bad

````markdown
# Deployments

Production deployments require the approval of the release manager.

## Manual deployment

```bash
aws ecs update-service --cluster shop --service web --force-new-deployment
```
````

## Good

````markdown
# Deployments

Production deployments require the approval of the release manager.

## Manual deployment

- [ ] The release manager has approved this deployment

```bash
aws ecs update-service --cluster shop --service web --force-new-deployment
```
````

## How to fix

Add the approval as a step of the procedure, or say in the rule which cases are excepted.

## Source

https://docs.aws.amazon.com/wellarchitected/latest/operational-excellence-pillar/ops_mit_deploy_risks_plan_for_unsucessful_changes.html
"""

import re
from collections.abc import Iterator

from msgspec import Struct

from steadyhand.lint.changes.calls import calls_in
from steadyhand.lint.changes.running import changes_what_runs
from steadyhand.lint.changes.said import in_english, introduction, prose, rehearses
from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity
from steadyhand.model.document.runbook import Procedure, Step, StepKind
from steadyhand.model.document.span import Span

_APPROVAL = re.compile(r"\bapprov\w+|\bsign(?:ed)?[- ]?off\b", re.IGNORECASE)
_DEMANDS = re.compile(
    r"\b(?:requires?|required|must|needs?|mandatory|shall|only (?:after|with)|not? [^.]*without|"
    r"never [^.]*without)\b",
    re.IGNORECASE,
)
_DEPLOYS = re.compile(r"\b(?:deploy\w*|releas\w+|roll(?:ing)?[- ]?outs?|changes)\b", re.IGNORECASE)
_ALL = re.compile(r"\b(?:all|every|any|each)\b", re.IGNORECASE)
_PERHAPS = re.compile(
    r"\b(?:if|unless|except\w*|may|might|some|when|does not|don't)\b", re.IGNORECASE
)
_BY_HAND = re.compile(r"\b(?:deploy\w*|releas\w+|roll(?:ing)?[- ]?out)\b", re.IGNORECASE)
_BACK = re.compile(r"\broll(?:ing)?[- ]?backs?\b|\brevert", re.IGNORECASE)
_AT_ONCE = re.compile(r"\b(?:immediate(?:ly)?|at once|right away|instantly|now)\b", re.IGNORECASE)
_ASKED = re.compile(
    r"\bapprov|\bsign(?:ed)?[- ]?off\b|\bchange (?:request|ticket|record|advisory|board)|\bCAB\b|"
    r"\bauthori[sz]|\bpermission\b|\bgo-?ahead\b|\bconsent\b",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(r"\b(?:staging|stage|test|testing|qa|preview|uat)\b", re.IGNORECASE)


class _Demand(Struct, frozen=True):
    span: Span
    every: bool  # of all changes or deployments


def check(subject: Subject) -> Iterator[Finding]:
    """Report what is deployed without the approval that the document demands."""
    if not in_english(subject):
        return
    demand = _demand(subject)
    if demand is None:
        return
    for procedure in subject.runbook.procedures:
        found = _unapproved(subject, procedure, demand)
        if found is not None:
            step, word = found
            yield RULE.finding(
                step.span,
                f"this needs an approval by line {demand.span.line}, and no step asks for one",
                "make the approval a step here, or except this case where it is demanded",
                mark=subject.mark(step.span, word),
            )


def _demand(subject: Subject) -> _Demand | None:
    """Find the sentence that demands an approval; the one that speaks of all is the stronger."""
    code = {
        n
        for s in subject.runbook.steps()
        for n in range(s.span.line, s.span.end_line + 1)
        if s.fence
    }
    found: list[_Demand] = []
    for number, line in enumerate(subject.runbook.lines, 1):
        if number in code or re.match(r"\s*(?:[-*+]\s+\[[ xX]\]|#)", line):
            continue
        if _demands(line):
            span = Span(subject.runbook.path, number, number)
            found.append(_Demand(span, _ALL.search(line) is not None))
    return next((one for one in found if one.every), found[0] if found else None)


def _demands(line: str) -> bool:
    """Tell whether a line demands an approval for deployments or changes."""
    wanted = (_APPROVAL, _DEMANDS, _DEPLOYS)
    return all(each.search(line) for each in wanted) and not _PERHAPS.search(line)


def _unapproved(subject: Subject, procedure: Procedure, demand: _Demand) -> tuple[Step, str] | None:
    """Give the step that deploys in a procedure without an approval, and its word for that."""
    found = next(_deploying(procedure, demand), None)
    if found is None or rehearses(procedure) or _ELSEWHERE.search(procedure.title):
        return None
    texts = (procedure.title, introduction(subject, procedure), prose(subject, procedure))
    said = "\n".join(line for text in texts for line in text.split("\n") if not _demands(line))
    return None if _ASKED.search(said) else found


def _deploying(procedure: Procedure, demand: _Demand) -> Iterator[tuple[Step, str]]:
    """Give the steps that the demand speaks of, each with its word for it."""
    titled = _BY_HAND.search(procedure.title) or (demand.every and _BACK.search(procedure.title))
    for step in procedure.steps:
        if step.kind is StepKind.MANUAL and demand.every and _at_once(step):
            yield step, ""
        for call in calls_in(procedure, step) if titled else ():
            if changes_what_runs(call.argv) and call.name != "gh":
                yield step, call.last_verb


def _at_once(step: Step) -> bool:
    deploys = _BACK.search(step.text) or _BY_HAND.search(step.text)
    return deploys is not None and _AT_ONCE.search(step.text) is not None


RULE = Rule("approval-contradiction", Severity.WARNING, Confidence.MEDIUM, check)
