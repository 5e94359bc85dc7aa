"""Which steps of a procedure exclude each other, by what the document says and its commands do."""

import pytest

from steadyhand.compile import compile_runbook, parse
from steadyhand.model.document.runbook import Procedure
from steadyhand.plan.alternatives import alternatives
from steadyhand.plan.choosing import ALL, CannotPlan, Selection, Undecided, choose
from steadyhand.plan.make import Given, make_plan
from tests.run.shop import TARGET

_SCALE = "aws ecs update-service --cluster c --service {} --desired-count {}"
_DEPLOY = "aws ecs update-service --cluster c --service a --force-new-deployment"
_RESTORE = "aws rds restore-db-instance-from-db-snapshot --db-instance-identifier {} {}"


def procedure(heading: str, *blocks: str) -> Procedure:
    """Compile a heading over one code block; a block is a title and its command."""
    return document(heading, "```bash\n" + "\n\n".join(blocks) + "\n```")


def document(heading: str, text: str) -> Procedure:
    return compile_runbook(parse("r.md", f"# R\n\n## {heading}\n\n{text}\n"))[0].procedures[0]


def scale(title: str, count: int, service: str = "a") -> str:
    return f"# {title}\n{_SCALE.format(service, count)}"


UP, DOWN = scale("Scale up", 4), scale("Scale down", 2)


def groups(one: Procedure) -> list[list[list[int]]]:
    """Number the steps of every way of every group."""
    return [
        [[int(step.rpartition("/")[2]) for step in option.steps] for option in group.options]
        for group in alternatives(one)
    ]


EXCLUDE = {
    "two values": procedure("Scaling", UP, DOWN),
    "up and down of what is not known": procedure(
        "Scaling", "# Scale the pool up\n./pool 4", "# Scale the pool down\n./pool 2"
    ),
    "or": procedure("Cache", "# Warm it\ncurl -X POST http://a/warm", "# Or by hand\n./warm"),
    "or in Russian": procedure(
        "Кэш", "# Прогреть\ncurl -X POST http://a/warm", "# Или вручную\n./warm"
    ),
    "or in Spanish": procedure(
        "Caché", "# Calentar\ncurl -X POST http://a/warm", "# O mejor a mano\n./warm"
    ),
    "a part and the whole": procedure(
        "Cache", "# Clear one specific key\nredis-cli DEL a", "# Clear all\nredis-cli FLUSHALL"
    ),
    "the same made twice": procedure(
        "Get it back",
        f"# At a point in time\n{_RESTORE.format('new', '--db-snapshot-identifier x')}",
        f"# From last night\n{_RESTORE.format('new', '--db-snapshot-identifier y')}",
    ),
    "a list to pick from": procedure("Quick commands", scale("Grow", 4), f"# Renew\n{_DEPLOY}"),
    "options by their title": procedure(
        "Relieve", f"# Option A: more\n{_SCALE.format('a', 4)}", f"# Option B: new\n{_DEPLOY}"
    ),
    "by hand": procedure(
        "Get well", f"# Restart it\n{_DEPLOY}", "# Manual restart\naws ecs stop-task --task t"
    ),
    "options by their label": document(
        "Relieve",
        f"**Option 1: more**\n```bash\n{_SCALE.format('a', 4)}\n```\n"
        f"**Option 2: new**\n```bash\n{_DEPLOY}\n```",
    ),
    "a cause each": document(
        "Common causes and fixes",
        f"1. **Load**\n   ```bash\n   {_SCALE.format('a', 4)}\n   ```\n"
        f"2. **Leak**\n   ```bash\n   {_DEPLOY}\n   ```",
    ),
    "a list of options": document(
        "Stuck", "**Recovery options**:\n1. **Wait**: Watch it\n2. **Give up**: Restore the copy"
    ),
}  # fmt: skip

