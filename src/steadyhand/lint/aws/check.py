"""An AWS CLI argv in, the call that it makes and everything that would be refused out.

Holds it against botocore's models and the facts about the CLI. Sends nothing, imports neither
botocore nor awscli. What is known only later never makes a problem.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from msgspec import Struct, field

from steadyhand.lint.aws.argument import Argument, arguments, stands_in
from steadyhand.lint.aws.argv import Given, Taken, left_over, take
from steadyhand.lint.aws.commands import HELP, Target, target
from steadyhand.lint.aws.known.models import Models
from steadyhand.lint.aws.known.names import nearest
from steadyhand.lint.aws.known.options import (
    INPUT_JSON,
    INPUT_YAML,
    SKELETON,
    Edition,
    Option,
    Options,
    Takes,
)
from steadyhand.lint.aws.known.shapes import Operation
from steadyhand.lint.aws.problems import Kind, Problem
from steadyhand.lint.aws.query import check_query
from steadyhand.lint.aws.values.check import check_value, check_word
from steadyhand.model.document.shell import Word


class Call(Struct, frozen=True):
    """What a command asks for, as far as it was understood.

    `values` are the options' words by name; None stands for a word that is known only later.
    """

    service: str = ""  # botocore's name of it; "" for a command that the CLI has by hand
    command: tuple[str, ...] = ()  # the CLI's words: ("ecs", "describe-services")
    operation: str = ""  # the API's name of it
    waiter: str = ""
    values: Mapping[str, tuple[str | None, ...]] = field(default_factory=dict)

    def value(self, option: str) -> str | None:
        """Give the only word of an option, if it was given and is known."""
        words = self.values.get(option, ())
        return words[0] if len(words) == 1 else None


class Checked(Struct, frozen=True):
    call: Call
    problems: tuple[Problem, ...]


def check(words: Sequence[Word], models: Models) -> Checked:
    """Check a command whose first word is `aws`; equal words give equal answers."""
    return _check(tuple(words), models)


@lru_cache(maxsize=4096)
def _check(words: tuple[Word, ...], models: Models) -> Checked:
    given = arguments(words[1:], 1)
    top = take(models.facts.global_options, given)
    found = target(top.rest, models)
    problems = [*top.problems, *_elided(given)]
    values = list(top.given)
    problems += _global_values(top, found, models)
    if found.problem is not None:
        problems.append(found.problem)
    elif found.options is not None:
        taken = take(found.options, found.rest)
        taken.undecided |= top.loose
        problems += _options(found, found.options, taken)
        values += taken.given
    if found.edition is not Edition.BOTH and found.problem is None:
        problems.append(_edition(found.edition, found.at, f"`aws {found.name}`", found.path[-1]))
    problems += _editions(values)
    return Checked(_call(found, values), _each_once(problems))


def _call(found: Target, values: Sequence[Given]) -> Call:
    return Call(
        found.service.name if found.service is not None else "",
        found.path,
        found.operation.name if found.operation is not None and not found.waiter else "",
        found.waiter,
        {
            given.option.name: tuple(v.text if v.known else None for v in given.values)
            for given in values
        },
    )


def _elided(given: Sequence[Argument]) -> Iterator[Problem]:
    for argument in given:
        if argument.elided:
            yield Problem(
                Kind.ELIDED, argument.index, "arguments are left out here", argument.text,
                help="write them out",
            )  # fmt: skip


def _options(found: Target, options: Options, taken: Taken) -> Iterator[Problem]:
    if len(taken.rest) == 1 and taken.rest[0].text == HELP and not taken.given:
        return
    problems = [*taken.problems, *left_over(taken, options, found.name)]
    missing = list(_required(found, options, taken, problems))
    if missing and any(o.positional and o.required for o in options.values()):
        # A word that is one of two is not taken at all, and is not the problem.
        problems = [p for p in problems if p.kind is not Kind.UNEXPECTED_WORD]
    yield from problems
    yield from missing
    for given in taken.given:
        yield from check_value(given, found.service, found.operation)


def _said_already(name: str, problems: Sequence[Problem]) -> bool:
    """Whether another problem is about this very option: misspelled, or too short."""
    return any(
        p.right == name or (p.kind is Kind.AMBIGUOUS_OPTION and name.startswith(p.wrong))
        for p in problems
    )


def _required(
    found: Target, options: Options, taken: Taken, problems: Sequence[Problem]
) -> Iterator[Problem]:
    """Say which required options are not there, in one problem."""
    if taken.undecided or any(a.elided for a in (*taken.rest, *found.rest)):
        return
    if taken.last(INPUT_JSON) or taken.last(INPUT_YAML):
        return
    skeleton = taken.last(SKELETON)
    if skeleton is not None and [v.text for v in skeleton.values] != ["output"]:
        return
    have = {given.option.name for given in taken.given}
    have_members = {given.option.member for given in taken.given} - {""}
    missing = {
        option.member or option.name: option.name
        for option in reversed(options.values())
        if option.required and option.name not in have and option.member not in have_members
    }
    names = [name for name in reversed(missing.values()) if not _said_already(name, problems)]
    if names:
        shown = " and ".join(_wanted(options[name]) for name in names)
        ways = " and ".join(_ways(options[name], options) for name in names)
        yield Problem(
            Kind.MISSING_OPTION,
            found.at,
            f"`aws {found.name}` needs {shown}",
            found.path[-1],
            help=f"add {ways}; {'it is' if len(names) == 1 else 'they are'} required",
        )


def _wanted(option: Option) -> str:
    return f"two `{option.name}`" if option.takes is Takes.TWO else f"`{option.name}`"


def _ways(option: Option, options: Options) -> str:
    """Name the options that give what is required: of a boolean, both."""
    same = [o for o in options.values() if o.takes is Takes.NOTHING and o.member == option.member]
    return " or ".join(f"`{o.name}`" for o in same) if len(same) > 1 else _wanted(option)


# --- options that every command has ---------------------------------------------------------------


def _global_values(top: Taken, found: Target, models: Models) -> Iterator[Problem]:
    for given in top.given:
        name = given.option.name
        for value in given.values:
            if name == "--query":
                yield from check_query(value, found.service, _answers(found))
            elif not value.known or stands_in(value.text):
                continue
            elif given.option.choices:
                yield from check_word(given, value)
            elif name == "--region" and top.last("--endpoint-url") is None:
                yield from _region(value, models)
            elif name in {"--cli-read-timeout", "--cli-connect-timeout"}:
                yield from _timeout(name, value)
            elif name == "--endpoint-url" and not re.match(r"\w+://", value.text):
                yield Problem(
                    Kind.WRONG_FORM, value.index, f"`{value.text}` has no `http://` or `https://`",
                    value.text, help="write the whole URL",
                )  # fmt: skip


def _region(value: Argument, models: Models) -> Iterator[Problem]:
    """Say when a region's name is nearly one: an availability zone, a hyphen too few."""
    text = value.text
    if not models.regions or text in models.regions:
        return
    if any(form.match(text) for form in models.region_forms):
        return
    zone = text[:-1]
    right = zone if zone in models.regions else nearest(text, models.regions)
    if right is None:
        return
    what = "an availability zone" if right == zone else "no region"
    yield Problem(
        Kind.WRONG_FORM, value.index, f"`{text}` is {what}, and `--region` wants a region",
        text, right, f"did you mean `{right}`?",
    )  # fmt: skip


