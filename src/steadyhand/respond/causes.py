"""Hold each row of a cause → fix table against the evidence: supported, contradicted, or neither.

Pure. A row is recognised by the meaning of its words; a row nobody recognises has no evidence, and
is never chosen.
"""

import re
from collections.abc import Callable

from steadyhand.model.incident import CausesJudged, Support, Verdict
from steadyhand.model.runbook import Cause, Phase, Procedure
from steadyhand.respond.evidence import Evidence

Finding = tuple[Support, str, float]  # support, reason, strength
_STRONG = 0.9
_CONNECTION_TROUBLE = re.compile(
    r"too many (clients|connections)|remaining connection slots|connection (refused|timed out|reset)"
    r"|pool.{0,20}(exhausted|timeout|timed out|limit)|couldn't get a connection",
    re.IGNORECASE,
)


def _deployment(evidence: Evidence) -> Finding:
    recent = [d for d in evidence.deployments if evidence.now - d.began <= evidence.window]
    minutes = evidence.window.total_seconds()
    if not recent:
        return Support.CONTRADICTED, f"no deployment in the {minutes:.0f} s before", 0
    newest = recent[0]
    ago = (evidence.now - newest.began).total_seconds()
    reason = f"{newest.task_definition} was deployed {ago:.0f} s before ({newest.id})"
    return Support.SUPPORTED, reason, _STRONG


def _memory(evidence: Evidence) -> Finding:
    killed = [
        task
        for task in evidence.stopped
        if task.exit_code == 137 or "outofmemory" in task.reason.replace(" ", "").casefold()
    ]
    near = [task for task in killed if task.at is None or evidence.now - task.at <= evidence.window]
    if not near:
        return Support.CONTRADICTED, "no task was stopped for its memory", 0
    reason = f"{len(near)} task(s) stopped with exit code 137: {near[0].reason}"
    return Support.SUPPORTED, reason, _STRONG


def _connections(evidence: Evidence) -> Finding:
    telling = [line for line in evidence.errors if _CONNECTION_TROUBLE.search(line)]
    count = len(evidence.errors)
    if telling and len(telling) * 2 >= count:
        return Support.SUPPORTED, f"{len(telling)} of {count} error lines: {telling[0][:160]}", 0.6
    if telling:
        return Support.NO_EVIDENCE, f"only {len(telling)} of {count} error lines speak of it", 0
    if count:
        return Support.CONTRADICTED, f"none of {count} error lines speaks of connections", 0
    return Support.NO_EVIDENCE, "no error lines were read", 0


def _deadlock(evidence: Evidence) -> Finding:
    if evidence.running is not None and evidence.running != evidence.desired:
        said = f"{evidence.running} of {evidence.desired} tasks run: they stop, they do not hang"
        return Support.CONTRADICTED, said, 0
    if evidence.errors:
        return Support.CONTRADICTED, "the tasks answer, and log why they fail", 0
    return Support.NO_EVIDENCE, "whether the tasks hang cannot be seen from outside", 0


# Words of a cause → who reads the evidence for it. The first entry that fits is taken.
CAUSE_CLASSES: dict[str, tuple[re.Pattern[str], Callable[[Evidence], Finding]]] = {
    "deployment": (re.compile(r"deploy|release|rollout|new version|revision", re.I), _deployment),
    "memory": (re.compile(r"memory|\boom\b|leak", re.I), _memory),
    "connections": (re.compile(r"connection|\bpool\b", re.I), _connections),
    "deadlock": (re.compile(r"deadlock|hung|hang|frozen|stuck", re.I), _deadlock),
}


def judge(procedure: Procedure, evidence: Evidence) -> CausesJudged:
    """Judge every row, and choose the one that stands out; when none does, say why. Pure."""
    verdicts = tuple(_verdict(cause, procedure, evidence) for cause in procedure.causes)
    supported = sorted(
        (index for index, v in enumerate(verdicts) if v.supported is Support.SUPPORTED),
        key=lambda index: -verdicts[index].strength,
    )
    if not verdicts:
        return CausesJudged((), None, "the document names no causes here")
    if not supported:
        return CausesJudged(verdicts, None, "no cause of the document is supported by evidence")
    best = verdicts[supported[0]]
    if len(supported) > 1 and verdicts[supported[1]].strength == best.strength:
        rivals = " and ".join(f"“{verdicts[index].cause}”" for index in supported[:2])
        return CausesJudged(verdicts, None, f"{rivals} are supported alike: a person has to choose")
    return CausesJudged(verdicts, supported[0], f"{best.cause}: {best.reasons[0]}")


def _verdict(cause: Cause, procedure: Procedure, evidence: Evidence) -> Verdict:
    section = section_for(cause.fix, procedure)
    for pattern, read in CAUSE_CLASSES.values():
        if pattern.search(cause.cause):
            support, reason, strength = read(evidence)
            break
    else:
        support, reason, strength = Support.NO_EVIDENCE, "nobody knows how to see this", 0.0
    return Verdict(cause.cause, cause.fix, support, (reason,), strength, section)


def section_for(fix: str, procedure: Procedure) -> str:
    """Find the part of the procedure that carries a fix out: the one sharing most words. Pure."""
    parts = dict.fromkeys(
        step.section
        for step in procedure.steps
        if step.commands and step.phase in {Phase.ACT, Phase.ROLL_BACK}
    )
    wanted = _stems(fix)
    scored = [(len(wanted & _stems(part)), part) for part in parts]
    best = max(scored, default=(0, ""))
    return best[1] if best[0] else ""


def _stems(text: str) -> frozenset[str]:
    joined = re.sub(
        r"\b(roll|scale|force|restart)[ -](back|up|down|out|in)\b", r"\1\2", text.casefold()
    )
    return frozenset(re.findall(r"[a-z]{4,}", joined)) - _COMMON


_COMMON: frozenset[str] = frozenset(
    "procedure previous version check from that this then with task tasks more give emergency".split()
)