BELONG_TOGETHER = {
    "numbered": procedure("S", UP.replace("# ", "# 1. "), DOWN.replace("# ", "# 2. ")),
    "two services": procedure("S", scale("Scale the front", 4), scale("Scale the back", 2, "b")),
    "a restart": procedure("S", scale("Nobody in", 0), scale("Everybody in", 4)),
    "afterwards": procedure("S", scale("More", 6), scale("Then as before", 4)),
    "between them": procedure("S", UP, "# Look\naws ecs list-tasks --cluster c", DOWN),
    "the same value": procedure("S", scale("Scale it", 4), scale("Scale it, for sure", 4)),
    "reads": procedure(
        "Quick commands", "# Up?\ncurl http://a/health", "# Or\naws ecs list-tasks --cluster c"
    ),
    "one change": procedure("Quick commands", UP, "# Up?\ncurl http://a/health"),
    "two of a kind": procedure(
        "Get it back",
        f"# One\n{_RESTORE.format('new', '--db-snapshot-identifier x')}",
        f"# Two\n{_RESTORE.format('other', '--db-snapshot-identifier x')}",
    ),
    "secret, then restart": procedure(
        "Rotate",
        "# New\naws secretsmanager put-secret-value --secret-id s --secret-string x",
        f"# Restart\n{_DEPLOY}",
    ),
    "a sequence of work": document("Fix", "**Steps**:\n1. Restart the tasks\n2. Restore the copy"),
}


@pytest.mark.parametrize("what", EXCLUDE)
def test_what_excludes_each_other_is_seen(what: str) -> None:
    found = groups(EXCLUDE[what])
    assert found == [[[1], [2]]], found


@pytest.mark.parametrize("what", BELONG_TOGETHER)
def test_what_is_done_in_a_row_is_left_alone(what: str) -> None:
    assert groups(BELONG_TOGETHER[what]) == []


def ids(one: Procedure, wanted: Selection = ALL) -> list[int]:
    return [int(step.id.rpartition("/")[2]) for step in choose(one, wanted)[0]]


@pytest.mark.parametrize(
    ("wanted", "runs"),
    [
        (Selection(choose=("1",)), [1]),
        (Selection(choose=("scaling/2",)), [2]),
        (Selection(skip=("1",)), [2]),
        (Selection(start="2"), [2]),
        (Selection(only=("1", "2")), [1, 2]),  # each of them is named: that is a choice too
        (Selection(choose=("1", "2")), [1, 2]),
    ],
)
def test_a_person_chooses(wanted: Selection, runs: list[int]) -> None:
    assert ids(procedure("Scaling", UP, DOWN), wanted) == runs


def test_nothing_is_chosen_by_itself() -> None:
    with pytest.raises(Undecided) as error:
        ids(procedure("Scaling", UP, DOWN))
    said = str(error.value)
    assert "choose one with --choose STEP" in said
    assert "  1  Scale up  (r.md:7)\n  2  Scale down  (r.md:10)" in said


def test_a_condition_is_no_choice() -> None:
    """The one way without a condition is not taken because the other has one."""
    scaling = procedure("Scaling", UP, scale("Scale down (if traffic is low)", 2))
    with pytest.raises(Undecided):
        ids(scaling)
    assert ids(scaling, Selection(choose=("2",))) == [2]
    assert ids(scaling, Selection(choose=("1",))) == [1]


def test_options_that_are_all_conditional_stay_questions() -> None:
    text = "**Options**:\n1. **If slow**: Wait\n2. **If dead**: Restart it\n\n**Then**:\n"
    stuck = document("Stuck", text + "```bash\ncurl http://a/health\n```")
    assert groups(stuck) == [[[1], [2]]]
    assert ids(stuck) == [3]


@pytest.mark.parametrize(
    ("chosen", "says"),
    [
        (("3",), "scaling/3 is no alternative to anything"),
        (("9",), "Scaling has no step scaling/9"),
    ],
)
def test_what_cannot_be_chosen_is_said(chosen: tuple[str, ...], says: str) -> None:
    scaling = procedure("Scaling", UP, DOWN, "# Look\naws ecs list-tasks --cluster c")
    with pytest.raises(CannotPlan, match=says):
        ids(scaling, Selection(choose=chosen))


def test_the_plan_says_which_way_it_goes() -> None:
    text = f"# R\n\n## Scaling\n\n```bash\n{UP}\n\n{DOWN}\n```\n"
    runbook, _ = compile_runbook(parse("r.md", text))
    scaling = runbook.procedures[0]
    plan = make_plan(runbook, scaling, *choose(scaling, Selection(choose=("2",))), Given(TARGET))
    (group,) = plan.alternatives
    assert [(option.title, option.taken) for option in group.options] == [
        ("Scale up", False),
        ("Scale down", True),
    ]
    assert [one.reason for one in plan.skipped] == ["another way was chosen: Scale down"]
