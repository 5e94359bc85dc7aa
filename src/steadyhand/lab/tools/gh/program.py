"""`gh workflow run|list|view` and `gh run list|watch|view` in; requests to the lab's GitHub, and
what the real tool prints where no terminal is, out.

Asks GITHUB_API_URL with GitHub's own REST API: https://docs.github.com/en/rest/actions
"""

import re
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from steadyhand.lab.tools.asking import Unreachable, ask
from steadyhand.lab.tools.call import Call, Failed, ended
from steadyhand.lab.tools.flags import BadFlag, Flags, Parsed, flags, parse_posix
from steadyhand.lab.tools.gh.fields import only

WATCH_SECONDS = 6 * 3600.0  # GitHub ends a job that runs longer
Row = Mapping[str, Any]


@ended
def main(call: Call) -> int:
    words = call.words
    if words and words[0] == "--version":
        call.say("gh version 2.60.0 (lab)")
        return 0
    if not words or words[0] not in GROUPS:
        raise Failed(1, *_unknown(words[0] if words else "", "gh", list(GROUPS)))
    group = GROUPS[words[0]]
    if len(words) == 1 or words[1] not in group:
        above = f"gh {words[0]}"
        raise Failed(1, *_unknown(words[1] if len(words) > 1 else "", above, list(group)))
    known, most, usage, run = group[words[1]]
    tail = ("", f"Usage:  gh {words[0]} {usage}")
    try:
        given = parse_posix(known, words[2:])
    except BadFlag as bad:
        raise Failed(1, str(bad), *tail) from None
    if len(given.operands) > most:
        said = f"accepts at most {most} arg(s), received {len(given.operands)}"
        raise Failed(1, said if most else f'unknown argument "{given.operands[0]}"', *tail)
    return run(call, given)


def _unknown(word: str, above: str, below: list[str]) -> list[str]:
    said = [f'unknown command "{word}" for "{above}"', ""] if word else []
    names = [f"  {name}" for name in below]
    return [*said, f"Usage:  {above} <command> [flags]", "", "Available commands:", *names]


# --- asking ---------------------------------------------------------------------------------------


def _get(call: Call, given: Parsed, path: str, method: str = "GET", body: object = None) -> Any:
    """Ask about the repository. Raises Failed with gh's own words for a refusal."""
    url = f"{_api(call)}/repos/{_repository(call, given)}/{path}".rstrip("/")
    token = call.env.get("GH_TOKEN") or call.env.get("GITHUB_TOKEN")
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        status, answer = ask(method, url, body, headers)
    except Unreachable as error:
        raise Failed(1, f"error connecting to api.github.com: {error}") from None
    if status < 300:
        return answer
    told = answer.get("message", "") if isinstance(answer, dict) else ""
    lines = [f"HTTP {status}: {told} ({url})"]
    if status == 401:
        lines.append("Try authenticating with:  gh auth login")
    raise Failed(1, *lines)


def _api(call: Call) -> str:
    url = call.env.get("GITHUB_API_URL", "")
    if not url:
        raise Failed(1, "error connecting to api.github.com: GITHUB_API_URL is not set in the lab")
    return url.rstrip("/")


def _repository(call: Call, given: Parsed) -> str:
    """`owner/name`: said on the line, in GH_REPO, or of the checkout's remote."""
    named = given.last("repo") or call.env.get("GH_REPO", "") or _remote(call.cwd)
    parts = named.removesuffix(".git").split("/")[-2:]
    if len(parts) < 2 or not all(re.fullmatch(r"[\w.-]+", part) for part in parts):
        said = f'expected the "[HOST/]OWNER/REPO" format, got "{named}"'
        raise Failed(1, said if named else f"failed to run git: {_NO_CHECKOUT}")
    return "/".join(parts)


_NO_CHECKOUT = "fatal: not a git repository (or any of the parent directories): .git"


def _remote(folder: Path) -> str:
    for parent in (folder, *folder.parents):
        file = parent / ".git" / "config"
        if file.is_file():
            text = file.read_text()
            found = re.search(r'\[remote "origin"\][^\[]*?url\s*=\s*(\S+)', text)
            return found.group(1).replace(":", "/") if found else ""
    return ""


def _workflow(call: Call, given: Parsed, wanted: str) -> Row:
    """Find a workflow by its id, its name or the name of its file."""
    found: list[Row] = _get(call, given, "actions/workflows?per_page=100")["workflows"]
    for row in found:
        if wanted in (str(row["id"]), row["path"], row["path"].rpartition("/")[2]):
            return row
    named = [row for row in found if row["name"].lower() == wanted.lower()]
    if len(named) != 1:
        said = (
            "could not find any workflows named" if not named else "could not resolve to a unique"
        )
        raise Failed(1, f"{said} {wanted}" if not named else f"{said} workflow; found: {wanted}")
    return named[0]


