"""Which local programs there are, what they may be given, and what they must not do. Argv in.

By name only: what a command does to the world beyond this machine is the business of `actions`.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from steadyhand.model.argv import awk, sed
from steadyhand.model.argv.tools import (
    awk_names_files,
    only_prints,
    openssl_loads,
    openssl_writes,
    sed_scripts,
    sets_clock,
    told,
)
from steadyhand.world.door import Refused
from steadyhand.world.words.past import curl_writes

# They pass words on whole, so a token goes through them unharmed.
KEEPS = frozenset(
    "cat echo printf grep egrep fgrep sort uniq tee head tail true false test [ sleep printenv "
    "cp mv rm rmdir mkdir touch ln chmod ls jq column diff".split()
)
# They change or measure text: of a token, that would make nonsense.
TRANSFORMS = frozenset(
    "awk base32 base64 basename bc cksum comm cut date df dirname du expand expr file fmt fold "
    "gunzip gzip hostname id join locale md5sum mktemp nl nproc numfmt od openssl paste readlink "
    "realpath rev sed seq sha1sum sha256sum sha512sum shuf stat strings tac tr uname uptime "
    "uuidgen wc whoami xxd yq zcat zgrep".split()
)
LOCAL = KEEPS | TRANSFORMS
# They start other programs. Those must come to the gate, so these get nothing but shims to find.
WRAPPERS = frozenset(
    "xargs env timeout nohup sh bash dash nice stdbuf watch setsid ionice flock find".split()
)
# They would run it as somebody else or somewhere else on this machine, with a path of their own.
AS_ANOTHER = frozenset("sudo su doas runuser chroot unshare nsenter setpriv systemd-run".split())
# They get values instead of tokens, in their arguments, their environment and their stdin.
SENDERS = frozenset({"aws", "curl", "psql"})

_FILES = frozenset(
    "tee cp mv rm rmdir mkdir touch ln chmod gzip gunzip mktemp dd split csplit truncate shred "
    "install chown".split()
)
_SYSTEM_FOLDERS = frozenset("/bin /usr/bin /usr/local/bin /sbin /usr/sbin /usr/local/sbin".split())
_OPENSSL = frozenset("rand x509 dgst base64 genrsa genpkey passwd version asn1parse verify".split())


def as_another(words: Iterable[str]) -> tuple[str, ...]:
    """Name the programs among some commands' words that the door refuses for it. Pure."""
    return tuple(name for name in dict.fromkeys(map(tool_name, words)) if name in AS_ANOTHER)


def elsewhere(commands: Iterable[Sequence[str]], folder: str) -> tuple[str, ...]:
    """Name the directories outside a run's own to which some commands' `cd` would go."""
    there = (argv[-1] for argv in commands if argv[0] == "cd" and argv[-1].startswith("/"))
    own = (Path(folder or os.devnull),)
    return tuple(path for path in dict.fromkeys(there) if not _inside(path, own))


def tool_name(word: str) -> str:
    """Give the tool that a command word names; a path that is not the system's stays a path."""
    folder, slash, name = word.rpartition("/")
    return name if slash and folder in _SYSTEM_FOLDERS else word


def reads_stdin(name: str, argv: tuple[str, ...]) -> bool:
    """Tell whether a program will read its stdin. To feed one that does not would eat the input
    of a loop around it."""
    if name in {"aws", "curl"}:
        return any(w == "-" or w.endswith(("@-", "=-", "/dev/stdin")) for w in argv[1:])
    if name == "psql":
        return not any(w.startswith(("-c", "--command", "-f", "--file")) for w in argv[1:])
    return name not in {"echo", "printf", "date", "sleep", "openssl", "true", "false", "test", "["}


def check_local(name: str, argv: tuple[str, ...], cwd: str, roots: Iterable[Path]) -> None:
    """Raise Refused for a local command that would do more than work on text below `roots`."""
    if (check := _CHECKS.get(name)) is not None and (reason := check(argv)):
        raise Refused(f"`{' '.join(argv)}`: {reason}")
    check_written(name, argv, cwd, roots)
    for word in _paths(argv):
        if not word.startswith("/dev/") and _PRIVATE.search(
            os.path.realpath(os.path.join(cwd, word))
        ):
            raise Refused(f"`{' '.join(argv)}`: {word} may hold credentials of this machine")


def check_written(name: str, argv: tuple[str, ...], cwd: str, roots: Iterable[Path]) -> None:
    """Raise Refused for a program that would write a file outside `roots`."""
    roots = tuple(roots)
    for word in _written(name, argv):
        if not _inside(os.path.join(cwd, word), roots):
            raise Refused(f"`{' '.join(argv)}`: {word} is outside the run's directory")