def _timeout(name: str, value: Argument) -> Iterator[Problem]:
    try:
        int(value.text)
    except ValueError:
        yield Problem(
            Kind.WRONG_TYPE, value.index, f"`{name}` wants a whole number, not `{value.text}`",
            value.text, help="write a number of seconds",
        )  # fmt: skip


def _answers(found: Target) -> Operation | None:
    """Give the operation whose answer `--query` sees."""
    return None if found.waiter else found.operation


# --- the two versions -----------------------------------------------------------------------------


def _editions(values: Sequence[Given]) -> Iterator[Problem]:
    for given in values:
        if given.option.edition is not Edition.BOTH:
            name = given.option.name
            yield _edition(given.option.edition, given.index, f"`{name}`", name)


def _edition(edition: Edition, word: int, what: str, wrong: str) -> Problem:
    kind = Kind.V2_ONLY if edition is Edition.V2 else Kind.V1_ONLY
    have, lack = ("2", "1") if edition is Edition.V2 else ("1", "2")
    return Problem(
        kind,
        word,
        f"only version {have} of the AWS CLI has {what}",
        wrong,
        help=f"say in the runbook that it needs version {have}; version {lack} refuses it",
    )


def _each_once(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """Put problems in the order of the words; of several about one option's name keep the first."""
    about_name = {Kind.AMBIGUOUS_OPTION, Kind.UNKNOWN_OPTION, Kind.UNEXPECTED_WORD}
    kept: list[Problem] = []
    said: set[int] = set()
    for problem in dict.fromkeys(problems):
        if problem.kind in about_name:
            if problem.word in said:
                continue
            said.add(problem.word)
        kept.append(problem)
    return tuple(sorted(kept, key=lambda p: p.word))
