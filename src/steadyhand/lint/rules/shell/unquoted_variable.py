r"""# unquoted-variable

## What it does

Finds `$NAME` without quotes as an argument of a command, once for each procedure and name. Left
alone: where bash does not split (`[[ … ]]`, assignments, arithmetic), what is split on purpose
(`for x in $LIST`, `$EXTRA_ARGS`), numbers, and variables that the document sets to something
without blanks.

## Why it is bad

Bash splits the value at blanks and then looks for files that match its `*` and `?`. An empty value
is no word at all: in `psql -h $DB_HOST -p 5432` the host is then called `-p`, and
`[ $COUNT -lt 3 ]` is a syntax error.

## Bad

```bash
redis-cli -h $CACHE_HOST info
count=$(aws ecs describe-services --services web --query 'services[0].runningCount')
if [ $count -lt 3 ]; then echo few; fi
```

## Good

```bash
redis-cli -h "$CACHE_HOST" info
count=$(aws ecs describe-services --services web --query 'services[0].runningCount')
if [ "$count" -lt 3 ]; then echo few; fi
for host in $HOSTS; do ping -c 1 "$host"; done
name=web-1
docker restart $name
```

## How to fix

Put double quotes around it.

## Source

https://www.gnu.org/software/bash/manual/bash.html#Word-Splitting
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from steadyhand.lint.rule import Rule
from steadyhand.lint.shell.places import mark_of, quoted, span_of
from steadyhand.lint.shell.quotes import CODE, Expansion, contexts, expansions
from steadyhand.lint.shell.variables import Setting, settings
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity
from steadyhand.model.document.runbook import Step, StepKind

# The shell sets these, without blanks.
_SHELLS_OWN = frozenset(
    "HOME PWD OLDPWD USER LOGNAME SHELL HOSTNAME RANDOM SECONDS UID EUID PPID".split()
)
# After these nothing is split, or splitting changes nothing that matters, or it is meant.
_HARMLESS = frozenset(
    "echo printf for select case [[ export local declare readonly typeset return exit sleep wait "
    "kill shift seq set unset read let break continue trap".split()
)  # fmt: skip
_KEYWORDS = re.compile(
    r"\s*(?:(?:if|then|else|elif|while|until|do|time|!|\{|sudo|\w+=(?:\"[^\"]*\"|'[^']*'|[^\s\"'])*)(?:\s+|$))*"
)
_SPLIT_ON_PURPOSE = re.compile(
    r"(?:args?|opts?|options?|flags?|params?|cmd|command|extra|list)$", re.I
)
# Nobody gives out ids or numbers with blanks in them.
_ONE_WORD = re.compile(
    r"(?:^|_)(?:id|num|number|port|pid|uid|count|sha|hash|pr|year|month|day)$", re.I
)
_TESTS = frozenset({"[", "test"})
_PLURAL = re.compile(r"(?<![sui])s$", re.I)
_PLAIN = re.compile(r"[\w./:@%+,=#-]+|\$\(\(.*\)\)|\$[?#!$]")
_NO_BLANKS = re.compile(
    r"\$\((?:.*\|\s*)?(?:date|wc|nproc|mktemp|hostname|whoami|uname|uuidgen|openssl|seq|basename|"
    r"git rev-parse|id -\w+)\b[^|]*\)",
    re.DOTALL,
)
# Whether a test looks at it: how bad that is, and why.
_SAYS = {
    False: (Severity.NOTE, "`{}` is split at blanks, and gone when it is empty"),
    True: (Severity.WARNING, "an empty `{}` makes this test a syntax error"),
}


class _Use(Struct, frozen=True):
    step: Step
    at: Expansion
    segment: str  # the command so far

    @property
    def command(self) -> str:
        return self.segment.split()[0]

    @property
    def takes_one_word(self) -> bool:
        """Tell whether several words would be wrong here, so that quotes can do no harm."""
        option = self.option
        return (
            self.command in _TESTS
            or not option
            or (option.startswith("--") and not option.endswith("s"))
        )

    @property
    def option(self) -> str:
        """The word before, where the variable is a word of its own."""
        return self.segment.split()[-1] if self.segment[-1:].isspace() else ""


def check(subject: Subject) -> Iterator[Finding]:
    """Report the first place in each procedure, and mend all of them."""
    held: dict[str, list[Setting]] = defaultdict(list)
    for setting in settings(subject.runbook.steps()):
        if not setting.prefix:
            held[setting.name].append(setting)
    found: dict[tuple[str, str], list[_Use]] = defaultdict(list)
    for procedure in subject.runbook.procedures:
        for step in procedure.steps:
            if step.kind is StepKind.COMMAND:
                for use in _uses(step, held):
                    found[procedure.id, use.at.name].append(use)
    for uses in found.values():
        yield _finding(subject, uses)


def _uses(step: Step, held: Mapping[str, Sequence[Setting]]) -> Iterator[_Use]:
    for one in expansions(step.text):
        if one.context != CODE or one.name.isdigit() or one.name in _SHELLS_OWN:
            continue
        segment = _segment(step.text, one.start)
        if not segment.strip() or segment.split()[0] in _HARMLESS or _is_redirect(segment):
            continue
        use = _Use(step, one, segment)
        if not _on_purpose(use) and not _harmless_value(one.name, held, frozenset()):
            yield use


def _segment(text: str, start: int) -> str:
    """Give the simple command up to an offset, without keywords and assignments before it."""
    where = contexts(text)
    at = start
    while at > 0 and not (where[at - 1] == CODE and text[at - 1] in ";|&\n(`"):
        at -= 1
    segment = text[at:start].replace("\\\n", "  ")
    match = _KEYWORDS.match(segment)
    return segment[match.end() :] if match else segment


def _is_redirect(segment: str) -> bool:
    return re.search(r"[<>]&?\s*\S*$", segment) is not None


def _on_purpose(use: _Use) -> bool:
    """Tell whether several words are meant, or one is for sure; in a test neither is."""
    if use.command in _TESTS:
        return False
    if use.command.startswith("$") or _ONE_WORD.search(use.at.name):
        return True
    if not use.option or use.step.text[use.at.end : use.at.end + 1].strip(" \t\n;|&)`"):
        return False
    if _SPLIT_ON_PURPOSE.search(use.at.name):
        return True
    takes_one = use.option.startswith("-") and not use.option.endswith("s")
    return _PLURAL.search(use.at.name) is not None and not takes_one


def _harmless_value(
    name: str, held: Mapping[str, Sequence[Setting]], above: frozenset[str]
) -> bool:
    """Tell whether the document sets a variable, and never to anything that could be split."""
    if name in above:
        return False
    each = held.get(name, ())
    return bool(each) and all(_is_whole(one, held, above | {name}) for one in each)


def _is_whole(one: Setting, held: Mapping[str, Sequence[Setting]], above: frozenset[str]) -> bool:
    value = one.value.strip()
    if one.loop:
        words = re.sub(r"\{[\w.,-]+\}|\$\(seq [^()]*\)", "x", value).split()
        return bool(words) and all(_PLAIN.fullmatch(word.strip("\"'")) for word in words)
    value = value.strip("\"'")
    for part in set(expansions(value)):
        if _harmless_value(part.name, held, above) or part.name in _SHELLS_OWN:
            value = re.sub(rf"\$\{{?{part.name}\b\}}?", "x", value)
    return _PLAIN.fullmatch(value) is not None or _NO_BLANKS.fullmatch(value) is not None


def _finding(subject: Subject, uses: Sequence[_Use]) -> Finding:
    first = uses[0]
    spelling = first.step.text[first.at.start : first.at.end]
    tested = any(use.command in _TESTS for use in uses)
    severity, said = _SAYS[tested]
    found = RULE.finding(
        span_of(first.step, first.at.start),
        said.format(spelling),
        f'write `"{spelling}"`',
        mark=mark_of(subject, first.step, first.at.start, first.at.end),
        fix=quoted(subject, [(u.step, u.at) for u in uses], all(u.takes_one_word for u in uses)),
    )
    return replace(found, severity=severity)


RULE = Rule("unquoted-variable", Severity.NOTE, Confidence.MEDIUM, check)
