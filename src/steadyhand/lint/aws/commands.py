"""The words after `aws` in, the command that they name out: an operation, a waiter, or one by hand.

Knows what exists, from the models and the stored facts; nothing of options' values. Pure but for
the reading of models.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from steadyhand.lint.aws.argument import Argument, stands_in
from steadyhand.lint.aws.argv import Taken, take
from steadyhand.lint.aws.known.facts import Facts
from steadyhand.lint.aws.known.models import Models
from steadyhand.lint.aws.known.names import nearest
from steadyhand.lint.aws.known.options import Edition, Option, Options, operation_options
from steadyhand.lint.aws.known.shapes import Operation, Service
from steadyhand.lint.aws.problems import Kind, Problem

_COMMAND: Options = {"command": Option("command")}
HELP = "help"


class Target(Struct, frozen=True):
    """The command that an argv names, as far as it was found.

    `operation` is None for a command that the CLI has by hand; of a waiter it is the one that it
    asks. `options` is None where nothing was found.
    """

    path: tuple[str, ...] = ()
    at: int = 0  # index of the last word of the path
    options: Options | None = None
    service: Service | None = None
    operation: Operation | None = None
    waiter: str = ""
    edition: Edition = Edition.BOTH
    rest: tuple[Argument, ...] = ()
    problem: Problem | None = None

    @property
    def name(self) -> str:
        return " ".join(self.path)


class _Level(Struct, frozen=True):
    """What may stand at one place of the path, and what to say of another word there."""

    names: Mapping[str, Edition]
    kind: Kind
    what: str


def target(rest: Iterable[Argument], models: Models) -> Target:
    """Find the command. `rest` is what the global options left."""
    level = _Level(_services(models), Kind.UNKNOWN_SERVICE, "the AWS CLI has no service")
    found = _next(Target(rest=tuple(rest)), level)
    if found.problem is not None or not found.path:
        return found
    name = found.path[0]
    facts = models.facts
    found = replace(found, edition=level.names[name])
    service = None
    if name not in facts.commands:
        service = models.service(facts.models.get(name, name))
    if service is not None:
        return _of_service(replace(found, service=service), service, models)
    return _by_hand(found, facts) if name in facts.commands else found


@lru_cache(maxsize=8)
def _services(models: Models) -> dict[str, Edition]:
    facts = models.facts
    names = dict.fromkeys(models.names - facts.hidden, Edition.BOTH)
    names.update(dict.fromkeys(facts.models, Edition.BOTH))
    names.update({key: one.edition for key, one in facts.commands.items() if " " not in key})
    return names


@lru_cache(maxsize=512)
def _operations(name: str, service: Service, facts: Facts) -> dict[str, Edition]:
    names = dict.fromkeys(service.operations, Edition.BOTH)
    for key, edition in facts.removed.items():
        if key.startswith(f"{name} "):
            if edition is Edition.BOTH:
                names.pop(key.partition(" ")[2], None)
            else:
                names[key.partition(" ")[2]] = Edition.V2
    names.update({k.partition(" ")[2]: Edition.BOTH for k in facts.added if _in(k, name)})
    names.update({k.split()[1]: c.edition for k, c in facts.commands.items() if _in(k, name)})
    if service.waiters:
        names["wait"] = Edition.BOTH
    return names


def _of_service(found: Target, service: Service, models: Models) -> Target:
    name, facts = found.path[0], models.facts
    names = _operations(name, service, facts)
    level = _Level(names, Kind.UNKNOWN_OPERATION, f"`aws {name}` has no operation")
    found = _next(found, level)
    if found.problem is not None or len(found.path) < 2:
        return found
    word = found.path[1]
    found = replace(found, edition=_both(found.edition, names[word]))
    if word == "wait":
        return _waiter(found, service)
    if f"{name} {word}" in facts.commands:
        return _by_hand(found, facts)
    api = facts.added.get(found.name) or service.operations[word]
    operation = service.operation(api)
    options = _options(found.name, service, api, facts)
    return replace(found, operation=operation, options=options)


def _in(key: str, service: str) -> bool:
    return key.startswith(f"{service} ")


def _both(one: Edition, other: Edition) -> Edition:
    return other if one is Edition.BOTH else one


def _waiter(found: Target, service: Service) -> Target:
    names = dict.fromkeys(service.waiters, Edition.BOTH)
    what = f"`aws {found.path[0]} wait` has no waiter"
    found = _next(found, _Level(names, Kind.UNKNOWN_WAITER, what))
    if found.problem is not None or len(found.path) < 3:
        return found
    found = replace(found, waiter=found.path[2])
    operation = service.operation(service.waiters[found.path[2]])
    options = operation_options(service.name, operation)
    return replace(found, operation=operation, options=options)


@lru_cache(maxsize=1024)
def _options(command: str, service: Service, api: str, facts: Facts) -> Options:
    """Give the options of an operation: the model's, and what the CLI changes of them by hand."""
    operation = service.operation(api)
    options = operation_options(service.name, operation)
    if (difference := facts.operations.get(command)) is not None:
        for name in difference.without:
            options.pop(name, None)
        helped = any(not option.member for option in difference.options.values())
        for name, option in difference.options.items():
            member = operation.input.member(option.member) if operation.input else None
            options[name] = replace(option, shape=member, partial=helped)
    return options


