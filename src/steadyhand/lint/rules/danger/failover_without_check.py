"""# failover-without-check

## What it does

Finds a forced failover before which nothing looks whether there is something to fail over to:
`reboot-db-instance --force-failover` without a look at Multi-AZ, `failover-db-cluster` without a
list of the cluster's members, `patronictl failover` without `patronictl list`, a standby promoted
without a look at how far it is behind.

## Why it is bad

RDS refuses a forced failover of an instance that is not Multi-AZ, in the middle of the outage. And
a replica that lags turns a failover into a loss of data.

## Bad

```bash
aws rds reboot-db-instance --db-instance-identifier shop-db --force-failover
```

## Good

```bash
# Only a Multi-AZ instance can fail over: this has to print true
aws rds describe-db-instances --db-instance-identifier shop-db --query 'DBInstances[0].MultiAZ'

aws rds reboot-db-instance --db-instance-identifier shop-db --force-failover
```

## How to fix

Put the read before the failover, with what it has to show.

## Source

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_RebootInstance.html
"""

import re
from collections.abc import Iterator

from msgspec import Struct

from steadyhand.lint.changes.calls import Call, calls, calls_in
from steadyhand.lint.changes.said import earlier, in_english
from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity

_MULTI_AZ = re.compile(r"multi[- ]?az", re.IGNORECASE)
# "(if Multi-AZ)" asks; it does not tell.
_ASKS = re.compile(
    r"\b(?:if|when|only|whether|unless|requires?|must|check|verify)\b", re.IGNORECASE
)


class _Failover(Struct, frozen=True):
    word: str  # the word of the command that forces it
    looks: str  # pattern of a command that shows whether it can be
    wants: str  # what has to be seen
    multi_az: bool = False


_RDS = _Failover(
    "--force-failover",
    r"aws rds describe-db-instances",
    "look first, with `describe-db-instances --query 'DBInstances[0].MultiAZ'`",
    multi_az=True,
)
_CLUSTER = _Failover(
    "failover-db-cluster",
    r"aws (?:rds|docdb|neptune) describe-db-(?:clusters|instances|cluster-endpoints)",
    "look first which readers there are, with `describe-db-clusters`",
)
_PATRONI = _Failover(
    "failover",
    r"patronictl (?:list|topology|history)|/cluster\b",
    "look first, with `patronictl list`",
)
_REPMGR = _Failover(
    "promote", r"repmgr (?:cluster|node|service) \w+", "look first, with `repmgr cluster show`"
)
_PROMOTE = _Failover(
    "promote",
    r"pg_stat_replication|pg_last_\w+|pg_stat_wal_receiver|pg_controldata|replay",
    "look first how far it is behind, with `pg_last_wal_replay_lsn()`",
)
_REDIS = _Failover(
    "failover",
    r"(?i:info replication|\brole\b|sentinel (?:replicas|slaves|master)|cluster (?:nodes|info))",
    "look first at the replicas, with `INFO replication`",
)


def check(subject: Subject) -> Iterator[Finding]:
    """Report each failover that nobody looked before."""
    if not in_english(subject):
        return
    for call in calls(subject):
        failover = _failover(call)
        if failover is None or _looked(subject, call, failover):
            continue
        yield RULE.finding(
            call.step.span,
            "nothing looks before whether this database is Multi-AZ, and only then it can fail over"
            if failover.multi_az
            else f"nothing looks before `{call.short}` whether there is something to fail over to",
            failover.wants,
            mark=subject.mark(call.step.span, _written(call, failover.word)),
        )


def _written(call: Call, word: str) -> str:
    """Give a word in the letters in which the command has it."""
    return next((one for one in call.argv if one.lower() == word), word)


def _failover(call: Call) -> _Failover | None:
    words = [word.lower() for word in call.words]
    if call.operation == ("rds", "reboot-db-instance"):
        return _RDS if "--force-failover" in call.argv else None
    if call.operation[1] == "failover-db-cluster":
        return _CLUSTER
    match call.name:
        case "patronictl" if "failover" in words:
            return _PATRONI
        case "repmgr" if words[:2] == ["standby", "promote"]:
            return _REPMGR
        case "pg_ctl" if "promote" in words:
            return _PROMOTE
        case "redis-cli" | "valkey-cli" if "failover" in words and "abort" not in words:
            return _REDIS
        case _:
            return None


def _looked(subject: Subject, call: Call, failover: _Failover) -> bool:
    procedure = call.procedure
    steps = procedure.steps[: procedure.steps.index(call.step)]
    before = [(procedure, step) for step in steps]
    before += [(other, step) for other in earlier(subject, procedure) for step in other.steps]
    if failover.multi_az and _known_multi_az(subject):
        return True
    return any(
        _shows(other, failover) for owner, step in before for other in calls_in(owner, step)
    ) or any(re.search(failover.looks, step.text) for _, step in before if not step.commands)


def _shows(other: Call, failover: _Failover) -> bool:
    # `patronictl -c FILE list` is `patronictl list` too.
    said = " ".join((other.name, *other.words, *other.argv))
    if re.search(failover.looks, said) is None:
        return False
    query = other.aws.anywhere("--query") if other.aws else None
    return not failover.multi_az or query is None or _shows_multi_az(query)


def _shows_multi_az(query: str) -> bool:
    """Tell whether a `--query` leaves the field in the answer."""
    return "MultiAZ" in query or re.fullmatch(r"DBInstances(?:\[[\d*]*\])?", query) is not None


def _known_multi_az(subject: Subject) -> bool:
    """Tell whether a sentence of the document says that the database is Multi-AZ."""
    return any(
        _MULTI_AZ.search(line) and not _ASKS.search(line) and "--" not in line
        for line in subject.runbook.lines
    )


RULE = Rule("failover-without-check", Severity.WARNING, Confidence.HIGH, check)
