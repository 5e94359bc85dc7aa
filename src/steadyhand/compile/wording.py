"""What the words of headings, labels, comments and list items mean: conditions, phases, severity.

English only, but for conditions: what is done in no case but one must not be taken for what is
always done, whoever wrote it. Every list is meant to be read; none knows a document.
"""

import re

from steadyhand.model.document.runbook import Phase
from steadyhand.model.effect import Effect

_CONDITION = re.compile(
    r"\b(?:if|unless|only (?:if|when|where|after)|in case|as needed|when needed|where needed|"
    r"if needed|as a last resort|last resort|optional(?:ly)?|consider)\b"
    r"|\bwhen\b(?! to\b)"
    r"|\(during\b"
    r"|\bafter (?:verification|verifying|confirmation|confirming|validation|approval)\b",
    re.IGNORECASE,
)
# The same in other languages: words that begin a sentence, and such as mean nothing else.
_CONDITION_ELSEWHERE = re.compile(
    r"(?:^|[.!?:;(–—]\s*)(?:\W*(?:\d+[.)]\s+)?)(?:"
    r"(?:Nur )?(?:[Ff]alls(?! (?:back|below|under|short|to)\b)|[Ww]enn|[Ss]ofern)\s|Bei Bedarf\b|"
    r"Si\s|S['’]ils?\s|En cas d(?:e\s|['’])|Au besoin\b|En caso de\s|"  # French, Spanish
    r"Se (?:il|lo|la|i|gli|le|l['’]|non|un|una|è|tutt[oi]|o|a|os|as|não|um|uma|necess\w+)\b|"
    r"In caso d[ie]\b|Em caso d[eo]\b|Caso (?:o|a|os|as|não|haja|seja|necess\w+)\b|"
    r"Indien\s|Jeśli\s|Jeżeli\s|Pokud\s|Если\s|При необходимости\b|Якщо\s)"
    r"|, (?:falls|sofern)\b|\b(?:falls|wenn|sofern) (?:nötig|erforderlich|notwendig)\b"
    r"|\bnur (?:falls|wenn|sofern)\b|\b(?:seulement|uniquement|solo|soltanto|somente) s[ie]\b"
    r"|\b(?:si nécessaire|si es necesario|se necess[aá]rio|indien nodig)\b"
    r"|場合|必要に応じて|もし|如果|若需|如需|必要时|必要時|경우|필요 ?시|필요하면",
)
# "Check if tasks are running" asks a question; it makes nothing conditional.
_ASKS = re.compile(
    r"\b(?:check|verify|see|determine|confirm|test|know|ask|decide|find out|identify|establish|"
    r"validate|assess|tell|is unclear|whether)(?: \w+){0,2} (?:if|when|whether)\b"
    r"|[(,;–—]\s*(?:adjust|change|edit|update|modify|customi[sz]e|adapt|replace|repeat)\b[^.;:()]{0,30}"
    r"\b(?:as|if|when|where) (?:needed|necessary|required|appropriate)"
    # "The alert fires when …" says what happened, and asks for nothing.
    r"|\b(?:fires?|triggers?|triggered|happens?|occurs?|raised|appears?|goes off)(?: only)? "
    r"(?:if|when)\b",
    re.IGNORECASE,
)
_POINTS = re.compile(r"(?<=\n)\s*(?:[-*•]|[a-z][.)])\s[^\n]*(?:\n|$)")
_PHASES: tuple[tuple[Phase, re.Pattern[str]], ...] = (
    (Phase.ROLL_BACK, re.compile(r"\broll(?:ing)?[- ]?back|\brevert", re.I)),
    (
        Phase.ASSESS,
        re.compile(
            r"\binvestigat|\bdiagnos|\bassess|\btriage|\bverify (?:the )?status|\bidentif|"
            r"\banaly[sz]|\breview|\binspect|\bsymptom",
            re.I,
        ),
    ),
    (
        Phase.VERIFY,
        re.compile(
            r"\bverif|\bvalidat|\bconfirm|\bpost-(?!re|migrat|upgrad|install|cut)|"
            r"^\W*\d+[.)] monitor",
            re.I,
        ),
    ),
    (
        Phase.ACT,
        re.compile(
            r"\bfix|\bresol|\bmitigat|\bscal|\brestart|\bsolution|\bremed|\brecover|\brestor|"
            r"\bimmediate action|\bemergency|\bfailover|\brotat|\bdeploy|\bclear\b|\bwarm\b|"
            r"\bincrease|\bnotify|\bmigrat|\bbackup",
            re.I,
        ),
    ),
    (
        Phase.ASSESS,
        re.compile(
            r"\bcheck(?:s|ing|list)?\b|\bstatus\b|\bhealth\b|\bview\b|\bsearch\b|\bmonitor", re.I
        ),
    ),
)
_SEVERITY = re.compile(r"\b(P[0-5]|SEV-?[0-5]|S[0-4](?=\s*[:(–-]))\b", re.IGNORECASE)
_SEVERITY_WORD = re.compile(
    r"^\W*(critical|major|minor|high|medium|low)\s*:|\((critical|major|minor)\b", re.I
)
# One scale for all: 0 outage, 1 major, 2 medium, 3 low, 4 trivial.
_RANKS = (
    "critical urgent emergency blocker outage",
    "high major severe",
    "medium moderate normal warning",
    "low minor",
    "trivial cosmetic info informational planning",
)
_RANK_WORDS = "|".join(word for words in _RANKS for word in words.split())
_SEVERITY_LEVEL = re.compile(rf"({_RANK_WORDS})(?: (?:severity|priority|impact))?", re.IGNORECASE)
_RANKED = re.compile(
    rf"\W*(?:(?:P|SEV-?|S)[0-5]\W+)?({_RANK_WORDS})\s*(?:$|[|:)–—-]|(?=severity|priority))",
    re.IGNORECASE,
)
_IN_BRACKETS = re.compile(rf"\(({_RANK_WORDS})\b", re.IGNORECASE)
_NUMBERED = re.compile(r"^(?:step\s+)?\d+[.):]\s+", re.IGNORECASE)

