"""What is wrong between the parts shows in the runbooks' own commands, and passes."""

import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.lab.faults.conftest import LabOf, failed_share
from tests.lab.faults.test_compute_faults import described, fault, stopped_since
from tests.lab.running_lab import RunningLab, eventually

pytestmark = pytest.mark.lab

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


def test_parameters_that_make_no_sense_break_nothing(lab: RunningLab) -> None:
    for name, given in (
        ("dns-failure", {"host": "example.org"}),
        ("certificate-expired", {"host": "example.org"}),
        ("certificate-expired", {"days": "soon"}),
        ("unhealthy-targets", {"service": "nobody"}),
    ):
        with pytest.raises(OSError, match="400"):
            lab.control("POST", f"/faults/{name}", given)
    assert lab.status()["faults"] == []
