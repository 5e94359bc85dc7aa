"""Delivery tools' argv in, effect and reason out: docker, git, gh, terraform, kubectl, alembic …

Small tables by sub-command. What is not listed is unknown, and that counts as the worst.
"""

from collections.abc import Callable, Mapping

from steadyhand.actions.words import (
    Argv,
    change,
    destroy,
    flag,
    letter,
    option,
    positionals,
    read,
    unknown,
)  # fmt: skip
from steadyhand.model.effect import Classified, Effect

READ, CHANGE, DESTROY = Effect.READ, Effect.CHANGE, Effect.DESTROY


def _words(text: str, effect: Effect) -> dict[str, Effect]:
    return dict.fromkeys(text.split("|"), effect)


# Sub-commands of one or two words.
DOCKER = {
    **_words("ps|images|inspect|logs|stats|top|version|info|port|diff|history|search|events", READ),
    **_words("image ls|image inspect|container ls|container logs|container inspect", READ),
    **_words("volume ls|network ls|network inspect|compose ps|compose logs|system df", READ),
    **_words("build|tag|push|pull|login|logout|create|start|compose up|compose pull", CHANGE),
    **_words("buildx build|compose build|cp|commit|save|load", CHANGE),
    **_words("rm|rmi|stop|kill|restart|pause|system prune|image prune|volume rm", DESTROY),
    **_words("compose down|compose stop|compose restart|container prune|volume prune", DESTROY),
}
GIT = {
    **_words("log|status|diff|show|rev-parse|describe|blame|ls-files|ls-remote|shortlog", READ),
    **_words("rev-list|cat-file|reflog|grep|version|config --get|remote -v", READ),
    **_words("fetch|pull|clone|add|commit|push|merge|cherry-pick|revert|tag|stash|init", CHANGE),
    **_words("branch|checkout|switch|config|remote|worktree", CHANGE),
    **_words("reset|rebase|clean|rm|restore|gc|filter-branch", DESTROY),
}
GH = {
    **_words("run list|run view|run watch|run download|workflow list|workflow view|pr list", READ),
    **_words("pr view|pr checks|pr diff|issue list|issue view|release list|release view", READ),
    **_words("repo view|auth status|pr status", READ),
    **_words(
        "workflow run|run rerun|pr create|pr merge|pr comment|issue create|issue comment", CHANGE
    ),
    **_words("release create|release upload|workflow enable|pr review|pr ready", CHANGE),
    **_words("run cancel|run delete|workflow disable|release delete|pr close|repo delete", DESTROY),
}
TERRAFORM = {
    **_words("plan|show|output|validate|version|fmt -check|graph|providers|state list", READ),
    **_words("state show|state pull|workspace list|workspace show", READ),
    **_words("init|fmt|get|import|refresh|workspace new|workspace select|taint|untaint", CHANGE),
    **_words("apply|destroy|force-unlock|state rm|state mv|state push|workspace delete", DESTROY),
}
KUBECTL = {
    **_words("get|describe|logs|top|version|explain|api-resources|api-versions|events", READ),
    **_words("rollout status|rollout history|config view|config get-contexts|auth can-i", READ),
    **_words("config current-context|cluster-info|diff", READ),
    **_words("apply|create|scale|set|label|annotate|expose|autoscale|patch|edit|cordon", CHANGE),
    **_words(
        "uncordon|rollout restart|rollout undo|rollout pause|rollout resume|taint|run", CHANGE
    ),
    **_words("config use-context", CHANGE),
    **_words("delete|drain|replace|cp", DESTROY),
}
ALEMBIC = {
    **_words("current|history|heads|branches|show|check", READ),
    **_words("upgrade|stamp|revision|merge", CHANGE),
    **_words("downgrade", DESTROY),
}
HELM = {
    **_words("list|status|history|get|show|template|lint|version|search", READ),
    **_words("install|upgrade|repo|pull|package", CHANGE),
    **_words("rollback|uninstall|delete", DESTROY),
}
_WITH_VALUE = {
    "docker": frozenset("-H --host -c --context --config -l --log-level".split()),
    "git": frozenset("-C -c --git-dir --work-tree".split()),
    "kubectl": frozenset("-n --namespace --context --kubeconfig --cluster --user -l -o".split()),
    "alembic": frozenset("-c --config -x -n --name".split()),
    "helm": frozenset("-n --namespace --kube-context --kubeconfig".split()),
    "gh": frozenset("-R --repo".split()),
}


def _by_table(argv: Argv, table: Mapping[str, Effect]) -> tuple[Effect, str] | None:
    words = list(positionals(argv, _WITH_VALUE.get(argv[0], frozenset())))
    plain = [*words, "", ""]
    flagged = (
        f"{plain[0]} {argv[argv.index(plain[0]) + 1]}" if _more_follows(argv, plain[0]) else ""
    )
    for name in (flagged, f"{plain[0]} {plain[1]}".strip(), plain[0]):
        if name and (effect := table.get(name)) is not None:
            return effect, name
    return None


def _more_follows(argv: Argv, word: str) -> bool:
    return word in argv and argv.index(word) + 1 < len(argv)


def _classify(argv: Argv, table: Mapping[str, Effect], **also: bool) -> Classified:
    if argv[1:] in {("--version",), ("--help",), ("help",)}:
        return read(f"{argv[0]} prints its version or help")
    found = _by_table(argv, table)
    if found is None:
        return unknown(argv[:3])
    effect, name = found
    says = {READ: "reads", CHANGE: "changes something", DESTROY: "ends or removes something"}
    return Classified(effect, f"{argv[0]} {name} {says[effect]}", repeatable=effect is READ, **also)


