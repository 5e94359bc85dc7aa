"""Where a parameter stands in, what it is and where its value comes from out.

By position, not by name: what stands in `--task-definition FAMILY:<anything>` is a revision. The
positions that are known stand in `origins`; the first that fits wins.
"""

import re
from collections.abc import Iterator

from msgspec import Struct

from steadyhand.compile.parameters.origins import RULES, Rule
from steadyhand.model.document.shell import Command, PartKind, Statement


class Position(Struct, frozen=True):
    """Where a parameter stands: in which command, as which option's value, between which texts."""

    tool: str  # "aws ecs update-service", "kubectl logs", "psql"
    option: str  # "--task-definition", or "" for a plain word
    before: str
    after: str


# How many plain words behind a program's name belong to what it does.
_DEPTH = {
    "aws": 2, "kubectl": 2, "oc": 2, "gh": 2, "gcloud": 3, "az": 3, "docker": 1, "podman": 1,
    "helm": 1, "git": 1, "systemctl": 1, "terraform": 1, "argocd": 2, "journalctl": 0,
}  # fmt: skip
# Options whose value may stand between a program's name and what it does.
_VALUED = frozenset(
    "--region --profile --output --endpoint-url -n --namespace --context --kubeconfig -R --repo -C "
    "-H --host --project --server".split()
)
_RESOURCES = {
    "po": "pods", "pod": "pods", "deploy": "deployments", "deployment": "deployments",
    "svc": "services", "service": "services", "ns": "namespaces", "namespace": "namespaces",
    "no": "nodes", "node": "nodes", "sts": "statefulsets", "statefulset": "statefulsets",
    "ds": "daemonsets", "daemonset": "daemonsets", "cm": "configmaps", "configmap": "configmaps",
    "secret": "secrets", "ing": "ingresses", "ingress": "ingresses", "job": "jobs",
    "pvc": "persistentvolumeclaims", "pv": "persistentvolumes", "cronjob": "cronjobs",
    "cj": "cronjobs", "hpa": "horizontalpodautoscalers", "rs": "replicasets",
    "replicaset": "replicasets", "sa": "serviceaccounts", "ev": "events", "event": "events",
}  # fmt: skip
# Verbs of kubectl that are followed by a kind of resource, or by a verb of their own.
_KINDED = frozenset(
    "get describe delete scale edit rollout top config create annotate label patch set expose "
    "autoscale auth wait".split()
)
_DEEP = frozenset({"aws", "az", "gcloud"})  # an option of theirs may have several values


def positions(statement: Statement) -> Iterator[tuple[str, Position]]:
    """Give every parameter of a statement with where it stands. Pure."""
    for command in statement.commands:
        yield from _positions(command)


def _positions(command: Command) -> Iterator[tuple[str, Position]]:
    called = ""
    option, fresh = "", False  # `fresh`: its value is yet to come
    for index, word in enumerate(command.words):
        shown = word.shown
        if index and shown.startswith("-") and not shown.startswith("-<") and len(shown) > 1:
            option, joined, _ = shown.partition("=")
            fresh = not joined
        elif not fresh and command.name not in _DEEP:
            option = ""
        elif not shown.startswith("-"):
            fresh = False
        names = [_name(part.kind, part.text, part.sample_of) for part in word.parts]
        if not any(names):
            continue
        called = called or tool(command)
        text = [f"<{p.text}>" if p.kind is PartKind.PARAMETER else p.text for p in word.parts]
        for at, name in enumerate(names):
            if name:
                before, after = "".join(text[:at]), "".join(text[at + 1 :])
                if option and before.startswith(option + "="):
                    before = before[len(option) + 1 :]
                yield name, Position(called, option, before, after)


def _name(kind: PartKind, text: str, sample_of: str) -> str:
    return text if kind is PartKind.PARAMETER else sample_of


def tool(command: Command) -> str:
    """Name a command by what it does: `aws ecs list-tasks`, `kubectl get pods`, `psql`. Pure."""
    name = (command.name or "").rpartition("/")[2]
    wanted = _DEPTH.get(name, 0)
    plain: list[str] = []
    words = iter(w.literal or "" for w in command.words[1:])
    for word in words:
        if len(plain) >= wanted:
            break
        if word in _VALUED:
            next(words, None)
        elif word and not word.startswith("-"):
            plain.append(word)
        elif not word:
            break
    if name in {"kubectl", "oc"} and plain:
        plain = _kubectl(plain)
    return " ".join([name, *plain])


def _kubectl(words: list[str]) -> list[str]:
    if words[0] not in _KINDED:
        return words[:1]
    kinds = [word.partition("/")[0].partition(",")[0] for word in words[1:2]]
    return [words[0], *(_RESOURCES.get(kind, kind) for kind in kinds)]


_NEAR = 200  # characters


def rule_for(position: Position) -> Rule | None:
    """Find the rule that fits a position, or None. Pure."""
    return next((rule for rule in RULES.values() if _fits(rule, position)), None)


def place_for(position: Position) -> str:
    """Name the kind of place a parameter stands in, "" where none is known. Pure."""
    return next((name for name, rule in RULES.items() if _fits(rule, position)), "")


def _fits(rule: Rule, position: Position) -> bool:
    if rule.options and position.option not in rule.options:
        return False
    if rule.tools and not re.fullmatch(rule.tools, position.tool):
        return False
    # What stands further away decides nothing, and a word may be as long as a file.
    if rule.before and not re.search(rf"(?:{rule.before})$", position.before[-_NEAR:]):
        return False
    return not (rule.after and not re.match(rule.after, position.after[:_NEAR]))
