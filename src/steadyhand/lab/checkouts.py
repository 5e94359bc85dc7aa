"""A system's parts in, the working copy that its operators have out: a git checkout with a bare
repository to push to, and with Terraform initialised where there is something declared.

A checkout is kept over restarts of the lab, as what a person has on disk is. Knows no API.
"""

import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path

from steadyhand.lab.cloud.resources import fill
from steadyhand.lab.systems.parts import Checkout, Parts
from steadyhand.lab.tools import TOOLS
from steadyhand.lab.tools.call import Call, LabInfo
from steadyhand.lab.tools.git import bare_repository

FOLDER = "checkouts"  # below the lab's
TOKEN = "github-key-1"  # the first that GitHub's stand-in accepts
WHO = ("-c", "user.name=Release", "-c", "user.email=release@lab.invalid")
SAFE = ("-c", "core.hooksPath=/dev/null", "-c", "init.defaultBranch=main")


class CheckoutFailed(Exception):
    """git did not do it; the message is what it said."""


def folder_of(lab: Path, parts: Parts) -> Path:
    """Where a system's working copy lies; it has the name of its repository."""
    return lab / FOLDER / repository_of(parts).rpartition("/")[2]


def repository_of(parts: Parts) -> str:
    """`owner/name` on GitHub."""
    return _checkout(parts).repository


def environment(parts: Parts, values: Mapping[str, str]) -> dict[str, str]:
    """The variables that an operator of the system has set. What they say ages as it does there:
    a password that was rotated since is the old one."""
    own = {name: fill(text, values) for name, text in parts.operator.items()}
    return {
        "GITHUB_API_URL": values["provider.github"],
        "GH_TOKEN": TOKEN,
        "GH_REPO": repository_of(parts),
        **own,
    }


def make_all(lab: Path, systems: Iterable[Parts]) -> None:
    """Make every working copy that is not there yet. Raises CheckoutFailed, OSError."""
    if shutil.which("git") is None:
        return  # then nobody can use one either; `git` says that it is not installed
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda parts: _make(lab, parts), systems))


def initialise(info: LabInfo, parts: Parts) -> None:
    """Run `terraform init` wherever something is declared; what is there becomes the state."""
    for folder in sorted({file.parent for file in folder_of(info.folder, parts).rglob("*.tf")}):
        said = StringIO()
        call = Call(("terraform", "init"), StringIO(), said, said, folder, {}, info)
        if TOOLS["terraform"](call):
            raise CheckoutFailed(f"terraform init in {folder}: {said.getvalue().strip()}")


def forget(lab: Path) -> None:
    """Remove all working copies, and what was pushed from them or built of them."""
    for name in (FOLDER, "git", "terraform", "images", "registry"):
        shutil.rmtree(lab / name, ignore_errors=True)
    for name in ("docker.json", "docker-logins.json", "docker.lock", "providers.pem"):
        (lab / name).unlink(missing_ok=True)


def _checkout(parts: Parts) -> Checkout:
    return parts.checkout or Checkout(f"your-org/{parts.name}")


def _make(lab: Path, parts: Parts) -> None:
    target = folder_of(lab, parts)
    if target.exists():
        return
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    shutil.rmtree(draft, ignore_errors=True)
    within = draft / _checkout(parts).below
    shutil.copytree(parts.folder, within, ignore=shutil.ignore_patterns("__pycache__"))
    bare = bare_repository(lab, target.name)
    bare.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(bare, ignore_errors=True)
    _git(draft, "init", "--quiet")
    _git(draft, "add", "--all", "--force")
    _git(draft, *WHO, "commit", "--quiet", "--message", "What is in production")
    _git(draft, "clone", "--quiet", "--bare", ".", str(bare))
    _git(draft, "remote", "add", "origin", f"https://github.com/{repository_of(parts)}.git")
    draft.rename(target)


def _git(folder: Path, *words: str) -> None:
    environment = {
        "PATH": os.defpath,
        "HOME": str(folder),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_TERMINAL_PROMPT": "0",
    }
    command = ["git", *SAFE, *words]
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    if done.returncode:
        raise CheckoutFailed(f"git {' '.join(words[:3])}: {done.stderr.strip()}")
