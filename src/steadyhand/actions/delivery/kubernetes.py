"""kubectl's and helm's argv in, effect and reason out; `oc` speaks the same as kubectl."""

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
from steadyhand.actions.local.files import outside, written
from steadyhand.actions.words import Argv, destroy, flag, letter, option, positionals, read
from steadyhand.model.effect import Classified

# https://kubernetes.io/docs/reference/kubectl/generated/
KUBECTL = {
    **listed("get|describe|logs|top|version|explain|api-resources|api-versions|events", READ),
    **listed("rollout status|rollout history|config view|config get-contexts|auth can-i", READ),
    **listed("config get-clusters|config get-users|config current-context|auth whoami", READ),
    **listed("apply view-last-applied", READ),
    **listed("cluster-info|diff|wait|kustomize|options|completion|plugin list", READ),
    **listed("apply|create|scale|set|label|annotate|expose|autoscale|patch|edit|cordon", CHANGE),
    **listed("uncordon|rollout restart|rollout undo|rollout pause|rollout resume|taint", CHANGE),
    **listed("run|config use-context|config set|config set-cluster|config set-context", CHANGE),
    **listed("config set-credentials|config rename-context|config unset|port-forward", CHANGE),
    **listed("proxy|auth reconcile|certificate approve|certificate deny", CHANGE),
    **listed("delete|drain|replace|cp|debug|attach|config delete-cluster", DESTROY),
    **listed("config delete-context|config delete-user", DESTROY),
}
ASPECTS = {
    **known_for("apply|patch|edit|set|create", FELT),
    **known_for("scale|rollout undo|rollout pause|taint|autoscale", BACK, FELT),
    **known_for("rollout restart|replace|debug", FELT),
    **known_for("cordon|uncordon|label|annotate|rollout resume|expose", BACK),
    **known_for("config use-context|config rename-context", BACK),
    **known_for("drain", BACK, FELT),
    **known_for("delete", FELT, GONE),
    **known_for("config delete-cluster|config delete-context|config delete-user", GONE),
}
# https://helm.sh/docs/helm/
HELM = {
    **listed("list|ls|status|history|hist|get|show|inspect|template|lint|version|search", READ),
    **listed("env|verify|completion|dependency list|dep list|repo list|plugin list", READ),
    **listed("install|upgrade|repo|pull|fetch|package|push|create|test|dependency|dep", CHANGE),
    **listed("registry login|registry logout|plugin install|plugin update", CHANGE),
    **listed("rollback|uninstall|un|delete|del|plugin uninstall|repo remove", DESTROY),
}
HELM_ASPECTS = {
    **known_for("install", BACK, FELT),
    **known_for("upgrade|rollback", BACK, FELT),
    **known_for("uninstall|un|delete|del", FELT, GONE),
}
# https://kubernetes.io/docs/reference/kubectl/kubectl/
GLOBAL = frozenset(
    "-n --namespace --context --kubeconfig --cluster --user -s --server --token --as --as-group "
    "--as-uid --request-timeout -v --v --cache-dir --certificate-authority --client-certificate "
    "--client-key --tls-server-name --profile --vmodule".split()
)
_WITH_VALUE = GLOBAL | frozenset("-l -o -f -c --container --selector --output".split())
_HELM = frozenset("-n --namespace --kube-context --kubeconfig".split())


def classify_kubectl(argv: Argv) -> Classified:
    """Classify a `kubectl` argv. Pure."""
    if option(argv, "--replicas") == "0":
        return destroy("kubectl scale --replicas=0 stops every pod", BACK, FELT)
    words = list(positionals(argv, _WITH_VALUE))
    verb, rest = after(argv, GLOBAL)
    endless, interactive = _endless(verb, rest), _interactive(verb, rest)
    if verb == "get" and any(_names_secrets(word) for word in words[1:]) and _whole(rest):
        return read("kubectl get secret prints secrets", secret_output=True, endless=endless)
    if verb in {"set", "label", "annotate"} and flag(rest, "--list", "--list=true"):
        return read(f"kubectl {verb} --list reads")
    if verb == "cp" and len(words) == 3 and ":" in words[1] and ":" not in words[2]:
        if outside(words[2]):
            return written("kubectl cp", "writes a file", words[2:])
        return read("kubectl cp fetches a file")
    if words[:2] == ["config", "view"] and flag(rest, "--raw", "--raw=true"):
        return read("kubectl config view --raw prints credentials", secret_output=True)
    if verb == "cluster-info" and (folder := option(rest, "--output-directory")) not in {None, "-"}:
        return written("kubectl cluster-info dump", "writes files", [folder or ""])
    found = by_table(argv, KUBECTL, _WITH_VALUE, ASPECTS, endless=endless, interactive=interactive)
    return _tried(found, rest)


def _whole(rest: Argv) -> bool:
    """Tell whether more than the names is printed."""
    asked = option(rest, "-o", "--output") or ""
    attached = any(re.match(r"-o\S", word) and word not in _BRIEF for word in rest)
    return attached or (bool(asked) and asked not in {"wide", "name"})


_BRIEF = frozenset({"-owide", "-oname", "-o=wide", "-o=name"})


def _names_secrets(word: str) -> bool:
    """Tell whether `secret/name`, `cm,secrets` or `secrets.v1.` asks for secrets."""
    kinds = (kind.split("/")[0].split(".")[0].lower() for kind in word.split(","))
    return any(kind in {"secret", "secrets"} for kind in kinds)


def _tried(found: Classified, rest: Argv) -> Classified:
    """Take what is only tried out for a read."""
    own = rest[: rest.index("--")] if "--" in rest else rest
    tries = {"--dry-run=client", "--dry-run=server", "--dry-run"} & set(own)
    if found.reason.startswith("unknown"):
        return found
    return read(f"{found.reason}, and --dry-run does not do it") if tries else found


def _endless(verb: str, rest: Argv) -> bool:
    match verb:
        case "logs":
            return any(re.fullmatch(r"-p?fp?(=true)?|--follow(=true)?", word) for word in rest)
        case "get" | "events":
            return flag(rest, "-w", "--watch", "--watch=true", "--watch-only", "-w=true")
        case "port-forward" | "proxy":
            return True
        case _:
            return False


def _interactive(verb: str, rest: Argv) -> bool:
    own = rest[: rest.index("--")] if "--" in rest else rest
    terminal = letter(("", *own), "t") or flag(own, "--tty", "--tty=true")
    match verb:
        case "edit" | "attach" | "rsh":
            return verb != "attach" or terminal
        case "run" | "debug":
            command = rest[rest.index("--") + 1 :] if "--" in rest else ()
            shell = bool(command) and command[0].rpartition("/")[2] in {"sh", "bash", "ash", "zsh"}
            return terminal and (not command or (shell and "-c" not in command))
        case _:
            return False


def classify_helm(argv: Argv) -> Classified:
    """Classify a `helm` argv. Pure."""
    found = by_table(argv, HELM, _HELM, HELM_ASPECTS)
    return _tried(found, argv)