_VERBS = frozenset(
    "access acknowledge activate add adjust alert allow analyse analyze announce apply approve ask "
    "assess assign attach audit backup begin block build bump call cancel capture change check "
    "clean clear clone close collect communicate compare complete configure confirm connect "
    "consider contact contain copy coordinate create decide declare delete deploy describe "
    "determine disable discard disconnect dismiss document download drain drop edit email enable "
    "engage ensure enter escalate evacuate evaluate execute expand export failover fetch file "
    "find fix flush follow force gather generate get go grant hand identify implement import "
    "increase inform initiate inspect install invalidate investigate invite isolate join keep kill "
    "launch learn lock log look lower make mark measure merge migrate mitigate modify monitor move "
    "navigate note notify open order page patch pause perform pick ping plan point post prepare "
    "press promote provide provision publish pull purge push put query raise re-enable read "
    "reboot rebuild recheck reconnect record recover recreate redeploy redirect reduce refresh "
    "register release reload remove rename repair repeat replace replay report request reset "
    "resize resolve restart restore resume retrieve retry return reverse revert review revoke "
    "roll rollback rotate run save scale schedule search select send set share shut "
    "sign snapshot start stop submit suspend swap switch tag take tell terminate test "
    "throttle track trigger turn unblock undo uninstall unlock update upgrade upload use validate "
    "verify view visit wait warm watch write".split()
)
_RULES = re.compile(r"\b(rules?|guidelines?|principles?|polic(?:y|ies)|table of contents)\b", re.I)
_SYMPTOMS = re.compile(
    r"(?:common )?symptoms?|signs|indicators|triggers|when to (?:roll ?back|use this.*)",
    re.IGNORECASE,
)
_EXPECTED = re.compile(
    r"^(?:expect(?:ed|s)?\b|sample output|example output|output\b|response\b|returns?\b|"
    r"should (?:return|show|print|be|see)\b|you should see\b|look for\b|watch for\b)"
    r"|\bmetrics? to watch\b|\bwhat to look for\b",
    re.IGNORECASE,
)
_CONTENT = re.compile(
    r"\b(?:contains|contents? of|looks like|content is|sample|example)\b.*:$", re.IGNORECASE
)
_DESCRIBES = re.compile(
    r"^(?:this|it|that|the \w+(?: \w+)?) (?:will|does|performs|runs through)\b|"
    r"\bwhat (?:this|it|the \w+) (?:does|will do)\b|^how it works\b|"
    r"^(?:common|possible|likely) causes\b",
    re.IGNORECASE,
)
# Work that no command of the fence does; a comment that begins like this is a step of its own.
_BY_HAND = re.compile(
    r"^(?:edit|open|navigate|go to|log ?in|sign in|click|ask|call|page|contact|notify|tell|write "
    r"down|note|wait|manually|record)\b",
    re.IGNORECASE,
)


