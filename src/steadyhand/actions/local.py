"""A local program's argv in, its effect and the reason out: text tools, files, shell builtins.

"Local" is the run's own directory and the terminal; nothing here reaches another machine but the
name look-ups.
"""

import re
from collections.abc import Callable

from steadyhand.actions.words import (
    HOLE,
    Argv,
    change,
    destroy,
    flag,
    letter,
    option,
    read,
    unknown,
)  # fmt: skip
from steadyhand.model.effect import Classified
from steadyhand.model.shell import HARMLESS_BUILTINS

READS = frozenset(
    "jq grep egrep fgrep zgrep cut head wc uniq tr cat tac nl paste join comm column fold fmt rev "
    "diff cmp base64 base32 md5sum sha1sum sha256sum sha512sum cksum basename dirname realpath "
    "readlink ls stat file du df expr seq sleep uuidgen mktemp whoami id hostname uname uptime "
    "printenv which type numfmt xxd od strings zcat bc ps free nproc getconf nslookup dig host "
    "getent env pg_isready true false test yq less more tty locale shuf cal".split()
)
_FILES = {
    "tee": (change, "writes a file"),
    "cp": (change, "writes a file"),
    "mkdir": (change, "makes a directory"),
    "touch": (change, "makes a file"),
    "ln": (change, "makes a link"),
    "chmod": (change, "changes a file's rights"),
    "chown": (change, "changes a file's owner"),
    "gzip": (change, "replaces a file by a packed one"),
    "gunzip": (change, "replaces a file by its content"),
    "split": (change, "writes files"),
    "mv": (destroy, "moves a file over what may be there"),
    "rm": (destroy, "removes files"),
    "rmdir": (destroy, "removes a directory"),
    "truncate": (destroy, "cuts a file off"),
    "shred": (destroy, "destroys a file"),
    "dd": (destroy, "writes over whatever it is given"),
    "kill": (destroy, "ends a process"),
    "pkill": (destroy, "ends processes"),
    "killall": (destroy, "ends processes"),
    "systemctl": (destroy, "acts on the machine's services"),
    "service": (destroy, "acts on the machine's services"),
    "reboot": (destroy, "restarts this machine"),
    "shutdown": (destroy, "stops this machine"),
}


def classify_local(argv: Argv) -> Classified | None:
    """Classify a local program or builtin; None for a name that is not listed here. Pure."""
    name = argv[0]
    if (special := SPECIAL.get(name)) is not None:
        return special(argv)
    if name in READS:
        return read(f"{name} reads")
    if name in HARMLESS_BUILTINS:
        return read(f"{name} changes nothing outside the shell")
    if (found := _FILES.get(name)) is not None:
        make, does = found
        return make(f"{name} {does}")
    return None


def _date(argv: Argv) -> Classified:
    if option(argv, "-s", "--set") is not None or any(
        word.startswith(("-s", "--set")) for word in argv[1:]
    ):
        return destroy("date -s sets this machine's clock")
    return read("date reads the clock")


def _tail(argv: Argv) -> Classified:
    follows = letter(argv, "f") or letter(argv, "F") or any(w.startswith("--follow") for w in argv)
    return read("tail reads a file", endless=follows)


def _sed(argv: Argv) -> Classified:
    if any(w.startswith(("-i", "--in-place")) for w in argv) or (
        letter(argv, "i") and not flag(argv, "-e")
    ):
        return change("sed -i rewrites files")
    scripts = " ".join(w for w in argv[1:] if not w.startswith("-"))
    # GNU sed's `w file` and `e command`, as commands and as flags of `s`.
    if re.search(r"(^|[;{}\d/$\s])[we](\s|$)|[/|#,][gpiIM0-9]*[we][gpiIM0-9]*(\s|;|$)", scripts):
        return destroy("unknown: this sed script may write a file or run a program")
    return read("sed reads")


def _awk(argv: Argv) -> Classified:
    script = " ".join(argv[1:])
    if re.search(r"system\s*\(|getline|print[^;}\n]*[>|]|-i\s*inplace|close\s*\(", script):
        return destroy("unknown: this awk program may write a file or run a program")
    return read("awk reads")


def _sort(argv: Argv) -> Classified:
    if any(w.startswith(("-o", "--output")) for w in argv[1:]):
        return change("sort -o writes a file")
    if any(w.startswith("--compress-program") for w in argv[1:]):
        return unknown(argv)
    return read("sort reads")


def _find(argv: Argv) -> Classified:
    if flag(argv, "-delete"):
        return destroy("find -delete removes files")
    if any(w.startswith(("-exec", "-ok", "-fprint", "-fls")) for w in argv):
        return unknown(argv)
    return read("find reads")


def _ping(argv: Argv) -> Classified:
    counted = any(w.startswith(("-c", "-w")) for w in argv[1:])
    return read("ping asks whether a host answers", endless=not counted)


def _openssl(argv: Argv) -> Classified:
    verb = argv[1] if len(argv) > 1 else ""
    if any(w in {"-out", "-keyout", "-writerand"} for w in argv) and verb != "rand":
        return change(f"openssl {verb} writes a file")
    match verb:
        case "rand" | "genrsa" | "genpkey":
            return read(f"openssl {verb} prints a new secret", secret_output=True)
        case "x509" | "s_client" | "verify" | "dgst" | "version" | "asn1parse" | "crl" | "ciphers":
            return read(f"openssl {verb} reads")
        case "base64" | "passwd":
            return read(f"openssl {verb} reads", secret_output=verb == "passwd")
        case _:
            return unknown(argv[:2])


def _tar(argv: Argv) -> Classified:
    mode = argv[1] if len(argv) > 1 else ""
    if "t" in mode and "x" not in mode and "c" not in mode and HOLE not in mode:
        return read("tar t lists an archive")
    return destroy("tar writes files") if "x" in mode else change("tar writes an archive")


SPECIAL: dict[str, Callable[[Argv], Classified]] = {
    "awk": _awk,
    "gawk": _awk,
    "mawk": _awk,
    "date": _date,
    "find": _find,
    "openssl": _openssl,
    "ping": _ping,
    "sed": _sed,
    "sort": _sort,
    "tail": _tail,
    "tar": _tar,
}
