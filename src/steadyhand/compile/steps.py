"""The blocks under one heading in, a `Part` out: its steps, symptoms, causes, and its account.

Facts that stand there are handed back too. Knows nothing of other headings but their titles.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from msgspec import Struct
from msgspec.structs import replace

from steadyhand.compile.drafts import Context, Part
from steadyhand.compile.facts.bullets import read_list
from steadyhand.compile.facts.tables import FACT_NAMES, Fact, read_table
from steadyhand.compile.fence import compile_fence, given, language_reason, mentions
from steadyhand.compile.fence.line.opened import (
    LEAVES,
    close_before,
    lasts,
    opens,
    shown,
    tells_of_leaving,
    whole,
)
from steadyhand.compile.fence.line.programs import program
from steadyhand.compile.inventory import Naming, namings
from steadyhand.compile.markdown import (
    Block,
    Document,
    Fence,
    Item,
    Other,
    Paragraph,
    Table,
    Words,
)
from steadyhand.compile.shell import find_placeholders
from steadyhand.compile.wording import condition, describes, imperative, severity_name, states_rules
from steadyhand.model.document.facts import TimedAction
from steadyhand.model.document.runbook import BlockKind, Cause, Reason, StepKind
from steadyhand.model.document.span import Span

_SYMPTOMS = re.compile(
    r"(?:common )?symptoms?|signs|indicators|triggers|when to (?:roll ?back|use this.*)",
    re.IGNORECASE,
)


# What is written in these does something; what is written in others is a file or an answer.
_PROGRAMS = frozenset(
    "python py javascript js typescript ts ruby rb perl php powershell ps1 pwsh bat cmd groovy go "
    "java mongodb mongo cypher cql promql kql hcl".split()
)
# What is written in these is put somewhere by whoever follows the item above it.
_SETTINGS = frozenset("yaml yml json jsonc toml ini conf nginx apache xml properties cfg".split())


_PUTS = re.compile(
    r"(?:then |now |next,? )?(?:add|edit|set|change|update|put|insert|append|write|save|configure|"
    r"replace|modify|create|define|paste|uncomment|remove|adjust)\b",
    re.IGNORECASE,
)


class Done(Struct, frozen=True):
    """What one part came to, with the facts that stand in it, and what its commands name."""

    part: Part
    facts: Sequence[Fact]
    namings: Sequence[Naming]


@dataclass
class Reader:
    """Reads the blocks of one part in their order."""

    document: Document
    part: Part
    above: tuple[str, ...]  # titles of the headings, nearest first
    blocks: Sequence[int]  # indexes of the part's own blocks
    section: str = ""  # the bold label in force
    facts: list[Fact] = field(default_factory=list)
    holders: set[int] = field(default_factory=set)  # list items that hold a block of commands
    lists: dict[int, list[int]] = field(default_factory=dict)  # the items of each list
    instructive: dict[int, bool] = field(default_factory=dict)  # by list
    listed: dict[int, dict[int, tuple[Fact, ...]]] = field(default_factory=dict)

    def read(self) -> Done:
        for index in self.blocks:
            block = self.document.blocks[index]
            if isinstance(block, Fence) and language_reason(block) is None:
                self.holders.update(self._chain(block.item))
            elif isinstance(block, Item):
                self.lists.setdefault(block.group, []).append(index)
        for position, index in enumerate(self.blocks):
            block = self.document.blocks[index]
            after = self.blocks[position + 1] if position + 1 < len(self.blocks) else None
            below = self.document.blocks[after] if after is not None else None
            if isinstance(block, Paragraph | Item) and self._takes_away(block, below):
                self.part.opened.clear()
            match block:
                case Paragraph():
                    self._paragraph(block, below)
                case Item():
                    self._item(index, block, below)
                case Fence():
                    before = self.document.blocks[index - 1] if index else None
                    compile_fence(self.part, block, self._context(block, before))
                case Table():
                    self._table(block)
                case Other():
                    self.part.left(BlockKind.PROSE, block.span, block.reason)
        return Done(self.part, self.facts, list(namings(self.part.steps)))

    def _takes_away(self, block: Paragraph | Item, below: Block | None) -> bool:
        """Tell whether words lead out of a shell that stands open; `exit` below does it itself."""
        lines = below.lines if isinstance(below, Fence) else ()
        first = next((line.strip() for line in lines if line.strip()), "")
        return tells_of_leaving(block.words.text) and LEAVES.fullmatch(first) is None

    def _paragraph(self, block: Paragraph, below: Block | None) -> None:
        words, last = block.words, block.parts[-1]
        for part in block.parts:
            self._rank(part)
        symptoms = [p.rest for p in block.parts if _is_symptoms(p.label) and not _labels(p)]
        self.part.symptoms += symptoms
        if _labels(last):
            self.section = last.text.rstrip(" :") if not last.label else _label(last)
        if symptoms:
            self.part.made(BlockKind.PROSE, block.span, [f"procedure:{self.part.id}"])
        elif _labels(last) or (isinstance(below, Fence) and words.text.endswith(":")):
            self.part.left(BlockKind.PROSE, block.span, Reason.TITLE)
        else:
            reason = Reason.NARRATIVE if words.text else Reason.EMPTY
            self.part.left(BlockKind.PROSE, block.span, reason)

    def _item(self, index: int, item: Item, below: Block | None) -> None:
        part, words = self.part, item.words
        self._rank(words)
        facts = self._facts_of(index, item)
        context = Context(self._section(item.item), says=(self.section,))
        if item.checked is not None:
            step = part.person(StepKind.CHECK, words.text, item.span, context)
            part.made(BlockKind.CHECKBOX, item.span, [step])
        elif _is_symptoms(self.section or self.above[0]):
            part.symptoms.append(words.text)
            part.made(BlockKind.PROSE, item.span, [f"procedure:{part.id}"])
        elif index in self.holders or self._is_title(item, below):
            part.left(BlockKind.PROSE, item.span, Reason.TITLE)
        elif not _only_facts(facts) and (steps := self._given(item, context)):
            part.made(BlockKind.PROSE, item.span, [*steps, *_made(facts)])
        elif self._instructs(item) and not _only_facts(facts):
            if any(isinstance(fact, Cause) for fact in facts):
                context = Context(context.section, says=(*context.says, _choice(words)))
            named = mentions(words.codes)
            step = part.person(StepKind.MANUAL, words.text, item.span, context, named)
            part.made(BlockKind.PROSE, item.span, [step, *_made(facts)])
        elif facts:
            part.made(BlockKind.PROSE, item.span, _made(facts))
        else:
            reason = Reason.NARRATIVE if words.text else Reason.EMPTY
            part.left(BlockKind.PROSE, item.span, reason)
        self._keep(facts)

    def _is_title(self, item: Item, below: Block | None) -> bool:
        """Tell whether an item is the title of the block below it, which says what is done.

        One in a language that is not compiled is for a person to carry out.
        """
        if not isinstance(below, Fence) or not item.words.text.endswith(":"):
            return False
        other = language_reason(below) is Reason.OTHER_LANGUAGE
        done = below.language in _PROGRAMS or (
            below.language in _SETTINGS and _PUTS.match(item.words.text) is not None
        )
        return not (other and done and self._instructs(item))

    def _given(self, item: Item, context: Context) -> list[str]:
        """Make steps of the commands that an item gives; what they are called in the account."""
        words = item.words
        if not words.codes or states_rules(self.section or self.above[0]):
            return []
        codes = given(words.text, words.codes, item.ordered)
        made = []
        for code in codes:
            says = words.text.removesuffix(code).rstrip(" :：—–-→")
            title = says if len(codes) == 1 else ""
            opened = self.part.opened
            close_before(program(code.split()[0]), opened, len(opened))
            own = replace(
                context, title=title, says=(*context.says, says), opened=shown(whole(opened))
            )
            parsed = self.part.command(code, find_placeholders(code), self._line(item, code), own)
            further = opens(parsed.statement)
            if further and lasts(further):
                opened.append(further)
            made.append(f"step:{self.part.steps[-1].id}")
        return made

    def _line(self, item: Item, code: str) -> Span:
        """Say on which line of an item a code span begins."""
        span = item.span
        lines = range(span.line, span.end_line + 1)
        own = (n for n in lines if code in self.document.lines[n - 1])
        line = next(own, span.line)
        return Span(span.path, line, line)

    def _rank(self, words: Words) -> None:
        """Take the severity that a field of its own says."""
        if words.label.strip(" :").lower() in {"severity", "priority", "severity level"}:
            said = re.split(r"\s*[(–—/]|\s-\s", words.rest, maxsplit=1)[0]
            self.part.severity = severity_name(said) or self.part.severity

    def _facts_of(self, index: int, item: Item) -> tuple[Fact, ...]:
        return self._list(item.group).get(index, ()) if item.checked is None else ()

    def _list(self, group: int) -> dict[int, tuple[Fact, ...]]:
        """Read the facts of a list once; by the index of the item's block."""
        if group not in self.listed:
            places = self.lists[group]
            read = read_list(self._items(group), self.section, *self.above[:1])
            self.listed[group] = {places[at]: facts for at, facts in read.items()}
        return self.listed[group]

    def _items(self, group: int) -> list[Item]:
        return [b for i in self.lists[group] if isinstance(b := self.document.blocks[i], Item)]

    def _keep(self, facts: Sequence[Fact]) -> None:
        for fact in facts:
            if isinstance(fact, Cause):
                self.part.causes.append(fact)
            else:
                self.facts.append(fact)

    def _instructs(self, item: Item) -> bool:
        """Tell whether an ordered list is a list of instructions: most of its items command."""
        above = self.section or self.above[0]
        if not item.ordered or states_rules(above) or describes(above):
            return False
        if item.group not in self.instructive:
            items = self._items(item.group)
            commanding = [
                i
                for i in items
                if not i.words.linked
                and (
                    imperative(i.words.label or i.words.text)
                    or imperative(i.words.rest)
                    or given(i.words.text, i.words.codes, i.ordered)
                )
            ]
            self.instructive[item.group] = 2 * len(commanding) >= len(items)
        return self.instructive[item.group] and not item.words.linked

    def _chain(self, item: int | None) -> list[int]:
        chain: list[int] = []
        while item is not None:
            chain.append(item)
            block = self.document.blocks[item]
            item = block.item if isinstance(block, Item) else None
        return chain

    def _section(self, item: int | None) -> str:
        for index in self._chain(item):
            block = self.document.blocks[index]
            if isinstance(block, Item) and block.words.label:
                return block.words.label
        return self.section or self.part.title

    def _context(self, fence: Fence, before: Block | None) -> Context:
        """Say where a code block stands and what is written directly above it."""
        says = [self.section]
        title = self.section
        for index in self._chain(fence.item):
            block = self.document.blocks[index]
            if isinstance(block, Item):
                says.append(block.words.text)
                title = block.words.label or block.words.text
        if isinstance(before, Paragraph | Item) and before.words.text.endswith(":"):
            says.append(before.words.text)
            if not (isinstance(before, Paragraph) and _labels(before.parts[-1])):
                title = before.words.text.rstrip(" :")
        elif isinstance(before, Paragraph) and condition(before.words.text):
            says.append(before.words.text)
        return Context(self._section(fence.item), title, tuple(filter(None, says)))

    def _table(self, table: Table) -> None:
        meaning, facts = read_table(table)
        if not meaning:
            self.part.left(BlockKind.TABLE, table.span, Reason.UNKNOWN_TABLE)
            return
        above = self.section or self.above[0]
        self._keep([replace(f, section=above) if isinstance(f, TimedAction) else f for f in facts])
        self.part.made(BlockKind.TABLE, table.span, [f"fact:{meaning}"])


def _choice(words: Words) -> str:
    """Say what makes an item of a list of options the one to take."""
    label = words.label or words.text.partition(":")[0]
    return label if condition(label) else f"If {label}"


def _labels(words: Words) -> bool:
    """Tell whether a paragraph is a label over what follows it."""
    if _is_symptoms(words.label) and words.rest:
        return False
    if words.label:
        rest = words.rest.rstrip(" :")
        aside = not rest or (rest.startswith("(") and rest.endswith(")"))
        return aside and (words.text.endswith(":") or not words.label.isupper())
    return words.text.endswith(":") and len(words.text.split()) <= 4 and words.text[:1].isupper()


def _label(words: Words) -> str:
    rest = words.rest.rstrip(" :")
    return f"{words.label} {rest}".strip() if condition(rest) else words.label


def _is_symptoms(text: str) -> bool:
    return _SYMPTOMS.fullmatch(text.strip(" :")) is not None


def _only_facts(facts: Sequence[Fact]) -> bool:
    return bool(facts) and not any(isinstance(f, Cause) for f in facts)


def _made(facts: Sequence[Fact]) -> list[str]:
    return [f"fact:{FACT_NAMES[type(f)]}" for f in facts]
