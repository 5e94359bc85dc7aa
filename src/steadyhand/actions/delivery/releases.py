"""git's, gh's, terraform's and alembic's argv in, effect and reason out."""

import re

from steadyhand.actions.curl.effect import overrides_method
from steadyhand.actions.delivery.tables import (
    BACK,
    CHANGE,
    DESTROY,
    FELT,
    GONE,
    READ,
    after,
    by_table,
    known_for,
    listed,
)
from steadyhand.actions.local.files import outside, written
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
from steadyhand.model.argv.options import given
from steadyhand.model.effect import Aspect, Classified

# https://git-scm.com/docs
GIT = {
    **listed("log|status|diff|show|rev-parse|describe|blame|ls-files|ls-remote|shortlog", READ),
    **listed(
        "rev-list|cat-file|grep|version|config --get|config --list|config -l|config get", READ
    ),
    **listed("config list|remote -v|remote show|remote get-url|annotate|check-attr", READ),
    **listed("check-ignore|cherry|count-objects|diff-files|diff-index|diff-tree", READ),
    **listed("for-each-ref|fsck|help|ls-tree|merge-base|merge-tree|name-rev|range-diff", READ),
    **listed(
        "reflog|reflog show|show-branch|show-ref|stash list|stash show|var|verify-commit", READ
    ),
    **listed("verify-tag|whatchanged|worktree list|bisect log|submodule status|notes list", READ),
    **listed("notes show|bundle verify|bundle list-heads|lfs ls-files|lfs status", READ),
    **listed("fetch|pull|clone|add|commit|push|merge|cherry-pick|revert|tag|stash|init", CHANGE),
    **listed("branch|checkout|switch|config|remote|worktree|am|apply|bisect|bundle create", CHANGE),
    **listed(
        "format-patch|mv|notes|submodule|pack-refs|repack|maintenance|sparse-checkout", CHANGE
    ),
    **listed("archive|symbolic-ref|lfs pull|lfs fetch|lfs push|lfs install|lfs track", CHANGE),
    **listed(
        "reset|rebase|clean|rm|restore|gc|filter-branch|filter-repo|prune|update-ref", DESTROY
    ),
    **listed("stash drop|stash clear|stash pop|reflog expire|reflog delete|read-tree", DESTROY),
    **listed("replace|checkout-index|worktree remove|worktree prune|remote remove", DESTROY),
    **listed("remote rm|remote prune|submodule deinit|notes remove|notes prune", DESTROY),
}
GIT_ASPECTS = {
    **known_for("reset|clean|rm|restore|gc|filter-branch|filter-repo|prune|update-ref", GONE),
    **known_for("stash drop|stash clear|reflog expire|reflog delete|worktree remove", GONE),
    **known_for("revert|commit|merge|add|branch|switch|checkout|stash|cherry-pick", BACK),
    **known_for("rebase|stash pop|mv|remote rm|remote remove", BACK),
}
# https://cli.github.com/manual/
GH = {
    **listed("run list|run view|run watch|run download|workflow list|workflow view|pr list", READ),
    **listed("pr view|pr checks|pr diff|pr status|issue list|issue view|issue status", READ),
    **listed("release list|release view|release download|release verify|repo view", READ),
    **listed("repo list|auth status|auth token|search|status|browse|cache list", READ),
    **listed("secret list|variable list|variable get|label list|gist list|gist view", READ),
    **listed("ruleset list|ruleset view|ruleset check|org list|project list|project view", READ),
    **listed("ssh-key list|gpg-key list|alias list|extension list|config get|config list", READ),
    **listed("attestation verify|version|completion|codespace list|codespace view", READ),
    **listed("workflow run|run rerun|pr create|pr merge|pr comment|issue create", CHANGE),
    **listed("issue comment|issue edit|issue reopen|issue close|issue pin|issue develop", CHANGE),
    **listed("release create|release upload|release edit|workflow enable|pr review", CHANGE),
    **listed("pr ready|pr edit|pr reopen|pr checkout|pr update-branch|pr lock|pr unlock", CHANGE),
    **listed(
        "repo clone|repo create|repo fork|repo sync|repo set-default|secret set|variable set",
        CHANGE,
    ),
    **listed("label create|label edit|label clone|gist create|gist edit", CHANGE),
    **listed("auth refresh|auth setup-git|auth switch|project create|project edit", CHANGE),
    **listed("ssh-key add|gpg-key add|config set|codespace create", CHANGE),
    **listed("run cancel|run delete|workflow disable|release delete|release delete-asset", DESTROY),
    **listed("pr close|repo delete|repo archive|repo rename|repo edit|repo unarchive", DESTROY),
    **listed("issue delete|issue transfer|secret delete|variable delete|label delete", DESTROY),
    **listed("gist delete|cache delete|auth logout|project delete|ssh-key delete", DESTROY),
    **listed("gpg-key delete|codespace delete|codespace stop|alias delete", DESTROY),
    **listed("extension install|extension exec|alias set|alias import", DESTROY),
}
GH_ASPECTS = {
    **known_for("workflow disable|workflow enable|repo archive|repo unarchive", BACK),
    **known_for("pr close|pr reopen|issue close|issue reopen|pr lock|pr unlock", BACK),
    **known_for("run cancel", FELT),
    **known_for("workflow run|run rerun|release create|pr merge", FELT),
    **known_for("run delete|release delete|release delete-asset|repo delete", GONE),
    **known_for("issue delete|secret delete|variable delete|label delete", GONE),
    **known_for("gist delete|cache delete|project delete|codespace delete", GONE),
    **known_for("ssh-key delete|gpg-key delete", GONE),
    **known_for("codespace create", Aspect.COSTS_MONEY),
}
# https://developer.hashicorp.com/terraform/cli/commands
TERRAFORM = {
    **listed("plan|show|output|validate|version|fmt -check|graph|providers|state list", READ),
    **listed("state show|state pull|state identities|workspace list|workspace show|help", READ),
    **listed("providers schema|metadata functions|modules", READ),
    **listed("init|fmt|get|import|refresh|workspace new|workspace select|taint|untaint", CHANGE),
    **listed("providers lock|providers mirror|login|logout", CHANGE),
    **listed("apply|destroy|force-unlock|state rm|state mv|state push|workspace delete", DESTROY),
    **listed("state replace-provider|test", DESTROY),
}
TERRAFORM_ASPECTS = {
    **known_for("destroy", FELT, GONE),
    **known_for("state rm|state push|workspace delete", GONE),
    **known_for("taint|untaint|workspace new|workspace select|state mv", BACK),
    **known_for("state pull", Aspect.EXPOSES_SECRET),  # the state holds passwords in plain
    **known_for("test", Aspect.COSTS_MONEY),  # it makes real things and takes them down again
}
# https://alembic.sqlalchemy.org/en/latest/api/commands.html
ALEMBIC = {
    **listed("current|history|heads|branches|show|check|list_templates", READ),
    **listed("upgrade|stamp|revision|merge|init|ensure_version|edit", CHANGE),
    **listed("downgrade", DESTROY),
}
ALEMBIC_ASPECTS = {
    **known_for("upgrade", FELT),
    **known_for("downgrade", FELT, GONE),
    **known_for("stamp", BACK),
}
_GIT = frozenset("-C -c --git-dir --work-tree".split())
_GH = frozenset("-R --repo".split())
_GH_API = (
    "-X --method -f --raw-field -F --field -H --header -q --jq -t --template -p --preview --input "
    "--hostname --cache"
)
_GH_DOWNLOAD = "-R --repo -D --dir -O --output -n --name -p --pattern -A --archive"
_ALEMBIC = frozenset("-c --config -x -n --name".split())


