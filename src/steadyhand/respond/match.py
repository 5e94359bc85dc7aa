"""Which procedure an alarm calls for: its name against titles and symptoms, scored. Pure."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from unicodedata import category, normalize

from msgspec import Struct

from steadyhand.model.document.runbook import AlarmRule, Procedure
from steadyhand.model.visible import UNSEEN
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
# Scripts that put no blanks between words: Thai, Lao, Burmese, Khmer, Japanese and Chinese.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
_NO_LETTER = re.compile(rf"{UNSEEN.pattern}|[\u200c\u200d\ufe00-\ufe0f]")
_SHORTEST = 2  # characters of a phrase that is looked for in another


class Match(Struct, frozen=True):
    procedure: Procedure
    score: float
    reason: str


class Ranking(Struct, frozen=True):
    """The procedures that share a word with an alarm, best first; `best` None: none stands out."""

    matches: tuple[Match, ...]
    best: Match | None
    why: str

    @property
    def ambiguous(self) -> bool:
        return self.best is None and bool(self.matches)


def words(text: str) -> frozenset[str]:
    """Take the words that carry meaning, each in its one form; 500, 502 … are 5xx. Pure.

    Of a script without blanks between words, a run of characters is one word.
    """
    found = set()
    for word in _runs(text):
        if re.fullmatch(r"5(\d\d|xx)s?", word):
            found.add("5xx")
        elif word not in _SILENT and not word.isdigit():
            found.add(SAME.get(word, word))
    return frozenset(found)


def _runs(text: str) -> Iterator[str]:
    """Give the runs of letters, their marks and digits, folded; a change of script ends one."""
    folded = normalize("NFKC", normalize("NFKC", text).casefold())
    for kind, run in groupby(_NO_LETTER.sub("", folded), _kind):
        word = "".join(run)
        if kind and any(map(str.isalnum, word)):
            yield word


def _kind(char: str) -> str:
    """Tell what a character belongs to: a "word", a "phrase" (an unspaced script), or "" none."""
    if not char.isalnum() and category(char) not in {"Mn", "Mc"}:
        return ""
    return "phrase" if _UNSPACED.match(char) else "word"


def _shared(wanted: frozenset[str], found: frozenset[str]) -> list[str]:
    """Give the words that are wanted and found: the same, or a phrase that holds the other."""
    phrases = [one for one in found if _is_phrase(one)]
    return sorted(
        word
        for word in wanted
        if word in found
        or (_is_phrase(word) and any(word in one or one in word for one in phrases))
    )


def _is_phrase(word: str) -> bool:
    return len(word) >= _SHORTEST and _UNSPACED.match(word) is not None


def match(rule: AlarmRule, procedures: Sequence[Procedure]) -> Ranking:
    """Rank the procedures that an alarm's name calls for, and take the one that stands out. Pure.

    A word in the title tells more than one in a symptom or a cause, and one that many procedures
    use tells less. Only procedures with symptoms are for incidents; the
    parts of one heading count as one.
    """
    wanted = words(f"{rule.name} {rule.threshold.statistic}")
    known = wholes(procedures)
    candidates = [procedure for procedure in known if procedure.symptoms]
    places = [
        {
            "title": _shared(wanted, words(procedure.title)),
            "symptoms": _shared(wanted, words(" ".join(procedure.symptoms))),
            "causes": _shared(wanted, words(" ".join(cause.cause for cause in procedure.causes))),
        }
        for procedure in candidates
    ]
    use = Counter((place, word) for one in places for place in one for word in one[place])
    matches = []
    for procedure, shared in zip(candidates, places, strict=True):
        score = sum(
            _WEIGHTS[place] * (_VAGUENESS if word in _VAGUE else 1) / (use[place, word] ** 0.5)
            for place, found in shared.items()
            for word in found
        )
        if score:
            said = [f"{place}: {', '.join(found)}" for place, found in shared.items() if found]
            matches.append(Match(procedure, round(score, 2), f"{score:.3g} ({'; '.join(said)})"))
    matches.sort(key=lambda one: (-one.score, one.procedure.span))
    if not matches:
        return Ranking((), None, _nothing(rule, wanted, known))
    return _ranking(rule, tuple(matches))


def _nothing(rule: AlarmRule, wanted: frozenset[str], known: Sequence[Procedure]) -> str:
    """Say why nothing matches, and which title would, if its procedure had symptoms."""
    why = f"no procedure with symptoms speaks of “{rule.name}”"
    titles = [(len(_shared(wanted, words(p.title))), p) for p in known if not p.symptoms]
    shared, nearest = max(titles, key=lambda one: one[0], default=(0, None))
    if nearest is None or not shared:
        return why
    told = f"“{nearest.title}” ({nearest.span}) does in its title"
    return f"{why}; {told}, and is no candidate until it states its symptoms"


def _ranking(rule: AlarmRule, matches: tuple[Match, ...]) -> Ranking:
    best = matches[0]
    near = [one for one in matches[1:] if one.score >= _NEAR * best.score]
    if near:
        named = ", ".join(f"“{one.procedure.title}” ({one.score:g})" for one in (best, *near))
        return Ranking(matches, None, f"several procedures fit “{rule.name}” alike: {named}")
    why = f"score {best.reason}"
    for other in matches[1:2]:
        why += f"; next is “{other.procedure.title}” ({other.score:g})"
    return Ranking(matches, best, why)
