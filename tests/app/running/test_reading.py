"""What is read while there is no run may become a value of a plan, and is a secret there, too."""

from pathlib import Path

from steadyhand.app.targets import resolve
from steadyhand.main import build
from steadyhand.world.door import Call, ask
from steadyhand.world.secrets import TOKEN


def test_a_secret_that_was_recognised_while_reading_can_be_given_to_a_run(tmp_path: Path) -> None:
    (tmp_path / "noted.txt").write_text("postgresql://app:s3cr3tpw@db:5432/shop\n")
    control = build(tmp_path / "state")
    try:
        target = resolve("aws:none@eu-west-1", control.lab_file)
        world = control.reading_world(target)
        read = ask(world, Call(("cat", "noted.txt"), cwd=str(tmp_path))).text
        found = TOKEN.search(read)
        assert found is not None, read
        assert "s3cr3tpw" not in read
        assert control.secrets.reveal(found[0]) == "s3cr3tpw"
    finally:
        control.close()
