"""Items and sentences in; rules for whoever works, checklists, symptoms and named alarms out."""

import re
from collections.abc import Iterable, Iterator

from steadyhand.compile.facts.said import Place, Said, plain
from steadyhand.compile.mojibake import repair
from steadyhand.compile.wording import is_symptoms, states_rules
from steadyhand.model.document.facts import (
    AlarmMention,
    Checklist,
    LogLocation,
    SafetyRule,
    Symptom,
)
from steadyhand.model.document.span import Span

_NEVER = re.compile(
    r"^\W*(?:never|do not|don['’]t|no (?!longer|more|op|response|one)\w+(?: \w+){0,5} "
    r"(?:without|unless|until)|avoid)\b"
    r"|\b(?:must not|must never|may not|shall not|never|under no circumstances|"
    r"is (?:not allowed|forbidden|prohibited))\b",
    re.IGNORECASE,
)
_ALWAYS = re.compile(r"^\W*always\b|\bmust always\b|\balways\b(?=.*\bbefore\b)", re.IGNORECASE)
_MUST = re.compile(
    r"^\W*(?:required?|only)\b(?!:)|\b(?:must|shall|has to be|have to be|"
    r"requires? (?:manual )?(?:approval|mfa|a second|two|sign-?off|confirmation|permission)|"
    r"is (?:mandatory|required)|are (?:mandatory|required)|mandatory)\b"
    r"|^\W*(?:stop|halt|pause) (?:all )?(?:writes?|traffic)\b.*\b(?:immediately|first|at once)\b",
    re.IGNORECASE,
)
_ABOUT: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("approval", r"\bapprov\w*|\bsign-?off\b|\bpermission from\b|\breviewed by\b"),
        ("backup", r"\bbackups?\b|\bsnapshots?\b"),
        ("rollback", r"\broll(?:ing)?[- ]?back\b|\brevert\b"),
        ("test", r"\btest(?:s|ed|ing)?\b|\bstaging\b"),
        ("monitoring", r"\bmonitor\w*\b|\bwatch\b"),
        ("writes", r"\b(?:stop|halt|pause) (?:all )?(?:writes?|traffic)\b"),
        ("access", r"\bmfa\b|\bsso\b|\bcredentials?\b|\bkeys?\b|\baccess\b|\bpasswords?\b"),
    )
)
_LOGGED = re.compile(r"\blogs?\b", re.IGNORECASE)
_LOG_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("bucket", r"\bs3://\S+|\bS3: ?\S+|\bgs://\S+"),
        ("url", r"\bhttps?://\S+"),
        ("journal", r"\bjournalctl\b.*|\bjournald?\b"),
        ("log group", r"(?<![\w.])/(?:ecs|aws|eks|fargate|lambda)/[\w./-]+"),
        ("file", r"(?<![\w.])(?:~/|\./|/)[\w./*-]*\.(?:log|out|err)\b"
                 r"|(?<![\w.])/var/log/[\w./*-]*"),
    )
)  # fmt: skip
_NAMED_ALARM = re.compile(
    r"\b(?:alarms?|alerts?|monitors?)\b[^`\n]{0,20}((?:`[^`\n]+`[\s,/]*(?:or|and)?\s*)+)", re.I
)
# A field that says what is seen or why, and asks for nothing.
_REPORTS = re.compile(
    r"(?:symptoms?|errors?|error messages?|messages?|(?:root |likely |possible )?causes?|why|"
    r"problems?|issues?|description|summary|impact|alert)",
    re.IGNORECASE,
)
_QUOTED = re.compile(r'"[^"]*"|“[^”]*”')
_LONGEST = 600  # characters of an item or a paragraph that still holds a rule


