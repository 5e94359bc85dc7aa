"""Text and file tools' argv in, effect and reason out: sed, awk, sort, find, tail, tar, openssl."""

import re
from collections.abc import Callable

from steadyhand.actions.local.files import written
from steadyhand.actions.words import (
    HOLE,
    Argv,
    change,
    destroy,
    flag,
    letter,
    option,
    positionals,
    read,
    unknown,
)
from steadyhand.model.effect import Aspect, Classified


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
        return written("sed -i", "rewrites files", _sed_files(argv))
    scripts = " ".join(w for w in argv[1:] if not w.startswith("-"))
    # GNU sed's `w file` and `e command`, as commands and as flags of `s`.
    if re.search(r"(^|[;{}\d/$\s])[we](\s|$)|[/|#,][gpiIM0-9]*[we][gpiIM0-9]*(\s|;|$)", scripts):
        return destroy("unknown: this sed script may write a file or run a program")
    return read("sed reads")


def _sed_files(argv: Argv) -> list[str]:
    """Give the files of a `sed`: what stands behind the script, unless `-e` or `-f` gave that."""
    paths = list(positionals(argv, {"-e", "-f", "--expression", "--file"}))
    given = any(w.startswith(("-e", "-f", "--expression", "--file")) for w in argv[1:])
    return paths if given else paths[1:]


def _awk(argv: Argv) -> Classified:
    script = " ".join(argv[1:])
    if re.search(r"system\s*\(|getline|print[^;}\n]*[>|]|-i\s*inplace|close\s*\(", script):
        return destroy("unknown: this awk program may write a file or run a program")
    return read("awk reads")


def _sort(argv: Argv) -> Classified:
    if any(w.startswith(("-o", "--output")) for w in argv[1:]):
        target = option(argv, "-o", "--output") or ""
        return written("sort -o", "writes a file", [target])
    if any(w.startswith("--compress-program") for w in argv[1:]):
        return unknown(argv)
    return read("sort reads")


def _find(argv: Argv) -> Classified:
    if flag(argv, "-delete"):
        return destroy("find -delete removes files", Aspect.DESTRUCTIVE)
    if any(w.startswith(("-exec", "-ok", "-fprint", "-fls")) for w in argv):
        return unknown(argv)
    return read("find reads")


def _openssl(argv: Argv) -> Classified:
    verb = argv[1] if len(argv) > 1 else ""
    if any(w in {"-out", "-keyout", "-writerand"} for w in argv) and verb != "rand":
        return change(f"openssl {verb} writes a file")
    match verb:
        case "rand" | "genrsa" | "genpkey":
            return read(f"openssl {verb} prints a new secret", secret_output=True)
        case "s_client":
            return read("openssl s_client waits for what is typed", endless=True)
        case "x509" | "verify" | "dgst" | "version" | "asn1parse" | "crl" | "ciphers":
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


TEXT: dict[str, Callable[[Argv], Classified]] = {
    "awk": _awk,
    "gawk": _awk,
    "mawk": _awk,
    "date": _date,
    "find": _find,
    "openssl": _openssl,
    "sed": _sed,
    "sort": _sort,
    "tail": _tail,
    "tar": _tar,
}
