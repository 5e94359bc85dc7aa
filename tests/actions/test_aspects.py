"""What else is true of a command beside its effect, for tools without a table of their own test."""

import shlex

import pytest

from steadyhand.actions import classify_argv, classify_text
from steadyhand.actions.delivery import docker, kubernetes, releases
from steadyhand.model.effect import Aspect, Classified, Effect, in_order, worst

BACK, FELT, GONE = Aspect.REVERSIBLE, Aspect.DISRUPTIVE, Aspect.DESTRUCTIVE
SECRET, MONEY = Aspect.EXPOSES_SECRET, Aspect.COSTS_MONEY


@pytest.mark.parametrize(
    ("text", "aspects"),
    [
        ("docker stop c", (BACK, FELT)),
        ("docker compose down", (FELT, GONE)),
        ("docker ps", ()),
        ("kubectl drain n", (BACK, FELT)),
        ("kubectl scale --replicas=0 d/x", (BACK, FELT)),
        ("kubectl get secret s -o yaml", (SECRET,)),
        ("helm rollback r 1", (BACK, FELT)),
        ("terraform apply", (FELT, GONE, MONEY)),
        ("terraform state pull", (SECRET,)),
        ("git push --force", (GONE,)),
        ("git revert HEAD", (BACK,)),
        ("gh workflow run rollback.yml", (FELT,)),
        ("alembic downgrade -1", (FELT, GONE)),
        ("kafka-topics.sh --delete --topic t", (GONE,)),
        ("systemctl restart nginx", (FELT,)),
        ("systemctl stop nginx", (BACK, FELT)),
        ("curl -X DELETE https://h/", (GONE,)),
        ("rm -rf d", (GONE,)),
        ("chmod 600 f", (BACK,)),
        ("openssl rand -hex 8", (SECRET,)),
        ("watch redis-cli KEYS '*'", (FELT,)),
        ("aws ecs execute-command --command 'redis-cli FLUSHALL'", (FELT, GONE)),
        ("nosuchprogram", ()),
    ],
)
def test_what_else_is_true_of_a_command(text: str, aspects: tuple[Aspect, ...]) -> None:
    assert classify_argv(tuple(shlex.split(text))).aspects == aspects


def test_the_worst_of_several_has_what_is_true_of_any() -> None:
    found = classify_text("docker stop a; aws secretsmanager get-secret-value --secret-id s")
    assert found.effect is Effect.DESTROY
    assert found.aspects == (BACK, FELT, SECRET)
    assert found.words == "destroy, reversible, disruptive, exposes a secret"


def test_several_are_reversible_only_when_all_that_change_are() -> None:
    one = Classified(Effect.CHANGE, "one", aspects=(BACK,))
    other = Classified(Effect.CHANGE, "other", aspects=(FELT,))
    looks = Classified(Effect.READ, "looks")
    assert worst((one, other)).aspects == (FELT,)
    assert worst((one, looks)).aspects == (BACK,)
    assert in_order([FELT, BACK, FELT]) == (BACK, FELT)


@pytest.mark.parametrize(
    ("table", "aspects"),
    [
        (docker.DOCKER, docker.ASPECTS),
        (kubernetes.KUBECTL, kubernetes.ASPECTS),
        (kubernetes.HELM, kubernetes.HELM_ASPECTS),
        (releases.GIT, releases.GIT_ASPECTS),
        (releases.GH, releases.GH_ASPECTS),
        (releases.TERRAFORM, releases.TERRAFORM_ASPECTS),
        (releases.ALEMBIC, releases.ALEMBIC_ASPECTS),
    ],
)
def test_aspects_are_of_subcommands_that_are_listed(
    table: dict[str, Effect], aspects: dict[str, tuple[Aspect, ...]]
) -> None:
    assert aspects.keys() <= table.keys()
    for name, said in aspects.items():
        if GONE in said:
            assert table[name] is Effect.DESTROY, name