def classify_git(argv: Argv) -> Classified:
    """Classify a `git` argv. Pure."""
    words = list(positionals(argv, _GIT))
    verb = words[0] if words else ""
    if any(w == "-c" or w.startswith(("--config-env", "--exec-path=")) for w in argv[1:]):
        return unknown(argv)  # a setting can name a program to run, a folder has them
    if verb == "push" and _replaces(argv, words[1:]):
        return destroy("git push replaces or removes what others have", GONE)
    if verb in {"tag", "branch"}:
        if letter(argv, "d") or letter(argv, "D") or flag(argv, "--delete"):
            return destroy(f"git {verb} -d removes a name")
        if not _sets(argv) and (len(words) == 1 or letter(argv, "l") or flag(argv, "--list")):
            return read(f"git {verb} lists names")
    if verb == "checkout" and ("--" in argv or letter(argv, "f") or "." in words):
        return destroy("git checkout throws local changes away", GONE)
    if words[:2] == ["submodule", "foreach"] or words[:2] == ["bisect", "run"]:
        return unknown(argv[:4])  # it runs what stands behind, or on the next word
    found = by_table(argv, GIT, _GIT, GIT_ASPECTS, interactive=_git_asks(argv, verb))
    return _git_read(argv, verb, found) if found.effect is READ else found


