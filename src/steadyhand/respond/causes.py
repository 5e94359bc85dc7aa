"""Hold each row of a cause → fix table against the evidence: supported, contradicted, or neither.

Pure. A row is recognised by the meaning of its words; one that nobody can see from here has no
evidence, and is never chosen. To add a class: a function, and a line in CAUSE_CLASSES.
"""

import re
from collections.abc import Callable, Mapping

from msgspec import Struct

from steadyhand.model.document.runbook import Cause, Procedure
from steadyhand.model.incident.events import CausesJudged, Support, Verdict
from steadyhand.respond.evidence import Evidence, Stopped
from steadyhand.respond.whole import remedies

# Two causes nearer than this are supported alike: choosing between them is a person's matter.
_MARGIN = 0.1
# Of the words of a fix, how many a section must carry before it is that fix.
_ENOUGH = 0.6


class Seen(Struct, frozen=True):
    """What the evidence says of one class of causes; `strength` as in `Verdict`."""

    supported: Support
    reasons: tuple[str, ...]
    strength: float = 0.0


def _supported(strength: float, *reasons: str) -> Seen:
    return Seen(Support.SUPPORTED, reasons, strength)


def _contradicted(*reasons: str) -> Seen:
    return Seen(Support.CONTRADICTED, reasons)


def _nothing(*reasons: str) -> Seen:
    return Seen(Support.NO_EVIDENCE, reasons)


def _deployment(evidence: Evidence) -> Seen:
    """A change just before the trouble began is the likeliest cause of all."""
    if evidence.service is None:
        return _nothing("the service could not be read")
    minutes = (evidence.onset - evidence.start).total_seconds() / 60
    if not evidence.deployments:
        later = sum(one.at > evidence.onset for one in evidence.service.deployments)
        since = f"; {later} came after they had begun" if later else ""
        return _contradicted(f"no deployment in the {minutes:.1f} min before the errors{since}")
    newest = evidence.deployments[0]
    before = (evidence.onset - newest.at).total_seconds()
    when = f"{before:.0f} s before" if before >= 0 else f"{-before:.0f} s after"
    change = f"{newest.old or 'another revision'} → {newest.new or 'unknown'}"
    reasons = [f"{change} was deployed {when} the first bad period ({newest.at:%H:%M:%S} UTC)"]
    if evidence.logged and (schema := evidence.logged.classes.get("schema")):
        sample = evidence.logged.samples["schema"]
        reasons.append(f"{schema} error lines speak of a schema the code does not fit: {sample}")
        return _supported(0.95, *reasons)
    return _supported(0.86, *reasons)


def _out_of_memory(evidence: Evidence) -> tuple[Stopped, ...]:
    return tuple(task for task in evidence.stopped or () if task.out_of_memory)


def _memory(evidence: Evidence) -> Seen:
    """The kernel's own word: tasks killed for their memory."""
    if evidence.stopped is None:
        return _nothing("the stopped tasks could not be read")
    killed = _out_of_memory(evidence)
    if not killed:
        return _contradicted(
            f"none of {len(evidence.stopped)} tasks that stopped was out of memory"
        )
    newest = killed[0]
    code = "" if newest.exit_code is None else f" with exit code {newest.exit_code}"
    return _supported(
        0.95,
        f"{len(killed)} tasks stopped{code}, the last at {newest.at:%H:%M:%S} UTC: {newest.reason}",
    )


def _connections(evidence: Evidence) -> Seen:
    return _by_log(evidence, "connections", "the database's connections")


