"""# unguarded-wildcard-delete

## What it does

Finds a delete that nothing bounds: `kubectl delete … --all -A`, `aws s3 rm s3://bucket
--recursive`, `etcdctl del "" --prefix`, `rm -rf /*`, `DELETE` and `UPDATE` without `WHERE`. Where
the words above say that everything is meant, or that it is never to be run, it is not reported.

## Why it is bad

None of these asks before it begins, and each takes more than anybody means in an incident.

## Bad

```bash
aws s3 rm s3://shop-photos --recursive
psql -d shop -c 'DELETE FROM sessions;'
```

## Good

```bash
aws s3 rm s3://shop-photos/thumbnails/ --recursive
psql -d shop -c "DELETE FROM sessions WHERE expires_at < now() - interval '1 day';"
```

## How to fix

Name the namespace, give the prefix, write the `WHERE`. Show what would be deleted first:
`--dryrun`, `--dry-run=client`, a `SELECT count(*)`.

## Source

https://docs.aws.amazon.com/cli/latest/reference/s3/rm.html
"""

import re
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from steadyhand.actions.words import HOLE, flag, option
from steadyhand.lint.changes.calls import Call, calls, calls_in
from steadyhand.lint.changes.said import in_english, label, mark_first, told_before
from steadyhand.lint.changes.sql import sql_in
from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity
from steadyhand.model.document.runbook import Procedure, Step

_WHOLE = re.compile(
    r"\b(?:all|every\w*|entire|whole|complete(?:ly)?|empty|emptying|wipe|purge|clear|flush|reset|"
    r"truncate|clean(?:ing)?[- ]?up|tear(?:ing)?[- ]?down|uninstall)\b",
    re.IGNORECASE,
)
_FORBIDDEN = re.compile(r"\b(?:never|do not|don't|avoid|dangerous)\b", re.IGNORECASE)
_ROOTS = frozenset({"/", "/*", "/.", "~", "~/", "~/*"})
_CLUSTER_WIDE = frozenset(
    "ns namespace namespaces pv persistentvolume persistentvolumes node nodes no crd crds".split()
)
_LATER = re.compile(r"[<${]|\.\.\.|…|:\w|%s")


class _Wide(Struct, frozen=True):
    what: str  # "this deletes every key"
    help: str
    mark: str
    sure: bool = False  # it does harm as it stands


def check(subject: Subject) -> Iterator[Finding]:
    """Report each delete whose reach nothing bounds."""
    if not in_english(subject):
        return
    for call in calls(subject):
        wide = _wide(call)
        if wide is not None and not _meant(subject, call.procedure, call.step):
            found = RULE.finding(
                call.step.span, wide.what, wide.help, mark=subject.mark(call.step.span, wide.mark)
            )
            yield replace(found, severity=Severity.ERROR) if wide.sure else found
    for sql in sql_in(subject):
        verb = _unconditional(sql.text)
        if verb and not _LATER.search(sql.text) and not _meant(subject, sql.procedure, sql.step):
            yield RULE.finding(
                sql.step.span,
                f"`{verb}` without `WHERE` changes every row",
                "write the condition, and count the rows that it means first",
                mark=mark_first(subject, sql.step, verb, verb.lower()),
            )


def _meant(subject: Subject, procedure: Procedure, step: Step) -> bool:
    """Tell whether everything is meant, or the command stands there as one not to run."""
    said = told_before(subject, procedure, step)
    return _WHOLE.search(label(step)) is not None or _FORBIDDEN.search(said) is not None


def _unconditional(statement: str) -> str:
    if re.search(r"\b(?:where|join|using|limit)\b", statement):
        return ""
    if re.match(r"delete from \S+$", statement):
        return "DELETE"
    return "UPDATE" if re.match(r"update (?:only )?[\w.]+ set \S", statement) else ""


def _wide(call: Call) -> _Wide | None:
    match call.name:
        case "rm":
            return _rm(call)
        case "kubectl" | "oc" if call.words[:1] == ("delete",) and flag(call.argv, "--all"):
            return _kubectl(call)
        case "aws" if call.operation == ("s3", "rm") and "--recursive" in call.argv:
            return _bucket(call)
        case "etcdctl" if "del" in call.words and flag(call.argv, "--prefix", "--from-key"):
            every = "" in call.argv or "/" in call.argv
            return _Wide("this deletes every key", "give the prefix", "del") if every else None
        case _:
            return None


def _rm(call: Call) -> _Wide | None:
    if not any(re.match(r"-\w*[rR]|--recursive$", word) for word in call.argv[1:]):
        return None
    # A glob is known only when bash expands it, so the words are taken as they are written.
    written = (word.shown for word in call.used.words)
    root = next((word for word in written if word in _ROOTS), None)
    if root is None:
        return None
    return _Wide(f"this removes everything under `{root}`", "name the folder", root, True)


def _kubectl(call: Call) -> _Wide | None:
    kind = call.words[1].lower() if len(call.words) > 1 else ""
    if flag(call.argv, "-l", "--selector") or any(w.startswith("--dry-run") for w in call.argv):
        return None
    if flag(call.argv, "-A", "--all-namespaces"):
        where = "in every namespace"
    elif kind in _CLUSTER_WIDE:
        where = "of the cluster"
    elif kind == "all" and option(call.argv, "-n", "--namespace") is None:
        where = "in whichever namespace is the current one"
    else:
        return None
    return _Wide(
        f"this deletes all of them {where}", "name the namespace, and select by label", "--all"
    )


def _bucket(call: Call) -> _Wide | None:
    if flag(call.argv, "--dryrun", "--exclude", "--include") or _tried(call):
        return None
    path = next((word for word in call.argv if word.startswith("s3://")), "")
    bucket, _, key = path.removeprefix("s3://").partition("/")
    if not bucket or key or HOLE in bucket:
        return None
    return _Wide(
        "this deletes every object of the bucket",
        "give the prefix, and try with `--dryrun` first",
        "--recursive",
    )


def _tried(call: Call) -> bool:
    steps = call.procedure.steps[: call.procedure.steps.index(call.step)]
    return any("--dryrun" in c.argv for step in steps for c in calls_in(call.procedure, step))


RULE = Rule("unguarded-wildcard-delete", Severity.WARNING, Confidence.HIGH, check)
