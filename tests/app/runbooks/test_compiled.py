"""What is kept of a compiled document: only ever as good as compiling it anew."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from steadyhand.app.runbooks import compiled as module
from steadyhand.app.runbooks import findings
from steadyhand.app.runbooks.compiled import compiled
from steadyhand.app.runbooks.sources import Read
from steadyhand.app.runbooks.this_program import COMPILING, this_program
from steadyhand.model.sharing import Share

DOCUMENT = b"# Shop\n\n## Look\n\n```bash\ndate\n```\n"


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STEADYHAND_CACHE", str(tmp_path))
    monkeypatch.setattr(module, "_LONG", -1.0)
    return tmp_path / "compiled"


def read(data: bytes = DOCUMENT, name: str = "shop.md") -> Read:
    return Read(Path(name), data, None)


def files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.exists() else []


def test_what_is_kept_equals_what_is_made(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = compiled(read())
    assert len(files(kept)) == 1
    monkeypatch.setattr(module, "compiled_anew", None)  # it is not compiled again
    assert compiled(read()) == made


def test_another_document_another_name_and_another_program_are_compiled(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled(read())
    assert compiled(read(DOCUMENT + b"\nMore.\n")).text.endswith("More.\n")
    assert compiled(read(name="other.md")).runbook.path == "other.md"
    monkeypatch.setattr(module, "this_program", lambda *_: ["another one"])
    compiled(read())
    assert len(files(kept)) == 4


def test_a_process_stays_the_program_that_it_has_loaded(tmp_path: Path) -> None:
    """One that goes on while a newer version is installed keeps nothing under that one's name."""
    (tmp_path / "one.py").touch()
    before = this_program(str(tmp_path))
    (tmp_path / "two.py").touch()
    assert this_program(str(tmp_path)) == before
    asked = (
        f"from {this_program.__module__} import this_program as one; print(one({str(tmp_path)!r}))"
    )
    fresh = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True
    )
    assert ("two.py" in fresh.stdout, "two.py" in str(before)) == (True, False)


@pytest.mark.parametrize("harm", ["cut", "empty", "other", "writable", "folder"])
def test_what_is_broken_or_may_be_anothers_is_made_anew(
    kept: Path, monkeypatch: pytest.MonkeyPatch, harm: str
) -> None:
    made = compiled(read())
    (file,) = files(kept)
    body = file.read_bytes()
    match harm:
        case "cut":
            file.write_bytes(body[: len(body) // 2])
        case "empty":
            file.write_bytes(b"")
        case "other":
            file.write_bytes(b"\x80\x04K\x01.")  # the number 1
        case "writable":
            file.chmod(0o622)
        case _:
            kept.chmod(0o777)
    again: list[Read] = []
    compile_anew = module.compiled_anew

    def counted(one: Read, share: Share) -> module.Compiled:
        again.append(one)
        return compile_anew(one, share)

    monkeypatch.setattr(module, "compiled_anew", counted)
    assert compiled(read()) == made
    assert len(again) == 1


def test_what_took_no_time_is_not_kept(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LONG", 60.0)
    compiled(read())
    assert files(kept) == []


def test_only_so_many_are_kept(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST", 3)
    for number in range(6):
        compiled(read(DOCUMENT + b"\n%d\n" % number))
        for at, file in enumerate(files(kept)):
            os.utime(file, (at, at))
    assert len(files(kept)) <= 4


def test_the_compiler_is_not_imported_where_its_answer_is_kept(kept: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from steadyhand.app.runbooks import documents; "
        "documents.load(Path(sys.argv[1])); print('steadyhand.compile' in sys.modules)"
    )
    (kept.parent / "shop.md").write_bytes(DOCUMENT)
    said = [
        subprocess.run(
            [sys.executable, "-c", program, "shop.md"],
            cwd=kept.parent,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        ).stdout.strip()
        for _ in range(2)
    ]
    assert said == ["True", "False"]


@pytest.mark.parametrize(
    ("loads", "rooms"),
    [
        ("steadyhand.compile, steadyhand.compile.decode", COMPILING),
        ("steadyhand.lint.lint, steadyhand.lint.rules", findings._ROOMS),
    ],
)
def test_what_is_kept_is_kept_under_all_that_makes_it(loads: str, rooms: tuple[str, ...]) -> None:
    """An effect is from `actions`: what was kept before it was another is not taken."""
    program = f"import sys, {loads}; print(*(one for one in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    loaded = {one.split(".")[1] for one in done.stdout.split() if one.startswith("steadyhand.")}
    assert loaded - {*rooms} == set()
    assert "actions" in loaded
