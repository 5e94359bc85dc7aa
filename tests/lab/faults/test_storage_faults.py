"""What is wrong with S3 and with Terraform's state shows in the runbooks' commands."""

import json
from pathlib import Path

import pytest
from tests.lab.faults.conftest import LabOf
from tests.lab.faults.test_compute_faults import fault
from tests.lab.faults.test_network_faults import tool

pytestmark = pytest.mark.lab


def test_a_lock_of_terraform_is_in_the_way_until_it_is_released(lab_of: LabOf) -> None:
    lab = lab_of("conflicto")
    told = json.loads(Path(lab.contract["file"]).read_text())
    folder = Path(told["system"]["checkout"]) / "iac" / "environments" / "prod"
    plan = ("terraform", "plan", "-var-file=terraform.tfvars", "-no-color")
    assert tool(lab, *plan, cwd=folder).returncode == 0
    with fault(lab, "terraform-lock") as lock:
        refused = tool(lab, *plan, cwd=folder)
        assert refused.returncode == 1
        assert "Error acquiring the state lock" in refused.stderr
        assert lock["lock"] in refused.stderr
        assert "runner@ci-runner-7" in refused.stderr
        assert tool(lab, "terraform", "show", "-no-color", cwd=folder).returncode == 0
    assert tool(lab, *plan, cwd=folder).returncode == 0
    # Released by hand, the fault has nothing left to clear.
    held = lab.control("POST", "/faults/terraform-lock", {})
    unlocked = tool(lab, "terraform", "force-unlock", "-force", held["lock"], cwd=folder)
    assert unlocked.returncode == 0, unlocked.stderr
    assert tool(lab, *plan, cwd=folder).returncode == 0
    assert lab.control("DELETE", "/faults/terraform-lock")["cleared"] is True
