"""Causes: each judged by the evidence; chosen only where one stands out."""

from datetime import UTC, datetime, timedelta

import pytest

from steadyhand.model.change.deployment import DeploymentSeen, ServiceSeen
from steadyhand.model.incident.events import CausesJudged, Support, Verdict
from steadyhand.respond.causes import CAUSE_CLASSES, judge, section_for
from steadyhand.respond.evidence import Evidence, Logged, Stopped
from tests.respond.documents import ASSESS, BACK, BIGGER, LIST, LOOKS, procedure

ONSET = datetime(2026, 5, 1, 12, 30, tzinfo=UTC)
START = ONSET - timedelta(minutes=30)
NOW = ONSET + timedelta(minutes=6)
YES, NO, UNKNOWN = Support.SUPPORTED, Support.CONTRADICTED, Support.NO_EVIDENCE

SHOP_DOWN = procedure(
    "Shop down",
    causes=[
        ("Pool of database connections used up", "Restart the tasks"),
        ("Out of memory", "Give the task more memory"),
        ("Hung containers", "Force a fresh deployment"),
        ("Faulty release", "Roll back to the previous version"),
    ],
    steps=[ASSESS, LIST, BACK],
)


def service(*minutes: float, running: int = 2) -> ServiceSeen:
    seen = tuple(
        DeploymentSeen("shop", "shop:41", "shop:42", ONSET + timedelta(minutes=m), f"d{m}")
        for m in minutes
    )
    return ServiceSeen("shop", running, 2, seen, ())


def logged(lines: int, **classes: int) -> Logged:
    return Logged(lines, classes, {name: f"a {name} line" for name in classes})


KILLED = Stopped("OutOfMemoryError: killed", 137, ONSET, by_itself=True)
ENDED = Stopped("Essential container exited", 1, ONSET, by_itself=True)
REPLACED = Stopped("Scaling activity", 137, ONSET, by_itself=False)


def evidence(
    seen: ServiceSeen | None = None,
    stopped: tuple[Stopped, ...] | None = (),
    log: Logged | None = None,
    unread: tuple[str, ...] = (),
) -> Evidence:
    return Evidence(START, ONSET, NOW, seen, stopped, log, unread)


def supports(judged: CausesJudged) -> list[Support]:
    return [one.supported for one in judged.verdicts]


def chosen(judged: CausesJudged) -> Verdict | None:
    return None if judged.chosen is None else judged.verdicts[judged.chosen]


