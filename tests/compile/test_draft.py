"""What `steadyhand init` drafts: a golden file, and that any draft can be read."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from steadyhand.compile import compile_runbook, parse
from steadyhand.compile.draft import draft
from steadyhand.model.document.runbook import Runbook
from steadyhand.model.settings.whole import Drift, Settings, read_settings
from tests.compile.test_any_input import PIECES

FOLDER = Path(__file__).parent / "draft"


def compiled(text: str, path: str = "shop.md") -> Runbook:
    return compile_runbook(parse(path, text))[0]


def shop() -> Runbook:
    return compiled((FOLDER / "shop.md").read_text(), "docs/shop.md")


def read(text: str) -> Settings:
    return read_settings(tomllib.loads(text), "steadyhand.toml")


def test_the_draft_of_the_shop() -> None:
    assert draft([shop()]) == (FOLDER / "shop.toml").read_text()


def test_the_draft_can_be_read() -> None:
    found = read(draft([shop()]))
    assert list(found.alarms) == ["ECS CPU", "Average RDS CPU"]
    assert found.alarms["ECS CPU"].dimensions == {"ClusterName": "shop", "ServiceName": "web"}
    assert found.alarms["ECS CPU"].service is not None
    assert found.alarms["ECS CPU"].service.log_group == "/ecs/web"
    assert found.contact("on-call engineer") is not None
    assert found.values == {"region": "eu-west-1"}
    assert found.drift[0] == Drift(
        "database", "shop-db", "BackupRetentionPeriod", "7", "shop.md:26"
    )
    assert [check.attribute for check in found.drift[1:]] == ["MultiAZ", "PreferredBackupWindow"]


@pytest.mark.parametrize(
    "reason",
    [
        "# metric: nothing in the document says which metric “Carts left behind” is",
        "# threshold: no number can be read from “somebody complains”",
        "# scale: DatabaseConnections is not measured in “% max”",
        "# dimensions: LoadBalancer is app/<name>/<id>, and no document says the id",
        "# resource: the commands name 2 of kind cache: one, two",
        "# SHOP_TOKEN: $SHOP_TOKEN, shop.md:50: a secret; it stays in the environment",
        "shop-dead is kept elsewhere",
        "“[Insert phone]” is written where an address should be",
    ],
)
def test_what_is_missing_is_a_comment_with_the_reason(reason: str) -> None:
    lines = [line for line in draft([shop()]).splitlines() if reason in line]
    assert lines
    assert all(line.startswith("# ") for line in lines)


def run_of(commands: str, sql: str = "") -> list[str]:
    """Draft `[run]` for a procedure."""
    text = f"# S\n\n## Do\n\n```bash\n{commands}\n```\n"
    text += f"\n```sql\n{sql}\n```\n" if sql else ""
    written = draft([compiled(text)])
    read(written)
    lines = written.splitlines()
    start = lines.index("[run]") + 1 if "[run]" in lines else len(lines)
    return lines[start : lines.index("", start)] if start < len(lines) else []


def test_what_is_to_be_at_hand_is_drafted() -> None:
    commands = 'psql "$SHOP_DATABASE_URL" -c "SELECT 1"\n./bin/tell "$SHOP_STAGE"'
    assert run_of(commands, "SELECT 1;") == [
        '# folder = ""  # shop.md:7: ./bin/tell is in a working copy: say where',
        'variables = ["SHOP_STAGE"]  # SHOP_STAGE shop.md:7',
        'secrets = ["SHOP_DATABASE_URL"]  # SHOP_DATABASE_URL shop.md:6',
        'sql = "SHOP_DATABASE_URL"  # shop.md:11: SQL, and this is what psql is given',
    ]


@pytest.mark.parametrize(
    ("commands", "sql", "drafted"),
    [
        ("date", "", []),
        ("STAGE=a\necho $STAGE", "", []),  # the document sets it
        ("cd backend\ndate", "", ["# folder", "backend is in a working copy"]),
        ("aws ecs x --cli-input-json file://task.json", "", ["# folder", "file://task.json is"]),
        ("date", "SELECT 1;", ["# sql", "no command says which one"]),
        (
            "psql $A_DATABASE_URL -c 'SELECT 1'\npsql $B_DATABASE_URL -c 'SELECT 1'",
            "SELECT 1;",
            ["# sql", "psql is given 2 different ones"],
        ),
    ],
)
def test_what_no_document_says_stays_a_comment(commands: str, sql: str, drafted: list[str]) -> None:
    lines = [line for line in run_of(commands, sql) if not line.startswith("secrets")]
    assert len(lines) == bool(drafted)
    assert all(word in lines[0] for word in drafted)


def test_several_documents_are_one_draft() -> None:
    other = compiled("# Other\n\n| Alarm | Threshold |\n|-|-|\n| ecs cpu | > 1% |\n", "other.md")
    found = read(draft([shop(), other]))
    assert list(found.alarms) == ["ECS CPU", "Average RDS CPU"]
    assert found.runbook == ""
    assert draft([shop(), other]) == draft([shop(), other])


def test_two_services_settle_nothing() -> None:
    text = "| Alarm | Threshold |\n|-|-|\n| ECS CPU | > 1% |\n\n```bash\n"
    text += "aws ecs describe-services --cluster shop --services web api\n```\n"
    written = draft([compiled(text)])
    assert read(written).alarms == {}
    assert "# dimensions: ServiceName: the commands name 2 of kind service: api, web" in written


def test_nothing_is_a_draft_too() -> None:
    assert read(draft([])) == Settings()
    assert read(draft([compiled("")])).runbook == "shop.md"


NAMES = st.text(
    st.sampled_from("aé\"\\'#=[]{}\n\t\x00\x7f\x85\u2028 .$") | st.characters(),
    min_size=1,
    max_size=12,
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join), NAMES)
@example("", "\x7f")
def test_any_draft_can_be_read(document: str, name: str) -> None:
    cell = name.replace("|", "/").replace("\n", " ")
    table = f"\n| Alarm | Threshold |\n|-|-|\n| {cell} | > 5% |\n| ECS CPU | > {cell} |\n"
    contact = f"\n| Level | Contact | When |\n|-|-|-|\n| L1 | {cell} | now |\n"
    values = f"\n```bash\naws ecs x --cluster '{cell}' --service <{cell}> --region <region>\n```\n"
    trait = "\n## Database\n\n- Multi-AZ: enabled\n"
    runbook = compiled(document + table + contact + values + trait, f"a/{name}.md")
    written = draft([runbook])
    read(written)
    assert written == draft([runbook])


@pytest.mark.seeds
def test_the_five_can_be_read(seed_folder: Path) -> None:
    runbooks = [compiled(f.read_text(), f.name) for f in sorted(seed_folder.glob("*.md"))]
    for runbook in runbooks:
        read(draft([runbook]))
    read(draft(runbooks))


@pytest.mark.seeds
def test_the_known_draft(seed_folder: Path) -> None:
    """The settings that were written by hand for the lab agree with what is drafted."""
    runbook = compiled((seed_folder / "sleek-coach.md").read_text(), "RUNBOOK.md")
    found = read(draft([runbook]))
    assert list(found.alarms) == ["ECS CPU", "RDS CPU", "Redis Memory"]
    assert list(found.contacts) == ["On-call engineer", "Engineering lead", "CTO / Founder"]
    assert {check.attribute: check.expected for check in found.drift} == {
        "BackupRetentionPeriod": "7",
        "retentionInDays": "90",
    }