def rules_in(said: Said) -> Iterator[SafetyRule]:
    """Give what an item or a sentence says must always or never be done. Pure."""
    if said.place is Place.HEADING or said.checked is not None or len(said.text) > _LONGEST:
        return
    section = said.nearest
    if said.place is Place.PARAGRAPH:
        yield from _spoken(said)
        return
    if re.search(r"\btable of contents\b", section, re.IGNORECASE):
        return
    if _REPORTS.fullmatch(said.label.strip(" :")):
        return
    text, force = said.text, _force(said.text)
    if not force and states_rules(section) and not re.match(r"\[|\W*https?:", text):
        force = "rule"
    if force:
        yield SafetyRule(text, force, _about(text), section, said.span, said.procedure)


def _spoken(said: Said) -> Iterator[SafetyRule]:
    """Give the sentences of a paragraph that are rules and no story: they begin with their force,
    or stand alone under a bold word."""
    if _REPORTS.fullmatch(said.label.strip(" :")):
        return
    for sentence in re.split(r"(?<=[.!])\s+", said.text):
        starts = _NEVER.match(sentence) or _ALWAYS.match(sentence)
        if (starts or (said.label and sentence == said.text)) and len(sentence.split()) <= 30:
            force = _force(sentence)
            if force:
                yield SafetyRule(
                    *(sentence, force, _about(sentence), said.nearest, said.span, said.procedure)
                )


def _about(text: str) -> tuple[str, ...]:
    return tuple(name for name, pattern in _ABOUT if pattern.search(text))


def _force(text: str) -> str:
    text = _QUOTED.sub(" ", text)
    if _NEVER.search(text):
        return "never"
    if _ALWAYS.search(text):
        return "always"
    return "must" if _MUST.search(text) else ""


def checklists(said: Iterable[Said]) -> Iterator[Checklist]:
    """Gather boxes to tick by their list. Pure."""
    lists: dict[int, list[Said]] = {}
    for one in said:
        if one.checked is not None:
            lists.setdefault(one.group, []).append(one)
    for boxes in lists.values():
        first, last = boxes[0], boxes[-1]
        yield Checklist(
            title=first.nearest,
            items=tuple(box.text for box in boxes),
            ticked=tuple(bool(box.checked) for box in boxes),
            span=Span(first.span.path, first.span.line, last.span.end_line),
            procedure=first.procedure,
        )


def symptoms_in(said: Said) -> Iterator[Symptom]:
    """Give a symptom: an item under a heading or label that announces them, or a field."""
    if said.place is Place.HEADING or said.checked is not None:
        return
    if said.place is Place.ITEM and is_symptoms(said.nearest):
        yield Symptom(said.text, said.procedure, said.span)
    elif is_symptoms(said.label) and said.rest:
        yield Symptom(said.rest, said.procedure, said.span)


def alarms_named_in(said: Said) -> Iterator[AlarmMention]:
    """Give the alarms that a sentence calls by a name in code marks: "alarm: `db-cpu-high`"."""
    if "`" not in said.raw or len(said.raw) > _LONGEST:
        return
    for match in _NAMED_ALARM.finditer(said.raw):
        for name in re.findall(r"`([^`\n]+)`", match.group(1)):
            if re.fullmatch(r"[A-Za-z][\w.:/-]*", name) and not name.startswith("/"):
                text = repair(plain(said.raw.split("\n")[0]))
                yield AlarmMention(name, text, said.span, said.procedure)


def log_location(what: str, place: str, span: Span) -> LogLocation:
    """Judge where logs are said to be. Pure."""
    kind = next((kind for kind, pattern in _LOG_KINDS if pattern.search(place)), "")
    return LogLocation(what, place, kind, span)


def logs_in(said: Said) -> Iterator[LogLocation]:
    """Give where an item or a field says that logs are. Pure."""
    if said.place is Place.HEADING or said.checked is not None:
        return
    head, rest = said.label, said.rest
    if not head:
        head, colon, rest = said.text.partition(": ")
        if not colon or len(head.split()) > 5:
            return
    if _LOGGED.search(head) or any(_LOGGED.search(text) for text in said.above[:1]):
        one = log_location(head.strip(), rest.strip(), said.span)
        if one.kind:
            yield one
