"""An `aws` command in, what it asks for out: service, operation, and the words of each option.

Reads as the CLI does, without its models: an option's values are the words up to the next option.
It does not know which options there are.
"""

from collections.abc import Iterator, Mapping

from msgspec import Struct

from steadyhand.lint.subject import Subject, Used
from steadyhand.model.document.finding import Mark
from steadyhand.model.document.shell import Part, PartKind, Word

# https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-options.html
_GLOBALS_WITH_VALUE = frozenset(
    "--endpoint-url --output --query --profile --region --color --ca-bundle --cli-read-timeout "
    "--cli-connect-timeout --cli-binary-format".split()
)
_FROM_ELSEWHERE = frozenset({"--cli-input-json", "--cli-input-yaml", "--generate-cli-skeleton"})
_ELIDED = frozenset({"...", "…", "[...]", "[options]", "[OPTIONS]"})

# The operations of CloudWatch Logs that take a filter pattern, and in which option.
PATTERN_OPTIONS = {
    "filter-log-events": "--filter-pattern",
    "put-metric-filter": "--filter-pattern",
    "put-subscription-filter": "--filter-pattern",
    "start-live-tail": "--log-event-filter-pattern",
    "tail": "--filter-pattern",
    "test-metric-filter": "--filter-pattern",
}


class Asked(Struct, frozen=True):
    """`options` holds the words behind each; `open` when more options may come at run time."""

    used: Used
    service: str
    operation: str
    options: Mapping[str, tuple[Word, ...]]
    open: bool

    def words(self, name: str) -> tuple[Word, ...] | None:
        """Give an option's words; the CLI also takes a beginning of its name."""
        if name in self.options:
            return self.options[name]
        for given, words in self.options.items():
            if name.startswith(given):
                return words
        return None

    def lacks(self, *names: str) -> bool:
        """Tell whether none of the options is given, nor can be when it runs."""
        return not self.open and all(self.words(name) is None for name in names)

    def text(self, name: str) -> str | None:
        """Give an option's only value where it is known."""
        words = self.words(name)
        return words[0].literal if words is not None and len(words) == 1 else None

    def mark(self, subject: Subject, text: str) -> Mark | None:
        """Find a word of this command in the document, and not that of one before it."""
        before = 0
        for used in subject.used:
            if used is self.used:
                break
            if used.step is self.used.step:
                before += sum(text in (word.literal or "") for word in used.words)
        return subject.mark(self.used.step.span, text, before) or subject.mark(
            self.used.step.span, text
        )


def asked(subject: Subject, service: str, *operations: str) -> Iterator[Asked]:
    """Give the commands of these operations."""
    for found in subject.derived(_every):
        if found.service == service and found.operation in operations:
            yield found


def _every(subject: Subject) -> tuple["Asked", ...]:
    each = (_read(used) for used in subject.named("aws"))
    return tuple(found for found in each if found is not None)


def for_shell(help: str) -> str:
    """Add to an advice with double quotes how they get past the shell."""
    return f"{help}; single quotes around the whole keep the double ones" if '"' in help else help


def _read(used: Used) -> Asked | None:
    names: list[str] = []
    options: dict[str, tuple[Word, ...]] = {}
    current, may_grow = "", False
    for word in used.words[1:]:
        text = word.literal
        if text is not None and text.startswith("--"):
            current, _, value = text.partition("=")
            options[current] = (Word((Part(PartKind.LITERAL, value),)),) if "=" in text else ()
        elif text is None and (start := _option_start(word)):
            current = start
            options[current] = (_behind_equals(word),)
        elif text in _ELIDED:
            may_grow = True
        elif _takes(current, options, len(names)):
            if options[current] and text is None and _may_spread(word):
                may_grow = True
            options[current] = (*options[current], word)
        elif text is not None and len(names) < 2:
            names.append(text)
            current = ""
        elif text == "help":
            return None
        elif text is None:
            may_grow = may_grow or _may_spread(word)
            if len(names) < 2:
                return None
    if len(names) < 2:
        return None
    return Asked(
        used, names[0], names[1], options, may_grow or bool(_FROM_ELSEWHERE & set(options))
    )


def _takes(option: str, options: Mapping[str, tuple[Word, ...]], names: int) -> bool:
    """Tell whether the next word is the option's: a global one has one value, or none."""
    if option in _GLOBALS_WITH_VALUE:
        return not options[option]
    return bool(option) and names == len(("service", "operation"))


def _option_start(word: Word) -> str:
    """Give the option's name of `--name=$VALUE`; "" for any other word."""
    first = word.parts[0] if word.parts else None
    if first is None or first.kind is not PartKind.LITERAL or not first.text.startswith("--"):
        return ""
    name, equals, _ = first.text.partition("=")
    return name if equals else ""


def _behind_equals(word: Word) -> Word:
    first = word.parts[0]
    rest = Part(PartKind.LITERAL, first.text.partition("=")[2], first.quoted)
    return Word((rest, *word.parts[1:]) if rest.text else word.parts[1:])


def _may_spread(word: Word) -> bool:
    """Tell whether a word may become several, options among them: `$EXTRA` or `"${ARGS[@]}"`."""
    if len(word.parts) != 1 or word.parts[0].kind is PartKind.LITERAL:
        return False
    return not word.parts[0].quoted or "@" in word.parts[0].text
