"""# unannounced-destruction

## What it does

Finds a command that deletes something for good, or stops what people use, while nothing around it
says so: not its comment, not the text above it, not a heading, and nothing has to be true or done
before it. A plain word is enough: "Delete the old namespace", "this stops the shop".

## Why it is bad

Whoever follows a runbook reads comments, not options. Below "Apply the fix", nobody expects that
the next line takes a namespace away.

## Bad

```bash
# Apply the fix
kubectl delete namespace billing
```

## Good

```bash
# Delete the namespace with all that is in it; there is no way back
kubectl delete namespace billing
```

## How to fix

Say above the command what it destroys and what has to be true before, or put a check in front.

## Source

https://sre.google/sre-book/effective-troubleshooting/
"""

import re
from collections.abc import Iterator

from steadyhand.lint.changes.calls import Call, calls
from steadyhand.lint.changes.harm import loss, sql_loss
from steadyhand.lint.changes.said import headings, in_english, mark_first, rehearses, told_before
from steadyhand.lint.changes.sql import sql_in
from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity
from steadyhand.model.document.runbook import Procedure, Step, StepKind
from steadyhand.model.effect import Effect

_TELLS = re.compile(
    r"delet|remov|destroy|destruct|\bdrop|truncat|\bwip(?:e|ing)|purg|eras|flush|clear|clean|prun|"
    r"terminat|\bkill|\bstop|\bshut|evict|\btear|uninstall|decommission|retir|\breset|\bre-?creat|"
    r"re-?build|re-?stor|overwr|re-?plac|re-?start|re-?boot|re-?deploy|\blos(?:e|es|s|t|ing)\b|downtime|outage|"
    r"interrupt|disrupt|danger|caution|careful|warn|irrevers|permanent|undo|undone|no way back|"
    r"backup|snapshot|last resort|revok|disabl|detach|empty|scratch|expir|get rid|free up|roll|"
    r"gone\b|down\b|⚠|❗|☠|🚨|🛑|❌|important|note:|fail(?:s|ing)? over|failover|abort|cancel|"
    r"\bend(?:s|ing)?\b|invalidat|forget|forgotten|discard|throw|\brm\b",
    re.IGNORECASE,
)
# Verbs of the AWS CLI that end something people use or keep.
_AWS_ENDS = ("delete-", "terminate-", "stop-", "purge-")
# Small things, and things that are made again by themselves.
_AWS_SMALL = re.compile(
    r"-(?:tags?|messages?|message-batch|items?|objects?|alarms|log-stream|rule|policy|permission|"
    r"filter|subscription|target|version|versions|snapshot|backup|parameters?|execution|query|job|"
    r"task-set|build|session|image|images|key|keys|association|scheduled-\w+|webhook|membership)$"
)
_DELETES = frozenset({"kubectl delete", "oc delete"})
_KUBERNETES_SMALL = frozenset(
    "pod pods po job jobs rs replicaset replicasets event events endpoints ep certificaterequest "
    "certificaterequests order orders challenge challenges lease leases csr vmi hpa pdb".split()
) | {""}
_RELEASE = "deletes a release with all its objects"
_ALL_NAMED = "deletes everything that the files name"
_ENDS = {
    "helm delete": _RELEASE,
    "helm uninstall": _RELEASE,
    "terraform destroy": _ALL_NAMED,
    "tofu destroy": _ALL_NAMED,
}


def check(subject: Subject) -> Iterator[Finding]:
    """Report each destroying command that nothing announces."""
    if not in_english(subject):
        return
    for call in calls(subject):
        does = _ends(call)
        if does and not _announced(subject, call.procedure, call.step):
            yield _finding(subject, call.step, f"`{call.short}` {does}", call.last_verb)
    for sql in sql_in(subject):
        gone = sql_loss(sql.text)
        if gone is not None and not _announced(subject, sql.procedure, sql.step):
            yield _finding(subject, sql.step, f"`{sql.verb}` {gone.does}", sql.verb)


def _finding(subject: Subject, step: Step, what: str, word: str) -> Finding:
    return RULE.finding(
        step.span,
        f"{what}, and nothing around it says so",
        "say above it what is gone afterwards, and what has to be true before",
        mark=mark_first(subject, step, word, word.lower()),
    )


def _ends(call: Call) -> str:
    """Say what a command ends; "" for one that ends nothing, or nobody knows."""
    gone = loss(call.argv)
    if gone is not None:
        return gone.does if gone.grave else ""
    operation = call.operation[1]
    if operation.startswith(_AWS_ENDS) and not _AWS_SMALL.search(operation):
        known_bad = call.classified.effect is Effect.DESTROY
        unknown = call.classified.reason.startswith("unknown")
        return "ends or deletes what it names" if known_bad and not unknown else ""
    if call.short in _DELETES:
        kind = " ".join(call.words[1:2]).partition("/")[0].lower()
        return "deletes what it names" if kind not in _KUBERNETES_SMALL else ""
    return _ENDS.get(call.short, "")


def _announced(subject: Subject, procedure: Procedure, step: Step) -> bool:
    before = procedure.steps[: procedure.steps.index(step)]
    said = "\n".join((told_before(subject, procedure, step), headings(procedure)))
    return (
        bool(step.condition)
        or rehearses(procedure)
        or any(one.kind in {StepKind.CHECK, StepKind.MANUAL} for one in before)
        or _TELLS.search(said) is not None
    )


RULE = Rule("unannounced-destruction", Severity.WARNING, Confidence.MEDIUM, check)
