"""A restore test in the lab: a database really comes back, and the time that took is measured."""

import time
from pathlib import Path

import pytest
from tests.lab.running_lab import start_lab

from steadyhand.app.oncall import duties, restore_tests
from steadyhand.app.runbooks import documents
from steadyhand.app.running import runs
from steadyhand.app.targets import resolve
from steadyhand.main import build
from steadyhand.model.duty.measure import met
from steadyhand.model.next import Finished

pytestmark = [pytest.mark.lab, pytest.mark.soak]

DOCUMENT = """\
# Coach

| Metric | Target | Actual |
|--------|--------|--------|
| RPO | < 1 hour | ~5 min |
| RTO | < 4 hours | ~30 min |

## Bring it back

```bash
aws rds restore-db-instance-to-point-in-time --use-latest-restorable-time \\
  --source-db-instance-identifier sleek-coach-prod --target-db-instance-identifier coach-back
```
"""


def test_a_database_comes_back_and_its_figures_are_within_the_targets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "coach.md").write_text(DOCUMENT)
    lab = start_lab(tmp_path / "lab", "--factor", "60", system="sleek-coach")
    monkeypatch.setenv("STEADYHAND_LAB", str(tmp_path / "lab" / "lab.json"))
    control = build(tmp_path / "state")
    try:
        loaded = documents.load(tmp_path / "coach.md")
        [kept] = duties.keep(control, loaded)
        target = resolve("lab", control.lab_file)
        time.sleep(8)  # the first log is shipped five minutes after it began, divided by sixty
        plan = runs.plan(control, loaded, runs.Wanted("bring-it-back"), target)
        run = restore_tests.begin(control, kept.id, loaded, plan, target, "Ada")
        while not isinstance(runs.drive(control, run), Finished):
            runs.approve(control, run, "Ada", claimed=False)
        until = time.monotonic() + 120
        duty = kept.duty
        while duty.measured is None and time.monotonic() < until:
            control.engine.drive("duty", kept.id)
            duty = duties.find(control, kept.id).duty
            time.sleep(0.5)
        assert duty.measured is not None
        assert duty.restore is not None
        figures = duty.measured.figures
        assert figures.restored == "the latest restorable time"
        assert figures.rpo is not None
        assert figures.rto is not None
        assert 0 < figures.rto < 120
        assert met(duty.restore, duty.measured), duty.measured
        [back] = lab.client("rds").describe_db_instances(DBInstanceIdentifier="coach-back")[
            "DBInstances"
        ]
        assert back["DBInstanceStatus"] == "available"
    finally:
        control.close()
        lab.stop()
