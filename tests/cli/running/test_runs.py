"""Parts of a procedure, saved plans and the way back, as a person asks for them."""

import hashlib
import json
import os
import pwd
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from steadyhand.model import canonical
from steadyhand.model.document.span import Span
from steadyhand.model.run.plan import Guard, Kept, Plan
from tests.cli.terminal import Person
from tests.run.shop import DOCUMENT


@pytest.mark.parametrize(
    ("words", "runs", "says"),
    [
        (("--skip", "2"), [1, 3, 4], "breaks: uses $NOTE, which roll-back/2 sets"),
        (("--only", "roll-back/1", "--only", "4"), [1, 4], "breaks: uses $NOTE"),
        (("--from", "3", "--set", "previous=9"), [3, 4], "See what there is (before roll-back/3)"),
        (("--from", "2", "--skip", "4", "--set", "previous=9"), [2, 3], "(skipped by choice)"),
    ],
)  # fmt: skip
def test_a_part_is_planned_and_what_that_breaks_is_shown(
    person: Person, words: tuple[str, ...], runs: list[int], says: str
) -> None:
    code, out, err = person.plan(*words)
    assert code == 0, err
    steps = json.loads(person.plan(*words, "--json")[1])["steps"]
    assert [one["step"]["id"] for one in steps] == [f"roll-back/{number}" for number in runs]
    assert says in out


def test_the_whole_breaks_nothing(person: Person) -> None:
    assert "breaks" not in person.plan()[1]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (
            ("--from", "3", "--set", "previous=9\u200b"),
            r"<previous> is “9\u200b” (--set): nobody sees \u200b in it",
        ),
        (("--from", "3", "--set", "previous="), "--set previous=: the value is empty"),
        (("--set", "previous=9", "--set", "previous=8"), "--set previous is given twice"),
        (("--from", "3"), "<previous> has no value (roll-back/1 prints it); give one with --set"),
        (("--only", "9"), "Roll back has no step roll-back/9; it has: roll-back/1, roll-back/2"),
        (("--only", "1", "--skip", "1"), "Roll back: nothing is left to run"),
        (("--diff", "0000"), "there is no plan 0000"),
    ],
)
def test_what_cannot_be_planned_is_said_in_a_line(
    person: Person, words: tuple[str, ...], says: str
) -> None:
    code, _, err = person.plan(*words)
    assert (code, says in err) == (2, True), err


def test_where_every_step_is_conditional_the_plan_says_how_to_choose(
    person: Person, tmp_path: Path
) -> None:
    step = "\n## Clean\n\n```bash\n# If the disk is full\nrm -rf ./cache\n```\n"
    (tmp_path / "shop.md").write_text(f"# Shop\n{step}")
    (tmp_path / "with.toml").write_text('[run]\nfolder = "."\n')
    words = ("plan", "shop.md", "Clean", "--target", "lab", "--config", "with.toml")
    code, _, err = person(*words)
    assert code == 2
    assert "Clean: nothing is left to run: its step is conditional; --ask" in err
    assert person(*words, "--only", "1")[0] == 0


def test_a_plan_says_what_the_gate_will_refuse(person: Person, tmp_path: Path) -> None:
    """Nobody is to sign what can never run."""
    lines = f"sudo systemctl restart nginx\ncd /srv/shop\ncd {tmp_path}/logs\ncd logs\ncd $LOGS"
    (tmp_path / "shop.md").write_text(f"# Shop\n\n## Restart\n\n```bash\n{lines}\n```\n")
    words = ("shop.md", "Restart", "--target", "lab", "--set", "LOGS=logs")
    (tmp_path / "with.toml").write_text('[run]\nfolder = "."\n')
    code, out, _ = person("plan", *words, "--config", "with.toml")
    assert code == 0, out
    assert [line.strip() for line in out.splitlines() if "will be refused" in line] == [
        "will be refused: `sudo` would run it past the gate",
        "will be refused: /srv/shop is outside the run's directory",
    ]
    assert "2 of 5 steps will not run as said: 1, 2\n" in out
    out = person("plan", *words)[1]
    assert f"will be refused: {tmp_path}/logs is outside the run's directory" in out


