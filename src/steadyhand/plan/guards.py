"""A safety rule of a document and the steps of a plan in; what is to be done about it, out. Pure.

By closed wordings: a rule in other words is listed as not enforced. Whatever was read of backups is
handed over.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct, field
from msgspec.structs import replace

from steadyhand.model.document.facts import Checklist, SafetyRule
from steadyhand.model.document.runbook import Procedure, Runbook, Step, StepKind
from steadyhand.model.document.span import Span
from steadyhand.model.effect import Effect
from steadyhand.model.run.plan import Guard, Kept
from steadyhand.plan.choosing import CannotPlan
from steadyhand.plan.doing import (
    backs_up,
    changes_database,
    databases,
    deploys,
    stops_writes,
)

_BACKUP = re.compile(
    r"\b(?:database|schema|data|migrations?)\b.*\bwithout\b.*\b(?:backups?|snapshots?)\b"
    r"|\b(?:backups?|snapshots?|back up)\b.*\bbefore\b.*\b(?:database|schema|migrat\w+)\b"
    r"|\bbefore\b.*\b(?:database|schema|migrat\w+)\b.*\b(?:backups?|snapshots?|back up)\b",
    re.IGNORECASE,
)
_AGE = re.compile(
    r"\b(?:last|within|past|than) (?:the )?(?:last )?(\d+)\s*(hours?|h|days?|d)\b", re.I
)
_APPROVAL = re.compile(r"\bapprov\w+|\bsign-?off\b", re.IGNORECASE)
_APPROVER = re.compile(r"\bby (?:the |an? )?([a-z][\w -]+)$", re.IGNORECASE)
_DEPLOYMENTS = re.compile(r"\b(?:deploy|release)(?:s|ments?|ing)?\b", re.IGNORECASE)
_CHANGES = re.compile(r"\b(?:all|every|any|no|production)\b[^.]*\bchanges?\b|^\W*changes\b", re.I)
MONITOR = re.compile(
    r"\bmonitor\w*\b.*?\bfor\s+(?:at least\s+)?(\d+)\s*(minutes?|min|hours?|h)\b.*"
    r"\b(?:deploy|release)",
    re.IGNORECASE,
)
_WATCHED = re.compile(r"\bpost-deployment monitoring\b|\bmonitor\w*\b.*\bafter\b.*\bdeploy", re.I)
_MINUTES = re.compile(r"\bmonitor\w*\b.*?\b(\d+)\s*(minutes?|min|hours?|h)\b", re.IGNORECASE)
_RECORDED = re.compile(r"\bchanges?\b.*\b(?:documented|recorded|logged)\b", re.IGNORECASE)
# What people have to see to, with the words that a box of the document says it in.
_THEMES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("rollback", r"\broll ?back (?:plan|procedure|strateg)\w*"),
        ("test", r"\b(?:test|verif)\w*\b.*\b(?:development|staging|test environment)\b"),
        ("access", r"\bmfa\b|\bmulti-?factor\b|\bsso\b"),
        ("writes", r"\b(?:stop|halt|pause)\w* (?:all )?(?:writes?|traffic)\b"),
        ("backup", r"\b(?:backup|snapshot)s?\b"),
        ("approval", r"\bapprov\w+"),
    )
)
# The title of a list of boxes that are ticked before something is brought out.
_BEFORE = re.compile(r"\b(?:before|pre-?)\W*(?:deploy|release)", re.IGNORECASE)
_BACKED_UP = re.compile(r"\bbackups?\b", re.IGNORECASE)
_STOP = dict(_THEMES)["writes"]
_FRESH = timedelta(hours=24)  # where a rule does not say how old a backup may be


class Backup(Struct, frozen=True):
    """The newest backup of a database that can be restored."""

    name: str
    at: datetime


class Sight(Struct, frozen=True):
    """What was read for the rules: by database, its newest backup, None where it has none."""

    backups: Mapping[str, Backup | None] = field(default_factory=dict)
    now: datetime | None = None
    broken_glass: str = ""  # why the rules do not hold this once


class Seen(Struct, frozen=True):
    """What the rules look at."""

    runbook: Runbook
    procedure: Procedure
    steps: tuple[Step, ...]
    sight: Sight

    @property
    def changes(self) -> list[Step]:
        return [s for s in self.steps if s.effect > Effect.READ or self.deploys(s)]

    @property
    def deployments(self) -> list[Step]:
        return [step for step in self.steps if self.deploys(step)]

    def deploys(self, step: Step) -> bool:
        return deploys(step, self.procedure)

    @property
    def stops(self) -> Step | None:
        """The step that stops writes, where a rule says that it comes first."""
        if not any(_STOP.search(r.text) for r in rules_of(self.runbook, self.procedure)):
            return None
        return next((step for step in self.steps if stops_writes(step)), None)


def _line(step: Step) -> str:
    return f"line {step.span.line}"


def rules_of(runbook: Runbook, procedure: Procedure) -> list[SafetyRule]:
    """Give the rules that a procedure is under: those for all, and those that stand in it."""
    of_it = (r for r in runbook.facts.safety if r.procedure in {"", procedure.id})
    return sorted(of_it, key=lambda rule: rule.span.line)


def to_read(runbook: Runbook, procedure: Procedure, chosen: Sequence[Step]) -> tuple[str, ...]:
    """Name the databases whose newest backup a rule or a box asks about. Pure."""
    names: list[str] = []
    if any(_BACKUP.search(rule.text) for rule in rules_of(runbook, procedure)):
        changed = [step for step in chosen if changes_database(step)]
        names += [name for step in changed for name in databases(step, runbook)]
    asked = (item for item, _span in listed_before(runbook, procedure) if _BACKED_UP.search(item))
    if any(deploys(step, procedure) for step in chosen) and any(asked):
        names += _only_database(runbook)
    return tuple(dict.fromkeys(names))


def judged(rule: SafetyRule, seen: Seen) -> Iterator[Guard]:
    """Say what is to be done about one rule. A rule may ask for two things."""
    text = rule.text
    judge = next((judge for wording, judge in _JUDGES if wording.search(text)), None)
    made = judge(rule, seen) if judge is not None else None
    if made is not None:
        yield made
    if _THEMES[0][1].search(text):
        if made is None or made.kept is not Kept.IDLE:
            yield _for_people(rule, seen, "rollback")
    elif made is None:
        theme = next((name for name, wording in _THEMES[1:3] if wording.search(text)), "")
        yield _for_people(rule, seen, theme) if theme else _unknown(rule)


def guard_of(rule: SafetyRule, kept: Kept, how: str, steps: Sequence[Step] = ()) -> Guard:
    return Guard(rule.text, rule.span, kept, how, tuple(step.id for step in steps))


def _unknown(rule: SafetyRule) -> Guard:
    return guard_of(rule, Kept.NOT, "no way to hold it is known")


def _approved(rule: SafetyRule, seen: Seen) -> Guard:
    if any(step.span.line == rule.span.line for step in seen.procedure.steps):
        return _of_a_step(rule, seen)
    if _CHANGES.search(rule.text):
        concerned, what = seen.changes, "change"
    elif _DEPLOYMENTS.search(rule.text):
        concerned, what = seen.deployments, "deployment"
    else:
        return _unknown(rule)
    commands = [step for step in concerned if step.effect > Effect.READ]
    if not concerned:
        return guard_of(rule, Kept.IDLE, f"no {what} here")
    if not commands:
        return _for_people(rule, seen, "approval")
    named = _APPROVER.search(rule.text.strip(" ."))
    role = f"; that it is the {named.group(1)} who signs is not checked" if named else ""
    numbers = ", ".join(map(_line, commands))
    how = f"{numbers}: approved by somebody who did not start the run{role}"
    return guard_of(rule, Kept.APPROVED, how, commands)


def _of_a_step(rule: SafetyRule, seen: Seen) -> Guard:
    step = next((one for one in seen.steps if one.span.line == rule.span.line), None)
    if step is None:
        return guard_of(rule, Kept.IDLE, "its step is not run")
    return guard_of(rule, Kept.SIGNED, "on the checklist")


def _backed_up(rule: SafetyRule, seen: Seen) -> Guard:
    changed = [step for step in seen.steps if changes_database(step)]
    if not changed:
        return guard_of(rule, Kept.IDLE, "no change of a database here")
    first = seen.steps.index(changed[0])
    if (maker := next((s for s in seen.steps[:first] if backs_up(s)), None)) is not None:
        return guard_of(rule, Kept.ENFORCED, f"{_line(maker)} makes one before", [maker])
    names = {name for step in changed for name in databases(step, seen.runbook)}
    unread = [name for name in names if name not in seen.sight.backups]
    now = seen.sight.now
    if not names or unread or now is None:
        return guard_of(rule, Kept.SIGNED, "on the checklist: no backup could be read here")
    limit = _limit(rule.text)
    found: list[Backup] = []
    for name in sorted(names):
        newest = seen.sight.backups[name]
        if newest is None or now - newest.at > limit:
            raise CannotPlan([_too_old(rule, _line(changed[0]), name, newest, now, limit)])
        found.append(newest)
    oldest = min(found, key=lambda one: one.at)
    how = f"backup {oldest.name} of {oldest.at:%Y-%m-%d %H:%M} is there"
    guard = guard_of(rule, Kept.ENFORCED, how)
    return replace(guard, until=oldest.at + limit)


def before_deployment(runbook: Runbook) -> Iterator[Checklist]:
    """Give the lists of boxes that are ticked before something is brought out."""
    yield from (one for one in runbook.facts.checklists if _BEFORE.search(one.title))


def listed_before(runbook: Runbook, procedure: Procedure) -> Iterator[tuple[str, Span]]:
    """Give the boxes that another part of the document has for before a deployment."""
    for boxes in before_deployment(runbook):
        if boxes.procedure == procedure.id:
            continue
        span, count = boxes.span, len(boxes.items)
        alone = span.end_line - span.line + 1 == count
        for index, item in enumerate(boxes.items):
            yield item, Span(span.path, span.line + index, span.line + index) if alone else span


def boxes(seen: Seen) -> Iterator[Guard]:
    """Put those boxes on the checklist of a deployment, with what was read about backups."""
    for item, span in listed_before(seen.runbook, seen.procedure) if seen.deployments else ():
        how = "on the checklist"
        if _BACKED_UP.search(item):
            names = _only_database(seen.runbook)
            how += "".join(f"; {_evidence(name, seen, _limit(item))}" for name in names)
        yield Guard(item, span, Kept.SIGNED, how)


def _evidence(name: str, seen: Seen, limit: timedelta) -> str:
    if name not in seen.sight.backups or seen.sight.now is None:
        return f"backups of {name} could not be read"
    newest = seen.sight.backups[name]
    if newest is None:
        return f"{name} has NO backup"
    age = seen.sight.now - newest.at
    said = f"newest backup of {name}: {newest.name}, {age.total_seconds() / 3600:.0f} h old"
    return said if age <= limit else f"{said}: TOO OLD"


def _only_database(runbook: Runbook) -> tuple[str, ...]:
    step = next(runbook.steps(), None)
    return databases(step, runbook, itself=False) if step is not None else ()


def _limit(text: str) -> timedelta:
    stated = _AGE.search(text)
    if stated is None:
        return _FRESH
    count = int(stated.group(1))
    return timedelta(hours=count) if stated.group(2)[0] in "hH" else timedelta(days=count)


def _too_old(
    rule: SafetyRule, step: str, name: str, newest: Backup | None, now: datetime, limit: timedelta
) -> str:
    hours = limit.total_seconds() / 3600
    age = (now - newest.at).total_seconds() / 3600 if newest else 0.0
    said = f"its newest, {newest.name}, is {age:.0f} h old" if newest else "it has none"
    return (
        f"{rule.span}: “{rule.text}”: {step} changes {name}, and {said}; a backup of the last "
        f"{hours:.0f} h is needed: aws rds create-db-snapshot --db-instance-identifier {name} "
        f"--db-snapshot-identifier NAME (or --break-glass REASON)"
    )


def _monitored(rule: SafetyRule, seen: Seen) -> Guard:
    if not seen.deployments:
        return guard_of(rule, Kept.IDLE, "no deployment here")
    last = seen.steps.index(seen.deployments[-1])
    wanted = seconds_in(MONITOR, rule.text)
    for step in seen.steps[last + 1 :]:
        by_person = step.kind in {StepKind.MANUAL, StepKind.CHECK}
        if by_person and seconds_in(_MINUTES, step.title) >= wanted:
            return guard_of(rule, Kept.OWN, f"{_line(step)}, signed")
    return guard_of(rule, Kept.WATCHED, "", [seen.deployments[-1]])


def seconds_in(wording: re.Pattern[str], text: str) -> float:
    found = wording.search(text)
    return 0.0 if found is None else int(found[1]) * (3600.0 if found[2][0] in "hH" else 60.0)


def _watched(rule: SafetyRule, seen: Seen) -> Guard:
    if not seen.deployments:
        return guard_of(rule, Kept.IDLE, "no deployment here")
    return guard_of(rule, Kept.WATCHED, "", [seen.deployments[-1]])


def _stopped(rule: SafetyRule, seen: Seen) -> Guard:
    known = next((step for step in seen.procedure.steps if stops_writes(step)), None)
    others = [s for s in seen.changes if not stops_writes(s)]
    by_hand = [step for step in seen.steps if step.kind is StepKind.MANUAL]
    stop = next((step for step in seen.steps if stops_writes(step)), None)
    first = seen.steps.index(others[0]) if others else len(seen.steps)
    if stop is not None and seen.steps.index(stop) <= first:
        how = f"{_line(stop)} stops them before anything else is changed"
        return guard_of(rule, Kept.ENFORCED, how, [stop])
    if known is not None and others:
        raise CannotPlan(
            [
                f"{rule.span}: “{rule.text}”: {known.title} ({known.span}) stops them, and "
                f"{_line(others[0])} would come without it (or --break-glass REASON)"
            ]
        )
    if not others and not by_hand:
        return guard_of(rule, Kept.IDLE, "nothing is changed here")
    return guard_of(rule, Kept.SIGNED, "on the checklist: nothing here stops them")


def _kept_record(rule: SafetyRule, seen: Seen) -> Guard:
    if not seen.changes:
        return guard_of(rule, Kept.IDLE, "no change here")
    return guard_of(rule, Kept.ENFORCED, "the run is in the journal; `runs export` writes it")


def _for_people(rule: SafetyRule, seen: Seen, theme: str) -> Guard:
    """Put a rule on the checklist, unless a box of the document says the same before."""
    deployments = _DEPLOYMENTS.search(rule.text) and not _CHANGES.search(rule.text)
    concerned = seen.deployments if deployments else seen.changes
    if not concerned:
        return guard_of(rule, Kept.IDLE, "no deployment here" if deployments else "no change here")
    wording = dict(_THEMES)[theme]
    for step in seen.steps[: seen.steps.index(concerned[0])]:
        if step.kind is StepKind.CHECK and wording.search(step.title):
            return guard_of(rule, Kept.OWN, f"{_line(step)}, signed")
    return guard_of(rule, Kept.SIGNED, "on the checklist")


_JUDGES = (
    (_BACKUP, _backed_up),
    (MONITOR, _monitored),
    (_WATCHED, _watched),
    (_STOP, _stopped),
    (_APPROVAL, _approved),
    (_RECORDED, _kept_record),
)
