"""`git push|tag|log|status|rev-parse|checkout` in a working copy of the lab in; the real git, or
the refusal of the real git, out.

`push` goes to the bare repository of the lab and nowhere else. No hook and no pager is run.
"""

import os
import shutil
from pathlib import Path

from steadyhand.lab.tools.call import Call, Failed, ended
from steadyhand.lab.tools.running import run

BARE = "git"  # below the lab's folder: git/<name>.git
OFFERED = ("push", "tag", "log", "status", "rev-parse", "checkout")
# Those of the real git's that change nothing beyond the working copy are offered, no others.
KNOWN = {"add", "am", "branch", "clone", "commit", "diff", "fetch", "init", "merge", "pull"} | {
    "rebase", "remote", "reset", "revert", "show", "stash", "switch", "config", "bisect", "restore",
}  # fmt: skip
PUSH = {
    "--tags", "--force", "-f", "--force-with-lease", "--set-upstream", "-u", "--quiet", "-q",
    "--verbose", "-v", "--dry-run", "-n", "--follow-tags", "--delete", "-d", "--all", "--porcelain",
}  # fmt: skip
# What lets the other subcommands start a program or write where it is told.
REFUSED = ("--output", "--ext-diff", "--textconv", "--exec-path", "-c", "--git-dir", "--work-tree")
SETTINGS = ("core.hooksPath=/dev/null", "core.fsmonitor=false", "protocol.allow=never")


@ended
def main(call: Call) -> int:
    words = call.words
    if words and words[0] == "--version":
        return run(call, [_git(), "--version"], _environment(call))
    if not words:
        raise Failed(1, "usage: git [-v | --version] <command> [<args>]")
    name = words[0]
    if name.startswith("-"):
        raise Failed(129, f"unknown option: {name}", "usage: git [-v | --version] <command>")
    if name not in OFFERED:
        if name in KNOWN:
            raise Failed(1, f"git: in the lab `git {name}` is not offered")
        raise Failed(1, f"git: '{name}' is not a git command. See 'git --help'.")
    for word in words[1:]:
        if word.partition("=")[0] in REFUSED:
            raise Failed(129, f"error: unknown option `{word.lstrip('-')}'")
    checkout = _checkout(call)
    settings = [word for setting in SETTINGS for word in ("-c", setting)]
    if name == "push":
        settings += _push(call, words[1:], checkout)
    return run(call, [_git(), *settings, "--no-pager", *words], _environment(call))


def _git() -> str:
    found = shutil.which("git", path=os.defpath)
    if found is None:
        raise Failed(127, "git: command not found")
    return found


def _environment(call: Call) -> dict[str, str]:
    """Of the caller's variables only who is speaking; never their settings or credentials."""
    kept = {name: value for name, value in call.env.items() if name in ("TZ", "LANG", "TERM")}
    return {
        "PATH": os.defpath,
        "HOME": str(call.lab.folder),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_EDITOR": "true",
        "GIT_AUTHOR_NAME": "operator",
        "GIT_AUTHOR_EMAIL": "operator@lab.invalid",
        "GIT_COMMITTER_NAME": "operator",
        "GIT_COMMITTER_EMAIL": "operator@lab.invalid",
        **kept,
    }


def _checkout(call: Call) -> Path:
    """Find the working copy, which has to be one of the lab's."""
    lab = call.lab.folder.resolve()
    here = call.cwd.resolve()
    for folder in (here, *here.parents):
        if not folder.is_relative_to(lab):
            break
        if (folder / ".git").is_dir():
            return folder
    raise Failed(128, "fatal: not a git repository (or any of the parent directories): .git")


def _push(call: Call, words: tuple[str, ...], checkout: Path) -> list[str]:
    """Check a push; give the settings that let it reach the bare repository, and only that."""
    operands = [word for word in words if not word.startswith("-")]
    for word in words:
        if word.startswith("-") and word.partition("=")[0] not in PUSH:
            raise Failed(129, f"error: unknown option `{word.lstrip('-')}'")
    remote = operands[0] if operands else "origin"
    bare = bare_repository(call.lab.folder, checkout.name)
    if remote != "origin" or not bare.is_dir():
        raise Failed(
            128,
            f"fatal: '{remote}' does not appear to be a git repository",
            "fatal: Could not read from remote repository.",
            "",
            "Please make sure you have the correct access rights",
            "and the repository exists.",
        )
    return ["-c", f"remote.origin.pushurl={bare}", "-c", "protocol.file.allow=always"]


def bare_repository(lab: Path, name: str) -> Path:
    """Where the lab keeps what is pushed from the working copy of this name."""
    return lab / BARE / f"{name}.git"