# --- workflow -------------------------------------------------------------------------------------


def _workflow_run(call: Call, given: Parsed) -> int:
    if not given.operands:
        raise Failed(1, "workflow ID, name, or filename required when not running interactively")
    inputs = {}
    for pair in (*given.all("raw-field"), *given.all("field")):
        key, equals, value = pair.partition("=")
        if not equals:
            raise Failed(1, f"field \"{pair}\" requires a value separated by an '=' sign")
        inputs[key] = value
    row = _workflow(call, given, given.operands[0])
    if row["state"] != "active":
        raise Failed(1, f"could not find any workflows named {given.operands[0]}")
    ref = given.last("ref") or _get(call, given, "").get("default_branch", "main")
    path = f"actions/workflows/{row['id']}/dispatches"
    try:
        _get(call, given, path, "POST", {"ref": ref, "inputs": inputs})
    except Failed as failed:
        said = f"could not create workflow dispatch event: {failed.lines[0]}"
        raise Failed(failed.code, said, *failed.lines[1:]) from None
    if call.stdout.isatty():
        file = row["path"].rpartition("/")[2]
        call.say(f"✓ Created workflow_dispatch event for {file} at {ref}", "")
        call.say(f"To see runs for this workflow, try: gh run list --workflow={file}")
    return 0


def _workflow_list(call: Call, given: Parsed) -> int:
    rows = _get(call, given, "actions/workflows?per_page=100")["workflows"]
    rows = [row for row in rows if given.has("all") or row["state"] == "active"]
    rows = rows[: _limit(given, 50)]
    if given.has_value("json"):
        call.say(only(rows, given.last("json"), "workflow"))
    else:
        call.say(*(f"{row['name']}\t{row['state']}\t{row['id']}" for row in rows))
    return 0


def _workflow_view(call: Call, given: Parsed) -> int:
    if not given.operands:
        raise Failed(1, "workflow argument required when not running interactively")
    row = _workflow(call, given, given.operands[0])
    runs = _get(call, given, f"actions/workflows/{row['id']}/runs?per_page=5")
    call.say(f"{row['name']} - {row['path'].rpartition('/')[2]}", f"ID: {row['id']}", "")
    call.say(f"Total runs {runs['total_count']}")
    if runs["workflow_runs"]:
        call.say("Recent runs", *(_line(run) for run in runs["workflow_runs"]))
    return 0


# --- run ------------------------------------------------------------------------------------------


def _limit(given: Parsed, default: int) -> int:
    word = given.last("limit", str(default))
    if not re.fullmatch(r"[+-]?\d+", word):
        said = f'invalid argument "{word}" for "-L, --limit" flag: strconv.ParseInt: parsing'
        raise Failed(1, f'{said} "{word}": invalid syntax')
    if int(word) < 1:
        raise Failed(1, f"invalid limit: {int(word)}")
    return int(word)


def _run_list(call: Call, given: Parsed) -> int:
    limit = _limit(given, 20)
    where = "actions/runs"
    if given.has_value("workflow"):
        row = _workflow(call, given, given.last("workflow"))
        where = f"actions/workflows/{row['id']}/runs"
    asked = {"per_page": str(min(limit, 100))}
    for option, name in _FILTERS.items():
        if given.has_value(option):
            asked[name] = given.last(option)
    rows: list[Row] = []
    for page in range(1, 11):
        query = urlencode({**asked, "page": str(page)})
        more = _get(call, given, f"{where}?{query}")["workflow_runs"]
        rows += more
        if len(rows) >= limit or len(more) < int(asked["per_page"]):
            break
    rows = rows[:limit]
    if given.has_value("json"):
        call.say(only(rows, given.last("json"), "run"))
    elif not rows and call.stdout.isatty():
        call.complain("no runs found")
    else:
        call.say(*map(_line, rows))
    return 0


_FILTERS = {
    "status": "status",
    "branch": "branch",
    "event": "event",
    "user": "actor",
    "commit": "head_sha",
    "created": "created",
}


def _line(run: Row) -> str:
    """A run as it is listed where no terminal is: words between tabs."""
    name, branch = run["name"], run["head_branch"]
    title = run.get("display_title") or name
    began = run.get("run_started_at") or run["created_at"]
    took = _duration(began, run["updated_at"]) if run["status"] == "completed" else "0s"
    state = [run["status"], run["conclusion"] or "", title, name, branch, run["event"]]
    return "\t".join([*state, str(run["id"]), took, run["created_at"]])