def test_a_plan_says_what_never_ends_by_itself(person: Person, tmp_path: Path) -> None:
    (tmp_path / "shop.md").write_text("# Shop\n\n## Look\n\n```bash\ntail -f log\ndate\n```\n")
    out = person("plan", "shop.md", "Look", "--target", "lab")[1]
    assert out.count("never ends by itself: the run ends it") == 1
    assert "will not run" not in out


def test_a_plan_says_how_long_its_steps_took_before(person: Person) -> None:
    assert "took " not in person.plan()[1]
    person.goes_through("run", "shop.md", "Roll back", "--target", "lab", "--skip", "4")
    out = person.plan("--set", "previous=9")[1]
    assert out.count(" before, once") == 3
    took = json.loads(person.plan("--json")[1])["took"]
    assert {step[-1]: one["times"] for step, one in took.items()} == {"1": 1, "2": 1, "3": 1}
    assert 0 < took["roll-back/1"]["median"] == took["roll-back/1"]["longest"] < 60


def test_a_watch_can_be_ended_only_where_there_is_one(person: Person) -> None:
    key = person.goes_through("run", "shop.md", "Roll back", "--target", "lab")
    code, _, err = person("resume", key, "--enough", "I saw it")
    assert (code, f"run {key} watches nothing now" in err) == (2, True)


SCALING = """\
# Shop

## Scaling

```bash
# Scale up
aws ecs update-service --cluster shop --service shop-api --desired-count 4

# Scale down
aws ecs update-service --cluster shop --service shop-api --desired-count 2
```
"""


@pytest.mark.parametrize("verb", ["plan", "run"])
def test_alternatives_wait_for_a_choice(person: Person, tmp_path: Path, verb: str) -> None:
    (tmp_path / "scaling.md").write_text(SCALING)
    code, out, err = person(verb, "scaling.md", "Scaling", "--target", "lab")
    assert (code, out) == (3, "")
    assert "choose one with --choose STEP" in err
    assert "  1  Scale up  (scaling.md:7)\n  2  Scale down  (scaling.md:10)" in err
    assert person.shop.sent == []  # nothing was read for it, either


def test_a_chosen_alternative_is_planned_and_the_other_is_shown(
    person: Person, tmp_path: Path
) -> None:
    (tmp_path / "scaling.md").write_text(SCALING)
    wanted = ("plan", "scaling.md", "Scaling", "--target", "lab", "--choose", "1")
    code, out, err = person(*wanted)
    assert code == 0, err
    assert "this way: Scale up (scaling.md:7)" in out
    assert "not this way: Scale down (scaling.md:10)" in out
    assert "not run: Scale down (another way was chosen: Scale up)" in out
    assert "desired count: 2 → 4" in out


