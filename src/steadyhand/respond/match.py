"""Which procedure an alarm calls for: its name against titles and symptoms, scored. Pure."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from steadyhand.model.document.runbook import AlarmRule, Procedure
from steadyhand.respond.whole import wholes

# What operators call by several names → the one word that is compared.
SAME: Mapping[str, str] = {
    word: meaning
    for meaning, words in {
        "5xx": "5xx 500s server-error",
        "error": "error errors fail fails failed failing failure failures unhealthy exception",
        "latency": "latency slow slower slowness p50 p90 p95 p99 response timeout timeouts timing",
        "database": "database databases db rds postgres postgresql mysql aurora sql",
        "redis": "redis cache caches elasticache valkey",
        "kafka": "kafka broker brokers consumer consumers topic",
        "lag": "lag backlog queue depth behind",
        "connection": "connection connections connect connecting",
        "memory": "memory oom ram heap swap",
        "cpu": "cpu processor load",
        "disk": "disk storage space volume",
        "login": "login logins authentication auth unauthorized brute",
        "certificate": "certificate certificates cert tls ssl expiry",
        "unresponsive": "unresponsive down unavailable outage unreachable",
        "container": "container containers ecs task tasks pod pods fargate",
        "api": "api apis backend",
        "deploy": "deploy deployment deployments release rollout",
    }.items()
    for word in words.split()
}  # fmt: skip
_SILENT = frozenset(
    "a an and are at by for from high in is it low no not of on or per rate rates the to too users "
    "user with without check issue issues problem problems count number alarm alert over above "
    "below than s ms min working".split()
)
_WEIGHTS = {"title": 3.0, "symptoms": 1.5, "causes": 0.75}
_VAGUE = frozenset("api container error".split())  # true of most incidents of most systems
_VAGUENESS = 0.5
_NEAR = 0.8  # a second one this near makes it ambiguous


@dataclass(frozen=True)
class Match:
    procedure: Procedure
    score: float
    reason: str


@dataclass(frozen=True)
class Ranking:
    """The procedures that share a word with an alarm, best first; `best` None: none stands out."""

    matches: tuple[Match, ...]
    best: Match | None
    why: str

    @property
    def ambiguous(self) -> bool:
        return self.best is None and bool(self.matches)


def words(text: str) -> frozenset[str]:
    """Take the words that carry meaning, each in its one form; 500, 502 … are 5xx. Pure."""
    found = set()
    for word in re.findall(r"[a-z0-9]+", text.casefold()):
        if re.fullmatch(r"5(\d\d|xx)s?", word):
            found.add("5xx")
        elif word not in _SILENT and not word.isdigit():
            found.add(SAME.get(word, word))
    return frozenset(found)


def match(rule: AlarmRule, procedures: Sequence[Procedure]) -> Ranking:
    """Rank the procedures that an alarm's name calls for, and take the one that stands out. Pure.

    A word in the title tells more than one in a symptom or a cause, and one that many procedures
    use tells less. Only procedures with symptoms are for incidents; the
    parts of one heading count as one.
    """
    wanted = words(f"{rule.name} {rule.threshold.statistic}")
    candidates = [procedure for procedure in wholes(procedures) if procedure.symptoms]
    places = [
        {
            "title": words(procedure.title),
            "symptoms": words(" ".join(procedure.symptoms)),
            "causes": words(" ".join(cause.cause for cause in procedure.causes)),
        }
        for procedure in candidates
    ]
    use = Counter((place, word) for one in places for place in one for word in one[place])
    matches = []
    for procedure, one in zip(candidates, places, strict=True):
        shared = {place: sorted(wanted & found) for place, found in one.items()}
        score = sum(
            _WEIGHTS[place] * (_VAGUENESS if word in _VAGUE else 1) / (use[place, word] ** 0.5)
            for place, found in shared.items()
            for word in found
        )
        if score:
            said = [f"{place}: {', '.join(found)}" for place, found in shared.items() if found]
            matches.append(Match(procedure, round(score, 2), f"{score:.3g} ({'; '.join(said)})"))
    matches.sort(key=lambda one: (-one.score, one.procedure.span))
    return _ranking(rule, tuple(matches))


def _ranking(rule: AlarmRule, matches: tuple[Match, ...]) -> Ranking:
    if not matches:
        return Ranking((), None, f"no procedure's title or symptoms speak of “{rule.name}”")
    best = matches[0]
    near = [one for one in matches[1:] if one.score >= _NEAR * best.score]
    if near:
        named = ", ".join(f"“{one.procedure.title}” ({one.score:g})" for one in (best, *near))
        return Ranking(matches, None, f"several procedures fit “{rule.name}” alike: {named}")
    why = f"score {best.reason}"
    for other in matches[1:2]:
        why += f"; next is “{other.procedure.title}” ({other.score:g})"
    return Ranking(matches, best, why)
