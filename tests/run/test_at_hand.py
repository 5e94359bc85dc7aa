"""What an operator has at hand: a working copy, variables (secret ones as tokens), a database."""

import json
import re
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from steadyhand.actions import classify_argv
from steadyhand.app.problem import Problem
from steadyhand.app.runbooks import documents
from steadyhand.app.running import runs
from steadyhand.app.targets import lab_info, resolve
from steadyhand.cli.running.show import plan_lines
from steadyhand.compile import compile_runbook, parse
from steadyhand.main import build
from steadyhand.model.document.shell import expanded, fits
from steadyhand.model.effect import Effect
from steadyhand.model.next import Wait
from steadyhand.model.run.events import Approved, CallStarted, RunOpened
from steadyhand.model.run.plan import Plan
from steadyhand.model.run.state import signature
from steadyhand.model.settings.running import Running
from steadyhand.model.settings.whole import BadSettings, read_settings
from steadyhand.plan.make import Argument, Given, choose, make_plan
from steadyhand.plan.ready import ready
from steadyhand.run.render import Unfit, render
from steadyhand.world.door import Call, Sink
from tests.run.shop import TARGET, Plane

_PSQL = ("-X", "-v", "ON_ERROR_STOP=1", "-c")
DOCUMENT = """\
# Shop

## Look

```bash
cat notes/here.txt
echo "$STAGE" | cat - ; printf '%s' "$SHOP_KEY" | cat
```

```sql
SELECT 'it''s here';
```
"""


def planned(run: Running, document: str = DOCUMENT) -> Plan:
    runbook, _ = compile_runbook(parse("shop.md", document))
    procedure = runbook.procedures[0]
    chosen, skipped = choose(procedure)
    arguments = {name: Argument("a 'b' $c", "a test") for name in ("STAGE", "SHOP_KEY")}
    return make_plan(runbook, procedure, chosen, skipped, Given(TARGET, arguments, run=run))


def test_sql_goes_to_the_named_database_and_can_only_read() -> None:
    step = planned(Running(secrets=("SHOP_URL",), sql="SHOP_URL")).steps[-1].step
    assert step.text == (
        "PGOPTIONS='-c default_transaction_read_only=on' psql \"$SHOP_URL\" "
        "-X -v ON_ERROR_STOP=1 -c 'SELECT '\"'\"'it'\"'\"''\"'\"'s here'\"'\"';'"
    )
    argv = ("psql", "token", *expanded(step.commands[0], {})[2:])
    assert argv[-1] == "SELECT 'it''s here';"
    assert fits(step.commands[0], argv, {})
    assert classify_argv(argv).effect is Effect.READ


def test_sql_that_changes_is_not_held_to_reading() -> None:
    document = DOCUMENT.replace("SELECT 'it''s here'", "DELETE FROM carts")
    step = planned(Running(secrets=("SHOP_URL",), sql="SHOP_URL"), document).steps[-1].step
    assert step.effect is Effect.DESTROY
    assert step.text.startswith("psql ")


