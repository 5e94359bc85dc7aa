"""A command in, those of its words out that another machine or a container is given to run."""

from collections.abc import Callable
from itertools import pairwise

from steadyhand.model.document.shell import Command, Word

# https://man.openbsd.org/ssh: options with a value
_SSH_VALUE = frozenset("-b -c -D -E -e -F -I -i -J -L -l -m -O -o -p -Q -R -S -W -w".split())
_EXEC_VALUE = frozenset(
    "-e --env -u --user -w --workdir --env-file --detach-keys -n --namespace -c --container "
    "--context --index -f --file -p --project-name".split()
)
_COMMAND_OPTIONS = frozenset({"--command", "-C"})
Words = tuple[Word, ...]


def for_another_machine(command: Command) -> Words:
    """Give the words that are expanded here and run there; the text of a heredoc too. Pure."""
    name = (command.name or "").rpartition("/")[2]
    finder = _FINDERS.get(name)
    words = finder(command.words) if finder is not None else ()
    if finder is None or (not words and name != "ssh"):
        return words
    return words + tuple(r.body for r in command.redirects if r.body is not None)


def bare_program(command: Command) -> str:
    """Name the program that a container starts with no shell around it; "" for any other. Pure."""
    name = (command.name or "").rpartition("/")[2]
    words = for_another_machine(command) if _FINDERS.get(name) is _exec else ()
    first = (words[0].literal or "").rpartition("/")[2] if words else ""
    return "" if first in _SHELLS else first


_SHELLS = frozenset("sh bash ash dash zsh ksh".split())


def _ssh(words: Words) -> Words:
    return _after_options(words[1:], _SSH_VALUE)[1:]


def _after_options(words: Words, with_value: frozenset[str]) -> Words:
    at = 0
    while at < len(words) and words[at].shown.startswith("-"):
        if words[at].literal == "--":
            return words[at + 1 :]
        at += 2 if words[at].literal in with_value else 1
    return words[at:]


def _exec(words: Words) -> Words:
    """`kubectl exec POD -- …`, `docker exec CONTAINER …`, `docker compose exec SERVICE …`."""
    at = next((i for i, w in enumerate(words[:4]) if w.literal == "exec"), None)
    if at is None:
        return ()
    dashes = next((i for i, w in enumerate(words) if w.literal == "--"), None)
    if dashes is not None:
        return words[dashes + 1 :]
    return _after_options(words[at + 1 :], _EXEC_VALUE)[1:]


def _option(words: Words) -> Words:
    """`aws ecs execute-command --command …`, `gcloud compute ssh HOST --command=…`."""
    found = [w for before, w in pairwise(words) if before.literal in _COMMAND_OPTIONS]
    return (*found, *(w for w in words if w.shown.startswith("--command=")))


_FINDERS: dict[str, Callable[[Words], Words]] = {
    "ssh": _ssh,
    "kubectl": _exec,
    "oc": _exec,
    "docker": _exec,
    "docker-compose": _exec,
    "podman": _exec,
    "nerdctl": _exec,
    "aws": _option,
    "gcloud": _option,
    "vagrant": _option,
    "fly": _option,
    "flyctl": _option,
}
