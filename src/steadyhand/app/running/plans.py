"""Plans kept in the state folder under their digest: saved, and found again by a few letters of it.

A plan is found by its digest, by the run that was made of it, or by a file that holds one.
"""

import hashlib
from pathlib import Path

from steadyhand.app.control import Control
from steadyhand.app.problem import Problem
from steadyhand.app.running import runs
from steadyhand.model import canonical
from steadyhand.model.run.plan import Plan


def save(control: Control, plan: Plan) -> Path:
    """Keep a plan; keeping it again changes nothing."""
    file = _folder(control) / f"{plan.digest}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        beside = file.with_suffix(".part")
        beside.write_text(canonical.dumps(plan) + "\n")
        beside.replace(file)
    return file


def find(control: Control, name: str) -> Plan:
    """Find a plan by the first letters of its digest, a run's id or a file. Raises Problem."""
    if Path(name).is_file():
        return _read(Path(name))
    kept = sorted(_folder(control).glob(f"{name}*.json")) if name.isalnum() else []
    if len(kept) > 1:
        raise Problem(f"{name} begins the digest of {len(kept)} plans; give more of it")
    if kept:
        plan = _read(kept[0])
        # Not the plan's own digest: a later version has fields that were not in it.
        text = kept[0].read_bytes().removesuffix(b"\n")
        if hashlib.sha256(text).hexdigest() != kept[0].stem:
            raise Problem(f"{kept[0]}: this plan was altered after it was saved; plan again")
        return plan
    if name in dict(control.journal.keys("run")):
        return runs.state(control, name).plan
    raise Problem(f"there is no plan {name}: no digest, no run and no file of that name")


def _folder(control: Control) -> Path:
    return control.state / "plans"


def _read(file: Path) -> Plan:
    try:
        return canonical.loads(Plan, file.read_bytes())
    except OSError as error:
        raise Problem(f"{file}: {error.strerror}") from None
    except canonical.Malformed:
        raise Problem(f"{file}: not a saved plan; `steadyhand plan` saves one") from None