def _by_hand(found: Target, facts: Facts) -> Target:
    """Follow commands that no model stands behind, down to the last one that the words name."""
    command = facts.commands[found.name]
    edition = _both(found.edition, command.edition)
    if not command.subcommands:
        return replace(found, options=command.options, edition=edition)
    names = dict.fromkeys(command.subcommands, edition)
    prefix = f"{found.name} "
    for key, one in facts.commands.items():
        if key.startswith(prefix) and " " not in key[len(prefix) :]:
            names[key[len(prefix) :]] = one.edition
    level = _Level(names, Kind.UNKNOWN_OPERATION, f"`aws {found.name}` has no command")
    deeper = _next(found, level)
    if len(deeper.path) == len(found.path):
        alone = deeper.problem is not None and deeper.problem.kind is Kind.MISSING_OPERATION
        if alone and found.path == ("configure",):
            return replace(found, options=command.options, edition=edition)
        return deeper
    return _by_hand(deeper, facts)


def _next(found: Target, level: _Level) -> Target:
    """Take the next word of the path from the rest."""
    if found.rest and not found.rest[0].text.startswith("-"):
        word, rest = found.rest[0], found.rest[1:]
    else:
        taken = take(_COMMAND, found.rest)
        given = taken.last("command")
        if given is None:
            return replace(found, problem=_missing(found, taken))
        word, rest = given.values[0], tuple(taken.rest)
    if not word.known or word.text == HELP or _stands_in(word, level):
        return replace(found, rest=rest)
    if word.text not in level.names:
        return replace(found, rest=rest, problem=_unknown(word, level))
    return replace(found, path=(*found.path, word.text), at=word.index, rest=rest)


def _stands_in(word: Argument, level: _Level) -> bool:
    """Whether a word only marks the place: `aws SERVICE help`, `aws ec2 [command]`."""
    return (
        stands_in(word.text)
        or word.elided
        or (word.text.isupper() and word.text.lower() not in level.names)
    )


def _missing(found: Target, taken: Taken) -> Problem | None:
    if not found.path or taken.undecided or any(not a.known for a in taken.rest):
        return None
    said = f"`aws {found.name}` needs a command after it"
    return Problem(
        Kind.MISSING_OPERATION, found.at, said, found.path[-1],
        help=f"`aws {found.name} help` lists them",
    )  # fmt: skip


def _unknown(word: Argument, level: _Level) -> Problem:
    right = nearest(word.text, level.names) or ""
    return Problem(
        level.kind,
        word.index,
        f"{level.what} `{word.text}`",
        word.text,
        right,
        f"did you mean `{right}`?" if right else "look it up in the AWS CLI's reference",
    )
