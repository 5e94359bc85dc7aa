"""`terraform` against an AWS that answers: plans, changes, and the lock of the state."""

import json
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.session import Session
from moto.server import ThreadedMotoServer
from tests.lab.tools.calling import Desk

from steadyhand.lab.tools.call import LabInfo
from steadyhand.lab.tools.terraform import hcl, lock, state

MAIN = """
terraform {
  backend "s3" {
    bucket = "shop-state"
    key    = "prod/terraform.tfstate"
  }
}
variable "tasks" { type = number }
variable "memory" {
  type    = number
  default = 512
}
resource "aws_ecs_service" "web" {
  name          = "web"
  cluster       = "shop"
  desired_count = var.tasks
}
resource "aws_ecs_task_definition" "web" {
  family = "web"
  memory = var.memory
}
resource "aws_db_instance" "main" {
  identifier        = "shop-db"
  instance_class    = "db.t3.medium"
  apply_immediately = true # as its owner wants it
}
output "tasks" { value = aws_ecs_service.web.desired_count }
"""
BACKEND = "shop-state/prod/terraform.tfstate"


class Aws:
    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self._session = Session()
        self.ecs, self.rds = self._client("ecs"), self._client("rds")

    def _client(self, service: str) -> Any:
        keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
        return self._session.create_client(
            service, region_name="us-east-1", endpoint_url=self.endpoint, **keys
        )

    def tasks(self) -> int:
        found = self.ecs.describe_services(cluster="shop", services=["web"])
        return int(found["services"][0]["desiredCount"])

    def scale(self, count: int) -> None:
        self.ecs.update_service(cluster="shop", service="web", desiredCount=count)


@pytest.fixture(scope="module")
def aws() -> Iterator[Aws]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    made = Aws(f"http://{host}:{port}")
    made.ecs.create_cluster(clusterName="shop")
    container = {"name": "web", "image": "web:1", "memory": 256}
    made.ecs.register_task_definition(
        family="web", containerDefinitions=[container], cpu="256", memory="512"
    )
    made.ecs.create_service(cluster="shop", serviceName="web", taskDefinition="web", desiredCount=2)
    made.rds.create_db_instance(
        DBInstanceIdentifier="shop-db",
        DBInstanceClass="db.t3.medium",
        Engine="postgres",
        AllocatedStorage=20,
        MasterUsername="shop",
        MasterUserPassword="shop-password",
    )
    yield made
    server.stop()


@pytest.fixture
def fresh(desk: Desk, aws: Aws) -> Desk:
    aws.scale(2)
    (desk.cwd / "main.tf").write_text(MAIN)
    (desk.cwd / "terraform.tfvars").write_text("tasks = 2\n")
    return Desk(LabInfo(desk.lab.folder, aws_endpoint=aws.endpoint), desk.cwd)


@pytest.fixture
def project(fresh: Desk) -> Desk:
    assert fresh("terraform init").code == 0
    return fresh


def states(desk: Desk) -> Path:
    return state.folder_of(desk.lab.folder, BACKEND)


def test_nothing_is_planned_before_init(fresh: Desk) -> None:
    said = fresh("terraform plan")
    assert (said.code, 'please run "terraform init"' in said.err) == (1, True)


def test_what_agrees_needs_no_change(project: Desk) -> None:
    said = project("terraform plan -input=false -var-file=terraform.tfvars")
    assert said.code == 0
    assert "No changes. Your infrastructure matches the configuration." in said.out
    assert "aws_ecs_service.web: Refreshing state... [id=arn:aws:ecs:" in said.out


def test_a_drift_is_planned_and_applied(project: Desk, aws: Aws) -> None:
    aws.scale(5)
    said = project("terraform plan -detailed-exitcode")
    assert said.code == 2
    assert "  # aws_ecs_service.web will be updated in-place" in said.out
    assert "      ~ desired_count = 5 -> 2" in said.out
    assert "Plan: 0 to add, 1 to change, 0 to destroy." in said.out
    assert aws.tasks() == 5
    applied = project("terraform apply -auto-approve")
    assert (applied.code, aws.tasks()) == (0, 2)
    assert "Apply complete! Resources: 0 added, 1 changed, 0 destroyed." in applied.out
    assert applied.out.endswith("Outputs:\n\ntasks = 2\n")