def unnumbered(text: str) -> str:
    """Drop a number at the front: "2. Restart" → "Restart"."""
    return _NUMBERED.sub("", text)


def numbered(text: str) -> bool:
    """Tell whether a text begins with a number of a list."""
    return _NUMBERED.match(text) is not None


def condition(text: str) -> str:
    """Give the sentence that makes what it names conditional; "" when none does. Pure.

    The points of a list below it have conditions of their own.
    """
    text = _POINTS.sub("", text)
    asked = _ASKS.sub(" ", text)
    found = _CONDITION.search(asked) or _CONDITION_ELSEWHERE.search(text)
    return text.strip(" :\n") if found else ""


def phase_of(*texts: str) -> Phase | None:
    """Say what a part is for, by the nearest text that says it; None when none does."""
    for text in texts:
        for phase, pattern in _PHASES:
            if pattern.search(text):
                return phase
    return None


def phase_by_effect(effects: list[Effect]) -> Phase:
    """Say what a part is for by what it does: all reads assess."""
    return Phase.ASSESS if all(e is Effect.READ for e in effects) else Phase.ACT


def severity_of(*texts: str) -> str:
    """Give the severity that the nearest of these headings names: "P1", "CRITICAL", or ""."""
    for text in texts:
        if (match := _SEVERITY.search(text)) is not None:
            return match.group(1).upper()
        if (match := _SEVERITY_WORD.search(text)) is not None:
            return (match.group(1) or match.group(2)).upper()
    return ""


def severity_name(text: str) -> str:
    """Give the severity that a cell or a label is: "P1", "SEV2", "CRITICAL", or ""."""
    if re.fullmatch(r"S[0-5]", text.strip()):
        return text.strip()
    if (match := _SEVERITY.match(text.lstrip(" (*"))) is not None:
        return match.group(1).upper()
    word = _SEVERITY_LEVEL.fullmatch(text.strip(" :.()🔴🟠🟡🟢🔵⚪"))
    return word.group(1).upper() if word is not None else severity_of(text)


def severity_rank(text: str) -> int | None:
    """Give what the words of a level say of it, 0 (outage) to 4 (trivial); None for no word.

    Only a word that names the level counts: "P1 - Critical", "P2 (High)"; not "P2: High memory".
    """
    match = _RANKED.match(text) or _IN_BRACKETS.search(text)
    if match is None:
        return None
    word = match.group(1).lower()
    return next(rank for rank, words in enumerate(_RANKS) if word in words.split())


def imperative(text: str) -> bool:
    """Tell whether a text begins as an instruction does: with a verb."""
    words = re.findall(r"[A-Za-z][\w-]*", unnumbered(text))
    return bool(words) and words[0].lower() in _VERBS


def describes(text: str) -> bool:
    """Tell whether a label announces what something does by itself: "This will"."""
    return _DESCRIBES.search(text) is not None


def states_rules(text: str) -> bool:
    """Tell whether a heading announces rules or an index, and no work."""
    return _RULES.search(text) is not None


def is_symptoms(text: str) -> bool:
    """Tell whether a heading or label announces symptoms. Pure."""
    return _SYMPTOMS.fullmatch(text.strip(" :")) is not None


def announces_output(text: str) -> bool:
    """Tell whether a line announces what a command prints."""
    return _EXPECTED.search(text) is not None


def announces_content(text: str) -> bool:
    """Tell whether a line announces the content of a file or an example."""
    return _CONTENT.search(text) is not None


def by_hand(text: str) -> bool:
    """Tell whether a comment says what a person does beside the command below it."""
    return _BY_HAND.search(unnumbered(text)) is not None


def slug(text: str) -> str:
    """Make a heading's anchor as GitHub does, without hyphens at its ends."""
    kept = re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
    return kept.strip("-_") or "part"
