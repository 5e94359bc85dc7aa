"""A step in, what its document says of it in words out: headings, labels, prose, comments.

English only; `in_english` tells whether that is enough to judge what is *not* said.
"""

import re
from collections.abc import Iterator

from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Mark
from steadyhand.model.document.runbook import Procedure, Step, StepKind

_ENGLISH = frozenset(
    "the to of is and for in if this that with be on are or not from it when by as an at".split()
)
# Words that English has not, or has with another meaning too rarely to matter.
_OTHERS = frozenset(
    "der die das und ist nicht ein eine einen wird werden mit auf für bei oder von dem den zum zur "
    "le la les des est une pour dans avec sur pas ou du au aux ce cette "
    "los las para con por una que como si "
    "il che non sono della dello di gli nel alla "
    "uma não em ao dos das com para "
    "het een van niet voor met zijn worden deze "
    "och att för med inte som är ett på av till "
    "og ikke til som det på af "
    "ve bir bu için ile olarak da de".split()
)
_FENCE = re.compile(r"\s*(?:[-*>]\s+|\d+[.)]\s+)*(```|~~~)")
_LETTERS = re.compile(r"[^\W\d_]+")
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]+")


def in_english(subject: Subject) -> bool:
    """Tell whether a document is in English, or has too few words to be in anything. Pure."""
    return subject.derived(_in_english)


def _in_english(subject: Subject) -> bool:
    text = "\n".join(_written(subject.runbook.lines)).lower()
    words = _LETTERS.findall(text)
    letters, latin = len("".join(words)), len("".join(_LATIN.findall(text)))
    if letters and latin < 0.9 * letters:
        return False
    english = sum(word in _ENGLISH for word in words)
    others = sum(word in _OTHERS for word in words)
    return english >= others


def _written(lines: tuple[str, ...]) -> Iterator[str]:
    """Give the lines of prose, and the comments in code."""
    fenced = False
    for line in lines:
        if _FENCE.match(line):
            fenced = not fenced
        elif not fenced or line.lstrip().startswith(("#", "--", "//")):
            yield line


def mark_first(subject: Subject, step: Step, *texts: str) -> Mark | None:
    """Find the first of these texts that stands in the lines of a step."""
    places = (subject.mark(step.span, text) for text in texts)
    return next((place for place in places if place is not None), None)


def headings(procedure: Procedure) -> str:
    """Give the procedure's title and the titles above it, one a line, nearest first."""
    return "\n".join((procedure.title, *reversed(procedure.parents)))


def label(step: Step) -> str:
    """Give what stands directly over a step: its title, the label it stands under, a condition."""
    return "\n".join((title(step), step.section, step.condition))


def title(step: Step) -> str:
    """Give the words that announce a step; "" where it is its own title."""
    return "" if step.title and step.title in step.text else step.title


def prose(subject: Subject, procedure: Procedure, first: int = 0, last: int = 0) -> str:
    """Give the words of a procedure between two lines: prose, comments, what people do.

    Without the lines of its commands. 0 stands for the procedure's own first or last line.
    """
    mute = {
        number
        for step in procedure.steps
        if step.kind in {StepKind.COMMAND, StepKind.SQL}
        for number in range(step.span.line, step.span.end_line + 1)
    }
    start, end = first or procedure.span.line, last or procedure.span.end_line
    numbers = (n for n in range(start, end + 1) if n not in mute)
    return "\n".join(subject.line(number) for number in numbers)


def introduction(subject: Subject, procedure: Procedure) -> str:
    """Give what stands under the headings above a procedure, before the next heading each."""
    marks = [h for h in subject.runbook.headings if h.span.line <= procedure.span.line]
    texts: list[str] = []
    level = procedure.level
    for at in range(len(marks) - 1, -1, -1):
        if marks[at].level < level:
            level = marks[at].level
            end = marks[at + 1].span.line if at + 1 < len(marks) else procedure.span.line
            texts += [subject.line(n) for n in range(marks[at].span.line, end)]
    return "\n".join(texts)


def told_before(subject: Subject, procedure: Procedure, step: Step) -> str:
    """Give everything that a reader has read of a procedure when they come to a step."""
    return "\n".join(
        (
            introduction(subject, procedure),
            prose(subject, procedure, last=step.span.line),
            label(step),
        )
    )


def earlier(subject: Subject, procedure: Procedure) -> tuple[Procedure, ...]:
    """Give the procedures before one that stand under the same heading: its diagnosis, say."""
    return tuple(
        other
        for other in subject.runbook.procedures
        if other.parents == procedure.parents and other.span.line < procedure.span.line
    )


def titles_behind(subject: Subject, procedure: Procedure) -> Iterator[str]:
    """Give the titles that follow under the same heading, and under the procedure's own."""
    for heading in subject.runbook.headings:
        if heading.span.line > procedure.span.line:
            if heading.level < procedure.level:
                return
            yield heading.text


def titles_after(subject: Subject, procedure: Procedure) -> Iterator[str]:
    """Give every title further down in the document."""
    line = procedure.span.line
    return (each.text for each in subject.runbook.headings if each.span.line > line)


def later(subject: Subject, procedure: Procedure) -> tuple[Procedure, ...]:
    """Give the procedures behind one under the same heading, and those under its own."""
    below = (*procedure.parents, procedure.title)
    return tuple(
        other
        for other in subject.runbook.procedures
        if other.span.line > procedure.span.line
        and (other.parents == procedure.parents or other.parents[: len(below)] == below)
    )


# A chapter that lists commands for looking up; nobody runs it from top to bottom.
_LISTS = re.compile(
    r"\b(?:quick|useful|common|handy|basic|frequent\w*|helpful|sample|example|essential|other|"
    r"misc\w*)\s+(?:\w+\s+)?commands?\b|\bcommands?\s+(?:reference|cheat)|cheat\s*-?sheet|"
    r"\bcommand\s+reference\b|\bquick\s+reference\b|\bsnippets?\b|\bone-?liners?\b|\bglossary\b",
    re.IGNORECASE,
)
# Work on a machine that nobody depends on, or that serves nobody yet.
_REHEARSAL = re.compile(
    r"\b(?:local(?:ly|host)?|dev|development|sandbox|playground|minikube|demo|tutorial|"
    r"install(?:ation|ing)?|set-?up|getting started|quick ?start|bootstrap\w*|prerequisites?|"
    r"provision\w*|lab|exercise)\b",
    re.IGNORECASE,
)


def lists_commands(procedure: Procedure) -> bool:
    """Tell whether a procedure is a list of commands to choose from."""
    return any(_LISTS.search(title) for title in (procedure.title, *procedure.parents))


def rehearses(procedure: Procedure) -> bool:
    """Tell whether a procedure's headings say that nobody's work depends on what it changes."""
    return any(_REHEARSAL.search(title) for title in (procedure.title, *procedure.parents[1:]))
