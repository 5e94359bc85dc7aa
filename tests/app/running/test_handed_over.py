"""A run that another process has driven meanwhile: what that one sealed is known, and hidden."""

from pathlib import Path

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