def _deadlock(evidence: Evidence) -> Seen:
    """Hung containers neither end nor answer: what ends or logs errors is not hung."""
    ended = [task for task in evidence.stopped or () if task.by_itself]
    if ended:
        return _contradicted(f"{len(ended)} tasks ended by themselves; hung ones would stay")
    if evidence.logged is None or evidence.service is None:
        return _nothing("whether the containers still answer could not be read")
    if told := evidence.logged.classes.get("deadlock"):
        return _supported(0.8, f"{told} error lines: {evidence.logged.samples['deadlock']}")
    if evidence.logged.lines:
        return _contradicted(
            f"the containers answer, with errors: {evidence.logged.lines} error lines"
        )
    service = evidence.service
    if service.running >= service.desired > 0:
        return _supported(
            0.5, f"{service.running} of {service.desired} tasks run, and none logs an error"
        )
    return _nothing("no error lines, and not all tasks run")


def _by_log(evidence: Evidence, name: str, what: str) -> Seen:
    """Judge by what the error lines speak of: many is support, none at all speaks against it."""
    logged = evidence.logged
    if logged is None:
        return _nothing("the log could not be read")
    if not logged.lines:
        return _nothing("there are no error lines to tell by")
    told = logged.classes.get(name, 0)
    if not told:
        return _contradicted(f"none of {logged.lines} error lines speaks of {what}")
    share = told / logged.lines
    reason = f"{told} of {logged.lines} error lines speak of {what}: {logged.samples[name]}"
    if share < 0.2:
        return _nothing(f"only {reason}")
    return _supported(round(0.5 + 0.3 * share, 2), reason)


def _logged_as(name: str, what: str) -> Callable[[Evidence], Seen]:
    return lambda evidence: _by_log(evidence, name, what)


def _unseen(what: str) -> Callable[[Evidence], Seen]:
    return lambda _: _nothing(f"nothing that is read here tells of {what}")


class CauseClass(Struct, frozen=True):
    """Words of a cause, and who reads the evidence for it."""

    telling: re.Pattern[str]
    read: Callable[[Evidence], Seen]


def _class(pattern: str, read: Callable[[Evidence], Seen]) -> CauseClass:
    return CauseClass(re.compile(pattern, re.IGNORECASE), read)


# The first that fits is taken: what a cause is about stands before what it happens to.
CAUSE_CLASSES: Mapping[str, CauseClass] = {
    "cache": _class(r"redis|cache|elasticache|valkey|\bttl", _logged_as("redis", "the cache")),
    "deployment": _class(
        r"deploy|release|rollout|new (version|revision)|regression|bad (version|build|code)",
        _deployment,
    ),
    "connections": _class(r"connection|\bpool\b|max_connections", _connections),
    "deadlock": _class(r"deadlock|\bhung\b|\bhang|frozen|stuck|unresponsive container", _deadlock),
    "memory": _class(r"memory|\boom\b|\bleak", _memory),
    "disk": _class(r"disk|storage|space|volume", _logged_as("disk", "disk space")),
    "cpu": _class(r"\bcpu\b|processor|load", _unseen("processor load")),
    "failover": _class(r"fail-?over|multi-az|promot", _unseen("a failover")),
    "permission": _class(
        r"\biam\b|role|permission|policy|access", _logged_as("permission", "denied access")
    ),
    "credentials": _class(
        r"(key|token|secret|password|credential|certificate).*(expir|rotat|invalid)|expired",
        _logged_as("credentials", "expired credentials"),
    ),
    "rate": _class(r"rate.?limit|throttl|quota", _logged_as("rate", "a rate limit")),
    "schema": _class(r"migration|schema|column", _logged_as("schema", "a missing column or table")),
    "network": _class(
        r"network|\bdns\b|security group|route", _logged_as("network", "the network")
    ),
    "provider": _class(
        r"provider|outage|third.party|upstream|external", _logged_as("timeout", "timeouts")
    ),
}


