"""A document in, its headings with the blocks they own out, each with an anchor of its own."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import PurePath

from steadyhand.compile.markdown import Document, Heading
from steadyhand.compile.wording import slug


@dataclass
class Section:
    """A heading (None before the first) with the indexes of its own blocks."""

    heading: Heading | None
    id: str
    parents: tuple[str, ...]
    blocks: list[int] = field(default_factory=list)
    above: int | None = None  # the section it stands under

    def title(self, path: str) -> str:
        return self.heading.words.text if self.heading else PurePath(path).stem


def sections_of(document: Document) -> list[Section]:
    """Cut a document at its headings; what stands before the first has none. Pure."""
    sections = [Section(None, slug(PurePath(document.path).stem), ())]
    open_: list[tuple[int, int]] = []  # level, index of the section
    used: Counter[str] = Counter()
    for index, block in enumerate(document.blocks):
        if not isinstance(block, Heading):
            sections[-1].blocks.append(index)
            continue
        while open_ and open_[-1][0] >= block.level:
            open_.pop()
        parents = tuple(sections[i].title(document.path) for _, i in open_)
        anchor = _unique(block.anchor or slug(block.words.text), used)
        above = open_[-1][1] if open_ else None
        sections.append(Section(block, anchor, parents, above=above))
        open_.append((block.level, len(sections) - 1))
    taken = {s.id for s in sections[1:]}
    while sections[0].id in taken:
        sections[0].id += "-top"
    return sections


def _unique(anchor: str, used: Counter[str]) -> str:
    """Number a repeated anchor as GitHub does; a number that is taken is passed over."""
    candidate = anchor
    while used[candidate]:
        candidate = f"{anchor}-{used[anchor]}"
        used[anchor] += 1
    used[candidate] += 1
    return candidate
