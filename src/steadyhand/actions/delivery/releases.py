"""git's, gh's, terraform's and alembic's argv in, effect and reason out."""

import re

from steadyhand.actions.delivery.tables import CHANGE, DESTROY, READ, after, by_table, listed
from steadyhand.actions.words import (
    Argv,
    change,
    destroy,
    flag,
    letter,
    option,
    positionals,
    read,
    unknown,
)  # fmt: skip
from steadyhand.model.effect import Classified

GIT = {
    **listed("log|status|diff|show|rev-parse|describe|blame|ls-files|ls-remote|shortlog", READ),
    **listed("rev-list|cat-file|reflog|grep|version|config --get|remote -v", READ),
    **listed("fetch|pull|clone|add|commit|push|merge|cherry-pick|revert|tag|stash|init", CHANGE),
    **listed("branch|checkout|switch|config|remote|worktree", CHANGE),
    **listed("reset|rebase|clean|rm|restore|gc|filter-branch", DESTROY),
}
GH = {
    **listed("run list|run view|run watch|run download|workflow list|workflow view|pr list", READ),
    **listed("pr view|pr checks|pr diff|issue list|issue view|release list|release view", READ),
    **listed("repo view|auth status|pr status", READ),
    **listed(
        "workflow run|run rerun|pr create|pr merge|pr comment|issue create|issue comment", CHANGE
    ),
    **listed("release create|release upload|workflow enable|pr review|pr ready", CHANGE),
    **listed("run cancel|run delete|workflow disable|release delete|pr close|repo delete", DESTROY),
}
TERRAFORM = {
    **listed("plan|show|output|validate|version|fmt -check|graph|providers|state list", READ),
    **listed("state show|state pull|workspace list|workspace show", READ),
    **listed("init|fmt|get|import|refresh|workspace new|workspace select|taint|untaint", CHANGE),
    **listed("apply|destroy|force-unlock|state rm|state mv|state push|workspace delete", DESTROY),
}
ALEMBIC = {
    **listed("current|history|heads|branches|show|check", READ),
    **listed("upgrade|stamp|revision|merge", CHANGE),
    **listed("downgrade", DESTROY),
}
_GIT = frozenset("-C -c --git-dir --work-tree".split())
_GH = frozenset("-R --repo".split())
_ALEMBIC = frozenset("-c --config -x -n --name".split())


def classify_git(argv: Argv) -> Classified:
    """Classify a `git` argv. Pure."""
    words = list(positionals(argv, _GIT))
    verb = words[0] if words else ""
    if any(w == "-c" or w.startswith("--config-env") for w in argv[1:]):
        return unknown(argv)  # a setting can name a program to run
    if verb == "push" and _replaces(argv, words[1:]):
        return destroy("git push replaces or removes what others have")
    if verb in {"tag", "branch"}:
        if letter(argv, "d") or letter(argv, "D") or flag(argv, "--delete"):
            return destroy(f"git {verb} -d removes a name")
        if len(words) == 1 or letter(argv, "l") or flag(argv, "--list"):
            return read(f"git {verb} lists names")
    if verb == "checkout" and ("--" in argv or letter(argv, "f") or "." in words):
        return destroy("git checkout throws local changes away")
    return by_table(argv, GIT, _GIT, interactive=_git_asks(argv, verb))


def _git_asks(argv: Argv, verb: str) -> bool:
    match verb:
        case "rebase":
            return letter(argv, "i") or flag(argv, "--interactive", "--edit-todo")
        case "add" | "stash" | "restore" | "reset" | "checkout":
            return flag(argv, "-p", "--patch") or (verb == "add" and flag(argv, "-i", "-e"))
        case "commit":
            said = "--message= --file= --no-edit --reuse-message --fixup --dry-run --squash".split()
            return not (
                any(letter(argv, one) for one in "mFC")
                or any(w.startswith((*said, "--message", "--file")) for w in argv)
            )
        case _:
            return False


def _replaces(argv: Argv, names: list[str]) -> bool:
    return (
        any(letter(argv, one) for one in "fd")
        or flag(argv, "--delete", "--mirror", "--prune")
        or any(word.startswith("--force") for word in argv)
        or any(name.startswith(("+", ":")) for name in names)
    )


def classify_gh(argv: Argv) -> Classified:
    """Classify a `gh` argv. Pure."""
    if len(argv) > 1 and argv[1] == "api":
        sends = flag(argv, "-f", "-F", "--field", "--raw-field", "--input")
        method = (option(argv, "-X", "--method") or ("POST" if sends else "GET")).upper()
        if method == "GET":
            return read("gh api reads")
        return destroy("gh api DELETE") if method == "DELETE" else change(f"gh api {method}")
    asks = _gh_asks(argv)
    if argv[1:3] == ("run", "watch"):
        return read("gh run watch waits for a run", interactive=asks)
    return by_table(argv, GH, _GH, interactive=asks)


def _gh_asks(argv: Argv) -> bool:
    """Tell whether `gh` asks for what it was not given. https://cli.github.com/manual/"""
    given = list(positionals(argv[3:], _GH | {"-i", "--interval"})) if len(argv) > 3 else []
    match argv[1:3]:
        case ("run", "watch") | ("workflow", "run"):
            return len(argv) == 3 or (argv[3].startswith("-") and not given)
        case ("pr", "create") | ("issue", "create"):
            said = "-t --title -f --fill --fill-first --fill-verbose -w --web -F --recover".split()
            return not any(w.partition("=")[0] in said for w in argv)
        case ("auth", "login"):
            return not flag(argv, "--with-token")
        case _:
            return False


def classify_terraform(argv: Argv) -> Classified:
    """Classify a `terraform` argv. Pure."""
    verb, rest = after(argv, frozenset())
    if verb == "plan" and any(w.startswith(("-out", "--out")) for w in rest):
        return read("terraform plan -out reads and writes its plan into a file")
    if verb == "apply":
        return destroy(
            "terraform apply can replace or delete whatever the files say",
            interactive=_terraform_asks(verb, rest),
        )
    return by_table(argv, TERRAFORM, frozenset(), interactive=_terraform_asks(verb, rest))


# https://developer.hashicorp.com/terraform/cli/commands/apply
_TERRAFORM = frozenset(
    "-var -var-file -target -replace -state -state-out -backup -parallelism -lock-timeout".split()
)


def _terraform_asks(verb: str, rest: Argv) -> bool:
    """Tell whether terraform waits for a typed `yes`, which a flag or a saved plan forbids."""
    words = tuple(re.sub(r"^--(?=\w)", "-", word) for word in rest)
    quiet = any(w in {"-input=false", "-help"} for w in words)
    match verb:
        case "apply" | "destroy":
            approved = any(w in {"-auto-approve", "-auto-approve=true"} for w in words)
            plan = verb == "apply" and any(True for _ in positionals(("", *words), _TERRAFORM))
            return not (approved or plan or quiet)
        case "force-unlock":
            return not flag(words, "-force", "-force=true")
        case "console":
            return True
        case _:
            return False


def classify_alembic(argv: Argv) -> Classified:
    """Classify an `alembic` argv. Pure."""
    return by_table(argv, ALEMBIC, _ALEMBIC)
