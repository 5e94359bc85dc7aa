"""A program whose reader has had enough ends, as it would without a gate."""

from pathlib import Path

import pytest

from steadyhand.app.runbooks.documents import load
from steadyhand.app.running import runs
from steadyhand.app.running.runs import Wanted
from steadyhand.app.targets import resolve
from steadyhand.main import build
from steadyhand.model.run.events import Outcome
from tests.rows import ask

DOCUMENT = "# Shop\n\n## Look\n\n```bash\n{}\n```\n"


@pytest.mark.parametrize(
    ("statement", "printed"),
    [
        ("yes | head -n 1", b"y\n"),
        ("cat /dev/zero | tr '\\0' x | head -c 16", b"x" * 16),
        ("set -o pipefail; seq 1000 | head -n 1", b"1\n"),  # little: it comes to its end
    ],
)
def test_what_nobody_reads_any_more_is_ended_and_is_no_failure(
    tmp_path: Path, statement: str, printed: bytes
) -> None:
    (tmp_path / "shop.md").write_text(DOCUMENT.format(statement))
    control = build(tmp_path / "state")
    try:
        target = resolve("aws:none@eu-west-1", control.lab_file)
        plan = runs.plan(control, load(tmp_path / "shop.md"), Wanted("Look"), target)
        key = runs.start(control, plan, "ada")
        runs.drive(control, key)
        run = runs.state(control, key)
        assert (run.outcome, run.detail) == (Outcome.COMPLETED, "")
        kept = ask(control.journal.database, "SELECT number, body FROM outputs ORDER BY position")
        assert b"".join(body for number, body in kept if number == 0) == printed
        assert sum(len(body) for _, body in kept) < 2_000_000
    finally:
        control.close()