def test_memory_forces_another_revision(project: Desk, aws: Aws) -> None:
    planned = project("terraform plan -var memory=1024")
    assert '-/+ resource "aws_ecs_task_definition" "web" {' in planned.out
    assert "      ~ memory = 512 -> 1024 # forces replacement" in planned.out
    assert project("terraform apply -auto-approve -var memory=1024").code == 0
    found = aws.ecs.describe_task_definition(taskDefinition="web")["taskDefinition"]
    assert (found["revision"], found["cpu"], found["memory"]) == (2, "256", "1024")
    assert found["containerDefinitions"][0]["image"] == "web:1"
    assert project("terraform apply -auto-approve").code == 0


def test_a_database_is_changed(project: Desk, aws: Aws) -> None:
    (project.cwd / "main.tf").write_text(MAIN.replace("db.t3.medium", "db.t3.large"))
    said = project("terraform apply -auto-approve")
    assert '~ instance_class = "db.t3.medium" -> "db.t3.large"' in said.out
    assert aws.rds.describe_db_instances()["DBInstances"][0]["DBInstanceClass"] == "db.t3.large"
    (project.cwd / "main.tf").write_text(MAIN)
    assert project("terraform apply -auto-approve").code == 0


def test_only_yes_applies(project: Desk, aws: Aws) -> None:
    aws.scale(4)
    said = project("terraform apply", stdin="y\n")
    assert (said.code, "Apply cancelled." in said.err, aws.tasks()) == (1, True, 4)
    assert project("terraform apply", stdin="yes\n").code == 0
    assert aws.tasks() == 2


def test_what_is_not_there_would_be_created_and_is_not(project: Desk) -> None:
    text = MAIN.replace('name          = "web"', 'name          = "other"')
    (project.cwd / "main.tf").write_text(text)
    planned = project("terraform plan")
    assert "  # aws_ecs_service.web will be created" in planned.out
    assert "Plan: 1 to add, 0 to change, 0 to destroy." in planned.out
    said = project("terraform apply -auto-approve")
    assert (said.code, "makes none" in said.err) == (1, True)


# --- the lock -------------------------------------------------------------------------------------


def test_a_held_lock_is_told_as_terraform_tells_it(project: Desk) -> None:
    holder = lock.new_lock(BACKEND, "OperationTypeApply", "ci@runner")
    assert lock.take(states(project), holder) is None
    said = project("terraform plan")
    assert (said.code, said.out) == (1, "")
    assert said.err.splitlines()[:2] == ["╷", "│ Error: Error acquiring the state lock"]
    for line in (
        "│ Lock Info:",
        f"│   ID:        {holder.ID}",
        f"│   Path:      {BACKEND}",
        "│   Operation: OperationTypeApply",
        "│   Who:       ci@runner",
        '│ again. For most commands, you can disable locking with the "-lock=false"',
    ):
        assert line in said.err.splitlines()
    assert "╷" not in project("terraform plan -no-color").err
    assert project("terraform plan -lock=false").code == 0
    assert project("terraform apply -auto-approve").code == 1


def test_a_lock_is_removed_by_its_id_only(project: Desk) -> None:
    holder = lock.new_lock(BACKEND, "OperationTypeApply")
    lock.take(states(project), holder)
    wrong = project("terraform force-unlock -force 11111111-2222-3333-4444-555555555555")
    assert (wrong.code, "Failed to unlock state" in wrong.err) == (1, True)
    assert lock.held(states(project)) == holder
    refused = project(f"terraform force-unlock {holder.ID}", stdin="no\n")
    assert (refused.code, "force-unlock cancelled." in refused.err) == (1, True)
    said = project(f"terraform force-unlock -force {holder.ID}")
    assert said.code == 0
    assert said.out.startswith("Terraform state has been successfully unlocked!")
    assert project("terraform plan").code == 0
    assert project(f"terraform force-unlock -force {holder.ID}").code == 1


def test_a_plan_can_wait_for_the_lock(project: Desk) -> None:
    holder = lock.new_lock(BACKEND, "OperationTypeApply")
    lock.take(states(project), holder)

    def release() -> None:
        time.sleep(0.3)
        lock.release(states(project), holder.ID)

    releasing = threading.Thread(target=release)
    releasing.start()
    assert project("terraform plan -lock-timeout=10s").code == 0
    releasing.join(5)


