"""Rows of GitHub's REST API and the fields of `--json` in, gh's JSON out."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from steadyhand.lab.tools.call import Failed

# gh's name → GitHub's: https://cli.github.com/manual/gh_run_list
FIELDS: dict[str, dict[str, str]] = {
    "run": {
        "attempt": "run_attempt",
        "conclusion": "conclusion",
        "createdAt": "created_at",
        "databaseId": "id",
        "displayTitle": "display_title",
        "event": "event",
        "headBranch": "head_branch",
        "headSha": "head_sha",
        "name": "name",
        "number": "run_number",
        "startedAt": "run_started_at",
        "status": "status",
        "updatedAt": "updated_at",
        "url": "html_url",
        "workflowDatabaseId": "workflow_id",
        "workflowName": "name",
    },
    "workflow": {"id": "id", "name": "name", "path": "path", "state": "state"},
}


def only(rows: Sequence[Mapping[str, Any]], wanted: str, kind: str, single: bool = False) -> str:
    """Give the wanted fields of each row; of one row alone where `single`. Raises Failed."""
    names = [name for name in wanted.split(",") if name]
    for name in names:
        if name not in FIELDS[kind]:
            known = [f"  {known}" for known in sorted(FIELDS[kind])]
            raise Failed(1, f'Unknown JSON field: "{name}"', "Available fields:", *known)
    if not names:
        known = [f"  {known}" for known in sorted(FIELDS[kind])]
        raise Failed(1, "Specify one or more comma-separated fields for `--json`:", *known)
    picked = [{name: row.get(FIELDS[kind][name]) or "" for name in sorted(names)} for row in rows]
    return json.dumps(picked[0] if single else picked, ensure_ascii=False, separators=(",", ":"))