def judge(procedure: Procedure, evidence: Evidence) -> CausesJudged:
    """Judge every row, and choose the one that stands out; where none does, say why. Pure."""
    verdicts = tuple(verdict(cause, procedure, evidence) for cause in procedure.causes)
    if not verdicts:
        return CausesJudged((), None, f"“{procedure.title}” names no causes{_parts(procedure)}")
    order = sorted(
        (n for n, one in enumerate(verdicts) if one.supported is Support.SUPPORTED),
        key=lambda n: -verdicts[n].strength,
    )
    if not order:
        missing = "".join(f"; not read: {what}" for what in evidence.unread)
        return CausesJudged(verdicts, None, f"the evidence supports none of the causes{missing}")
    best = verdicts[order[0]]
    # As strong, and another remedy: two rows with one remedy are no choice.
    rivals = [
        verdicts[n].cause
        for n in order[1:]
        if verdicts[n].strength > best.strength - _MARGIN and verdicts[n].fix != best.fix
    ]
    if rivals:
        named = " and ".join(f"“{cause}”" for cause in (best.cause, *rivals))
        return CausesJudged(
            verdicts, None, f"the evidence supports {named} alike; a person chooses"
        )
    return CausesJudged(verdicts, order[0], f"“{best.cause}”: {'; '.join(best.reasons)}")


def _parts(procedure: Procedure) -> str:
    """Say what a person has to choose between."""
    named = ", ".join(f"“{section}”" for section in remedies(procedure))
    return f"; a person chooses what is done: {named}" if named else ""


def verdict(cause: Cause, procedure: Procedure, evidence: Evidence) -> Verdict:
    """Judge one row. Pure."""
    cache = CAUSE_CLASSES["cache"]
    # Under a cache's heading "memory" and "connections" are the cache's own.
    about = procedure.title if cache.telling.search(procedure.title) else cause.cause
    seen = next(
        (one.read(evidence) for one in CAUSE_CLASSES.values() if one.telling.search(about)),
        _nothing("nobody here knows how to see this"),
    )
    section = section_for(cause.fix, procedure)
    return Verdict(cause.cause, cause.fix, seen.supported, seen.reasons, seen.strength, section)


# --- which part of the procedure carries a fix out ---------------------------------------------

_SAME_WORDS: Mapping[str, str] = {
    "deployment": "deploy", "deployments": "deploy", "redeploy": "deploy", "release": "deploy",
    "revert": "rollback", "prior": "previous", "earlier": "previous", "older": "previous",
    "versions": "version", "revision": "version", "reboot": "restart", "recycle": "restart",
    "task": "ecs", "tasks": "ecs", "container": "ecs", "containers": "ecs", "service": "ecs",
    "fargate": "ecs", "pods": "ecs", "instance": "database", "rds": "database", "db": "database",
    "postgres": "database", "redis": "cache", "elasticache": "cache", "scaling": "scale",
    "upscale": "scale", "keys": "key", "rotation": "rotate",
}  # fmt: skip
_EMPTY_WORDS = frozenset(
    "a an and the to of in on for with by if it emergency procedure quick step steps out up down "
    "add more current recent".split()
)


def section_for(fix: str, procedure: Procedure) -> str:
    """Find the part of a procedure whose commands carry a fix out; "" where none does. Pure.

    Only the fix's first clause counts: what follows a comma is an afterthought of another kind.
    """
    first = re.split(r"[,;]| and | or ", fix, maxsplit=1)[0]
    wanted = _meaning(first)
    if not wanted:
        return ""
    scored = [
        (len(wanted & _meaning(" ".join((name, *titles)))) / len(wanted), name)
        for name, titles in remedies(procedure).items()
    ]
    best = max(scored, key=lambda one: one[0], default=(0.0, ""))
    return best[1] if best[0] >= _ENOUGH else ""


def _meaning(text: str) -> frozenset[str]:
    joined = re.sub(r"\b(roll|scale)(?:ing)?[ -](?:it )?(back|up|out|down|in)\b",
                    lambda m: "rollback" if m[1] == "roll" and m[2] == "back" else m[1],
                    text.casefold())  # fmt: skip
    return frozenset(
        _SAME_WORDS.get(word, word)
        for word in re.findall(r"[a-z0-9]+", joined)
        if word not in _EMPTY_WORDS
    )