def _sets(argv: Argv) -> bool:
    """Tell whether `git branch` or `git tag` is to set something, with no other name than that."""
    long = ("--set-u", "--unset-u", "--edit", "--move", "--copy", "--force", "--track", "--create")
    return any(w.startswith(long) for w in argv[1:]) or any(letter(argv, one) for one in "fmMcCu")


def _git_read(argv: Argv, verb: str, found: Classified) -> Classified:
    """Look for the options with which a command that reads writes a file or runs a program."""
    said = given(argv, "-C -c --git-dir --work-tree --output --upload-pack --exec --lost-found!")
    if said.has("--upload-pack", "--exec", "--ext-diff") or (
        verb == "grep" and said.has("-O", "--open-files-in-pager")
    ):
        return unknown(argv[:3])
    if files := said.values("--output"):
        return written("git", "writes a file", list(files))
    if said.has("--lost-found") or (verb == "remote" and said.names[1:2] == ("update",)):
        return change(f"git {verb} brings in or keeps more than it shows")
    return found


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
        said = given(argv, _GH_API)
        sends = said.has("-f", "-F", "--field", "--raw-field", "--input")
        asked = said.values("-X", "--method")
        method = (asked[-1] if asked else "POST" if sends else "GET").upper()
        if any(map(overrides_method, said.values("-H", "--header"))):
            return destroy("unknown: a header of this gh api asks for another method")
        if method == "GET":
            return read("gh api reads")
        return destroy("gh api DELETE") if method == "DELETE" else change(f"gh api {method}")
    asks = _gh_asks(argv)
    if argv[1:3] == ("run", "watch"):
        return read("gh run watch waits for a run", interactive=asks)
    if argv[1:3] == ("auth", "token"):
        return read("gh auth token prints a secret", Aspect.EXPOSES_SECRET, secret_output=True)
    if argv[2:3] == ("download",):
        places = given(argv, _GH_DOWNLOAD).values("-D", "--dir", "-O", "--output")
        if strange := [one for one in places if outside(one)]:
            return written(f"gh {argv[1]} download", "writes files", strange)
    return by_table(argv, GH, _GH, GH_ASPECTS, interactive=asks)


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
    if verb == "plan" and (saved := [w for w in rest if w.startswith(("-out", "--out"))]):
        file = saved[-1].partition("=")[2] or option(rest, saved[-1]) or ""
        if outside(file):
            return written("terraform plan -out", "writes a file", [file])
        return read("terraform plan -out reads and writes its plan into a file")
    if verb == "apply":
        return destroy(
            "terraform apply can replace or delete whatever the files say",
            FELT,
            GONE,
            Aspect.COSTS_MONEY,
            interactive=_terraform_asks(verb, rest),
        )
    asks = _terraform_asks(verb, rest)
    return by_table(argv, TERRAFORM, frozenset(), TERRAFORM_ASPECTS, interactive=asks)


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
    return by_table(argv, ALEMBIC, _ALEMBIC, ALEMBIC_ASPECTS)
