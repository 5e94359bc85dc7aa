"""A call in, the container images that it ships out, each with its tag as far as it is known.

Knows where commands name an image, not what is in it.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from msgspec import Struct

from steadyhand.actions.words import HOLE, Argv, flag, known, option
from steadyhand.lint.changes.calls import WITH_VALUE, Call

_SWITCHES = frozenset(
    "-d --detach -i --interactive -t --tty -it -ti -dit -itd -di -id -P --publish-all --privileged "
    "--init --read-only --rm --no-healthcheck".split()
)
_IN_JSON = re.compile(r'"image"\s*:\s*"([^"]+)"')
_TAG = re.compile(r"(?:^|\.)tag=(.+)$", re.IGNORECASE)


class Image(Struct, frozen=True):
    """`name` as it is written, holes for what bash fills in."""

    name: str
    tag: str | None  # None where none is given
    ships: bool  # others will run it; False for a pull or a run on this machine

    @property
    def bare(self) -> str:
        """The reference without the tag that goes without saying."""
        return self.name.removesuffix(":latest")

    @property
    def certain(self) -> str:
        """The part of the reference that stands in the document as it is."""
        last = self.name.rpartition("/")[2]
        return last if known(last) else (self.tag or "")

    @property
    def says(self) -> str:
        return "names the tag `latest`" if self.tag else "names no tag, and so `latest`"

    @property
    def mutable(self) -> bool:
        """Whether tomorrow it may be another image."""
        if "@" in self.name:
            return False
        return self.tag is None or self.tag == "latest"


def images(call: Call) -> Iterator[Image]:
    """Give the images that a call pushes, pulls, runs or puts into service."""
    words = call.words
    match call.name:
        case "docker" | "podman":
            yield from _docker(call.argv, words)
        case "kubectl" | "oc" if words[:2] == ("set", "image"):
            for word in words[2:]:
                if "=" in word:
                    yield from _image(word.partition("=")[2], True)
        case "kubectl" | "oc" if words[:2] in {("create", "deployment"), ("create", "deploy")}:
            yield from _image(option(call.argv, "--image") or "", True)
        case "helm" if words[:1] in {("upgrade",), ("install",)}:
            yield from _helm(call.argv)
        case "aws":
            yield from _aws(call)
        case _:
            return


def _docker(argv: Argv, words: Argv) -> Iterator[Image]:
    verb = words[1:] if words[:1] == ("image",) else words
    if verb[:1] == ("push",) and len(verb) > 1 and not flag(argv, "-a", "--all-tags"):
        yield from _image(verb[1], True)
    elif verb[:1] == ("pull",) and len(verb) > 1:
        yield from _own(verb[1])
    elif words[:2] == ("service", "update"):
        yield from _image(option(argv, "--image") or "", True)
    elif words[:1] == ("run",) and not flag(argv, "--rm"):
        yield from _own(_run(argv))


def _own(name: str) -> Iterator[Image]:
    """Read the reference of what this machine runs; `busybox` and its like are tools."""
    if "/" in name or name.endswith(":latest"):
        yield from _image(name, False)


def _run(argv: Argv) -> str:
    """Find what `docker run -d` runs; "" where an option is not known to take a value or not."""
    rest = iter(argv[argv.index("run") + 1 :])
    detached = False
    for word in rest:
        if not word.startswith("-"):
            return word if detached else ""
        detached = (
            detached or word == "--detach" or re.fullmatch(r"-[itd]*d[itd]*", word) is not None
        )
        if word in WITH_VALUE["docker"]:
            next(rest, None)
        elif word not in _SWITCHES and "=" not in word:
            return ""
    return ""


def _helm(argv: Argv) -> Iterator[Image]:
    for word, following in pairwise(argv):
        if word in {"--set", "--set-string"}:
            for setting in following.split(","):
                if (match := _TAG.search(setting)) is not None and HOLE not in match[1]:
                    yield Image(setting, match[1], True)


def _aws(call: Call) -> Iterator[Image]:
    command = call.aws
    if command is None:
        return
    if call.operation == ("ecs", "register-task-definition"):
        for name in _IN_JSON.findall(command.get("--container-definitions") or ""):
            yield from _image(name, True)
    elif call.operation == ("lambda", "update-function-code"):
        yield from _image(command.get("--image-uri") or "", True)


def _image(name: str, ships: bool) -> Iterator[Image]:
    """Read a reference; nothing where its last part is known only later."""
    last = name.rpartition("/")[2]
    base, colon, tag = last.partition(":")
    if not name or (HOLE in base and not colon) or HOLE in tag:
        return
    yield Image(name, tag if colon else None, ships)
