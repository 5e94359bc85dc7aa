"""kill -9 in ten long procedures of the five documents, in the lab: nothing lost, nothing doubled.

Each is run whole once, and then killed at its events, before and after each is written; another
process goes on with it. The lab counts what was done. STEADYHAND_POINTS=N takes N points of each
procedure, drawn with a fixed seed; without it there are all.
"""

import os
import random
from pathlib import Path

import pytest
from tests.lab.procedures.killing import Case, Ended, Killing
from tests.lab.procedures.suite import Suite

from steadyhand.run import gate

pytestmark = [
    pytest.mark.soak,
    pytest.mark.seeds,
    pytest.mark.lab,
    pytest.mark.timeout(6 * 3600),
]

_RESTORED = "--db-instance-identifier contractorlens-db-restored"
# Five minutes after a database was made; a lab has them in seconds, but has to be that old.
_RESTORABLE = (
    "for _ in $(seq 60); do aws rds describe-db-instances --query "
    "'DBInstances[?DBInstanceIdentifier==`contractorlens-db`].LatestRestorableTime' "
    "--output text | grep -q T && break; sleep 1; done"
)
_GREEN = "--cluster arbor-production-cluster --service arbor-production-backend-green"
_NETWORK = (
    ' --network-configuration "awsvpcConfiguration={subnets=[subnet-xxx],'
    'securityGroups=[sg-xxx],assignPublicIp=DISABLED}"'
)
_ALB = (
    "$(aws elbv2 describe-load-balancers --names arbor-production-alb "
    "--query LoadBalancers[0].LoadBalancerArn --output text)"
)
_LISTENER = (
    f"$(aws elbv2 describe-listeners --load-balancer-arn {_ALB} "
    "--query 'Listeners[?Port==`443`].ListenerArn' --output text)"
)
_BLUE = (
    "$(aws elbv2 describe-target-groups --names arbor-production-backend-blue "
    "--query TargetGroups[0].TargetGroupArn --output text)"
)
_TO_BLUE = (
    f"aws elbv2 modify-listener --listener-arn {_LISTENER} "
    f"--default-actions Type=forward,TargetGroupArn={_BLUE}"
)
CASES = (
    Case("contractorlens", "Secret Rotation"),
    # Its script goes to the revision before: the newest is put back first, each time.
    Case("contractorlens", "Application Recovery", resets=(
        "aws ecs update-service --cluster contractorlens --service contractorlens "
        "--task-definition contractorlens && "
        "aws ecs wait services-stable --cluster contractorlens --services contractorlens",
    ), factor="30"),  # it waits for new tasks itself, and at 60 for 10 s at most
    Case("revenue-context", "If Expired"),
    # A restore to a moment: the lab is younger than the hour that the document goes back.
    Case(
        "contractorlens", "Database Recovery",
        {"--restore-time $(date -u -d '1 hour ago' +%Y-%m-%dT%H:%M:%S)":
         "--use-latest-restorable-time"},
        (f"aws rds delete-db-instance {_RESTORED} --skip-final-snapshot && "
         f"aws rds wait db-instance-deleted {_RESTORED}", _RESTORABLE),
    ),
    # Blue to green; the document leaves out the network of the new service.
    Case(
        "arbor-energy", "Blue-Green Deployment (Manual)",
        {"    --task-definition arbor-production-backend:NEW_VERSION \\\n    --desired-count 2\n":
         "    --task-definition arbor-production-backend:NEW_VERSION \\\n    --desired-count 2"
         f"{_NETWORK}\n"},
        (f"aws ecs delete-service {_GREEN} --force && aws ecs wait services-inactive "
         "--cluster arbor-production-cluster --services arbor-production-backend-green",
         _TO_BLUE),
    ),
    Case("arbor-energy", "Running Migrations"),
    # A password that RDS takes: the document's has a `/` in it, now and then.
    Case("sleek-coach", "Rotate Database Password",
         {"NEW_PASS=$(openssl rand -base64 32)": "NEW_PASS=$(openssl rand -hex 20)"}),
    Case("sleek-coach", "Rotate API Keys (OpenAI)"),
    Case("conflicto", "Critical: Data Loss or Corruption", resets=(
        "aws ecs update-service --cluster conflicto-prod-cluster --service conflicto-prod-svc "
        "--desired-count 2 && aws ecs wait services-stable --cluster conflicto-prod-cluster "
        "--services conflicto-prod-svc",
    )),
    # A rollback: the newest are put back first, each time.
    Case("revenue-context", "Steps", resets=tuple(
        f"aws ecs update-service --cluster prod-revenue-context --service {name} "
        f"--task-definition prod-{name} && aws ecs wait services-stable "
        f"--cluster prod-revenue-context --services {name}"
        for name in ("api", "context-engine", "orchestration-engine")
    )),
)  # fmt: skip


def mended(case: Case, runbooks: Path, folder: Path) -> Path:
    """Write the document with its defects mended, line by line; give the folder it is in."""
    text = (runbooks / f"{case.document}.md").read_text()
    for old, new in case.mends.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    folder.mkdir()
    (folder / f"{case.document}.md").write_text(text)
    return folder


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.document}-{case.procedure}")
def test_it_is_killed_and_ends_as_it_would_have(
    case: Case, seed_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "_ENDLESS_SECONDS", 2.0)  # how long one looks proves nothing
    runbooks = mended(case, seed_folder, tmp_path / "runbooks")
    suite = Suite(case.document, runbooks, tmp_path / "labs", case.factor, monkeypatch.setenv)
    try:
        killing = Killing(case, suite)
        whole = killing.run(None)
        assert whole is not None
        assert whole.effects, whole
        print(f"\n{case.document}, {case.procedure}: {whole}")
        for number, after in points(case, whole):
            ended = killing.run((number, after))
            print(f"  {'after' if after else 'before'} {number}: {said(ended)}", flush=True)
            check(whole, ended, f"{'after' if after else 'before'} {number}")
    finally:
        suite.close()


def points(case: Case, whole: Ended) -> list[tuple[int, bool]]:
    """Give the points to die at. Of some, those around a deed come first: it is intended and not
    done, or done and not answered."""
    every = [(number, after) for number in range(1, whole.events + 1) for after in (False, True)]
    wanted = int(os.environ.get("STEADYHAND_POINTS", "0"))
    if not wanted:
        return every
    drawn = random.Random(case.procedure).sample(every, len(every))
    around = {(n, True) for n in whole.deeds} | {(n + 1, False) for n in whole.deeds}
    return sorted(sorted(drawn, key=lambda point: point not in around)[:wanted])


def said(ended: Ended | None) -> str:
    if ended is None:
        return "it ended before"
    return f"{ended.outcome} {dict(ended.effects)} asked: {list(ended.asked)}"


def check(whole: Ended, ended: Ended | None, at: str) -> None:
    """Nothing more than undisturbed, and nothing less unless a person was asked."""
    assert ended is not None, at
    for name, count in ended.effects.items():
        assert count <= whole.effects[name] or count < 0, (at, name, ended)
    # Told that it was done, it has no answer of it: what needs a value of that waits for a person.
    if ended.outcome == "asked" or (ended.asked and "has no value" in ended.outcome):
        return
    assert ended.outcome == whole.outcome, (at, ended)
    assert ended.effects == whole.effects, (at, ended)
