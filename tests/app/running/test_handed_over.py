"""A run that another process goes on with: what was sealed is known and hidden, and what is missing
where that one is, is said before anything is done.
"""

import shutil
from pathlib import Path

import pytest

from steadyhand.app.problem import Problem
from steadyhand.app.runbooks.documents import load
from steadyhand.app.running import runs
from steadyhand.app.running.runs import Wanted
from steadyhand.app.targets import resolve
from steadyhand.main import build
from steadyhand.model.run.events import Outcome
from tests.rows import ask

DOCUMENT = """# Shop

## Rotate

```bash
cat noted.txt
```

- [ ] The team was told

```bash
cat again.txt
```
"""


def test_what_another_process_sealed_is_known_when_this_one_goes_on(tmp_path: Path) -> None:
    (tmp_path / "shop.md").write_text(DOCUMENT)
    mine, other = build(tmp_path / "state"), build(tmp_path / "state")
    try:
        target = resolve("aws:none@eu-west-1", mine.lab_file)
        plan = runs.plan(mine, load(tmp_path / "shop.md"), Wanted("Rotate"), target)
        key = runs.start(mine, plan, "ada")
        mine.performer.world_of(key)  # it has looked at the run before the other one drives it
        folder = runs.folder(mine, key)
        (folder / "noted.txt").write_text("postgresql://app:s3cr3tpw@db:5432/shop\n")
        (folder / "again.txt").write_text("it is s3cr3tpw\n")  # what nobody would recognise
        runs.drive(other, key)
        runs.approve(mine, key, "ada", claimed=True)
        runs.drive(mine, key)
        run = runs.state(mine, key)
        assert (run.outcome, run.detail) == (Outcome.COMPLETED, "")
        printed = b"".join(
            body for (body,) in ask(mine.journal.database, "SELECT body FROM outputs")
        )
        assert (b"it is stk_" in printed, b"s3cr3tpw" in printed) == (True, False)
    finally:
        mine.close()
        other.close()


WRITING = """# Shop

## Write

```bash
echo one >> noted.txt
cat kept.txt
```

- [ ] The team was told

```bash
cat noted.txt
```
"""


@pytest.mark.parametrize(
    ("lost", "said"),
    [("runs", r"its folder .* is not here, .* \(noted.txt\)"), ("key", "put that one back")],
)
def test_what_a_run_left_behind_and_is_not_here_is_said_before_it_goes_on(
    tmp_path: Path, lost: str, said: str
) -> None:
    (tmp_path / "shop.md").write_text(WRITING)
    control = build(tmp_path / "state")
    target = resolve("aws:none@eu-west-1", control.lab_file)
    plan = runs.plan(control, load(tmp_path / "shop.md"), Wanted("Write"), target)
    key = runs.start(control, plan, "ada")
    control.performer.world_of(key)  # it has a folder from now on
    secret = "postgresql://app:s3cr3tpw@db:5432/shop\n"
    (runs.folder(control, key) / "kept.txt").write_text(secret)
    runs.drive(control, key)
    runs.approve(control, key, "ada", claimed=False)
    runs.drive(control, key)
    control.close()
    where = tmp_path / "state" / lost
    where.rename(tmp_path / "kept")

    control = build(tmp_path / "state")
    before = control.journal.last()
    runs.approve(control, key, "ada", claimed=False)
    with pytest.raises(Problem, match=said):
        runs.drive(control, key)
    assert control.journal.last()[0] == before[0] + 1  # the signature, and no driver
    control.close()
    if where.is_dir():
        shutil.rmtree(where)
    (tmp_path / "kept").replace(where)
    control = build(tmp_path / "state")
    runs.drive(control, key)
    assert runs.state(control, key).outcome is Outcome.COMPLETED
    control.close()
