"""`gh` against a GitHub that answers as GitHub's REST API does."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.lab.tools.calling import Answer, Desk, Said, server

DEPLOY = {"id": 7, "name": "Deploy", "path": ".github/workflows/deploy.yml", "state": "active"}
ROLLBACK = {"id": 8, "name": "Roll", "path": ".github/workflows/rollback.yml", "state": "active"}
OLD = {"id": 9, "name": "Old", "path": ".github/workflows/old.yml", "state": "disabled_manually"}


def a_run(number: int, conclusion: str | None = "success") -> dict[str, Any]:
    return {
        "id": number,
        "name": "Deploy",
        "display_title": f"Release {number}",
        "status": "completed" if conclusion else "in_progress",
        "conclusion": conclusion,
        "head_branch": "main",
        "event": "workflow_dispatch",
        "workflow_id": 7,
        "created_at": "2026-11-21T12:00:00Z",
        "run_started_at": "2026-11-21T12:00:00Z",
        "updated_at": "2026-11-21T12:01:05Z",
        "html_url": f"https://github.com/acme/shop/actions/runs/{number}",
    }


class GitHub:
    """What was asked of it, and which runs there are."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, Any]] = []
        self.runs = [a_run(number) for number in range(130, 100, -1)]
        self.status = 204
        self.looks = 0

    def answer(self, method: str, path: str, body: Any) -> Answer:
        self.asked.append((method, path, body))
        url = urlsplit(path)
        inside = url.path.removeprefix("/repos/acme/shop").strip("/")
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        match inside.split("/"):
            case [""]:
                return 200, {"default_branch": "trunk"}
            case ["actions", "workflows"]:
                return 200, {"workflows": [DEPLOY, ROLLBACK, OLD]}
            case ["actions", "workflows", _, "dispatches"]:
                told = {"message": "Unexpected inputs provided"}
                return self.status, None if self.status == 204 else told
            case ["actions", "workflows", "7", "runs"] | ["actions", "runs"]:
                size, page = int(query["per_page"]), int(query.get("page", "1"))
                some = self.runs[(page - 1) * size : page * size]
                return 200, {"total_count": len(self.runs), "workflow_runs": some}
            case ["actions", "workflows", _, "runs"]:
                return 200, {"total_count": 0, "workflow_runs": []}
            case ["actions", "runs", "105"]:
                return 200, a_run(105)
            case ["actions", "runs", "106"]:
                self.looks += 1
                return 200, a_run(106, "failure" if self.looks > 3 else None)
            case ["actions", "runs", _, "jobs"]:
                job = {"id": 1, "name": "deploy", "status": "completed", "conclusion": "success"}
                return 200, {"jobs": [job]}
        return 404, {"message": "Not Found"}


@pytest.fixture
def github() -> GitHub:
    return GitHub()


@pytest.fixture
def gh(desk: Desk, github: GitHub) -> Iterator[Desk]:
    with server(github.answer) as address:
        yield Desk(desk.lab, desk.cwd, {"GITHUB_API_URL": address, "GH_REPO": "acme/shop"})


@pytest.mark.parametrize("name", ["rollback.yml", "Roll", "roll", "8", ROLLBACK["path"]])
def test_a_workflow_is_started(gh: Desk, github: GitHub, name: str) -> None:
    said = gh(f"gh workflow run {name} -f environment=prod -f version=1.2=3 --ref main")
    assert said == Said(0, "", "")  # where no terminal is, gh says nothing
    inputs = {"environment": "prod", "version": "1.2=3"}
    where = "/repos/acme/shop/actions/workflows/8/dispatches"
    assert github.asked[-1] == ("POST", where, {"ref": "main", "inputs": inputs})


def test_a_workflow_runs_on_the_default_branch(gh: Desk, github: GitHub) -> None:
    assert gh("gh workflow run Deploy").code == 0
    assert github.asked[-1][2] == {"ref": "trunk", "inputs": {}}


def test_what_github_refuses_is_told(gh: Desk, github: GitHub) -> None:
    github.status = 422
    said = gh("gh workflow run Deploy -f wrong=1")
    assert said.code == 1
    assert said.err.startswith("could not create workflow dispatch event: HTTP 422: Unexpected")


