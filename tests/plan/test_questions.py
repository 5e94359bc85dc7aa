"""Conditional steps: asked about where a person is there, and nothing done of them before a yes."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from steadyhand.compile import compile_runbook, parse
from steadyhand.model import canonical
from steadyhand.model.events import IllegalEvent
from steadyhand.model.next import Wait
from steadyhand.model.run.events import (
    ApprovalAsked,
    Approved,
    ConditionAnswered,
    Declined,
    HoleFilled,
    RunOpened,
    Signed,
    StepStarted,
)
from steadyhand.model.run.plan import BY_HAND, Hole, Kept, Plan
from steadyhand.model.run.state import Run, StepState, evolve, signature
from steadyhand.model.settings.policy import Policy
from steadyhand.plan.choosing import CONDITIONAL, Selection, Undecided, choose, questions
from steadyhand.plan.make import Given, Unbound, make_plan
from steadyhand.run.ahead import reads_ahead
from steadyhand.run.decide import Ask, End, Execute, FillHole, Judge, decide
from steadyhand.run.evidence import what_led_to
from tests.plan.test_guards import document
from tests.run.shop import TARGET

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
READ = "aws ecs describe-services --cluster shop --services api"
CHANGE = "aws ecs update-service --cluster shop --service api --task-definition api:11"
TEXT = f"{READ}\n# If it hangs, put the one before back\n{CHANGE}\n# See\n{READ} --include TAGS"
ASKED = Selection(ask=True)


def plan(text: str, wanted: Selection = ASKED, rules: str = "- Be kind.") -> Plan:
    runbook, _ = compile_runbook(parse("r.md", document(rules, Go=text)))
    procedure = runbook.procedure("go")
    chosen, skipped = choose(procedure, wanted)
    given = Given(TARGET, policy=Policy(), asks=questions(procedure, wanted))
    return make_plan(runbook, procedure, chosen, skipped, given)


def opened(made: Plan) -> Run:
    return evolve(None, RunOpened(made, "ada", digest=made.digest))


def asked(made: Plan) -> Run:
    """Bring a run to its question."""
    run = opened(made)
    for planned in made.steps:
        if planned.asks:
            event = ApprovalAsked(planned.step.id, "x", 1, True, condition=planned.asks)
            return evolve(run, event)
        run = replace(run, steps={**run.steps, planned.step.id: StepState.DONE})
    raise AssertionError("it asks nothing")


def test_without_asking_it_is_left_out_and_named() -> None:
    made = plan(TEXT, Selection())
    assert [p.step.id for p in made.steps] == ["go/1", "go/3"]
    assert [s.step for s in made.skipped if s.reason.startswith(CONDITIONAL)] == ["go/2"]


def test_it_is_in_the_plan_as_a_question_and_in_its_digest() -> None:
    made = plan(TEXT)
    assert [(p.step.id, bool(p.asks)) for p in made.steps] == [
        ("go/1", False), ("go/2", True), ("go/3", False),
    ]  # fmt: skip
    assert made.steps[1].asks.startswith("If it hangs")
    assert made.skipped == ()
    assert made.digest != plan(TEXT, Selection(only=("1", "2", "3"))).digest
    assert canonical.loads(Plan, canonical.dumps(made)) == made


def test_what_is_named_by_its_id_is_not_asked_about() -> None:
    assert [p.asks for p in plan(TEXT, Selection(only=("2",), ask=True)).steps] == [""]


def test_a_value_that_only_it_needs_is_asked_for_when_it_comes_to_it() -> None:
    text = TEXT.replace("api:11", "<revision>")
    made = plan(text)
    assert made.holes() == (Hole("revision", "go/2", BY_HAND, ""),)
    run = asked(made)
    assert isinstance(decide(run, NOW), Wait)
    run = evolve(run, ConditionAnswered("go/2", True, "ada"))
    assert isinstance(decide(run, NOW), FillHole)
    run = evolve(run, HoleFilled("revision", "api:9", "ada says so", "ada"))
    assert decide(run, NOW) == Ask("go/2")
    with pytest.raises(Unbound):  # of a step that is done in any case it is wanted now
        plan(text.replace("# See", "# See\n# <revision>").replace("TAGS", "<revision>"))


STARTS = "aws ecs run-task --cluster shop --task-definition job"
SEES = "aws ecs describe-tasks --cluster shop --tasks <task-arn>"


def test_what_it_prints_fills_no_hole_of_a_step_that_is_done_without_it() -> None:
    (hole,) = plan(f"# Start it\n{STARTS}\n# See\n{SEES}").holes()
    assert (hole.parameter, hole.step) == ("task-arn", "go/1")
    with pytest.raises(Unbound, match="task-arn"):
        plan(f"{READ}\n# If it is wanted, start it\n{STARTS}\n# See\n{SEES}")


RULES = {
    "- Never change the database without a backup": "alembic upgrade head",
    "- Monitor for 30 minutes after every deployment": CHANGE,
}


@pytest.mark.parametrize(("rule", "change"), list(RULES.items()))
def test_a_step_that_a_safety_rule_rests_on_is_planned_by_itself(rule: str, change: str) -> None:
    made = plan(TEXT.replace(CHANGE, change), rules=rule)
    assert [p.step.id for p in made.steps] == ["go/1", "go/3"]
    (left,) = made.skipped
    assert "a safety rule of the document concerns it; --only go/2 plans it" in left.reason
    assert all(guard.kept in {Kept.IDLE, Kept.NOT} for guard in made.guards)


def test_approval_by_another_holds_for_it_too() -> None:
    made = plan(TEXT, rules="- All production deployments require approval")
    assert [p.step.id for p in made.steps] == ["go/1", "go/2", "go/3"]
    assert (made.steps[1].approvals.count, made.steps[1].approvals.starter_may) == (1, False)


def test_conditions_do_not_decide_between_alternatives() -> None:
    text = (
        "# Scale up\naws ecs update-service --cluster c --service a --desired-count 4\n"
        "# If it is too dear, scale down\n"
        "aws ecs update-service --cluster c --service a --desired-count 2\n"
    )
    with pytest.raises(Undecided):
        plan(text)
    made = plan(text, Selection(ask=True, choose=("2",)))
    assert [(p.step.id, p.asks) for p in made.steps] == [("go/2", "")]


def test_a_yes_is_no_approval_and_a_no_ends_nothing() -> None:
    made = plan(TEXT)
    run = asked(made)
    why = "a person has to say whether this holds: If it hangs, put the one before back"
    assert decide(run, NOW) == Wait(None, why)
    question = run.question
    assert question is not None
    signed = signature(made.digest, question, NOW)
    for event in (
        Approved("go/2", "ada", signed, NOW), Signed("go/2", "ada"), Declined("go/2", "ada", "no"),
    ):  # fmt: skip
        with pytest.raises(IllegalEvent, match="whether its condition holds is asked"):
            evolve(run, event)
    with pytest.raises(IllegalEvent):
        evolve(run, StepStarted("go/2", CHANGE))
    held = evolve(run, ConditionAnswered("go/2", True, "ada"))
    assert decide(held, NOW) == Ask("go/2")  # the change waits for its approval
    with pytest.raises(IllegalEvent):
        evolve(held, StepStarted("go/2", CHANGE))
    gone = evolve(run, ConditionAnswered("go/2", False, "ada", "it does not hang"))
    assert decide(gone, NOW) == Execute("go/3")
    assert gone.skipped == {"go/2": "ada: it does not hang"}
    with pytest.raises(IllegalEvent, match="no condition is asked about"):
        evolve(gone, ConditionAnswered("go/2", True, "ada"))
    done = replace(gone, steps={**gone.steps, "go/3": StepState.DONE})
    assert isinstance(decide(done, NOW), End)


def test_who_may_start_nothing_judges_nothing() -> None:
    made = plan(TEXT)
    run = asked(made)
    strict = replace(run, plan=replace(run.plan, policy=Policy(starters=("ada",))))
    with pytest.raises(IllegalEvent):
        evolve(strict, ConditionAnswered("go/2", True, "bob"))
    assert evolve(strict, ConditionAnswered("go/2", True, "ada")).confirmed == {"go/2"}


def test_a_read_with_a_condition_is_asked_about_and_not_sent_ahead() -> None:
    made = plan(f"{READ}\n# If it is slow, see more\n{READ} --include TAGS\n# Last\n{READ}")
    run = opened(made)
    assert len(reads_ahead(run, "go/1")) == 1
    run = replace(run, steps={**run.steps, "go/1": StepState.DONE})
    assert decide(run, NOW) == Judge("go/2")
    confirmed = replace(run, confirmed=frozenset({"go/2"}))
    assert decide(confirmed, NOW) == Execute("go/2")


def test_the_evidence_is_what_was_printed_last_and_not_all_of_it() -> None:
    made = plan(TEXT)
    run = replace(asked(made), exit_codes={"go/1": 0})
    said = what_led_to(made.steps[1], run, lambda _: b"".join(b"%d\n" % n for n in range(20)))
    lines = said.splitlines()
    assert lines[0].startswith("does this hold? If it hangs, put the one before back  (r.md:")
    assert "  … 8 lines before" in lines
    assert lines[-1] == "  | 19"
    assert sum(line.startswith("  | ") for line in lines) == 12
    nothing = what_led_to(made.steps[1], asked(made), lambda _: b"")
    assert nothing.endswith("nothing was looked at before it in this run")
