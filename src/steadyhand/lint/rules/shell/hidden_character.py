"""# hidden-character

## What it does

Finds characters in a command that nobody sees: control characters, marks that turn the direction of
text, blanks without a width. Outside of quotes and comments also the blanks that bash takes for
letters (U+00A0 and its kin), and joiners.

## Why it is bad

Pages of wikis and chats put them there. Two words with a blank between them that bash takes for a
letter are one word, and there is no such command; a name with a blank without width in it is
another name. A mark of direction can show the end of a line in its middle: what is read, and
approved, is not what is run. Steadyhand gives bash no step with a character that nobody sees.

## Bad

```bash
aws ecs update-service --cluster\u00a0shop --service web --desired-count 4
```

## Good

```bash
aws ecs update-service --cluster shop --service web --desired-count 4
```

## How to fix

Type the blank anew; delete the others. `steadyhand lint --fix` does it. Then read the line again:
it says what it always said to bash.

## Source

https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing
"""

import re
import unicodedata
from collections.abc import Iterator

from steadyhand.lint.rule import Rule
from steadyhand.lint.shell.places import mark_of, mended, span_of
from steadyhand.lint.shell.quotes import CODE, COMMENT, contexts
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Mark, Severity
from steadyhand.model.document.runbook import Step, StepKind
from steadyhand.model.document.span import Span
from steadyhand.model.visible import BLANK, UNSEEN

_NOTHING = re.compile(rf"{UNSEEN.pattern}|[\u200c\u200d]")
_ANY = re.compile(f"(?:{_NOTHING.pattern}|{BLANK.pattern})+")
_BEHIND = re.compile(rf"({_ANY.pattern})[ \t]*$")


def check(subject: Subject) -> Iterator[Finding]:
    """Report each place."""
    for step in subject.runbook.steps():
        if step.kind in (StepKind.COMMAND, StepKind.SQL):
            yield from _in_step(subject, step)
            yield from _behind(subject, step)


def _in_step(subject: Subject, step: Step) -> Iterator[Finding]:
    for found in _ANY.finditer(step.text):
        signs = found[0]
        if not UNSEEN.search(signs) and contexts(step.text)[found.start()] != CODE:
            continue
        mark = mark_of(subject, step, *found.span())
        yield _finding(span_of(step, found.start()), signs, mark)


def _behind(subject: Subject, step: Step) -> Iterator[Finding]:
    """Find those behind a step, which are no part of it: whoever pastes the line has them."""
    number = step.span.end_line
    line, last = subject.line(number), step.text.rpartition("\n")[2]
    found = _BEHIND.search(line)
    if found is None or not line[: found.start()].endswith(last):
        return
    if UNSEEN.search(found[1]) or contexts(step.text)[-1] != COMMENT:
        mark = Mark(number, found.start(1) + 1, found.end(1) + 1)
        yield _finding(Span(step.span.path, number, number), found[1], mark)


def _finding(span: Span, signs: str, mark: Mark | None) -> Finding:
    names = ", ".join(dict.fromkeys(map(_named, signs)))
    fix = mended(mark, BLANK.sub(" ", _NOTHING.sub("", signs)))
    message, help = f"nobody sees {names} in this command", "type it anew without it"
    return RULE.finding(span, message, help, mark=mark, fix=fix)


def _named(sign: str) -> str:
    name = unicodedata.name(sign, "a control character").lower()
    return f"U+{ord(sign):04X} ({name})"


RULE = Rule("hidden-character", Severity.ERROR, Confidence.HIGH, check)
