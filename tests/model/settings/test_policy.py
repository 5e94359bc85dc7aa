"""The policy as data: what it says of a person, an effect and a moment."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from steadyhand.model.effect import Effect
from steadyhand.model.settings.policy import READ, ApprovalsNeeded, Freeze, Policy
from steadyhand.model.settings.whole import BadSettings, read_settings

NOON = datetime(2026, 12, 24, 12, tzinfo=UTC)
FREEZE = Freeze(NOON, NOON + timedelta(days=2), "busy days")
STRICT = Policy(
    starters=("ada",),
    approvers=("ada", "grace"),
    change=ApprovalsNeeded(1, False),
    protected=("*-prod", "orders"),
    freezes=(FREEZE,),
    users={"alovelace": "ada"},
)
THREE = Policy(destroy=ApprovalsNeeded(3, False), protected=("x",))
BROKEN = replace(STRICT, break_glass="the site is down")


@pytest.mark.parametrize(
    ("policy", "effect", "names", "count", "starter"),
    [
        (Policy(), Effect.READ, (), 0, True),
        (Policy(), Effect.CHANGE, (), 1, True),
        (Policy(), Effect.DESTROY, (), 2, False),
        (STRICT, Effect.READ, ("orders-prod",), 0, True),
        (STRICT, Effect.CHANGE, ("aws", "orders-test"), 1, False),
        (STRICT, Effect.CHANGE, ("aws", "orders-prod"), 2, False),
        (STRICT, Effect.CHANGE, ("ORDERS-PROD",), 1, False),  # a pattern says what it says
        (STRICT, Effect.DESTROY, ("orders",), 2, False),
        (THREE, Effect.DESTROY, ("x",), 3, False),
        (BROKEN, Effect.DESTROY, ("orders-prod",), 1, True),
        (BROKEN, Effect.READ, (), 0, True),
    ],
)  # fmt: skip
def test_how_many_sign(
    policy: Policy, effect: Effect, names: tuple[str, ...], count: int, starter: bool
) -> None:
    needed = policy.approvals(effect, names)
    assert (needed.count, needed.starter_may) == (count, starter)
    assert (needed == READ) is (count == 0)


@pytest.mark.parametrize(
    ("person", "claimed", "starts", "signs"),
    [
        ("ada", False, True, True),
        ("grace", False, False, True),
        ("eve", False, False, False),
        ("ada", True, True, False),
    ],
)
def test_who_may(person: str, claimed: bool, starts: bool, signs: bool) -> None:
    assert (STRICT.may_start(person) == "") is starts
    assert (STRICT.may_approve(person, claimed) == "") is signs
    assert Policy(claimed_names=True).may_approve(person, claimed) == ""
    assert Policy().may_start(person) == ""


def test_who_somebody_is_says_the_system() -> None:
    assert (STRICT.person("alovelace"), STRICT.person("eve")) == ("ada", "eve")


@pytest.mark.parametrize(
    ("hours", "frozen"), [(-0.1, False), (0, True), (47.9, True), (48, False)]
)  # fmt: skip
def test_a_freeze_holds_from_its_start_until_its_end(hours: float, frozen: bool) -> None:
    now = NOON + timedelta(hours=hours)
    assert (STRICT.frozen(now) is not None) is frozen
    assert BROKEN.frozen(now) is None
    assert FREEZE.words == "nothing may be changed until 2026-12-26 12:00 UTC: busy days"


def test_a_policy_is_read_from_the_settings() -> None:
    said = {
        "people": {"ada": {"user": "alovelace"}, "grace": {}},
        "policy": {
            "approvers": ["grace"],
            "change": {"count": 2, "starter_may": False},
            "freezes": [{"starts": NOON, "ends": NOON + timedelta(1), "reason": "x"}],
        },
    }
    rules = read_settings(said, "steadyhand.toml").rules("on fire")
    assert rules.users == {"alovelace": "ada", "grace": "grace"}
    assert (rules.approvers, rules.change, rules.break_glass) == (
        ("grace",), ApprovalsNeeded(2, False), "on fire",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("policy", "says"),
    [
        ({"aprovers": ["x"]}, "policy.aprovers: no such key; known here: "),
        ({"break_glass": "always"}, "policy.break_glass: no such key; known here: approvers"),
        ({"destroy": {"count": 0, "starter_may": True}}, "policy.destroy.count: must be 1 or more"),
        ({"change": {"cnt": 1}}, "policy.change.cnt: no such key"),
        ({"freezes": [{"starts": NOON, "ends": NOON}]}, "policy.freezes[0]: ends before it starts"),
        (
            {"freezes": [{"starts": NOON.replace(tzinfo=None), "ends": NOON}]},
            "policy.freezes[0]: both ends need a time zone",
        ),
        (
            {"freezes": [{"starts": NOON, "ends": NOON, "why": ""}]},
            "freezes[0].why: no such",
        ),
    ],
)
def test_a_policy_that_cannot_be_is_refused(policy: dict[str, object], says: str) -> None:
    with pytest.raises(BadSettings) as refused:
        read_settings({"policy": policy}, "steadyhand.toml")
    assert says in str(refused.value)


def test_one_user_is_one_person() -> None:
    with pytest.raises(BadSettings, match="the user ada is ada already"):
        read_settings({"people": {"ada": {}, "grace": {"user": "ada"}}}, "steadyhand.toml")
