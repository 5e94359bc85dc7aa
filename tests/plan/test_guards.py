"""What becomes of a document's safety rules in a plan: enforced, signed, watched, or neither."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from steadyhand.compile import compile_runbook, parse
from steadyhand.model.document.runbook import StepKind
from steadyhand.model.events import IllegalEvent
from steadyhand.model.run.events import Outcome, RunOpened, StepSkipped
from steadyhand.model.run.plan import Guard, Kept, Plan
from steadyhand.model.run.state import StepState, evolve
from steadyhand.model.settings.policy import ApprovalsNeeded, Policy
from steadyhand.plan.choosing import ALL, CannotPlan, Selection, choose
from steadyhand.plan.guards import Backup, Sight, to_read
from steadyhand.plan.make import Given, make_plan
from tests.run.shop import TARGET

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
LOOK = "aws rds describe-db-instances --db-instance-identifier shop-db"
NEW = "aws ecs update-service --cluster shop --service api --task-definition api:12"
SNAPSHOT = (
    "aws rds create-db-snapshot --db-instance-identifier shop-db --db-snapshot-identifier before"
)
NOTHING = Sight()
MIGRATE = "alembic upgrade head"


def document(rules: str, **procedures: str) -> str:
    """Write a document: rules as a list, and procedures of one code block each."""
    parts = [f"# R\n\n## Safety rules\n\n{rules}\n"]
    parts += [f"## {name}\n\n```bash\n{text}\n```\n" for name, text in procedures.items()]
    return "\n".join(parts)


def plan(
    text: str,
    name: str,
    sight: Sight = NOTHING,
    wanted: Selection = ALL,
    glass: str = "",
) -> Plan:
    runbook, _ = compile_runbook(parse("r.md", text))
    procedure = runbook.procedure(name)
    policy = replace(Policy(), break_glass=glass)
    chosen, skipped = choose(procedure, wanted)
    given = Given(TARGET, policy=policy, sight=sight)
    return make_plan(runbook, procedure, chosen, skipped, given)


def kept(made: Plan) -> list[Kept]:
    return [guard.kept for guard in made.guards]


def one(made: Plan) -> Guard:
    (guard,) = made.guards
    return guard


def titles(made: Plan) -> list[str]:
    return [planned.step.id.partition("/")[2] for planned in made.steps]


BACKUP = document("- NO direct database changes without backup", Look=LOOK, Migrate=MIGRATE)


def seen(age: timedelta | None) -> Sight:
    newest = None if age is None else Backup("nightly", NOW - age)
    return Sight({"shop-db": newest}, NOW)


def test_which_backup_is_to_be_read() -> None:
    runbook, _ = compile_runbook(parse("r.md", BACKUP))
    migrate, look = runbook.procedure("migrate"), runbook.procedure("look")
    assert to_read(runbook, migrate, migrate.steps) == ("shop-db",)
    assert to_read(runbook, look, look.steps) == ()


def test_a_fresh_backup_is_evidence_for_as_long_as_it_is_fresh() -> None:
    made = plan(BACKUP, "migrate", seen(timedelta(hours=3)))
    guard = one(made)
    assert (guard.kept, guard.how) == (
        Kept.ENFORCED,
        "backup nightly of 2026-05-04 09:00 is there",
    )
    assert made.outdated(NOW + timedelta(hours=20)) == ()
    assert made.outdated(NOW + timedelta(hours=22)) == (guard,)


@pytest.mark.parametrize(
    ("age", "says"), [(timedelta(hours=30), "nightly, is 30 h old"), (None, "it has none")]
)
def test_without_one_the_change_is_refused(age: timedelta | None, says: str) -> None:
    with pytest.raises(CannotPlan) as error:
        plan(BACKUP, "migrate", seen(age))
    said = str(error.value)
    assert said.startswith("r.md:5: “NO direct database changes without backup”: line 16 changes")
    assert says in said
    assert "aws rds create-db-snapshot --db-instance-identifier shop-db" in said


def test_the_rule_says_how_old_it_may_be() -> None:
    rule = "- NEVER change the database schema without a backup of the last 2 days"
    text = document(rule, Look=LOOK, Migrate=MIGRATE)
    assert one(plan(text, "migrate", seen(timedelta(hours=30)))).kept is Kept.ENFORCED
    with pytest.raises(CannotPlan, match="a backup of the last 48 h is needed"):
        plan(text, "migrate", seen(timedelta(hours=50)))


def test_a_backup_that_the_plan_makes_itself_is_one() -> None:
    rule = "- NO direct database changes without backup"
    text = document(rule, Migrate=f"# Save\n{SNAPSHOT}\n# Migrate\n{MIGRATE}")
    made = plan(text, "migrate", seen(None))
    assert (one(made).kept, one(made).how) == (Kept.ENFORCED, "line 11 makes one before")
    with pytest.raises(CannotPlan):  # and it is missed where it is left out
        plan(text, "migrate", seen(None), Selection(skip=("1",)))
    backwards = document(rule, Migrate=f"# Migrate\n{MIGRATE}\n# Save\n{SNAPSHOT}")
    with pytest.raises(CannotPlan):
        plan(backwards, "migrate", seen(None))


@pytest.mark.parametrize("name", ["migrate", "data lost"])
def test_a_step_that_a_rule_rests_on_is_not_skipped_on_the_way(name: str) -> None:
    text = STOP + "\n## Safety rules\n\n- NO direct database changes without backup\n"
    text += f"\n## Migrate\n\n```bash\n# Save\n{SNAPSHOT}\n# Migrate\n{MIGRATE}\n```\n"
    made = plan(text, name, seen(timedelta(hours=1)))
    opened = evolve(None, RunOpened(made, "ada"))
    holds, other = made.steps[0].step.id, made.steps[1].step.id
    fell = {
        step: replace(
            opened,
            steps={**opened.steps, step: StepState.FAILED},
            problem=(Outcome.FAILED, "it returned 1"),
        )
        for step in (holds, other)
    }
    with pytest.raises(IllegalEvent, match="a safety rule of the document rests on it"):
        evolve(fell[holds], StepSkipped(holds, "ada", "no time"))
    assert evolve(fell[other], StepSkipped(other, "ada", "no")).steps[other] is StepState.SKIPPED


def test_what_cannot_be_read_is_put_to_a_person() -> None:
    made = plan(BACKUP, "migrate", Sight({}, NOW))
    assert kept(made) == [Kept.SIGNED]
    assert titles(made) == ["safety", "1"]
    assert "- NO direct database changes without backup (r.md:5)" in made.steps[0].step.text


def test_glass_is_broken_aloud() -> None:
    made = plan(BACKUP, "migrate", seen(None), glass="the site is down")
    assert (one(made).kept, one(made).how) == (Kept.NOT, "break glass: the site is down")
    assert titles(made) == ["1"]


DEPLOY = f"# Deploy it\n{NEW}\n# Look\naws ecs list-tasks --cluster shop"
APPROVAL = "- REQUIRE approval for all production deployments"
RESTART = "# Restart it\naws ecs update-service --cluster shop --service api --force-new-deployment"
BACK = f"# Roll back\n{NEW}"


@pytest.mark.parametrize(
    ("rule", "text", "needed"),
    [
        (APPROVAL, DEPLOY, ApprovalsNeeded(1, False)),
        (APPROVAL, RESTART, ApprovalsNeeded(1, True)),  # brings out nothing new
        (APPROVAL, BACK, ApprovalsNeeded(1, True)),  # the way back of a deployment
        ("- All changes must be approved by the owner", RESTART, ApprovalsNeeded(1, False)),
        ("- Deployments are fun and must be enjoyed", DEPLOY, ApprovalsNeeded(1, True)),
    ],
)  # fmt: skip
def test_an_approval_comes_from_somebody_else(
    rule: str, text: str, needed: ApprovalsNeeded
) -> None:
    made = plan(document(rule, Do=text), "do")
    assert made.planned("do/1").approvals == needed


def test_a_policy_that_asks_for_nothing_does_not_get_round_it() -> None:
    runbook, _ = compile_runbook(parse("r.md", document(APPROVAL, Do=DEPLOY)))
    procedure = runbook.procedures[0]
    lax = Policy(change=ApprovalsNeeded(0, True))
    made = make_plan(runbook, procedure, *choose(procedure), Given(TARGET, policy=lax))
    assert made.planned("do/1").approvals == ApprovalsNeeded(1, False)


def test_who_is_named_as_approver_is_not_checked_and_said_not_to_be() -> None:
    text = document("- All changes must be approved by the owner", Do=RESTART)
    assert "that it is the owner who signs is not checked" in one(plan(text, "do")).how


MONITOR = "- MONITOR for 30 minutes after every deployment"


def test_a_watch_is_added_after_a_deployment() -> None:
    made = plan(document(MONITOR, Do=DEPLOY), "do")
    assert titles(made) == ["1", "2", "watch"]
    watch = made.planned("do/watch")
    assert (watch.watch, watch.probes, watch.step.kind) == (1800.0, (), StepKind.CHECK)
    assert one(made).kept is Kept.WATCHED
    assert one(made).how == "30 minutes long, a step of its own looks at what line 11 deployed"


def test_a_watch_looks_with_the_documents_own_requests_and_before_the_next_change() -> None:
    text = f"{DEPLOY}\n# Health\ncurl https://shop/health\n# Tell\ncurl -X POST https://chat/done"
    made = plan(document(MONITOR, Do=text), "do")
    assert titles(made) == ["1", "2", "3", "watch", "4"]
    request = ("curl", "--fail", "--max-time", "10", "https://shop/health")
    assert made.planned("do/watch").probes == (request,)


def test_where_nothing_can_be_looked_at_a_person_signs_afterwards() -> None:
    made = plan(document(MONITOR, Do="# Deploy it\n./scripts/deploy.sh production"), "do")
    assert titles(made) == ["1", "watch"]
    assert made.planned("do/watch").watch == 0.0
    assert one(made).kept is Kept.SIGNED


def test_a_step_of_the_document_that_watches_long_enough_is_enough() -> None:
    hand = '## By hand\n\n**Steps**:\n1. Run the "Deploy" workflow\n2. Monitor for {} minutes\n'
    enough = plan(document(MONITOR) + hand.format(30), "by hand")
    assert kept(enough) == [Kept.OWN]
    assert titles(enough) == ["1", "2"]
    assert titles(plan(document(MONITOR) + hand.format(10), "by hand")) == ["1", "watch", "2"]


STOP = """# R