# evidence → connections, memory, hung, release; and the one that is chosen
CASES = {
    "bad release": (
        evidence(service(-1), (REPLACED,), logged(80, schema=80)), (NO, NO, NO, YES), 3,
    ),
    "release without a telling log": (
        evidence(service(-1), (), logged(80)), (NO, NO, NO, YES), 3,
    ),
    "memory": (
        evidence(service(running=0), (KILLED, KILLED), logged(10)), (NO, YES, NO, NO), 1,
    ),
    "memory, and the crowd at the pool that comes of it": (
        evidence(service(), (KILLED,), logged(10, connections=10)), (YES, YES, NO, NO), 1,
    ),
    "connections": (
        evidence(service(), (), logged(10, connections=9)), (YES, NO, NO, NO), 0,
    ),
    "a few connections": (
        evidence(service(), (), logged(100, connections=3)), (UNKNOWN, NO, NO, NO), None,
    ),
    "silence": (
        evidence(service(), (), logged(0)), (UNKNOWN, NO, YES, NO), 2,
    ),
    "tasks end and nobody says why": (
        evidence(service(running=1), (ENDED,), logged(0)), (UNKNOWN, NO, NO, NO), None,
    ),
    "too few tasks and no errors": (
        evidence(service(running=1), (), logged(0)), (UNKNOWN, NO, UNKNOWN, NO), None,
    ),
    "release and memory alike": (
        evidence(service(-1), (KILLED,), logged(10)), (NO, YES, NO, YES), None,
    ),
    "a release after the errors had begun": (
        evidence(service(4), (KILLED,), logged(10)), (NO, YES, NO, NO), 1,
    ),
    "a release long before": (
        evidence(service(-31), (), logged(10)), (NO, NO, NO, NO), None,
    ),
    "nothing can be read": (
        evidence(None, None, None, ("service: denied",)), (UNKNOWN,) * 4, None,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("seen", "expected", "choice"), CASES.values(), ids=list(CASES))
def test_case(seen: Evidence, expected: tuple[Support, ...], choice: int | None) -> None:
    judged = judge(SHOP_DOWN, seen)
    assert supports(judged) == list(expected)
    assert judged.chosen == choice
    assert all(one.reasons and all(one.reasons) for one in judged.verdicts)


def test_the_release_is_chosen_with_its_commands_and_its_evidence() -> None:
    judged = judge(SHOP_DOWN, CASES["bad release"][0])
    best = chosen(judged)
    assert best is not None
    assert (best.section, best.manual) == ("Going back", False)
    assert "shop:41 → shop:42 was deployed 60 s before" in judged.why
    assert "a schema line" in judged.why


def test_memory_is_mended_by_hand_and_no_rollback_is_proposed() -> None:
    judged = judge(SHOP_DOWN, CASES["memory"][0])
    best = chosen(judged)
    assert best is not None
    assert best.manual
    assert "2 tasks stopped with exit code 137" in judged.why
    release = judged.verdicts[3]
    assert release.reasons == ("no deployment in the 30.0 min before the errors",)


def test_what_came_later_is_said() -> None:
    judged = judge(SHOP_DOWN, CASES["a release after the errors had begun"][0])
    assert "1 came after they had begun" in judged.verdicts[3].reasons[0]


def test_a_tie_names_both() -> None:
    why = judge(SHOP_DOWN, CASES["release and memory alike"][0]).why
    assert "“Out of memory”" in why
    assert "“Faulty release”" in why


def test_two_rows_with_one_remedy_are_no_choice() -> None:
    both = procedure("x", causes=[("Bad release", "Go back"), ("New version", "Go back")])
    assert judge(both, CASES["bad release"][0]).chosen == 0


def test_what_was_not_read_is_said() -> None:
    assert "service: denied" in judge(SHOP_DOWN, CASES["nothing can be read"][0]).why


def test_a_procedure_without_causes() -> None:
    judged = judge(procedure("Empty"), evidence())
    assert (judged.verdicts, judged.chosen) == ((), None)
    assert "“Empty” names no causes" in judged.why


@pytest.mark.parametrize(
    ("cause", "name"),
    [
        ("Bad deployment", "deployment"),
        ("Recent release", "deployment"),
        ("Connection limit reached", "connections"),
        ("Memory leak", "memory"),
        ("OOM kills", "memory"),
        ("Deadlocked workers", "deadlock"),
        ("Bucket policy changed", "permission"),  # "changed" has "hang" in it
        ("Disk space low", "disk"),
        ("RDS CPU maxed", "cpu"),
        ("Failover in progress", "failover"),
        ("Redis memory full", "cache"),
        ("API key expired", "credentials"),
        ("Rate limited by a partner", "rate"),
        ("Missing migration", "schema"),
        ("DNS", "network"),
        ("Provider outage", "provider"),
        ("Solar flare", None),
    ],
)
def test_the_class_of_a_cause(cause: str, name: str | None) -> None:
    found = next((n for n, one in CAUSE_CLASSES.items() if one.telling.search(cause)), None)
    assert found == name


def test_what_nobody_can_see_has_no_evidence_and_is_never_chosen() -> None:
    odd = procedure("x", causes=[("Solar flare", "Wait"), ("CPU maxed", "Scale out")])
    judged = judge(odd, CASES["bad release"][0])
    assert supports(judged) == [UNKNOWN, UNKNOWN]
    assert judged.chosen is None


def test_the_memory_of_a_cache_is_not_that_of_a_task() -> None:
    cache = procedure("Redis trouble", causes=[("Memory full", "Bigger node")])
    assert supports(judge(cache, evidence(service(), (KILLED,), logged(5)))) == [NO]
    assert supports(judge(SHOP_DOWN, evidence(service(), (KILLED,), logged(5))))[1] is YES


MANY = procedure("x", steps=[ASSESS, LIST, BACK, BIGGER, LOOKS])


@pytest.mark.parametrize(
    ("fix", "section"),
    [
        ("Roll back to the previous version", "Going back"),
        ("Rollback to previous revision", "Going back"),
        ("Revert to prior version, then look", "Going back"),
        ("Scale out (add tasks)", "Scale the ECS service"),
        ("Scale up the RDS instance", ""),  # another thing is scaled
        ("Force a new deployment", ""),  # rolling back deploys too, and is not that
        ("Restart the container", ""),  # those commands are part of looking, not of mending
        ("List the versions", ""),  # reads mend nothing
        ("Wait", ""),
        ("", ""),
        ("and", ""),
    ],
)
def test_the_section_that_carries_a_fix_out(fix: str, section: str) -> None:
    assert section_for(fix, MANY) == section
