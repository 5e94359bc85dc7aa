"""Calls to GitHub's REST API in, its replies out: workflows, their dispatch, and runs.

A run stays queued until a runner takes it: whoever plays the runner says through
`PUT /_control/github/runs/<id>` how it goes on. https://docs.github.com/en/rest/actions
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from steadyhand.lab.providers.account import Account, BadSwitch, KeyState
from steadyhand.lab.providers.messages import Call, Malformed, Reply

WORKFLOWS = {"deploy.yml": "Deploy to Production", "rollback.yml": "Rollback"}
RUNS_KEPT = 200
FIRST_RUN = 9_000_000_001
STATUSES = ("queued", "in_progress", "completed")
# https://docs.github.com/en/rest/checks/runs
CONCLUSIONS = ("success", "failure", "cancelled", "timed_out")

Run = dict[str, Any]


def refusal(status: int) -> Reply:
    if status == 429:
        return Reply(429, {"message": "API rate limit exceeded"}, {"Retry-After": "60"})
    return Reply(status, {"message": "Server Error"})


def answer(call: Call, account: Account) -> Reply:
    if account.judge_key(call.bearer) is not KeyState.VALID:
        return Reply(401, {"message": "Bad credentials", "status": "401"})
    found = re.fullmatch(r"/repos/([\w.-]+/[\w.-]+)(/.*)?", call.path)
    if found is None:
        return _not_found()
    repository, rest = found.group(1), found.group(2) or ""
    for method, pattern, act in ROUTES:
        route = re.fullmatch(pattern, rest)
        if route is not None and method == call.method:
            with account.lock:
                return act(call, account, repository, *route.groups())
    return _not_found()


def runs_of(account: Account) -> list[Run]:
    """All runs, the newest first."""
    kept: list[Run] = account.store.setdefault("runs", [])
    return kept[::-1]


def move_run(account: Account, number: int, given: dict[str, Any]) -> Run:
    """Say how a run goes on: its status, and when completed its conclusion. Raises BadSwitch."""
    status, conclusion = given.get("status"), given.get("conclusion")
    if status not in STATUSES:
        raise BadSwitch(f"status is one of {', '.join(STATUSES)}")
    if (status == "completed") != (conclusion in CONCLUSIONS):
        raise BadSwitch(f"a completed run has a conclusion: {', '.join(CONCLUSIONS)}")
    with account.lock:
        run = next((run for run in runs_of(account) if run["id"] == number), None)
        if run is None or STATUSES.index(status) < STATUSES.index(run["status"]):
            raise BadSwitch(f"there is no run {number} that can become {status}")
        run |= {"status": status, "conclusion": conclusion, "updated_at": _now()}
        return run


def _repository(_: Call, __: Account, repository: str) -> Reply:
    return Reply(200, {"full_name": repository, "default_branch": "main", "private": True})


def _workflows(_: Call, __: Account, repository: str) -> Reply:
    listed = [_workflow(repository, file) for file in WORKFLOWS]
    return Reply(200, {"total_count": len(listed), "workflows": listed})


def _one_workflow(_: Call, __: Account, repository: str, given: str) -> Reply:
    file = _file(given)
    return _not_found() if file is None else Reply(200, _workflow(repository, file))


def _dispatch(call: Call, account: Account, repository: str, given: str) -> Reply:
    file = _file(given)
    if file is None:
        return _not_found()
    try:
        wanted = call.json()
    except Malformed:
        return Reply(400, {"message": "Problems parsing JSON"})
    if not wanted.get("ref"):
        return Reply(422, {"message": 'Invalid request.\n\n"ref" wasn\'t supplied.'})
    kept: list[Run] = account.store.setdefault("runs", [])
    number = kept[-1]["run_number"] + 1 if kept else 1
    kept.append(_queued(repository, file, wanted, number))
    del kept[:-RUNS_KEPT]
    return Reply(204)


def _runs(call: Call, account: Account, repository: str, given: str | None = None) -> Reply:
    file = None if given is None else _file(given)
    if given is not None and file is None:
        return _not_found()
    listed = [
        run
        for run in runs_of(account)
        if run["repository"]["full_name"] == repository
        and (file is None or run["path"].endswith(f"/{file}"))
        and call.query.get("status") in (None, run["status"], run["conclusion"])
    ]
    size = call.query.get("per_page", "30")
    shown = listed[: int(size)] if size.isdigit() else listed
    return Reply(200, {"total_count": len(listed), "workflow_runs": shown})


def _run(_: Call, account: Account, repository: str, number: str) -> Reply:
    run = _find(account, repository, number)
    return _not_found() if run is None else Reply(200, run)


def _jobs(_: Call, account: Account, repository: str, number: str) -> Reply:
    run = _find(account, repository, number)
    if run is None:
        return _not_found()
    names = ("status", "conclusion", "head_branch")
    job = {"id": run["id"] * 10, "run_id": run["id"], "name": "deploy", "steps": []}
    return Reply(200, {"total_count": 1, "jobs": [job | {name: run[name] for name in names}]})


def _cancel(_: Call, account: Account, repository: str, number: str) -> Reply:
    run = _find(account, repository, number)
    if run is None:
        return _not_found()
    if run["status"] == "completed":
        return Reply(409, {"message": "Cannot cancel a workflow run that is completed."})
    move_run(account, run["id"], {"status": "completed", "conclusion": "cancelled"})
    return Reply(202, {})


_ID = r"/actions/runs/(\d+)"
_FILE = r"/actions/workflows/([\w.-]+)"
ROUTES: tuple[tuple[str, str, Callable[..., Reply]], ...] = (
    ("GET", "", _repository),
    ("GET", "/actions/workflows", _workflows),
    ("GET", _FILE, _one_workflow),
    ("POST", f"{_FILE}/dispatches", _dispatch),
    ("GET", f"{_FILE}/runs", _runs),
    ("GET", "/actions/runs", _runs),
    ("GET", _ID, _run),
    ("GET", f"{_ID}/jobs", _jobs),
    ("POST", f"{_ID}/cancel", _cancel),
)


def _find(account: Account, repository: str, number: str) -> Run | None:
    for run in runs_of(account):
        if run["id"] == int(number) and run["repository"]["full_name"] == repository:
            return run
    return None


def _file(given: str) -> str | None:
    """The file of a workflow that is named by its file or its number."""
    by_number = {str(_number(file)): file for file in WORKFLOWS}
    return given if given in WORKFLOWS else by_number.get(given)


def _number(file: str) -> int:
    return 7_000_001 + list(WORKFLOWS).index(file)


def _workflow(repository: str, file: str) -> dict[str, Any]:
    return {
        "id": _number(file),
        "name": WORKFLOWS[file],
        "path": f".github/workflows/{file}",
        "state": "active",
        "html_url": f"https://github.com/{repository}/actions/workflows/{file}",
    }


def _queued(repository: str, file: str, wanted: dict[str, Any], number: int) -> Run:
    identity = FIRST_RUN + number - 1
    return {
        "id": identity,
        "name": WORKFLOWS[file],
        "display_title": WORKFLOWS[file],
        "path": f".github/workflows/{file}",
        "workflow_id": _number(file),
        "run_number": number,
        "event": "workflow_dispatch",
        "head_branch": str(wanted["ref"]).removeprefix("refs/heads/"),
        "inputs": wanted.get("inputs") or {},
        "status": "queued",
        "conclusion": None,
        "created_at": _now(),
        "updated_at": _now(),
        "html_url": f"https://github.com/{repository}/actions/runs/{identity}",
        "repository": {"full_name": repository},
    }


def _not_found() -> Reply:
    return Reply(404, {"message": "Not Found", "status": "404"})


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