def classify_docker(argv: Argv) -> Classified:
    """Classify a `docker` argv. Pure."""
    endless = (letter(argv, "f") or flag(argv, "--follow")) and "logs" in argv
    return _classify(argv, DOCKER, endless=endless or "events" in argv[1:2])


def classify_git(argv: Argv) -> Classified:
    """Classify a `git` argv. Pure."""
    words = list(positionals(argv, _WITH_VALUE["git"]))
    verb = words[0] if words else ""
    if any(w == "-c" or w.startswith("--config-env") for w in argv[1:]):
        return unknown(argv)  # a setting can name a program to run
    if verb == "push" and _replaces(argv, words[1:]):
        return destroy("git push replaces or removes what others have")
    if verb in {"tag", "branch"}:
        if letter(argv, "d") or letter(argv, "D") or flag(argv, "--delete"):
            return destroy(f"git {verb} -d removes a name")
        if len(words) == 1 or letter(argv, "l") or flag(argv, "--list"):
            return read(f"git {verb} lists names")
    if verb == "checkout" and ("--" in argv or letter(argv, "f") or "." in words):
        return destroy("git checkout throws local changes away")
    return _classify(argv, GIT)


def _replaces(argv: Argv, names: list[str]) -> bool:
    return (
        any(letter(argv, one) for one in "fd")
        or flag(argv, "--delete", "--mirror", "--prune")
        or any(word.startswith("--force") for word in argv)
        or any(name.startswith(("+", ":")) for name in names)
    )


def classify_gh(argv: Argv) -> Classified:
    """Classify a `gh` argv. Pure."""
    if len(argv) > 1 and argv[1] == "api":
        sends = flag(argv, "-f", "-F", "--field", "--raw-field", "--input")
        method = (option(argv, "-X", "--method") or ("POST" if sends else "GET")).upper()
        if method == "GET":
            return read("gh api reads")
        return destroy("gh api DELETE") if method == "DELETE" else change(f"gh api {method}")
    if argv[1:3] == ("run", "watch"):
        return read("gh run watch waits for a run", endless=True)
    return _classify(argv, GH)


def classify_terraform(argv: Argv) -> Classified:
    """Classify a `terraform` argv. Pure."""
    if "plan" in argv and any(w.startswith("-out") for w in argv):
        return read("terraform plan -out reads and writes its plan into a file")
    if "apply" in argv[1:]:
        return destroy("terraform apply can replace or delete whatever the files say")
    return _classify(argv, TERRAFORM)


def classify_kubectl(argv: Argv) -> Classified:
    """Classify a `kubectl` argv. Pure."""
    if option(argv, "--replicas") == "0":
        return destroy("kubectl scale --replicas=0 stops every pod")
    words = list(positionals(argv, _WITH_VALUE["kubectl"]))
    if words[:1] == ["get"] and any(w.split("/")[0] in {"secret", "secrets"} for w in words[1:]):
        return read("kubectl get secret prints secrets", secret_output=True)
    follows = (letter(argv, "f") and "logs" in argv) or flag(argv, "--follow", "-w", "--watch")
    return _classify(argv, KUBECTL, endless=follows)


def classify_kafka_groups(argv: Argv) -> Classified:
    """Classify `kafka-consumer-groups.sh`. Pure."""
    if flag(argv, "--delete", "--delete-offsets"):
        return destroy("kafka-consumer-groups deletes what a group has read")
    if flag(argv, "--reset-offsets"):
        if flag(argv, "--execute"):
            return destroy("kafka-consumer-groups makes a group read again, or skip")
        return read("kafka-consumer-groups shows what a reset would do")
    if flag(argv, "--describe", "--list", "--version", "--help"):
        return read("kafka-consumer-groups reads")
    return unknown(argv)


def classify_kafka_topics(argv: Argv) -> Classified:
    """Classify `kafka-topics.sh`. Pure."""
    if flag(argv, "--delete"):
        return destroy("kafka-topics deletes a topic")
    if flag(argv, "--create", "--alter"):
        return change("kafka-topics changes a topic")
    return read("kafka-topics reads") if flag(argv, "--describe", "--list") else unknown(argv)


def classify_kafka_consumer(argv: Argv) -> Classified:
    """Classify `kafka-console-consumer.sh`. Pure."""
    endless = option(argv, "--max-messages") is None and option(argv, "--timeout-ms") is None
    if option(argv, "--group") is not None:
        return change("kafka-console-consumer takes messages from a group", endless=endless)
    return read("kafka-console-consumer reads messages", endless=endless)


def classify_kafka_producer(argv: Argv) -> Classified:
    """Classify `kafka-console-producer.sh`. Pure."""
    return change(f"{argv[0]} sends messages")


DELIVERY: dict[str, Callable[[Argv], Classified]] = {
    "alembic": lambda argv: _classify(argv, ALEMBIC),
    "docker": classify_docker,
    "gh": classify_gh,
    "git": classify_git,
    "helm": lambda argv: _classify(argv, HELM),
    "kafka-console-consumer": classify_kafka_consumer,
    "kafka-console-producer": classify_kafka_producer,
    "kafka-consumer-groups": classify_kafka_groups,
    "kafka-topics": classify_kafka_topics,
    "kubectl": classify_kubectl,
    "terraform": classify_terraform,
}