def test_a_plan_that_an_older_version_saved_is_still_read(person: Person, tmp_path: Path) -> None:
    digest = person.plan()[1].splitlines()[0].split()[1].rstrip(":")
    (saved,) = (tmp_path / ".steadyhand/plans").glob("*.json")
    older = json.loads(saved.read_text())
    del older["alternatives"]  # as it was before there were any
    text = json.dumps(older, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    name = hashlib.sha256(text.encode()).hexdigest()
    saved.with_stem(name).write_text(text + "\n")
    assert name[:12] != digest
    person.goes_through("run", "--plan", name[:12])
    assert person.shop.revision == 10


def test_a_saved_plan_is_run_as_it_is(person: Person, tmp_path: Path) -> None:
    digest = person.plan()[1].splitlines()[0].split()[1].rstrip(":")
    (tmp_path / "shop.md").write_text("# Nothing\n")  # what was planned is what is run
    person.goes_through("run", "--plan", digest)
    assert person.shop.revision == 10
    (saved,) = (tmp_path / ".steadyhand/plans").glob("*.json")
    saved.write_text(saved.read_text().replace("shop-api:", "shop-apx:"))
    code, _, err = person("run", "--plan", digest)
    assert (code, "was altered after it was saved" in err) == (2, True)
    code, _, err = person("run", "--plan", digest, "--only", "1")
    assert (code, "leave the rest out" in err) == (2, True)


def test_a_plan_that_rests_on_what_is_old_is_not_begun(person: Person, tmp_path: Path) -> None:
    person.plan()
    (saved,) = (tmp_path / ".steadyhand/plans").glob("*.json")
    plan = canonical.loads(Plan, saved.read_text())
    span = Span("shop.md", 3, 3)
    for hours, code, says in ((-1, 2, "a backup was there, which is too old now"), (1, 3, "")):
        until = datetime.now(UTC) + timedelta(hours=hours)
        guard = Guard("Back up", span, Kept.ENFORCED, "a backup was there", until=until)
        kept = tmp_path / "kept.json"
        kept.write_text(canonical.dumps(replace(plan, guards=(guard,))))
        came, _, err = person("run", "--plan", str(kept))
        assert (came, says in err) == (code, True), err


def test_two_plans_are_compared_as_they_read(person: Person) -> None:
    digest = person.plan()[1].splitlines()[0].split()[1].rstrip(":")
    assert person.plan("--diff", digest)[:2] == (0, "no difference\n")
    code, out, _ = person.plan("--diff", digest, "--set", "previous=9")
    assert code == 1
    assert "-  <previous>: filled by the run" in out
    assert "+  <previous> = 9 (--set)" in out
    assert "+     task definition: shop-api:11 → shop-api:9" in out


def test_the_way_back_goes_through_the_same_gate(person: Person) -> None:
    key = person.goes_through("run", "shop.md", "Roll back", "--target", "lab")
    assert person.shop.revision == 10
    code, out, _ = person("undo", key, "--show")
    assert (code, "task definition: shop-api:10 → shop-api:11" in out) == (0, True)
    assert person.shop.revision == 10
    person.goes_through("undo", key)
    assert (person.shop.revision, len(person.shop.changes)) == (11, 2)


def test_a_way_back_from_what_somebody_else_has_changed_says_so(person: Person) -> None:
    key = person.goes_through("run", "shop.md", "Roll back", "--target", "lab")
    assert "no longer" not in person("undo", key, "--show")[1]
    person.shop.revision, person.shop.deployments = 12, 7
    said = "breaks: ecs service shop/shop-api is no longer as the run left it"
    assert said in person("undo", key, "--show")[1]


def test_where_nothing_was_changed_there_is_nothing_to_undo(person: Person) -> None:
    code, out, err = person("run", "shop.md", "Roll back", "--target", "lab", "--only", "1")
    assert code == 0, err
    key = next(line[4:] for line in out.splitlines() if line.startswith("run 2"))
    code, _, err = person("undo", key)
    assert (code, f"run {key} changed nothing" in err) == (2, True)


def test_the_record_of_a_run_is_one_document(person: Person, tmp_path: Path) -> None:
    key = person.goes_through("run", "shop.md", "Roll back", "--target", "lab", "--skip", "4")
    code, text, err = person("runs", "export", key)
    assert code == 0, err
    for said in (
        f"# Run {key}: Roll back",
        "| outcome | completed |",
        "\ntask definition: shop-api:11 → shop-api:10\n",
        "`aws ecs list-task-definitions --family-prefix shop-api --sort DESC` returned 0",
        '{"taskDefinitionArns": ["arn:aws:ecs:us-east-1:1:task-definition/shop-api:11"',
        "| roll-back/3 | ",
        "- not run: Look at it, with what was noted (skipped by choice)",
        "## Proposed changes to the runbook",
    ):
        assert said in text
    found = json.loads(person("runs", "export", key, "--json")[1])
    assert found["events"][0]["type"] == "RunOpened"
    assert found["events"][-1]["type"] == "RunEnded"
    assert [out["call"] for out in found["outputs"] if out["step"] == "roll-back/1"] == [1]
    page = tmp_path / "run.html"
    assert person("runs", "export", key, "--html", "--output", str(page))[0] == 0
    assert "<h1>Run 2" in page.read_text()
    assert person("runs", "export", key, "--output", str(tmp_path))[0] == 2


def test_a_record_can_be_read_as_bash_would_read_it(person: Person, tmp_path: Path) -> None:
    (tmp_path / "shop.md").write_text("# Shop\n\n## Say\n\n```bash\ndate '+%F  %s'\n```\n")
    code, out, _ = person("run", "shop.md", "Say", "--target", "lab")
    key = next(line[4:] for line in out.splitlines() if line.startswith("run 2"))
    assert code == 0
    assert " date '+%F  %s'\n" in person("runs", "show", key)[1]
    assert "`date '+%F  %s'` returned 0" in person("runs", "export", key, "--md")[1]


def test_a_record_tells_what_went_otherwise(person: Person, tmp_path: Path) -> None:
    person.shop.refuse = "update-service"
    document = DOCUMENT.replace("## Roll back", "## Roll back `x`")
    (tmp_path / "shop.md").write_text(document)
    _, out, _ = person("run", "shop.md", "roll", "--target", "lab")
    key = next(line[4:] for line in out.splitlines() if line.startswith("run 2"))
    person("approve", key, "--yes")
    assert person("resume", key)[0] == 1
    text = person("runs", "export", key)[1]
    deviations = text.partition("## Deviations")[2].partition("## ")[0]
    assert "refused: update-service: AccessDenied" in deviations
    page = person("runs", "export", key, "--html")[1]
    assert "&lt;previous&gt;" in page
    assert "<previous>" not in page


def test_a_record_tells_what_nobody_could_look_at(person: Person, tmp_path: Path) -> None:
    """There is no way to look at the change of this one: its answer is all that is known."""
    document = "# Shop\n\n## Tell\n\n```bash\naws sns publish --topic-arn t --message m\n```\n"
    (tmp_path / "shop.md").write_text(document)
    key = person.goes_through("run", "shop.md", "Tell", "--target", "lab")
    text = person("runs", "export", key)[1]
    deviations = text.partition("## Deviations")[2].partition("## ")[0]
    assert "NOT SEEN, no way to look is known" in deviations


def test_a_record_proposes_what_lint_would_mend(person: Person, tmp_path: Path) -> None:
    lines = DOCUMENT.replace("--family-prefix shop-api", "--family-prefix shop-api --sort-by x")
    (tmp_path / "shop.md").write_text(lines)
    person("run", "shop.md", "Roll back", "--target", "lab", "--only", "1")
    key = person("runs", "list")[1].split()[0]
    text = person("runs", "export", key)[1].partition("## Proposed")[2]
    assert "unknown-aws-option" in text or "--sort-by" in text
    (tmp_path / "shop.md").write_text(DOCUMENT)
    assert "has changed since it was planned" in person("runs", "export", key)[1]


def obeys(tmp_path: Path, policy: str) -> None:
    me = pwd.getpwuid(os.getuid()).pw_name
    text = f'[people.ada]\nuser = "{me}"\n\n[policy]\n{policy}\n'
    (tmp_path / "steadyhand.toml").write_text(text)


def begun(out: str) -> str:
    return next(line[4:] for line in out.splitlines() if line.startswith("run 2"))


ROLL_BACK = ("run", "shop.md", "Roll back", "--target", "lab")


def test_who_may_not_start_starts_nothing(person: Person, tmp_path: Path) -> None:
    obeys(tmp_path, 'starters = ["grace"]')
    code, _, err = person(*ROLL_BACK)
    assert (code, "ada is not in policy.starters" in err) == (2, True)
    assert person("runs", "list")[1] == ""


def test_a_signature_counts_by_the_system_s_word_for_who_signs(
    person: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    obeys(tmp_path, 'approvers = ["grace"]')
    key = begun(person(*ROLL_BACK)[1])
    monkeypatch.setenv("LOGNAME", "grace")
    monkeypatch.setenv("USER", "grace")
    code, _, err = person("approve", key, "--yes")
    assert (code, "ada is not in policy.approvers" in err) == (2, True)
    code, _, err = person("approve", key, "--yes", "--as", "grace")
    assert (code, "policy.claimed_names is not set" in err) == (2, True)
    assert person("resume", key)[0] == 3
    assert person.shop.changes == []


def test_what_is_protected_needs_two_others(person: Person, tmp_path: Path) -> None:
    obeys(tmp_path, 'claimed_names = true\nprotected = ["shop-a*"]')
    assert "2 approvals, none from the starter" in person.plan()[1]
    key = begun(person(*ROLL_BACK)[1])
    assert person("approve", key, "--yes")[0] == 2  # the starter
    assert person("approve", key, "--yes", "--as", "grace")[0] == 0
    assert person("approve", key, "--yes", "--as", "grace")[0] == 2  # twice the same
    assert person("resume", key)[0] == 3
    assert person.shop.changes == []
    assert person("approve", key, "--yes", "--as", "joan")[0] == 0
    assert person("resume", key)[0] == 0
    assert person.shop.revision == 10


def test_in_a_freeze_reads_go_on_and_changes_wait(person: Person, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    times = f"starts = {now - timedelta(1):%Y-%m-%dT%XZ}, ends = {now + timedelta(1):%Y-%m-%dT%XZ}"
    obeys(tmp_path, f'freezes = [{{ {times}, reason = "peak" }}]')
    code, out, err = person(*ROLL_BACK)
    assert (code, "nothing may be changed until" in err, "peak" in err) == (3, True, True)
    assert "taskDefinitionArns" in out
    assert person.shop.changes == []
    assert person("run", "shop.md", "Roll back", "--target", "lab", "--only", "1")[0] == 0
    code, out, _ = person(*ROLL_BACK, "--break-glass", "the site is down")
    assert "BREAK GLASS, the policy does not hold: the site is down" in out
    key = begun(out)
    assert person("approve", key, "--yes")[0] == 0
    assert person("resume", key)[0] == 0
    assert person.shop.revision == 10
    assert "BREAK GLASS: the site is down" in person("runs", "show", key)[1]


def test_what_runs_printed_is_found(person: Person) -> None:
    key = person.goes_through("run", "shop.md", "Roll back", "--target", "lab")
    code, out, _ = person("runs", "search", "SHOP-API:9")
    assert code == 0
    assert out.startswith(f"{key}  roll-back/1  call 1  stdout:1: ")
    found = [json.loads(x) for x in person("runs", "search", "noted \\d", "--regex", "--json")[1]
             .splitlines()]  # fmt: skip
    assert [(one["step"], one["number"]) for one in found] == [("roll-back/4", 0)]
    assert person("runs", "search", "noted \\d")[0] == 1  # as it stands there
    assert person("runs", "search", "x", "--run", "none")[0] == 2
    assert person("runs", "search", "(", "--regex")[0] == 2


def test_who_is_waited_for_is_said(person: Person, tmp_path: Path) -> None:
    (tmp_path / "shop.md").write_text("# Shop\n\n## Go\n\n```bash\nunheard-of --now\n```\n")
    (tmp_path / "steadyhand.toml").write_text("[policy]\nclaimed_names = true\n")
    _, out, err = person("run", "shop.md", "Go", "--target", "lab", "--break-glass", "fire")
    key = next(line[4:] for line in out.splitlines() if line.startswith("run 2"))
    assert "BREAK GLASS, the policy does not hold: fire" in err
    listed = person("runs", "list")[1]
    assert "approval(s) missing" in listed
    assert "(BREAK GLASS, the policy does not hold: fire)" in listed
    out = person("approve", key, "--yes")[1]
    assert out.splitlines()[0] == "BREAK GLASS, the policy does not hold: fire"


def test_two_who_did_not_start_it_are_waited_for(person: Person, tmp_path: Path) -> None:
    (tmp_path / "shop.md").write_text("# Shop\n\n## Go\n\n```bash\nunheard-of --now\n```\n")
    (tmp_path / "steadyhand.toml").write_text("[policy]\nclaimed_names = true\n")
    code, out, err = person("run", "shop.md", "Go", "--target", "lab")
    key = next(line[4:] for line in out.splitlines() if line.startswith("run 2"))
    assert code == 3
    assert "waiting: 2 approval(s) missing, none from " in err
    assert person("approve", key, "--as", "ben", "--yes")[0] == 0
    assert "1 approval(s) missing" in person("runs", "list")[1]
    assert "signed by ben" in person("resume", key)[2]
