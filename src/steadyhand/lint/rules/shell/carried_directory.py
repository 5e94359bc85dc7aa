"""# carried-directory

## What it does

Finds a relative `cd` in a code block although an earlier block of the same procedure went down into
a folder already and nobody came back; and, as a note, a document whose procedures all start with a
`cd` from a folder that the document does not name.

## Why it is bad

Blocks are pasted one after the other into the same terminal. The second `cd backend` is then done
inside `backend`: it fails, and the commands below it run in the wrong folder.

## Bad

```bash
cd backend
make status
```

```bash
cd backend
make migrate
```

## Good

```bash
(cd backend && make status)
```

```bash
cd ~/shop/backend
make migrate
```

## How to fix

Start from a fixed folder (`cd ~/shop/backend`, `cd "$(git rev-parse --show-toplevel)/backend"`), do
the work in a subshell (`(cd backend && …)`), or use the tool's own option: `make -C`, `git -C`,
`terraform -chdir=`.

## Source

https://www.gnu.org/software/bash/manual/bash.html#index-cd
"""

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from steadyhand.lint.rule import Rule
from steadyhand.lint.shell.places import mark_of, span_of
from steadyhand.lint.shell.quotes import CODE, contexts
from steadyhand.lint.shell.sequences import sequences, steps_of
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity
from steadyhand.model.document.runbook import Step, StepKind

_CD = re.compile(r"(?<![\w./-])(?:cd|pushd|popd)\b(?:[ \t]+(?P<to>\"[^\"]*\"|'[^']*'|[^\s;&|)]+))?")
_DOWN = re.compile(r"(?:\./)?[A-Za-z_][\w./-]*$")
_HINT = re.compile("cd|pushd|popd")  # much quicker than the whole, and mostly not there
_MADE = re.compile(
    r"\b(?:git clone|mkdir|tar|unzip|terraform init -from-module|helm pull|npx? create)\b"
)
_ROOT = re.compile(
    r"\b(?:root|top(?:[- ]level)?) (?:folder |directory )?of\b|\brepo(?:sitory)?(?:'s)? root\b|"
    r"\bproject root\b|\bworking directory\b|\b(?:from|in) the (?:root|repo)",
    re.IGNORECASE,
)


class _Move(Struct, frozen=True):
    """A `cd`: `down` into a folder of the current one, or to a place that is known."""

    step: Step
    start: int
    end: int
    folder: str
    down: bool

    @property
    def line(self) -> int:
        return span_of(self.step, self.start).line


def check(subject: Subject) -> Iterator[Finding]:
    """Report the second way down within a procedure, and the first of a document."""
    left: list[_Move] = []  # the first of each procedure that nothing takes back
    for sequence in sequences(subject):
        moved: _Move | None = None
        for move in _moves(steps_of(sequence)):
            if not move.down:
                moved = None
            elif moved is None:
                moved = move
            elif moved.step.fence != move.step.fence:
                yield _again(subject, move, moved)
        left += [moved] if moved else []
    if len(left) > 1 and _ROOT.search(subject.runbook.text) is None:
        yield _from_where(subject, left)


def _moves(steps: Sequence[Step]) -> Iterator[_Move]:
    """Give what changes the folder of the shell: not in a subshell, not into what was just made."""
    made = False
    for step in steps:
        if step.kind is not StepKind.COMMAND:
            continue
        for match in _CD.finditer(step.text) if _HINT.search(step.text) else ():
            where, start = contexts(step.text), match.start()
            if where[start] != CODE or _in_parentheses(step.text, where, start):
                continue
            to = (match["to"] or "").strip("\"'")
            down = step.text[start] == "c" and _DOWN.match(to) is not None and not made
            yield _Move(step, start, match.end(), to, down)
        made = made or _MADE.search(step.text) is not None


def _in_parentheses(text: str, where: str, at: int) -> bool:
    depth = 0
    for index in range(at):
        if where[index] == CODE:
            depth += (text[index] == "(") - (text[index] == ")")
    return depth > 0


def _again(subject: Subject, move: _Move, before: _Move) -> Finding:
    text = move.step.text[move.start : move.end]
    return RULE.finding(
        span_of(move.step, move.start),
        f"`{text}` begins in `{before.folder}`, where line {before.line} went, if it is the same "
        "shell",
        f"write `(cd {move.folder} && …)` in both blocks, or a path that begins with `/` or `~`",
        mark=mark_of(subject, move.step, move.start, move.end),
    )


def _from_where(subject: Subject, moves: list[_Move]) -> Finding:
    move = moves[0]
    others = ", ".join(str(m.line) for m in moves[1:])
    found = RULE.finding(
        span_of(move.step, move.start),
        f"nothing says from which folder `cd {move.folder}` starts; the same in line {others}",
        "say where to start, or write paths that begin with `/` or `~`",
        mark=mark_of(subject, move.step, move.start, move.end),
    )
    return replace(found, severity=Severity.NOTE)


RULE = Rule("carried-directory", Severity.WARNING, Confidence.MEDIUM, check)