def _duration(begin: str, end: str) -> str:
    seconds = int((datetime.fromisoformat(end) - datetime.fromisoformat(begin)).total_seconds())
    minutes, seconds = divmod(max(seconds, 0), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{hours}h"] if hours else []
    return "".join([*parts, *([f"{minutes}m"] if hours or minutes else []), f"{seconds}s"])


def _one(call: Call, given: Parsed) -> Row:
    if not given.operands:
        raise Failed(1, "run or job ID required when not running interactively")
    word = given.operands[0]
    try:
        run: Row = _get(call, given, f"actions/runs/{quote(word, safe='')}")
    except Failed as failed:
        said = f"failed to get run: {failed.lines[0]}"
        raise Failed(failed.code, said, *failed.lines[1:]) from None
    return run


def _run_view(call: Call, given: Parsed) -> int:
    run = _one(call, given)
    if given.has_value("json"):
        call.say(only([run], given.last("json"), "run", single=True))
        return 0
    jobs = _get(call, given, f"actions/runs/{run['id']}/jobs")["jobs"]
    call.say("", f"{_mark(run)} {run['head_branch']} {run['name']} · {run['id']}")
    call.say(f"Triggered via {run['event']}", "", "JOBS")
    call.say(*(f"{_mark(job)} {job['name']} (ID {job['id']})" for job in jobs), "")
    call.say(f"View this run on GitHub: {run.get('html_url', '')}")
    return _exit(run) if given.has("exit-status") else 0


def _mark(row: Row) -> str:
    if row["status"] != "completed":
        return "*"
    return {"success": "✓", "skipped": "-", "neutral": "-"}.get(row["conclusion"] or "", "X")


def _exit(run: Row) -> int:
    good = run["status"] != "completed" or run["conclusion"] in ("success", "skipped", "neutral")
    return 0 if good else 1


def _run_watch(call: Call, given: Parsed) -> int:
    word = given.last("interval", "3")
    if not word.isdigit():
        said = f'invalid argument "{word}" for "-i, --interval" flag: strconv.ParseInt: parsing'
        raise Failed(1, f'{said} "{word}": invalid syntax')
    run = _one(call, given)
    if run["status"] == "completed":
        name = f"{run['name']} ({run['id']})"
        call.say(f"Run {name} has already completed with '{run['conclusion']}'")
        return _exit(run) if given.has("exit-status") else 0
    deadline = time.monotonic() + WATCH_SECONDS / call.lab.factor
    while run["status"] != "completed":
        if time.monotonic() > deadline:
            raise Failed(1, f"run {run['id']} did not complete")
        time.sleep(max(0.02, int(word) / call.lab.factor))
        run = _one(call, given)
    call.say(f"{_mark(run)} {run['head_branch']} {run['name']} · {run['id']}")
    call.say("", f"Run {run['name']} ({run['id']}) completed with '{run['conclusion']}'")
    return _exit(run) if given.has("exit-status") else 0


Command = tuple[Flags, int, str, Callable[[Call, Parsed], int]]
GROUPS: dict[str, dict[str, Command]] = {
    "workflow": {
        "run": (
            flags("field raw-field ref repo", "", F="field", f="raw-field", r="ref", R="repo"),
            1,
            "run [<workflow-id> | <workflow-name>] [flags]",
            _workflow_run,
        ),
        "list": (
            flags("limit json repo", "all", L="limit", a="all", R="repo"),
            0,
            "list [flags]",
            _workflow_list,
        ),
        "view": (
            flags("repo", "", R="repo"),
            1,
            "view [<workflow-id> | <workflow-name> | <filename>] [flags]",
            _workflow_view,
        ),
    },
    "run": {
        "list": (
            flags(
                "workflow limit status branch event user commit created json repo",
                "all",
                w="workflow",
                L="limit",
                s="status",
                b="branch",
                e="event",
                u="user",
                c="commit",
                R="repo",
                a="all",
            ),
            0,
            "list [flags]",
            _run_list,
        ),
        "view": (
            flags("json repo", "exit-status", R="repo"),
            1,
            "view [<run-id>] [flags]",
            _run_view,
        ),
        "watch": (
            flags("interval repo", "exit-status compact", i="interval", R="repo"),
            1,
            "watch <run-id> [flags]",
            _run_watch,
        ),
    },
}
