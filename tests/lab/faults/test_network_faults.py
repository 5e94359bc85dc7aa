"""What is wrong between the parts shows in the runbooks' own commands, and passes."""

import json
import os
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.lab.faults.conftest import LabOf, failed_share
from tests.lab.faults.test_compute_faults import CLUSTER, SERVICE, described, fault, stopped_since
from tests.lab.running_lab import RunningLab, eventually
from tests.lab.test_lab_ecs_tasks import joined

pytestmark = [pytest.mark.lab, pytest.mark.soak]

HOST = "conflicto.app"


@pytest.fixture
def lab(lab_of: LabOf) -> RunningLab:
    return lab_of("conflicto")


def tool(lab: RunningLab, *words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run one of the lab's stand-ins, as an operator's shell does."""
    return subprocess.run(
        [sys.executable, "-m", "steadyhand.lab.tools", *words],
        env={**os.environ, "STEADYHAND_LAB": lab.contract["file"]},
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def curl(lab: RunningLab, path: str = "/api/v1/health/") -> tuple[int, str]:
    """Ask over https with the real curl; its exit code, and what it said."""
    told = json.loads(Path(lab.contract["file"]).read_text())
    done = subprocess.run(
        [
            *("curl", "-sS", "--noproxy", "*", "--cacert", told["authority"], "--max-time", "20"),
            *("--connect-to", f"{HOST}:443:{told['tls_hosts'][HOST]}", f"https://{HOST}{path}"),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout + done.stderr


def target_health(lab: RunningLab) -> list[dict[str, Any]]:
    groups = lab.client("elbv2").describe_target_groups(Names=["conflicto-prod"])["TargetGroups"]
    arn = groups[0]["TargetGroupArn"]
    told = lab.client("elbv2").describe_target_health(TargetGroupArn=arn)
    return [row["TargetHealth"] for row in told["TargetHealthDescriptions"]]


def test_unhealthy_targets_are_seen_and_replaced_in_vain(lab: RunningLab) -> None:
    began = datetime.now(UTC)
    with fault(lab, "unhealthy-targets"):
        eventually(lambda: "healthy" not in {one["State"] for one in target_health(lab)})
        eventually(lambda: failed_share(lab) == 1.0)

        def judged() -> bool:
            messages = [one["message"] for one in described(lab)["events"]]
            return any("is unhealthy in (target-group" in message for message in messages)

        eventually(judged, 40)
        reasons = eventually(lambda: [t["stoppedReason"] for t in stopped_since(lab, began)])
        assert all(reason.startswith("Task failed ELB health checks") for reason in reasons)
    assert {one["State"] for one in target_health(lab) if one["State"] != "draining"} == {"healthy"}


def test_a_name_that_is_gone_is_found_by_nobody(lab: RunningLab) -> None:
    assert "Name:\tconflicto.app" in tool(lab, "nslookup", HOST).stdout
    with fault(lab, "dns-failure"):
        asked = tool(lab, "nslookup", HOST)
        assert asked.returncode == 1
        assert "server can't find conflicto.app: NXDOMAIN" in asked.stdout
        assert "status: NXDOMAIN" in tool(lab, "dig", HOST).stdout
        eventually(lambda: failed_share(lab) == 1.0)
        # The load balancer itself is well: what is missing is the way to it.
        assert lab.status()["healthy"]
        assert {one["State"] for one in target_health(lab)} == {"healthy"}
    assert tool(lab, "nslookup", HOST).returncode == 0


def test_a_certificate_that_has_expired_is_served_until_it_is_replaced(lab: RunningLab) -> None:
    assert curl(lab)[0] == 0
    with fault(lab, "certificate-expired") as told:
        code, said = eventually(lambda: found if (found := curl(lab))[0] else None)
        assert code == 60
        assert "certificate has expired" in said
        words = ("acm", "describe-certificate", "--certificate-arn", told["certificates"][0])
        shown = lab.aws(*words)["Certificate"]
        assert shown["Status"] == "EXPIRED"
        assert shown["NotAfter"] < time.time()
        assert lab.status()["healthy"]
        # The way back that the runbooks give: another certificate, and the listener takes it.
        acm, elbv2 = lab.client("acm"), lab.client("elbv2")
        new = acm.request_certificate(DomainName=HOST, ValidationMethod="DNS")["CertificateArn"]

        def status() -> str:
            told = acm.describe_certificate(CertificateArn=new)["Certificate"]
            return str(told["Status"])

        assert status() == "PENDING_VALIDATION"
        eventually(lambda: status() == "ISSUED")
        balancer = elbv2.describe_load_balancers(Names=["conflicto-prod-alb"])["LoadBalancers"][0]
        arn = balancer["LoadBalancerArn"]
        listener = elbv2.describe_listeners(LoadBalancerArn=arn)["Listeners"][0]
        assert (listener["Protocol"], listener["Port"]) == ("HTTPS", 443)
        certificates = [{"CertificateArn": new}]
        listener_arn = listener["ListenerArn"]
        elbv2.modify_listener(ListenerArn=listener_arn, Certificates=certificates)
        eventually(lambda: curl(lab)[0] == 0)
        elbv2.modify_listener(ListenerArn=listener_arn, Certificates=listener["Certificates"])
        eventually(lambda: curl(lab)[0] == 60)
    eventually(lambda: curl(lab)[0] == 0)


def test_a_certificate_that_will_expire_says_when(lab: RunningLab) -> None:
    with fault(lab, "certificate-expired", days=20) as told:
        words = ("acm", "describe-certificate", "--certificate-arn", told["certificates"][0])
        shown = lab.aws(*words)["Certificate"]
        assert shown["Status"] == "ISSUED"
        assert 19 < (shown["NotAfter"] - time.time()) / 86400 < 20
        assert curl(lab)[0] == 0


def in_a_task(lab: RunningLab, command: str) -> str:
    """Run a command in the longest-running task, by execute-command; what it printed."""
    ecs = lab.client("ecs")
    arns = ecs.list_tasks(cluster=CLUSTER, serviceName=SERVICE)["taskArns"]
    given = {"cluster": CLUSTER, "task": arns[0], "container": "conflicto-backend"}
    session = ecs.execute_command(**given, interactive=True, command=command)["session"]
    output, errors, _ = joined(session, b"")
    return (output + errors).decode()


def ingress(lab: RunningLab, name: str) -> list[dict[str, Any]]:
    words = ("--filters", f"Name=group-name,Values={name}")
    rules: list[dict[str, Any]] = lab.aws("ec2", "describe-security-groups", *words)[
        "SecurityGroups"
    ][0]["IpPermissions"]
    return rules


def test_tasks_that_let_nobody_in_run_and_are_not_reached(lab: RunningLab) -> None:
    began = datetime.now(UTC)
    with fault(lab, "security-group-change"):
        assert ingress(lab, "conflicto-prod-tasks") == []
        why = eventually(
            lambda: (
                [one for one in target_health(lab) if one["State"] == "unhealthy"]
                or [t for t in stopped_since(lab, began) if "ELB health" in t["stoppedReason"]]
            )
        )
        assert why
        eventually(lambda: failed_share(lab) == 1.0, 60)
    assert ingress(lab, "conflicto-prod-tasks")[0]["FromPort"] == 8000


def test_a_revoked_rule_hides_the_database_from_tasks_only(lab: RunningLab) -> None:
    at = lab.client("rds").describe_db_instances(DBInstanceIdentifier="conflicto-prod")
    instance = at["DBInstances"][0]
    address, port = instance["Endpoint"]["Address"], instance["Endpoint"]["Port"]
    (group,) = [one["VpcSecurityGroupId"] for one in instance["VpcSecurityGroups"]]
    ask = f"pg_isready -h {address} -p {port} -t 2"
    assert "accepting connections" in in_a_task(lab, ask)
    with fault(lab, "security-group-change", of="database") as told:
        assert told["groups"] == [group]
        assert ingress(lab, "conflicto-prod-db") == []
        eventually(lambda: "no response" in in_a_task(lab, ask))
        # The instance is well, and whoever is not behind that group gets in.
        shown = lab.aws(
            "rds", "describe-db-instances", "--db-instance-identifier", "conflicto-prod"
        )
        assert shown["DBInstances"][0]["DBInstanceStatus"] == "available"
        socket.create_connection((address, port), 2).close()
        # Connections that stand are tracked and go on; a pool replaces them when they are old.
        eventually(lambda: failed_share(lab) > 0.05, 60)
        # Mended as an operator does it, the fault has nothing left to clear.
        lab.client("ec2").authorize_security_group_ingress(
            GroupId=group, IpProtocol="tcp", FromPort=5432, ToPort=5432, CidrIp="0.0.0.0/0"
        )
        eventually(lambda: "accepting connections" in in_a_task(lab, ask))
    lab.client("ec2").revoke_security_group_ingress(
        GroupId=group, IpProtocol="tcp", FromPort=5432, ToPort=5432, CidrIp="0.0.0.0/0"
    )
    assert len(ingress(lab, "conflicto-prod-db")) == 1


def test_a_revoked_rule_hides_the_cache_from_the_tasks(lab_of: LabOf) -> None:
    lab = lab_of("sleek-coach")
    cluster = lab.client("elasticache").describe_cache_clusters(ShowCacheNodeInfo=True)
    node = cluster["CacheClusters"][0]["CacheNodes"][0]["Endpoint"]
    ecs = lab.client("ecs")
    arns = ecs.list_tasks(cluster="sleek-coach-prod", serviceName="sleek-coach-api")["taskArns"]
    ask = f"import socket; socket.create_connection({tuple(node.values())}, 1)"
    command = f'python -c "{ask}"'

    def said() -> str:
        given = {"cluster": "sleek-coach-prod", "task": arns[0], "container": "api"}
        session = ecs.execute_command(**given, interactive=True, command=command)["session"]
        return joined(session, b"")[1].decode()

    assert said() == ""
    with fault(lab, "security-group-change", of="cache"):
        eventually(lambda: "TimeoutError" in said())
        # The API is made to work without its cache.
        assert failed_share(lab) == 0.0
        assert lab.status()["healthy"]
    assert said() == ""


def test_parameters_that_make_no_sense_break_nothing(lab: RunningLab) -> None:
    for name, given in (
        ("dns-failure", {"host": "example.org"}),
        ("certificate-expired", {"host": "example.org"}),
        ("certificate-expired", {"days": "soon"}),
        ("unhealthy-targets", {"service": "nobody"}),
        ("security-group-change", {"of": "cache"}),
        ("security-group-change", {"of": "walls"}),
    ):
        with pytest.raises(OSError, match="400"):
            lab.control("POST", f"/faults/{name}", given)
    assert lab.status()["faults"] == []
