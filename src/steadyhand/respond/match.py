"""Which procedure an alarm calls for, by the document's own words: names, titles, symptoms. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from steadyhand.model.runbook import AlarmRule, Procedure

# Words that operators use for the same thing → the word compared.
_SAME = {
    "5xx": "5xx", "errors": "error", "failures": "error", "failure": "error", "failing": "error",
    "latency": "latency", "slow": "latency", "slower": "latency", "response": "latency",
    "rds": "database", "postgres": "database", "postgresql": "database", "db": "database",
    "elasticache": "redis", "valkey": "redis", "cache": "redis",
    "connections": "connection", "connect": "connection",
    "oom": "memory", "ram": "memory", "logins": "login", "authentication": "login",
    "lag": "lag", "backlog": "lag", "utilisation": "use", "utilization": "use",
}  # fmt: skip
_EMPTY = frozenset(
    "a an and are at by for from high in is it low no not of on or rate the to too users with "
    "check checks issue issues problem problems".split()
)
_TITLE, _SYMPTOM = 3.0, 1.0
_CLOSE = 0.75  # a second one this near makes the match ambiguous


@dataclass(frozen=True)
class Match:
    procedure: Procedure
    score: float
    reason: str


def words(text: str) -> frozenset[str]:
    """Take the words that carry meaning, each in its one form; 500, 502 … are 5xx. Pure."""
    found = re.findall(r"[a-z0-9]+", text.casefold())
    return frozenset(
        "5xx" if re.fullmatch(r"5(\d\d|xx)", word) else _SAME.get(word, word)
        for word in found
        if word not in _EMPTY and not re.fullmatch(r"\d{1,2}", word)
    )


def match(rule: AlarmRule, procedures: Sequence[Procedure]) -> list[Match]:
    """Rank the procedures that share a word with an alarm's name, best first. Pure."""
    wanted = words(rule.name)
    found = []
    for procedure in procedures:
        if not procedure.symptoms:
            continue
        in_title = wanted & words(procedure.title)
        in_symptoms = (wanted & words(" ".join(procedure.symptoms))) - in_title
        score = _TITLE * len(in_title) + _SYMPTOM * len(in_symptoms)
        if score:
            said = [f"title: {', '.join(sorted(in_title))}"] if in_title else []
            said += [f"symptoms: {', '.join(sorted(in_symptoms))}"] if in_symptoms else []
            found.append(Match(procedure, score, f"score {score:g} ({'; '.join(said)})"))
    return sorted(found, key=lambda m: (-m.score, m.procedure.span))


def clear_winner(ranked: Sequence[Match]) -> Match | None:
    """Give the first when no other comes near it: an ambiguous match is offered, not taken."""
    if not ranked:
        return None
    if len(ranked) > 1 and ranked[1].score >= _CLOSE * ranked[0].score:
        return None
    return ranked[0]
