"""Terraform's state is locked by somebody who has gone away without releasing it."""

from typing import Any

from steadyhand.lab.checkouts import folder_of as checkout_of
from steadyhand.lab.faults.fault import BadParameter, Fault, Scene, text
from steadyhand.lab.tools.terraform import state
from steadyhand.lab.tools.terraform.lock import new_lock, release, take
from steadyhand.lab.tools.terraform.project import backend_of, read

WHO = "runner@ci-runner-7"


def inject(scene: Scene) -> dict[str, Any]:
    """Take the lock as a pipeline that was ended half-way has left it."""
    files = checkout_of(scene.lab.state.folder, scene.live.parts).rglob("*.tf")
    projects = sorted({file.parent for file in files})
    if not projects:
        raise BadParameter(f"{scene.live.parts.name} has nothing that Terraform declares")
    backend = backend_of(read(projects[0]))
    folder = scene.kept["folder"] = state.folder_of(scene.lab.state.folder, backend)
    lock = new_lock(backend, "OperationTypeApply", text(scene.given, "who", WHO))
    holder = take(folder, lock)
    if holder is not None:
        raise BadParameter(f"{holder.Who} holds the lock already")
    scene.kept["lock"] = lock.ID
    return {"lock": lock.ID, "who": lock.Who, "path": lock.Path}


def clear(scene: Scene) -> None:
    """Release the lock, if it is still that one."""
    release(scene.kept["folder"], scene.kept["lock"])


TERRAFORM_LOCK = Fault(
    name="terraform-lock",
    summary="The lock of the Terraform state is held by a pipeline that is no more.",
    notice=(
        "terraform plan and apply end with exit code 1 and Error acquiring the state lock, which "
        "names the lock's ID, who holds it and since when; terraform show still answers."
    ),
    inject=inject,
    clear=clear,
    parameters={"who": f"who holds it ({WHO})"},
)