def in_sql(statement: str, value: str) -> str:
    """Give what psql is asked, once a value is in its place."""
    document = f"# Shop\n\n## Look\n\n```sql\n{statement};\n```\n"
    runbook, _ = compile_runbook(parse("shop.md", document))
    [procedure] = runbook.procedures
    step = ready(procedure.steps[0], procedure, Running(sql="SHOP_URL"))
    text = render(step, {"thing": value})
    asked = subprocess.run(
        ["bash", "-c", f"psql() {{ printf '%s' \"${{@: -1}}\"; }}\n{text}"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert fits(step.commands[0], ("psql", "", *_PSQL, asked), {"thing": value})
    return asked


@pytest.mark.parametrize(
    ("statement", "value", "asked"),
    [
        ("SELECT f(<thing>)", "42", "SELECT f(42);"),
        ("SELECT * FROM <thing> LIMIT 1", "shop.carts", "SELECT * FROM shop.carts LIMIT 1;"),
        ("SELECT '<thing>'", "its; $HOME `ls`", "SELECT 'its; $HOME `ls`';"),
        ("SELECT \"<thing>\", 'x'", "a'b", "SELECT \"a'b\", 'x';"),
    ],
)
def test_a_value_in_sql_is_itself(statement: str, value: str, asked: str) -> None:
    assert in_sql(statement, value) == asked


@pytest.mark.parametrize(
    "value", ["1; DROP TABLE carts", "1)", "a b", "'x'", "f()", "1--x", "1\n2"]
)
def test_a_value_that_could_be_more_than_one_is_refused_in_sql(value: str) -> None:
    with pytest.raises(Unfit, match="neither a name nor a number"):
        in_sql("DELETE FROM carts WHERE id = <thing>", value)


@pytest.mark.parametrize(("statement", "value"), [("'<thing>'", "it's"), ('"<thing>"', 'a"b')])
def test_a_value_that_ends_the_quote_it_stands_in_is_refused(statement: str, value: str) -> None:
    with pytest.raises(Unfit, match="has the quote"):
        in_sql(f"SELECT {statement}", value)


def test_without_a_connection_sql_is_not_run(plane: Plane) -> None:
    plan = planned(Running(), "# Shop\n\n## Look\n\n```sql\nSELECT 1;\n```\n")
    plane.engine.turn("run", "r").append(RunOpened(plan, "ada", digest=plan.digest))
    plane.engine.drive("run", "r")
    assert "give one as `sql` in [run]" in plane.run("r").detail


class Cats:
    """A world that has `cat` alone, and writes down where and with what it is called."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, Mapping[str, str]]] = []

    def send(self, call: Call, _sink: Sink, _stdin: int | None = None) -> int:
        self.seen.append((call.cwd, call.env))
        return 0

    def close(self) -> None: ...


def test_a_run_works_in_the_folder_with_the_variables(plane: Plane, tmp_path: Path) -> None:
    world, folder = Cats(), tmp_path / "copy"
    folder.mkdir()
    plane.performer.world_of = lambda _: world
    plane.performer.variables = lambda _: {"STAGE": "a 'b' $c", "SHOP_KEY": "stk_1"}
    plan = planned(Running(str(folder), ("STAGE",), ("SHOP_KEY",)))
    plane.engine.turn("run", "r").append(RunOpened(plan, "ada", digest=plan.digest))
    plane.engine.drive("run", "r")
    cwd, env = world.seen[0]
    assert cwd == str(folder)
    assert (env["STAGE"], env["SHOP_KEY"]) == ("a 'b' $c", "stk_1")
    calls = [r.event for r in plane.engine.journal.read("run", "r")]
    assert sum(isinstance(event, CallStarted) for event in calls) == 3


def test_a_secret_of_the_operator_is_a_token_for_the_script(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_KEY", "canary-of-the-operator")
    monkeypatch.setenv("STAGE", "production")
    lab = tmp_path / "lab.json"
    lab.write_text(LAB)
    monkeypatch.setenv("STEADYHAND_LAB", str(lab))
    control = build(tmp_path / "state")
    plan = planned(Running("", ("STAGE",), ("SHOP_KEY",)))
    runs.open_run(control, "r", plan, "ada", "")
    control.close()
    monkeypatch.setenv("STAGE", "that of somebody else")  # who goes on with it
    monkeypatch.delenv("SHOP_KEY")
    control = build(tmp_path / "state")
    control.performer.give(control.engine.turn("run", "r"))
    given = runs.state(control, "r").variables
    control.close()
    assert given is not None
    assert given["STAGE"] == "production"
    assert given["SHOP_KEY"].startswith("stk_")
    kept = b"".join(p.read_bytes() for p in (tmp_path / "state").rglob("*") if p.is_file())
    assert b"canary-of-the-operator" not in kept


LAB = """{"control": "http://127.0.0.1:1", "webhook": "http://127.0.0.1:1",
"url": "http://127.0.0.1:1", "pid": 1, "factor": 600, "system": {"folder": ""},
"aws": {"region": "us-east-1", "account": "123456789012", "endpoint": "http://127.0.0.1:1"}}"""


@pytest.mark.parametrize(
    ("run", "says"),
    [
        ({"variables": ["PATH"]}, "run.variables: 'PATH' is no variable that a run may be given"),
        ({"secrets": ["A B"]}, "run.secrets: 'A B' is no variable that a run may be given"),
        ({"variables": ["A"], "secrets": ["A"]}, "run.secrets: A stands in run.variables too"),
        ({"sql": "A"}, "run.sql: A is neither in run.variables nor in run.secrets"),
        (
            {"copy": "A"},
            "run.copy: no such key; known here: folder, parallel, secrets, sql, step_seconds, "
            "variables",
        ),
    ],
)
def test_what_cannot_be_at_hand_is_said(run: dict[str, object], says: str) -> None:
    with pytest.raises(BadSettings, match=re.escape(says)):
        read_settings({"run": run}, "x.toml")


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ("variables = ['SHOP_KEY']", "$SHOP_KEY is named in [run] and is not set here"),
        ("secrets = ['SHOP_URL']\nsql = 'SHOP_URL'", "$SHOP_URL is named in [run] and is not set"),
        ("folder = 'nowhere'", "nowhere is named in [run] as the folder to work in"),
    ],
)
def test_what_is_not_at_hand_is_said_before_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: str, says: str
) -> None:
    (tmp_path / "shop.md").write_text(DOCUMENT)
    (tmp_path / "steadyhand.toml").write_text(f"[run]\n{settings}\n")
    monkeypatch.chdir(tmp_path)
    for name in ("SHOP_KEY", "SHOP_URL"):
        monkeypatch.delenv(name, raising=False)
    control = build(tmp_path / "state")
    loaded = documents.load(tmp_path / "shop.md")
    try:
        with pytest.raises(Problem, match=re.escape(says)):
            runs.plan(control, loaded, runs.Wanted("Look"), TARGET)
    finally:
        control.close()


@pytest.mark.parametrize(
    ("command", "wanted"), [("date", False), ('echo "$SHOP_KEY"', True), ("./tell.sh", True)]
)
def test_a_procedure_that_cannot_want_a_variable_is_planned_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, wanted: bool
) -> None:
    (tmp_path / "shop.md").write_text(f"# Shop\n\n## Look\n\n```bash\n{command}\n```\n")
    settings = "variables = ['SHOP_KEY']\nsecrets = ['SHOP_URL']\nsql = 'SHOP_URL'"
    (tmp_path / "steadyhand.toml").write_text(f"[run]\n{settings}\n")
    for name in ("SHOP_KEY", "SHOP_URL"):
        monkeypatch.delenv(name, raising=False)
    control = build(tmp_path / "state")
    loaded = documents.load(tmp_path / "shop.md")
    try:
        if wanted:
            with pytest.raises(Problem, match="SHOP_KEY is named in"):
                runs.plan(control, loaded, runs.Wanted("Look"), TARGET)
            return
        plan = runs.plan(control, loaded, runs.Wanted("Look"), TARGET)
        assert (plan.variables, plan.secrets) == ((), ())
    finally:
        control.close()


SUPPLIED = json.loads(LAB) | {
    "systems": [
        {
            "name": "shop",
            "environment": {"STAGE": "lab", "SHOP_KEY": "canary-of-the-lab", "B": "1"},
        },
        {"name": "mill", "environment": {"STAGE": "mill", "KAFKA": "k:1", "B": "1"}},
    ]
}


@pytest.mark.parametrize(
    ("system", "has"),
    [
        ("shop", {"STAGE": "lab", "SHOP_KEY": "canary-of-the-lab", "B": "1", "KAFKA": "k:1"}),
        ("shop-front", {"STAGE": "lab", "SHOP_KEY": "canary-of-the-lab", "B": "1", "KAFKA": "k:1"}),
        ("shopping", {"SHOP_KEY": "canary-of-the-lab", "B": "1", "KAFKA": "k:1"}),  # no one's own
        ("mill", {"STAGE": "mill", "SHOP_KEY": "canary-of-the-lab", "B": "1", "KAFKA": "k:1"}),
    ],
)
def test_what_a_lab_exports_for_a_system(system: str, has: Mapping[str, str]) -> None:
    target = lab_info(SUPPLIED).target
    assert target.variables(system) == has
    assert "canary" not in repr(target)


def test_a_lab_gives_what_its_operator_would_have_set_and_ones_own_counts_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "shop.md").write_text(DOCUMENT.replace("$STAGE", "$STAGE on $B"))
    settings = '[run]\nvariables = ["STAGE", "B"]\nsecrets = ["SHOP_KEY"]\nsql = "SHOP_KEY"\n'
    (tmp_path / "steadyhand.toml").write_text(settings)
    (tmp_path / "lab.json").write_text(json.dumps(SUPPLIED))
    monkeypatch.setenv("STEADYHAND_LAB", str(tmp_path / "lab.json"))
    monkeypatch.setenv("STAGE", "mine")
    for name in ("SHOP_KEY", "B"):
        monkeypatch.delenv(name, raising=False)
    control = build(tmp_path / "state")
    try:
        target = resolve("lab", control.lab_file)
        loaded = documents.load(tmp_path / "shop.md")
        plan = runs.plan(control, loaded, runs.Wanted("Look"), target)
        assert plan.supplied == ("B", "SHOP_KEY")
        lines = plan_lines(plan)
        assert "with $STAGE of whoever starts it" in lines
        assert "with $B, $SHOP_KEY (secret) as the lab exports them" in lines
        runs.open_run(control, "r", plan, "ada", "")
        given = runs.state(control, "r").variables
    finally:
        control.close()
    assert given is not None
    assert (given["STAGE"], given["B"]) == ("mine", "1")
    assert given["SHOP_KEY"].startswith("stk_")
    kept = b"".join(p.read_bytes() for p in (tmp_path / "state").rglob("*") if p.is_file())
    assert b"canary-of-the-lab" not in kept


def test_no_other_target_gives_variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINE", "1")
    control = build(tmp_path / "state")
    try:
        have = runs.operator_of(control, resolve("aws:shop@eu-west-1", control.lab_file), "shop")
    finally:
        control.close()
    assert (have.supplied, have.values["MINE"]) == (frozenset(), "1")


def test_a_fence_goes_on_where_it_was_after_people_have_signed(
    plane: Plane, tmp_path: Path
) -> None:
    """Between two drivers bash is another one; a later fence begins in the folder again."""
    world, folder = Cats(), tmp_path / "copy"
    (folder / "deep er").mkdir(parents=True)
    plane.performer.world_of = lambda _: world
    text = (
        "cd 'deep er'\ncat here\naws ecs delete-cluster --cluster a\ncat still\n"
        "```\n\n```bash\ncat base"
    )
    plan = planned(Running(str(folder)), f"# Shop\n\n## Look\n\n```bash\n{text}\n```\n")
    plane.engine.turn("run", "r").append(RunOpened(plan, "ada", digest=plan.digest))
    assert isinstance(plane.engine.drive("run", "r"), Wait)
    plane = plane.again()
    plane.performer.world_of = lambda _: world
    run = plane.run("r")
    assert run.question is not None
    expires = datetime.now(UTC) + timedelta(hours=1)
    for name in ("ben", "cleo"):
        signed = signature(run.digest, run.question, expires)
        plane.engine.turn("run", "r").append(Approved(run.question.step, name, signed, expires))
    plane.engine.drive("run", "r")
    assert plane.run("r").outcome == "completed"
    deep = str(folder / "deep er")
    assert [cwd for cwd, _ in world.seen if cwd.startswith(str(folder))] == [
        deep, deep, deep, str(folder),
    ]  # fmt: skip
    plane.close()


def test_what_is_not_set_where_a_run_goes_on_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only where its starter died before it was given anything."""
    lab = tmp_path / "lab.json"
    lab.write_text(LAB)
    monkeypatch.setenv("STEADYHAND_LAB", str(lab))
    monkeypatch.delenv("SHOP_KEY", raising=False)
    control = build(tmp_path / "state")
    plan = planned(Running("", (), ("SHOP_KEY",)))
    turn = control.engine.turn("run", "r")
    turn.append(RunOpened(plan, "ada", digest=plan.digest))
    with pytest.raises(Problem, match="SHOP_KEY from the environment: not set here"):
        control.performer.give(turn)
    control.close()


def test_a_plan_says_where_and_with_what(tmp_path: Path) -> None:
    lines = plan_lines(planned(Running(str(tmp_path), ("STAGE",), ("SHOP_KEY",))))
    assert f"in {tmp_path}" in lines
    assert "with $STAGE, $SHOP_KEY (secret) of whoever starts it" in lines
