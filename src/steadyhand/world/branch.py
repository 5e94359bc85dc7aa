"""A file's new text in, a branch of the local repository that has it out.

The working tree and what is staged in it stay as they are; nothing is sent anywhere.
"""

import os
import subprocess
import tempfile
from pathlib import Path

_SECONDS = 30.0


class NoBranch(Exception):
    """No repository, no git, or a branch of that name is there: the message says which."""


def commit_on_branch(file: Path, text: str, branch: str, message: str) -> str:
    """Make a branch at HEAD with one commit more, in which the file has this text; its id.

    Raises NoBranch.
    """
    file = file.resolve()
    if not file.parent.is_dir():
        raise NoBranch(f"{file.parent} is not there")
    top = Path(_git(file.parent, "rev-parse", "--show-toplevel"))
    inside = file.relative_to(top.resolve()).as_posix()
    head = _git(top, "rev-parse", "HEAD")
    if _git(top, "status", "--porcelain", "--", inside):
        raise NoBranch(f"{file.name} has changes that are not committed; they would come along")
    with tempfile.TemporaryDirectory(prefix="steadyhand-") as folder:
        index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        blob = _git(top, "hash-object", "-w", "--stdin", f"--path={inside}", stdin=text)
        _git(top, "read-tree", head, more=index)
        mode = _git(top, "ls-files", "--format=%(objectmode)", "--", inside, more=index)
        what = f"{mode or '100644'},{blob},{inside}"
        _git(top, "update-index", "--add", "--cacheinfo", what, more=index)
        tree = _git(top, "write-tree", more=index)
    commit = _git(top, "commit-tree", tree, "-p", head, "-m", message)
    # From nothing: a branch of that name that is there already is left alone.
    _git(top, "update-ref", f"refs/heads/{branch}", commit, "")
    return commit


def _git(folder: Path, *words: str, stdin: str = "", more: dict[str, str] | None = None) -> str:
    # What a hook or a repository around this one has set would lead git elsewhere.
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *words],
            input=stdin.encode(),
            capture_output=True,
            timeout=_SECONDS,
            env={**environment, "LC_ALL": "C.UTF-8", **(more or {})},
        )
    except FileNotFoundError:
        raise NoBranch("git is not installed") from None
    except subprocess.TimeoutExpired:
        raise NoBranch(f"git {words[0]} did not end in {_SECONDS:.0f} s") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise NoBranch(f"git {words[0]}: {said[-1] if said else 'failed'}")
    return done.stdout.decode().strip()
