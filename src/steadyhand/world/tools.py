"""Which local programs there are, what they may be given, and what they must not do. Argv in.

By name only: what a command does to the world beyond this machine is the business of `actions`.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from steadyhand.world.door import Refused

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
WRAPPERS = frozenset("xargs env timeout nohup sh bash dash nice stdbuf watch".split())
# They get values instead of tokens, in their arguments, their environment and their stdin.
SENDERS = frozenset({"aws", "curl", "psql"})

_FILES = frozenset("tee cp mv rm rmdir mkdir touch ln chmod gzip gunzip".split())
_SYSTEM_FOLDERS = frozenset("/bin /usr/bin /usr/local/bin /sbin /usr/sbin /usr/local/sbin".split())
_OPENSSL = frozenset("rand x509 dgst base64 genrsa genpkey passwd version asn1parse verify".split())


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
    if name in _FILES or (name in {"sed", "sort"} and _writes(argv)):
        for word in _paths(argv):
            if not _inside(os.path.join(cwd, word), roots):
                raise Refused(f"`{' '.join(argv)}`: {word} is outside the run's directory")


def files_named(argv: tuple[str, ...], cwd: str) -> Iterator[Path]:
    """Find the files that a command's words name: `x`, `file://x`, `@x`, `--option=@x`."""
    for word in argv[1:]:
        for part in {word, word.rpartition("=")[2]}:
            name = re.sub(r"^(fileb?://|@)", "", part)
            path = Path(cwd, name)
            if name and len(name) < 4096 and "\0" not in name and path.is_file():
                yield path


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


def check_wrapper(argv: tuple[str, ...]) -> None:
    """Raise Refused for a wrapped command that would be found past the shims."""
    text = " ".join(argv)
    if (found := re.search(_PAST_THE_SHIMS, text)) is not None:
        raise Refused(f"`{' '.join(argv)}`: `{found[0].strip()}` goes past the gate")
    for word in re.split(r"[\s;&|()<>`\"'$={}]+", text):
        if "/" in word and os.path.isfile(word) and os.access(word, os.X_OK):
            raise Refused(f"`{' '.join(argv)}`: {word} would be started past the gate")


_PAST_THE_SHIMS = (
    r"\b(PATH|BASH_ENV|ENV|IFS|LD_\w+)=|/dev/(tcp|udp)/|\benable\s+-|\bcommand\s+-p|\bhash\s+-p|"
    r"\benv\s+(-\S+\s+)*(-i|-|--ignore-environment)(\s|$)"
)


def _date(argv: tuple[str, ...]) -> str:
    sets = any(w.startswith(("-s", "--s")) for w in argv[1:])
    return "a run never sets this machine's clock" if sets else ""


def _openssl(argv: tuple[str, ...]) -> str:
    verb = argv[1] if len(argv) > 1 else ""
    return "" if verb in _OPENSSL else f"openssl {verb} is not one of those that only compute"


def _awk(argv: tuple[str, ...]) -> str:
    starts = re.search(r"system\s*\(|\|\s*(getline|\")|\"\s*\||/inet", " ".join(argv[1:]))
    return "this awk program may start others" if starts else ""


def _sed(argv: tuple[str, ...]) -> str:
    script = " ".join(argv[1:])
    starts = re.search(r"(^|[;{}\d/$\s])e(\s|$)|[/|#,][gpiIM0-9]*e[gpiIM0-9]*(\s|;|$)", script)
    return "this sed script may start programs" if starts else ""


def _sort(argv: tuple[str, ...]) -> str:
    starts = any(w.startswith("--compress-p") for w in argv[1:])
    return "sort would start another program" if starts else ""


_CHECKS: dict[str, Callable[[tuple[str, ...]], str]] = {
    "awk": _awk,
    "date": _date,
    "openssl": _openssl,
    "sed": _sed,
    "sort": _sort,
}


def _writes(argv: tuple[str, ...]) -> bool:
    return any(w.startswith(("-i", "--in-place", "-o", "--output")) for w in argv[1:])


def _paths(argv: tuple[str, ...]) -> Iterator[str]:
    for word in argv[1:]:
        if not word.startswith("-") or "/" in word:
            yield word.partition("=")[2] if word.startswith("--") else word


def _inside(path: str, roots: Iterable[Path]) -> bool:
    if path == "/dev/null":
        return True
    real = Path(os.path.realpath(path))
    return any(real.is_relative_to(os.path.realpath(root)) for root in roots)