def _written(name: str, argv: tuple[str, ...]) -> Iterator[str]:
    """Name the files that a command may write to; where that is not plain, all that it names."""
    several = len([word for word in argv[1:] if not word.startswith("-")]) > 1
    writes = name in _WRITERS and told(argv, name).has(*_WRITERS[name])
    changes = name == "find" and any(w.startswith(("-delete", "-fprint", "-fls")) for w in argv)
    prints = name in {"gzip", "gunzip"} and only_prints(argv)
    if (
        (name in _FILES and not prints)
        or writes
        or changes
        or (name in {"uniq", "xxd"} and several)
    ):
        yield from _paths(argv)
    elif name == "openssl":
        yield from openssl_writes(argv)
    elif name == "curl":
        yield from curl_writes(argv)


def files_named(argv: tuple[str, ...], cwd: str) -> Iterator[Path]:
    """Find the files that a command's words name: `x`, `file://x`, `@x`, `--option=@x`."""
    for word in argv[1:]:
        for part in {word, word.rpartition("=")[2]}:
            name = re.sub(r"^(fileb?://|@)", "", part)
            path = Path(cwd, name)
            if name and _is_file(path):
                yield path


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a query or a text that is longer than a name can be
        return False


def changes_tokens(name: str, argv: tuple[str, ...]) -> bool:
    """Tell whether a local program makes something else of the words that it is given."""
    if name in {"head", "tail"}:
        return any(w.startswith(("-c", "--bytes")) for w in argv[1:])
    if name == "jq":
        return re.search(_JQ_CHANGES, " ".join(argv[1:])) is not None
    return name not in KEEPS


_JQ_CHANGES = (
    r"@(base|uri|html|sh|csv|text)|\b(length|split|explode|implode|[lr]trimstr|startswith|"
    r"endswith|test|match|capture|scan|g?sub|ascii\w*|utf8bytelength|reverse|indices|index|"
    r"tojson|fromjson|tonumber)\b|\[-?\d*:"
)


def _date(argv: tuple[str, ...]) -> str:
    return "a run never sets this machine's clock" if sets_clock(argv) else ""


def _openssl(argv: tuple[str, ...]) -> str:
    verb = argv[1] if len(argv) > 1 else ""
    if openssl_loads(argv):
        return "it would load what nobody here knows"
    return "" if verb in _OPENSSL else f"openssl {verb} is not one of those that only compute"


def _awk(argv: tuple[str, ...]) -> str:
    if awk_names_files(argv):
        return "an awk program in a file is one that nobody has read, and no option may write one"
    program = " ".join(argv[1:])
    if awk.starts_programs(program):
        return "this awk program may start others"
    return "this awk program may write a file" if awk.writes_files(program) else ""


def _sed(argv: tuple[str, ...]) -> str:
    starts = any(map(sed.starts_programs, sed_scripts(argv)))
    return "this sed script may start programs" if starts else ""


def _hostname(argv: tuple[str, ...]) -> str:
    sets = any(not w.startswith("-") or w.startswith(("-F", "-b", "--f")) for w in argv[1:])
    return "a run never renames this machine" if sets else ""


def _sort(argv: tuple[str, ...]) -> str:
    starts = told(argv, "sort").has("--compress-program")
    return "sort would start another program" if starts else ""


_CHECKS: dict[str, Callable[[tuple[str, ...]], str]] = {
    "awk": _awk,
    "date": _date,
    "hostname": _hostname,
    "openssl": _openssl,
    "sed": _sed,
    "sort": _sort,
}


# Programs that read, but for these options.
_WRITERS = {
    "sed": ("-i", "--in-place"),
    "shuf": ("-o", "--output"),
    "sort": ("-o", "--output"),
    "yq": ("-i", "--in-place", "--inplace", "-s", "--split-exp"),
}


def _paths(argv: tuple[str, ...]) -> Iterator[str]:
    for word in argv[1:]:
        if not word.startswith("-") or "/" in word:
            yield word.partition("=")[2] if word.startswith("--") else _value(word)


def _value(word: str) -> str:
    """Take the path from `-o/x` and `of=/x`."""
    return word[2:] if word.startswith("-") else re.sub(r"^(if|of)=", "", word)


# What the kernel shows of a process, and where people's credentials lie.
_PRIVATE = re.compile(
    r"^/proc/(\d+|self|thread-self)(/|$)|^/etc/(g?shadow|sudoers)|^/(var/)?run/secrets(/|$)|"
    r"/\.(aws|ssh|netrc|pgpass|docker|kube|gnupg|config|git-credentials)(/|$)"
)


def _inside(path: str, roots: Iterable[Path]) -> bool:
    if path == "/dev/null":
        return True
    real = Path(os.path.realpath(path))
    return any(real.is_relative_to(os.path.realpath(root)) for root in roots)
