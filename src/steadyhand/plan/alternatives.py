"""A procedure in, its alternatives out: steps of which only one is meant to be done. Pure.

They are seen in what the document says (labels, titles, "or") and in what its commands do. What is
numbered is a sequence. Knows no document; a rule that is not here groups nothing.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby, pairwise

from msgspec import Struct

from steadyhand.actions import action_for, changing
from steadyhand.model.document.runbook import Procedure, Step, StepKind
from steadyhand.model.effect import Effect
from steadyhand.model.run.plan import Alternatives, Option
from steadyhand.plan.doing import makes

_NUMBER = re.compile(r"(?:step\s+)?\d+[.):]\s+", re.IGNORECASE)
_CAUSES = re.compile(
    r"\bcauses?\b.*\b(?:solutions?|fix(?:es)?|remed(?:y|ies)|resolutions?|actions?)\b"
    r"|\b(?:common|known|possible|typical) (?:causes|problems|issues|scenarios)\b",
    re.IGNORECASE,
)
_OPTIONS = re.compile(
    r"\b(?:options|alternatives|choices)\b|\b(?:one|any|either) of the following\b", re.IGNORECASE
)
_MENU = re.compile(
    r"\b(?:quick|useful|common|handy|frequent|helpful) commands\b|\bcheat ?sheet\b"
    r"|\bcommand reference\b",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"\W*(?:option|alternative|method|variant|approach|choice)\s+"
    r"(?:[A-H]\b|[1-9]\b|one\b|two\b|three\b)",
    re.IGNORECASE,
)
_OR = re.compile(
    r"\W*(?:or|alternatively|alternative)\b(?! else\b)"
    r"|\W*(?:oder|alternativ|ou(?: bien| alors)?|o (?:bien|mejor)|oppure|или|либо|або|lub)\s"
    r"|\W*(?:或者?|または|もしくは|또는)",
    re.IGNORECASE,
)
_BY_HAND = re.compile(r"\bmanual(?:ly)?\b", re.IGNORECASE)
_REMEDY = re.compile(r"\b(restart|reboot|roll ?back|redeploy|restore|failover|reset)\b", re.I)
_PART = re.compile(r"\b(?:specific|single|one|individual|selected|certain)\b", re.IGNORECASE)
_WHOLE = re.compile(r"\b(?:all|every|entire|everything|whole)\b", re.IGNORECASE)
# "Stop it" and "start it" are a restart, so they are not among these.
_OPPOSITES = (
    ("up", "down"), ("out", "in"), ("increase", "decrease"), ("raise", "lower"),
    ("enable", "disable"), ("on", "off"),
)  # fmt: skip
# Words by which a title says that it comes after the one before.
_AFTERWARDS = re.compile(
    r"\b(?:then|back|again|after|afterwards|once|next|finally|now|restore|return|first)\b", re.I
)


class _Block(Struct, frozen=True):
    """Consecutive steps under one title: a comment with its commands, or an item."""

    title: str
    steps: tuple[Step, ...]

    @property
    def section(self) -> str:
        return self.steps[0].section

    @property
    def fence(self) -> int:
        return self.steps[0].fence

    @property
    def changes(self) -> bool:
        return any(step.effect > Effect.READ for step in self.steps)

    @property
    def acts(self) -> bool:
        return self.changes or self.steps[0].kind is StepKind.MANUAL

    @property
    def numbered(self) -> bool:
        return self.fence > 0 and _NUMBER.match(self.title) is not None

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(re.findall(r"[a-z][\w-]*", self.title.casefold()))


Found = Iterator[tuple[str, Sequence[Sequence[_Block]]]]  # why, and the blocks of each option


def alternatives(procedure: Procedure) -> tuple[Alternatives, ...]:
    """Find the steps of a procedure that exclude each other; no step is in two groups. Pure."""
    blocks = [
        _Block(title, tuple(steps))
        for (title, _fence, _section, _alone), steps in groupby(procedure.steps, _place)
    ]
    taken: set[str] = set()
    groups: list[Alternatives] = []
    for rule in _RULES:
        for why, ways in rule(procedure, blocks):
            group = Alternatives(why, tuple(_option(way) for way in ways))
            steps = {step for option in group.options for step in option.steps}
            if len(group.options) > 1 and not steps & taken:
                taken |= steps
                groups.append(group)
    return tuple(sorted(groups, key=lambda group: group.options[0].span.line))


def _place(step: Step) -> tuple[str, int, str, str]:
    by_person = step.kind in {StepKind.MANUAL, StepKind.CHECK}
    return step.title, step.fence, step.section, step.id if by_person else ""


def _option(way: Sequence[_Block]) -> Option:
    steps = tuple(step for block in way for step in block.steps)
    return Option(way[0].title, tuple(step.id for step in steps), steps[0].span)


def _by_cause(procedure: Procedure, blocks: Sequence[_Block]) -> Found:
    if _CAUSES.search(procedure.title):
        yield (
            f"“{procedure.title}”: a remedy for each cause",
            _by_section([block for block in blocks if block.changes]),
        )


def _by_section(blocks: Sequence[_Block]) -> list[list[_Block]]:
    sections: dict[str, list[_Block]] = {}
    for block in blocks:
        sections.setdefault(block.section, []).append(block)
    return list(sections.values())


def _listed(procedure: Procedure, blocks: Sequence[_Block]) -> Found:
    """A label or heading that announces options, or commands to pick from."""
    for section in dict.fromkeys(block.section for block in blocks):
        within = [block for block in blocks if block.section == section and block.acts]
        if _OPTIONS.search(section):
            yield f"“{section}” are options", [[block] for block in within]
        elif _MENU.search(section):
            picked = [[block] for block in within if block.changes]
            yield f"“{section}” is a list to pick from", picked
    if _OPTIONS.search(procedure.title):
        sections = _by_section([block for block in blocks if block.acts])
        yield f"“{procedure.title}” are options", sections


def _called_so(_procedure: Procedure, blocks: Sequence[_Block]) -> Found:
    """Labels or titles that call them options: "Option A", "Method 2"."""
    sections = [way for way in _by_section(blocks) if _NAMED.match(way[0].section)]
    if any(block.acts for way in sections for block in way):
        yield "the document calls them so", sections
    for _section, within in groupby(blocks, lambda block: block.section):
        ways = [[block] for block in within if _NAMED.match(block.title) and block.acts]
        yield "the document calls them so", ways


def _or(_procedure: Procedure, blocks: Sequence[_Block]) -> Found:
    """A title that begins with "or", and what stands before it."""
    ways: list[list[_Block]] = []
    for before, block in pairwise(blocks):
        said = _OR.match(_NUMBER.sub("", block.title, count=1))
        if said and before.acts and block.acts:
            ways = [*(ways or [[before]]), [block]]
        elif ways:
            yield f"“{ways[-1][0].title}” says so", ways
            ways = []
    if ways:
        yield f"“{ways[-1][0].title}” says so", ways


def _same_result(_procedure: Procedure, blocks: Sequence[_Block]) -> Found:
    """Neighbours that would make the same thing: the second could only fail."""
    for before, block in pairwise(blocks):
        made = _makes(before)
        if made and made == _makes(block):
            yield f"each of them makes {made}", [[before], [block]]


def _makes(block: _Block) -> str:
    return next(filter(None, map(makes, block.steps)), "")


def _by_hand(_procedure: Procedure, blocks: Sequence[_Block]) -> Found:
    """A code block of nothing but changes, where one is what another does, by hand."""
    for fence, within in groupby(blocks, lambda block: block.fence):
        ways = list(within)
        if not fence or not all(way.changes and not way.numbered for way in ways):
            continue
        for way in ways:
            word = _REMEDY.search(way.title) if _BY_HAND.search(way.title) else None
            other = _other_way(way, ways, word.group(1)) if word else None
            if other is not None:
                yield (
                    f"“{way.title}” is another way to do “{other.title}”",
                    [[block] for block in ways],
                )
                break


def _other_way(way: _Block, ways: Sequence[_Block], word: str) -> _Block | None:
    return next((w for w in ways if w is not way and word.casefold() in w.words), None)


def _part_and_whole(_procedure: Procedure, blocks: Sequence[_Block]) -> Found:
    for before, block in _neighbours(blocks):
        a, b = before.title, block.title
        if before.words[:1] != block.words[:1]:
            continue
        if (_PART.search(a) and _WHOLE.search(b)) or (_WHOLE.search(a) and _PART.search(b)):
            yield "one is a part of the other", [[before], [block]]


def _opposite(_procedure: Procedure, blocks: Sequence[_Block]) -> Found:
    """Neighbours that say the opposite, or set one thing to two values."""
    for before, block in _neighbours(blocks):
        if _AFTERWARDS.search(block.title):
            continue
        if why := _contradicts(before, block) or _says_opposite(before, block):
            yield why, [[before], [block]]


def _neighbours(blocks: Sequence[_Block]) -> Iterator[tuple[_Block, _Block]]:
    """Give the pairs of one code block that change something and are not numbered."""
    for before, block in pairwise(blocks):
        same = block.fence == before.fence > 0 and before.changes and block.changes
        if same and not before.numbered and not block.numbered:
            yield before, block


def _says_opposite(before: _Block, block: _Block) -> str:
    for pair in _OPPOSITES:
        for one, other in (pair, pair[::-1]):
            if one not in before.words or other not in block.words:
                continue
            same = {*before.words} & {*block.words}
            if len(same) >= 1 and other not in before.words and one not in block.words:
                return f"“{one}” and “{other}” exclude each other"
    return ""


def _contradicts(before: _Block, block: _Block) -> str:
    """Say which field they set to two values. Nought, then a number, is a restart."""
    resource, first = _sets(before)
    same, second = _sets(block)
    for field in first.keys() & second.keys() if resource == same else ():
        values = (first[field], second[field])
        if values[0] != values[1] and "0" not in values and "<" not in "".join(values):
            return f"they set {field} of {resource} to {values[0]} and to {values[1]}"
    return ""


def _sets(block: _Block) -> tuple[str, dict[str, str]]:
    """Name what a block's one change touches, and the values it gives; {} for more than one."""
    changes = [step for step in block.steps if step.effect > Effect.READ]
    argv = changing(changes[0].commands, {}) if len(changes) == 1 else None
    action = action_for(argv) if argv else None
    return (action.resource(argv), dict(action.after(argv, {}))) if argv and action else ("", {})


_RULES: tuple[Callable[[Procedure, Sequence[_Block]], Found], ...] = (
    _by_cause, _listed, _called_so, _or, _same_result, _by_hand, _part_and_whole, _opposite,
)  # fmt: skip
