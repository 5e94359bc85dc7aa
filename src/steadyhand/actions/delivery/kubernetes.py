"""kubectl's and helm's argv in, effect and reason out; `oc` speaks the same as kubectl."""

import re

from steadyhand.actions.delivery.tables import CHANGE, DESTROY, READ, after, by_table, listed
from steadyhand.actions.words import Argv, destroy, flag, letter, option, positionals, read
from steadyhand.model.effect import Classified

KUBECTL = {
    **listed("get|describe|logs|top|version|explain|api-resources|api-versions|events", READ),
    **listed("rollout status|rollout history|config view|config get-contexts|auth can-i", READ),
    **listed("config current-context|cluster-info|diff|wait", READ),
    **listed("apply|create|scale|set|label|annotate|expose|autoscale|patch|edit|cordon", CHANGE),
    **listed(
        "uncordon|rollout restart|rollout undo|rollout pause|rollout resume|taint|run", CHANGE
    ),
    **listed("config use-context|port-forward|proxy", CHANGE),
    **listed("delete|drain|replace|cp", DESTROY),
}
HELM = {
    **listed("list|status|history|get|show|template|lint|version|search", READ),
    **listed("install|upgrade|repo|pull|package", CHANGE),
    **listed("rollback|uninstall|delete", DESTROY),
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
        return destroy("kubectl scale --replicas=0 stops every pod")
    words = list(positionals(argv, _WITH_VALUE))
    verb, rest = after(argv, GLOBAL)
    endless, interactive = _endless(verb, rest), _interactive(verb, rest)
    if verb == "get" and any(w.split("/")[0] in {"secret", "secrets"} for w in words[1:]):
        return read("kubectl get secret prints secrets", secret_output=True, endless=endless)
    return by_table(argv, KUBECTL, _WITH_VALUE, endless=endless, interactive=interactive)


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
    return by_table(argv, HELM, _HELM)