def test_runs_are_listed_the_newest_first(gh: Desk) -> None:
    said = gh('gh run list --workflow="Deploy" --limit=5')
    assert said.code == 0
    rows = [line.split("\t") for line in said.out.splitlines()]
    assert [row[6] for row in rows] == ["130", "129", "128", "127", "126"]
    state = ["completed", "success", "Release 130", "Deploy", "main", "workflow_dispatch"]
    assert rows[0] == [*state, "130", "1m5s", "2026-11-21T12:00:00Z"]
    assert len(gh("gh run list").out.splitlines()) == 20
    assert len(gh("gh run list -L 100").out.splitlines()) == 30


def test_fields_are_picked(gh: Desk) -> None:
    said = gh("gh run list -L 2 --json databaseId,conclusion")
    assert json.loads(said.out) == [
        {"databaseId": 130, "conclusion": "success"},
        {"databaseId": 129, "conclusion": "success"},
    ]
    one = gh("gh run view 105 --json status,workflowName")
    assert json.loads(one.out) == {"status": "completed", "workflowName": "Deploy"}


def test_a_run_is_watched_until_it_is_over(gh: Desk, github: GitHub) -> None:
    said = gh("gh run watch 106 --interval 0 --exit-status")
    assert said.code == 1
    assert "completed with 'failure'" in said.out
    assert github.looks == 4
    over = gh("gh run watch 105 --exit-status")
    assert over == Said(0, "Run Deploy (105) has already completed with 'success'\n", "")


@pytest.mark.parametrize(
    ("line", "out"),
    [
        ("gh workflow list", "Deploy\tactive\t7\nRoll\tactive\t8\n"),
        ("gh workflow list --all", "Old\tdisabled_manually\t9\n"),
        ("gh workflow view Deploy", "Deploy - deploy.yml\nID: 7\n\nTotal runs 30\n"),
        ("gh run view 105", "✓ deploy (ID 1)"),
    ],
)
def test_what_is_shown(gh: Desk, line: str, out: str) -> None:
    said = gh(line)
    assert (said.code, said.err) == (0, "")
    assert out in said.out


def test_no_runs_are_no_lines_and_no_failure(gh: Desk) -> None:
    assert gh("gh run list -w Roll") == Said(0, "", "")


@pytest.mark.parametrize(
    ("line", "err"),
    [
        ("gh bogus", 'unknown command "bogus" for "gh"\n\nUsage:  gh <command>'),
        ("gh run bogus", 'unknown command "bogus" for "gh run"'),
        ("gh run list --bogus", "unknown flag: --bogus\n\nUsage:  gh run list [flags]"),
        ("gh run list -L", "flag needs an argument: 'L' in -L"),
        ("gh run list -L 0", "invalid limit: 0"),
        ("gh run list -L x", 'strconv.ParseInt: parsing "x": invalid syntax'),
        ("gh run list extra", 'unknown argument "extra"'),
        ("gh run list --json nope", 'Unknown JSON field: "nope"\nAvailable fields:'),
        ("gh run view", "run or job ID required when not running interactively"),
        ("gh run view 999", "failed to get run: HTTP 404: Not Found"),
        ("gh workflow run", "workflow ID, name, or filename required"),
        ("gh workflow run nope.yml", "could not find any workflows named nope.yml"),
        ("gh workflow run Old", "could not find any workflows named Old"),
        ("gh workflow run Roll -f version", "requires a value separated by an '=' sign"),
        ("gh run list -R nonsense", 'expected the "[HOST/]OWNER/REPO" format, got "nonsense"'),
    ],
)
def test_what_gh_refuses(gh: Desk, line: str, err: str) -> None:
    said = gh(line)
    assert (said.code, said.out) == (1, "")
    assert err in said.err


def test_the_repository_is_that_of_the_checkout(gh: Desk, github: GitHub) -> None:
    (gh.cwd / ".git").mkdir()
    config = '[core]\n\tbare = false\n[remote "origin"]\n\turl = git@github.com:acme/shop.git\n'
    (gh.cwd / ".git" / "config").write_text(config)
    here = Desk(gh.lab, gh.cwd, {"GITHUB_API_URL": gh.env["GITHUB_API_URL"]})
    assert here("gh run list").code == 0
    assert github.asked[-1][1].startswith("/repos/acme/shop/")


def test_nothing_beyond_loopback_is_asked(gh: Desk) -> None:
    away = Desk(gh.lab, gh.cwd, {"GITHUB_API_URL": "https://api.github.com", "GH_REPO": "a/b"})
    said = away("gh run list")
    assert (said.code, "api.github.com is not in the lab" in said.err) == (1, True)
