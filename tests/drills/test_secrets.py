"""A password that a runbook makes reaches AWS, and stands in clear nowhere else."""

from pathlib import Path

import pytest

from tests.drills.program import Lab, clean_environment, steadyhand

pytestmark = [pytest.mark.lab, pytest.mark.timeout(240)]

DOCUMENT = """\
# Shop

## Rotate the password

```bash
# Make one
NEW=$(openssl rand -hex 24)
# Keep it
printf '%s' "$NEW" | aws secretsmanager put-secret-value \\
  --secret-id sleek-coach-prod/db-password --secret-string file:///dev/stdin
# Use it
aws rds modify-db-instance --db-instance-identifier sleek-coach-prod --master-user-password "$NEW"
# Read it back
READ=$(aws secretsmanager get-secret-value --secret-id sleek-coach-prod/db-password \\
  --query SecretString --output text)
echo "now: $READ"
test "$READ" = "$NEW"
```

## Peep

```bash
NEW=$(openssl rand -hex 24)
echo "${NEW:0:4}"
```
"""


def password(lab: Lab, state: Path) -> str:
    """Ask the lab itself, past the control plane."""
    import json
    import subprocess
    import sys

    endpoint = json.loads(lab.file.read_text())["aws"]["endpoint"]
    aws = str(Path(sys.executable).with_name("aws"))
    done = subprocess.run(
        [aws, "--endpoint-url", endpoint, "secretsmanager", "get-secret-value", "--secret-id",
         "sleek-coach-prod/db-password", "--query", "SecretString", "--output", "text"],
        env=clean_environment(AWS_ACCESS_KEY_ID="lab", AWS_SECRET_ACCESS_KEY="lab",
                              AWS_DEFAULT_REGION="us-east-1", HOME=str(state)),
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    return done.stdout.strip()


def test_a_rotated_password_is_real_and_nowhere_in_clear(lab: Lab, tmp_path: Path) -> None:
    document = tmp_path / "shop.md"
    document.write_text(DOCUMENT)
    state = tmp_path / "s"
    before = password(lab, tmp_path)
    said = steadyhand(state, lab, "run", str(document), "Rotate", "--target", "lab")
    screen = said.stdout + said.stderr
    run = next(line.split()[1] for line in said.stdout.splitlines() if line.startswith("run "))
    for _ in range(4):
        if said.returncode != 3:
            break
        approved = steadyhand(state, lab, "approve", run, "--yes")
        said = steadyhand(state, lab, "resume", run)
        screen += approved.stdout + approved.stderr + said.stdout + said.stderr
    assert said.returncode == 0, screen
    now = password(lab, tmp_path)
    assert now != before
    assert len(now) == 48
    screen += steadyhand(state, lab, "runs", "show", run).stdout
    screen += steadyhand(state, lab, "runs", "show", run, "--json").stdout
    assert "stk_" in screen
    assert now not in screen
    holding = [
        path.name
        for path in state.rglob("*")
        if path.is_file() and now.encode() in path.read_bytes()
    ]
    assert holding == []


def test_a_statement_that_takes_a_secret_apart_is_refused(lab: Lab, tmp_path: Path) -> None:
    document = tmp_path / "shop.md"
    document.write_text(DOCUMENT)
    said = steadyhand(tmp_path / "s", lab, "run", str(document), "Peep", "--target", "lab")
    assert said.returncode == 1
    assert "stk_" not in said.stdout
