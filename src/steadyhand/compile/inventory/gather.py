"""Steps in, the resources that their commands name out: kind, name, and all places.

A name that is known only when it runs is not listed. What names what stands in `clouds` and
`programs`.
"""

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

from steadyhand.compile.inventory.clouds import aws
from steadyhand.compile.inventory.named import Named, words_of
from steadyhand.compile.inventory.programs import PROGRAMS
from steadyhand.compile.parameters import tool
from steadyhand.model.document.runbook import Resource, Step
from steadyhand.model.document.shell import Command
from steadyhand.model.document.span import Span

_URL = re.compile(r"\b(https?)://(?:[^\s@/'\"]+@)?([\w.-]+(?::\d+)?)(/[^\s'\"?#<>${}]*)?")
_IMAGE = re.compile(r"\b\d{12}\.dkr\.ecr\.[\w-]+\.amazonaws\.com/([\w./-]+)")
# Programs that change the folder or nothing at all, and name no resource.
_SILENT = frozenset("echo printf date jq grep awk sed sleep cut head tail sort wc tr cat".split())


class Naming(Struct, frozen=True):
    """A resource where a command names it. `called` is the command: "aws ecs update-service"."""

    named: Named
    span: Span
    called: str


def namings(steps: Iterable[Step]) -> Iterator[Naming]:
    """Give every resource that the steps of a procedure name, wherever they name it. Pure."""
    folder, fence = "", 0
    for step in steps:
        if step.fence != fence:
            folder, fence = "", step.fence
        for command in _all(step.commands):
            name = (command.name or "").rpartition("/")[2]
            if name == "cd":
                folder = words_of(command).literal(1)
            called = ""
            for named in dict.fromkeys(_resources(command, name, folder)):
                called = called or tool(command)
                yield Naming(named, step.span, called)


def inventory(named: Iterable[Naming]) -> tuple[Resource, ...]:
    """List every resource once, by kind and name, with each place that names it. Pure."""
    found: dict[Named, dict[tuple[Span, str], None]] = {}
    for one in named:
        found.setdefault(one.named, {})[one.span, one.called] = None
    return tuple(_resource(what, places) for what, places in sorted(found.items(), key=_named))


def _named(one: tuple[Named, object]) -> Named:
    return one[0]


def _resource(named: Named, places: Iterable[tuple[Span, str]]) -> Resource:
    spans, commands = zip(*places, strict=True)
    return Resource(*named, spans[0], spans, commands)


def _all(commands: Iterable[Command]) -> Iterator[Command]:
    """Give commands with those that they run in turn."""
    for command in commands:
        yield command
        if command.inner:
            yield from _all(command.inner)


def _resources(command: Command, name: str, folder: str) -> Iterator[Named]:
    """Give what one command names; `folder` is where the block has gone before."""
    if not name or name in _SILENT:
        return
    words = words_of(command)
    if name == "aws":
        yield from aws(words, tool(command))
    elif (reader := PROGRAMS.get(name)) is not None:
        yield from reader(words)
    elif (command.name or "").startswith(("./", "../")):
        yield "script", command.name or ""
    if name in {"terraform", "tofu", "terragrunt"} and folder:
        yield "terraform directory", folder
    for text in words.texts[1:]:
        yield from _addresses(text)


def _addresses(text: str) -> Iterator[Named]:
    if "://" in text:
        for match in _URL.finditer(text):
            scheme, host, path = match.groups()
            if host.startswith("sqs.") or text[match.end() : match.end() + 1] in {"<", "$"}:
                continue
            yield "url", f"{scheme}://{host}{path or ''}".rstrip("/.,;)")
            yield "host", host.partition(":")[0]
    if ".dkr.ecr." in text:
        for match in _IMAGE.finditer(text):
            yield "repository", match.group(1)