def test_nobody_leaves_a_lock_behind(project: Desk) -> None:
    (project.cwd / "main.tf").write_text(MAIN.replace("aws_db_instance", "aws_unknown"))
    assert project("terraform plan").code == 1
    assert lock.held(states(project)) is None


def test_one_of_many_gets_the_lock(tmp_path: Path) -> None:
    locks = [lock.new_lock("x", "y") for _ in range(8)]
    barrier = threading.Barrier(len(locks))
    won: list[str] = []

    def race(mine: lock.Lock) -> None:
        barrier.wait(5)
        if lock.take(tmp_path, mine) is None:
            won.append(mine.ID)

    threads = [threading.Thread(target=race, args=(mine,)) for mine in locks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    found = lock.held(tmp_path)
    assert found is not None
    assert won == [found.ID]


# --- looking, and what is refused -----------------------------------------------------------------


def test_what_terraform_knows(project: Desk) -> None:
    listed = project("terraform state list")
    assert listed.out.split() == [
        "aws_db_instance.main",
        "aws_ecs_service.web",
        "aws_ecs_task_definition.web",
    ]
    assert project("terraform state list aws_ecs_service").out == "aws_ecs_service.web\n"
    shown = project("terraform show").out
    assert re.search(r'resource "aws_ecs_service" "web" \{[^}]*desired_count = 2\n', shown)
    assert project("terraform output").out == "tasks = 2\n"
    assert project("terraform output -raw tasks").out == "2"
    assert json.loads(project("terraform output -json").out) == {"tasks": {"value": 2}}
    assert project("terraform validate").out == "Success! The configuration is valid.\n\n"


@pytest.mark.parametrize(
    ("line", "err"),
    [
        ("terraform bogus", 'Terraform has no command named "bogus".'),
        ("terraform plan -bogus", "flag provided but not defined: -bogus"),
        ("terraform plan -var-file=nope.tfvars", "Given variables file nope.tfvars does not exist"),
        ("terraform plan -var nope=1", "Value for undeclared variable"),
        ("terraform plan -var tasks=many", "Invalid value for input variable"),
        ("terraform output nope", 'Output "nope" not found'),
        ("terraform force-unlock", "Expected a single argument: LOCK_ID"),
        ("terraform state list aws_nope.x", "Unknown resource"),
        ("terraform state bogus", "Usage: terraform [global options] state <subcommand>"),
        ("terraform plan -lock-timeout=soon", 'invalid value "soon" for flag -lock-timeout'),
        ("terraform -chdir=empty plan", "No configuration files"),
    ],
)
def test_what_terraform_refuses(project: Desk, line: str, err: str) -> None:
    (project.cwd / "empty").mkdir()
    said = project(line)
    assert said.code == 1
    assert err in said.err


def test_a_variable_needs_a_value(project: Desk) -> None:
    (project.cwd / "terraform.tfvars").write_text("other = 1\n")
    said = project("terraform plan")
    assert (said.code, 'variable "tasks" is not set' in said.err) == (1, True)
    said = project("terraform plan -var tasks=2")
    assert (said.code, "Value for undeclared variable" in said.out) == (0, True)


@pytest.mark.parametrize(
    ("text", "err"),
    [
        ("resource {", "Unclosed configuration block"),
        ('a = "${b}"', "reads no templates"),
        ("a = max(1, 2)", "does not read"),
        ("a = 1\na = 2", "Attribute redefined"),
        ("a = [1, 2", "Unclosed list"),
        ("= 1", "Argument or block definition required"),
    ],
)
def test_a_mistake_has_a_line(project: Desk, text: str, err: str) -> None:
    (project.cwd / "wrong.tf").write_text(text)
    said = project("terraform validate")
    assert said.code == 1
    assert err in said.err
    assert "on wrong.tf line " in said.err


def test_values_of_every_kind_are_read() -> None:
    text = 'a = -1.5 # x\nb = ["x", 2, ] // y\nc = { k = true, "l" : null }\n/* z\n*/ d = "q\\"\\n"'
    values = hcl.parse(text).values
    assert values == {"a": -1.5, "b": ["x", 2], "c": {"k": True, "l": None}, "d": 'q"\n'}


def test_the_real_aws_is_never_asked(project: Desk) -> None:
    env = {"AWS_ENDPOINT_URL": "https://ecs.us-east-1.amazonaws.com"}
    away = Desk(project.lab, project.cwd, env)
    said = away("terraform plan")
    assert (said.code, "is not in the lab" in said.err) == (1, True)
