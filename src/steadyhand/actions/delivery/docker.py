"""docker's argv in, effect and reason out; podman and docker-compose speak the same."""

import re

from steadyhand.actions.delivery.tables import CHANGE, DESTROY, READ, after, by_table, listed
from steadyhand.actions.words import Argv, flag, letter, option
from steadyhand.model.effect import Classified

DOCKER = {
    **listed("ps|images|inspect|logs|stats|top|version|info|port|diff|history|search|events", READ),
    **listed("image ls|image inspect|container ls|container logs|container inspect", READ),
    **listed("volume ls|network ls|network inspect|compose ps|compose logs|system df", READ),
    **listed("compose ls|compose config|compose top|compose images|container stats", READ),
    **listed("build|tag|push|pull|login|logout|create|start|compose up|compose pull", CHANGE),
    **listed("buildx build|compose build|cp|commit|save|load|compose watch", CHANGE),
    **listed("rm|rmi|stop|kill|restart|pause|system prune|image prune|volume rm", DESTROY),
    **listed("compose down|compose stop|compose restart|container prune|volume prune", DESTROY),
}
# https://docs.docker.com/reference/cli/docker/ and …/compose/
GLOBAL = frozenset("-H --host -c --context --config -l --log-level".split())
COMPOSE = frozenset(
    "-f --file -p --project-name --profile --env-file --project-directory --ansi --progress "
    "--parallel".split()
)
_GROUPS = frozenset({"container", "compose"})
# The options of `docker run` that take no value: https://docs.docker.com/reference/cli/docker/container/run/
_FLAGS = frozenset(
    "-d --detach --disable-content-trust --help --init -i --interactive --no-healthcheck "
    "--oom-kill-disable --privileged -P --publish-all --read-only --rm --sig-proxy -t --tty -q "
    "--quiet".split()
)
_SHELLS = frozenset("sh bash ash dash zsh fish".split())
_SYSTEMS = frozenset(
    "ubuntu debian alpine busybox centos fedora amazonlinux rockylinux almalinux archlinux".split()
)


def classify_docker(argv: Argv) -> Classified:
    """Classify a `docker` argv. Pure."""
    verb, rest = docker_verb(argv)
    return by_table(
        argv if not verb.startswith("compose ") else ("docker", *verb.split(), *rest),
        DOCKER,
        GLOBAL,
        endless=_endless(verb, rest),
        interactive=verb == "attach" or (verb == "run" and _prompts(rest)),
    )


def classify_compose(argv: Argv) -> Classified:
    """Classify `docker-compose`, the older name of `docker compose`. Pure."""
    return classify_docker(("docker", "compose", *argv[1:]))


def docker_verb(argv: Argv) -> tuple[str, Argv]:
    """Give the sub-command, `compose logs` and the like as two words, and what follows it. Pure."""
    verb, rest = after(argv, GLOBAL)
    if verb not in _GROUPS:
        return verb, rest
    second, behind = after((verb, *rest), COMPOSE if verb == "compose" else frozenset())
    return (second if verb == "container" else f"{verb} {second}"), behind


def _endless(verb: str, rest: Argv) -> bool:
    match verb:
        case "logs" | "compose logs":
            follows = letter(("", *rest), "f") or flag(rest, "--follow", "--follow=true")
            return follows and option(rest, "--until") is None
        case "stats":
            return not flag(rest, "--no-stream", "--no-stream=true")
        case "events" | "compose events":
            return option(rest, "--until") is None
        case "compose up":
            ends = "--abort-on-container-exit --exit-code-from --no-start --wait --detach".split()
            return not letter(("", *rest), "d") and not flag(rest, *ends)
        case "compose watch":
            return True
        case _:
            return False


def _prompts(rest: Argv) -> bool:
    """Tell whether `docker run` opens a prompt: in front, with a terminal, and a shell in it.

    What an image runs by itself is known of plain systems only: a shell.
    """
    index, flags = 0, ""
    while index < len(rest) and rest[index].startswith("-"):
        word = rest[index]
        bundle = not word.startswith("--") and set(word[1:]) <= set("ditPq")
        long = {"--tty": "t", "--tty=true": "t", "--detach": "d", "--detach=true": "d"}
        flags += word[1:] if bundle else long.get(word, "")
        index += 1 if bundle or word in _FLAGS or "=" in word else 2
    image, command = "".join(rest[index : index + 1]), rest[index + 1 :]
    if "t" not in flags or "d" in flags:
        return False
    if not command:
        return re.split(r"[:@]", image.rpartition("/")[2])[0] in _SYSTEMS
    return command[0].rpartition("/")[2] in _SHELLS and "-c" not in command
