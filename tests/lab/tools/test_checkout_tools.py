"""`git` in a working copy of the lab, and `poetry run`."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.lab.tools.calling import Desk

from steadyhand.lab.tools.git import bare_repository

NO_CHECKOUT = "fatal: not a git repository (or any of the parent directories): .git"
PEOPLE = [f"GIT_{who}_{what}" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")]


@pytest.fixture
def checkout(desk: Desk) -> Desk:
    """A working copy of two commits in the lab's folder, and the bare repository of its name."""
    if shutil.which("git", path=os.defpath) is None:
        pytest.skip("git is not installed: the stand-in tested here passes these commands on to it")
    folder = desk.lab.folder / "checkouts" / "shop"
    bare = bare_repository(desk.lab.folder, "shop")
    environment = {
        "PATH": os.defpath,
        "HOME": str(desk.lab.folder),
        "GIT_CONFIG_NOSYSTEM": "1",
        **dict.fromkeys(PEOPLE, "x"),
    }
    (folder / "iac").mkdir(parents=True)

    def git(*words: str) -> None:
        subprocess.run(("git", *words), cwd=folder, env=environment, check=True, timeout=30)

    git("init", "-q", "-b", "main")
    for number in ("one", "two"):
        (folder / "iac" / "size").write_text(number)
        git("add", ".")
        git("commit", "-q", "-m", f"Size {number}")
    git("clone", "-q", "--bare", str(folder), str(bare))
    git("remote", "add", "origin", "https://github.com/acme/shop.git")
    return desk.within(folder)


def test_history_is_read_where_it_is(checkout: Desk) -> None:
    said = checkout.within(checkout.cwd / "iac")("git log --oneline -10 size")
    assert said.code == 0
    assert [line.split(" ", 1)[1] for line in said.out.splitlines()] == ["Size two", "Size one"]


def test_a_tag_is_pushed_to_the_repository_of_the_lab(checkout: Desk) -> None:
    assert checkout("git tag v1.2.3").code == 0
    said = checkout("git push origin v1.2.3")
    assert (said.code, "[new tag]" in said.err) == (0, True)
    bare = bare_repository(checkout.lab.folder, "shop")
    assert (bare / "refs" / "tags" / "v1.2.3").exists()
    again = checkout("git tag v1.2.3")
    assert (again.code, again.err) == (128, "fatal: tag 'v1.2.3' already exists\n")


def test_no_hook_of_a_checkout_is_run(checkout: Desk) -> None:
    hook = checkout.cwd / ".git" / "hooks" / "pre-push"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {checkout.cwd}/ran\nexit 1\n")
    hook.chmod(0o755)
    checkout("git tag v2")
    assert checkout("git push origin v2").code == 0
    assert not (checkout.cwd / "ran").exists()


def test_a_checkout_elsewhere_is_none_of_the_labs(checkout: Desk, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(checkout.cwd, elsewhere)
    said = checkout.within(elsewhere)("git status")
    assert (said.code, said.err.strip()) == (128, NO_CHECKOUT)


@pytest.mark.parametrize(
    ("line", "code", "err"),
    [
        ("git bogus", 1, "git: 'bogus' is not a git command. See 'git --help'."),
        ("git commit -m x", 1, "not offered"),
        ("git push upstream main", 128, "fatal: 'upstream' does not appear to be a git repository"),
        ("git push --receive-pack=sh origin main", 129, "error: unknown option `receive-pack=sh'"),
        ("git log --output=/tmp/x", 129, "error: unknown option `output=/tmp/x'"),
        ("git -c alias.x=!sh x", 129, "unknown option: -c"),
        ("git checkout nowhere", 1, "error: pathspec 'nowhere' did not match"),
        ("git rev-parse --verify nowhere", 128, "fatal: Needed a single revision"),
    ],
)
def test_what_git_refuses(checkout: Desk, line: str, code: int, err: str) -> None:
    said = checkout(line)
    assert said.code == code
    assert err in said.err


# --- poetry ---------------------------------------------------------------------------------------


@pytest.fixture
def project(desk: Desk) -> Desk:
    (desk.cwd / "pyproject.toml").write_text('[tool.poetry]\nname = "shop"\n')
    (desk.cwd / "scripts").mkdir()
    (desk.cwd / "scripts" / "show.py").write_text(
        "import os, sys\nprint(sys.executable, os.environ['COLOUR'], sys.argv[1:])\n"
        "print('bad', file=sys.stderr)\nsys.exit(3)\n"
    )
    return Desk(desk.lab, desk.cwd, {"COLOUR": "blue"})


def test_a_script_runs_with_the_labs_python(project: Desk) -> None:
    said = project("poetry run python scripts/show.py --retry 'two words'")
    assert said.code == 3
    assert said.out == f"{sys.executable} blue ['--retry', 'two words']\n"
    assert said.err == "bad\n"
    inside = project.within(project.cwd / "scripts")("poetry run python show.py")
    assert inside.code == 3


def test_a_program_of_the_environment_is_found(project: Desk) -> None:
    said = project("poetry run alembic --version")
    assert (said.code, said.out.split()[0]) == (0, "alembic")


@pytest.mark.parametrize(
    ("line", "err"),
    [
        ("poetry bogus", "The requested command bogus does not exist."),
        ("poetry --bogus", 'The option "--bogus" does not exist'),
        ("poetry run", "Not enough arguments"),
        ("poetry run nosuchprogram", "Command not found: nosuchprogram"),
    ],
)
def test_what_poetry_refuses(project: Desk, line: str, err: str) -> None:
    said = project(line)
    assert said.code == 1
    assert err in said.err


def test_poetry_needs_a_project(desk: Desk) -> None:
    said = desk("poetry run python -V")
    assert (said.code, "could not find a pyproject.toml" in said.err) == (1, True)
