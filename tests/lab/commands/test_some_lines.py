"""Some of the runbooks' lines, and lines that stand in none, in one lab: what a person who types
them there is told. All of the lines: test_every_line.py.
"""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.lab.commands.bindings import DOCUMENTS, definition
from tests.lab.commands.desk import Desk, sitting
from tests.lab.commands.expected import REFUSED
from tests.lab.commands.running import commands_of, rows
from tests.lab.commands.variants import VARIANTS, Variant
from tests.lab.commands.verdicts import Verdict
from tests.lab.running_lab import LAB, RunningLab, eventually, lab_environment, start_lab

pytestmark = pytest.mark.lab

# One of each tool, and each way of being refused.
SOME = {51, 81, 111, 114, 141, 144, 226, 227, 230, 233, 245, 269, 353, 398, 418, 419}
REGISTRY = "123456789012.dkr.ecr.us-east-1.amazonaws.com"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    started = start_lab(
        tmp_path_factory.mktemp("state") / "lab", "--desired-count", "1", system="conflicto"
    )
    yield started
    started.stop()


@pytest.fixture(scope="module")
def desk(lab: RunningLab) -> Iterator[Desk]:
    with sitting(lab.contract, lab.contract["systems"][0], {"pg_isready"}) as opened:
        opened.export(
            "TASK",
            opened.value(
                "aws ecs list-tasks --cluster conflicto-prod-cluster "
                "--query 'taskArns[0]' --output text"
            ),
        )
        yield opened


@pytest.mark.seeds
def test_lines_of_a_runbook(desk: Desk, seed_folder: Path) -> None:
    file = seed_folder / "conflicto.md"
    assert commands_of(file) >= {"aws", "curl", "gh", "git", "nslookup", "psql", "terraform"}
    found = list(rows(file, DOCUMENTS["conflicto"], desk, lambda s: s.step.span.line in SOME))
    assert {row.line.number for row in found} == SOME
    for row in found:
        refusal = REFUSED.get(("conflicto", row.line.number))
        expected = Verdict.REFUSED if refusal else Verdict.ANSWERED
        assert row.verdict is expected, f"{row.line.number}: {row.verdict} {row.evidence}"
        assert refusal is None or re.search(refusal.says, row.evidence)


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.command[:50])
def test_lines_of_no_runbook(desk: Desk, variant: Variant) -> None:
    answer = desk(variant.command)
    said = answer.out + answer.err
    assert answer.code == variant.code, said
    assert re.search(variant.says, said.strip("\n"), re.DOTALL), said
    assert not [call.refused for call in answer.calls if call.refused]


def test_a_workflow_brings_an_earlier_image_back(desk: Desk) -> None:
    listed = "gh run list --workflow=rollback.yml"
    assert desk.value(listed) == ""
    assert "success" in desk.value("gh run list --workflow='Deploy to Production'")
    desk.value("gh workflow run rollback.yml -f environment=prod -f version=0.1.5")
    eventually(lambda: desk.value(listed).startswith("completed\tsuccess"), 40)
    served = desk.value("curl -s https://conflicto.app/api/v1/health/ | jq -r .app_version")
    assert served.endswith("0.1.5")
    desk.value("gh workflow run rollback.yml -f environment=prod -f version=9.9.9")
    eventually(lambda: desk.value(listed).startswith("completed\tfailure"), 40)


def test_a_pushed_copy_is_what_a_task_runs(desk: Desk) -> None:
    """Built of a changed working copy, pushed, registered, run: the change is in the log."""
    image = f"{REGISTRY}/conflicto-backend:mine"
    main = desk.folder / "app" / "__main__.py"
    main.write_text(f"print('out of the copy', flush=True)\n{main.read_text()}")
    (desk.folder / "Dockerfile").write_text("FROM scratch\n")
    desk.value(f"docker build -q -t {image} .")
    refused = desk(f"docker push {image}")
    assert (refused.code, refused.err) == (1, "no basic auth credentials\n")
    token = "aws ecr get-authorization-token --query 'authorizationData[0].authorizationToken'"
    desk.value(f"{token} --output text | docker login --username AWS --password-stdin {REGISTRY}")
    assert "digest: sha256:" in desk.value(f"docker push {image}")
    assert (
        "does not exist in the registry"
        in desk(f"docker tag {image} {REGISTRY}/x && docker push {REGISTRY}/x").err
    )
    main.unlink()  # it is the copy that runs
    desk.value(definition("conflicto-prod", "old.json"))
    with_image = f's|"image": .*|"image": "{image}",|'
    desk.value(f"sed '{with_image}' old.json | tee definition.json")
    desk.value("aws ecs register-task-definition --cli-input-json file://definition.json")
    network = desk.value(
        "aws ecs describe-services --cluster conflicto-prod-cluster --services conflicto-prod-svc "
        "--output json --query 'services[0].networkConfiguration' | jq -c ."
    )
    task = desk.value(
        "aws ecs run-task --cluster conflicto-prod-cluster --task-definition conflicto-prod "
        f"--launch-type FARGATE --network-configuration '{network}' "
        "--query 'tasks[0].taskArn' --output text"
    )
    stream = f"conflicto-backend/conflicto-backend/{task.rpartition('/')[2]}"
    read = (
        "aws logs get-log-events --log-group-name /ecs/conflicto-backend-prod "
        f"--log-stream-name {stream} --query 'events[].message' --output text"
    )
    eventually(lambda: "out of the copy" in desk(read).out)
    desk.value(f"aws ecs stop-task --cluster conflicto-prod-cluster --task {task}")


def test_the_lab_prints_what_tasks_log(lab: RunningLab) -> None:
    through = (sys.executable, "-m", "steadyhand", "--state", str(lab.state.parent), "lab")

    def logs(*words: str) -> subprocess.CompletedProcess[str]:
        command = (*through, "logs", *words)
        return subprocess.run(
            command, env=lab_environment(), capture_output=True, text=True, check=False, timeout=30
        )

    system, group = logs("conflicto"), logs("/ecs/conflicto-backend-prod")
    line = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z conflicto-backend/conflicto-backend/\w{32} .+")
    for done in (system, group):
        assert done.returncode == 0, done.stderr
        assert line.fullmatch(done.stdout.splitlines()[0])
    assert len(set(system.stdout.splitlines())) == len(system.stdout.splitlines())
    unknown = logs("nope")
    assert unknown.returncode == 1
    assert "there is no system and no log group nope" in unknown.stderr


def test_following_goes_on(lab: RunningLab) -> None:
    command = (*LAB, "logs", "--follow", "--state", str(lab.state))
    process = subprocess.Popen(
        command, env=lab_environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    began = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime())
    try:
        assert any(line > began for line in process.stdout)  # traffic writes on
    finally:
        process.kill()
        process.communicate()
