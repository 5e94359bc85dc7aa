"""docker's argv in, effect and reason out; podman and docker-compose speak the same."""

import re

from steadyhand.actions.delivery.tables import (
    BACK,
    CHANGE,
    DESTROY,
    FELT,
    GONE,
    READ,
    after,
    by_table,
    known_for,
    listed,
)
from steadyhand.actions.local.files import written
from steadyhand.actions.words import Argv, flag, letter, option
from steadyhand.model.argv.options import given
from steadyhand.model.effect import Aspect, Classified

# https://docs.docker.com/reference/cli/docker/
DOCKER = {
    **listed("ps|images|inspect|logs|stats|top|version|info|port|diff|history|search|events", READ),
    **listed("image ls|image list|image inspect|image history|container ls|container list", READ),
    **listed("container logs|container inspect|container ps|container stats|container top", READ),
    **listed("container port|container diff|container wait|wait|volume ls|volume list", READ),
    **listed(
        "volume inspect|network ls|network list|network inspect|compose ps|compose logs", READ
    ),
    **listed("compose ls|compose config|compose convert|compose top|compose images", READ),
    **listed("compose port|compose version|compose events|compose stats|compose volumes", READ),
    **listed("system df|system info|system events|context ls|context show|context inspect", READ),
    **listed("builder ls|buildx ls|buildx inspect|buildx du|buildx version", READ),
    **listed("manifest inspect|config ls|config inspect", READ),
    **listed("secret ls|secret inspect|service ls|service inspect|service logs|service ps", READ),
    **listed("stack ls|stack ps|stack services|stack config|node ls|node inspect|node ps", READ),
    **listed("plugin ls|plugin inspect|trust inspect|swarm unlock-key|checkpoint ls", READ),
    **listed("build|tag|push|pull|login|logout|create|start|rename|unpause|update", CHANGE),
    **listed("cp|commit|save|load|export|import|compose up|compose pull|compose push", CHANGE),
    **listed("compose build|compose create|compose start|compose unpause|compose cp", CHANGE),
    **listed("compose watch|compose scale|compose export|compose commit|buildx build", CHANGE),
    **listed("buildx bake|buildx create|buildx use|container create|container start", CHANGE),
    **listed("container cp|container commit|container rename|container unpause", CHANGE),
    **listed("container update|container export|image build|image tag|image push", CHANGE),
    **listed("image pull|image save|image load|image import|volume create", CHANGE),
    **listed("network create|network connect|context create|context use|context import", CHANGE),
    **listed("context export|context update|manifest create|manifest annotate", CHANGE),
    **listed("manifest push|config create|secret create|service create|service update", CHANGE),
    **listed("service scale|stack deploy|node update|node promote|plugin install", CHANGE),
    **listed("plugin enable|plugin create|plugin push|plugin set|plugin upgrade", CHANGE),
    **listed("swarm init|swarm join|swarm update|swarm unlock|trust sign", CHANGE),
    **listed("checkpoint create", CHANGE),
    **listed("rm|rmi|stop|kill|restart|pause|system prune|image prune|image rm|volume rm", DESTROY),
    **listed("container rm|container stop|container kill|container restart", DESTROY),
    **listed("container pause|container prune|volume prune|network rm|network prune", DESTROY),
    **listed("network disconnect|compose down|compose stop|compose restart|compose rm", DESTROY),
    **listed(
        "compose kill|compose pause|builder prune|buildx prune|buildx rm|buildx stop", DESTROY
    ),
    **listed("context rm|manifest rm|config rm|secret rm|service rm|service rollback", DESTROY),
    **listed("stack rm|node rm|node demote|plugin rm|plugin disable|swarm leave|swarm ca", DESTROY),
    **listed("trust revoke|checkpoint rm", DESTROY),
}
ASPECTS = {
    **known_for("stop|pause|container stop|container pause|compose stop|compose pause", BACK, FELT),
    **known_for("kill|restart|container kill|container restart|compose kill", FELT),
    **known_for("compose restart|compose up|compose scale|compose watch|service update", FELT),
    **known_for("stack deploy|service rollback|node demote|swarm leave|swarm ca", FELT),
    **known_for("service scale|plugin disable|network disconnect|update", BACK, FELT),
    **known_for("tag|start|unpause|rename|create|network connect|network create", BACK),
    **known_for("rm|rmi|system prune|image prune|image rm|volume rm|container rm", GONE),
    **known_for("container prune|volume prune|network rm|network prune|builder prune", GONE),
    **known_for("buildx prune|context rm|manifest rm|config rm|secret rm|trust revoke", GONE),
    **known_for("compose down|compose rm|service rm|stack rm|node rm", FELT, GONE),
    **known_for("swarm unlock-key", Aspect.EXPOSES_SECRET),
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
    if verb in {"compose config", "compose convert"}:
        files = given(("", *rest), "-o --output --format --hash").values("-o", "--output")
        if files:
            return written(f"docker {verb}", "writes a file", list(files))
    return by_table(
        argv if not verb.startswith("compose ") else ("docker", *verb.split(), *rest),
        DOCKER,
        GLOBAL,
        ASPECTS,
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
        case "stats" | "compose stats":
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