## Data lost
**STOP ALL WRITES IMMEDIATELY**
```bash
# Nobody in
aws ecs update-service --cluster shop --service api --desired-count 0

# Take the copy
aws rds modify-db-instance --db-instance-identifier shop-db --new-db-instance-identifier gone
```
"""


def test_writes_are_stopped_first() -> None:
    assert one(plan(STOP, "data lost")).how == "line 7 stops them before anything else is changed"
    with pytest.raises(CannotPlan) as error:
        plan(STOP, "data lost", wanted=Selection(skip=("1",)))
    assert "“STOP ALL WRITES IMMEDIATELY”: Nobody in (r.md:7) stops them, and line 10" in str(
        error.value
    )


def test_what_only_people_can_see_to_is_one_list_before_the_first_change() -> None:
    rules = "- HAVE a rollback plan ready before any changes\n- All access requires MFA"
    made = plan(document(rules, Do=f"# Look\n{LOOK}\n{DEPLOY}"), "do")
    assert titles(made) == ["1", "safety", "2", "3"]
    listed = made.planned("do/safety").step
    assert listed.kind is StepKind.CHECK
    assert listed.text.splitlines()[1:] == [
        "- HAVE a rollback plan ready before any changes (r.md:5)",
        "- All access requires MFA (r.md:6)",
    ]


def test_a_box_of_the_document_is_not_asked_twice() -> None:
    rules = "- HAVE a rollback plan ready before any changes"
    text = (
        f"# R\n\n## Safety rules\n\n{rules}\n\n## Do\n\n- [ ] Rollback plan is written\n\n"
        f"```bash\n{DEPLOY}\n```\n"
    )
    made = plan(text, "do")
    assert titles(made) == ["1", "2", "3"]
    assert kept(made) == [Kept.OWN]


def test_boxes_for_before_a_deployment_come_with_it() -> None:
    text = document("None yet.", Do=DEPLOY, Restart=RESTART, Look=LOOK)
    text += "\n## Before deployment\n\n- [ ] A backup of the last 12 hours\n- [ ] Tell the team\n"
    made = plan(text, "do", seen(timedelta(hours=13)))
    assert [(guard.span.line, guard.how) for guard in made.guards] == [
        (31, "on the checklist; newest backup of shop-db: nightly, 13 h old: TOO OLD"),
        (32, "on the checklist"),
    ]
    assert titles(made) == ["safety", "1", "2"]
    assert plan(text, "restart").guards == ()


def test_a_rule_that_is_not_understood_is_said_not_to_be_enforced() -> None:
    made = plan(document("- Production must be handled with love", Do=RESTART), "do")
    assert (one(made).kept, one(made).span.line) == (Kept.NOT, 5)
    assert titles(made) == ["1"]


def test_rules_are_for_what_changes_something_and_for_their_own_procedure() -> None:
    text = document(APPROVAL, Look=LOOK, Do=RESTART)
    assert plan(text, "look").guards == ()
    assert kept(plan(text, "do")) == [Kept.IDLE]
    own = f"{text}\n## Other\n\nNever restart it without approval.\n\n```bash\n{RESTART}\n```\n"
    assert len(plan(own, "do").guards) == 1
    assert len(plan(own, "other").guards) == 2
