"""Text and file tools' argv in, effect and reason out: sed, awk, sort, find, tail, tar, openssl."""

from collections.abc import Callable
from itertools import islice

from steadyhand.actions.local.files import written
from steadyhand.actions.words import (
    HOLE,
    Argv,
    change,
    destroy,
    flag,
    letter,
    positionals,
    read,
    unknown,
)
from steadyhand.model.argv import awk, sed
from steadyhand.model.argv.options import given
from steadyhand.model.argv.tools import (
    TAKES,
    awk_names_files,
    openssl_loads,
    openssl_writes,
    sed_scripts,
    sets_clock,
    told,
)
from steadyhand.model.effect import Aspect, Classified


def _date(argv: Argv) -> Classified:
    if sets_clock(argv):
        return destroy("date sets this machine's clock")
    return read("date reads the clock")


def _tail(argv: Argv) -> Classified:
    follows = letter(argv, "f") or letter(argv, "F") or any(w.startswith("--follow") for w in argv)
    return read("tail reads a file", endless=follows)


def _sed(argv: Argv) -> Classified:
    said = told(argv, "sed")
    has_script = said.has("-e", "-f", "--expression", "--file")
    if said.has("-i", "--in-place"):
        return written("sed -i", "rewrites files", list(said.names[0 if has_script else 1 :]))
    if said.has("-f", "--file"):
        return destroy("unknown: nobody here has read this sed script")
    if any(map(sed.does_more, sed_scripts(argv))):
        return destroy("unknown: this sed script may write a file or run a program")
    return read("sed reads")


def _awk(argv: Argv) -> Classified:
    if awk_names_files(argv):
        return destroy("unknown: this awk program is in a file, or its options write one")
    program = " ".join(argv[1:])
    if awk.starts_programs(program) or awk.writes_files(program) or awk.reads_more(program):
        return destroy("unknown: this awk program may write a file or run a program")
    return read("awk reads")


def _sort(argv: Argv) -> Classified:
    said = told(argv, "sort")
    if said.has("--compress-program"):
        return unknown(argv)
    if targets := said.values("-o", "--output"):
        return written("sort -o", "writes a file", list(targets))
    return read("sort reads")


def _find(argv: Argv) -> Classified:
    if flag(argv, "-delete"):
        return destroy("find -delete removes files", Aspect.DESTRUCTIVE)
    if any(w.startswith(("-exec", "-ok", "-fprint", "-fls")) for w in argv):
        return unknown(argv)
    return read("find reads")


def _openssl(argv: Argv) -> Classified:
    verb = argv[1] if len(argv) > 1 else ""
    if openssl_loads(argv):
        return destroy(f"unknown: openssl {verb} loads what nobody here knows")
    if files := openssl_writes(argv):
        return written(f"openssl {verb}", "writes a file", list(files))
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


# https://www.gnu.org/software/tar/manual/html_section/Option-Summary.html
_TAR = (
    "--list! -b --blocking-factor -C --directory -f --file -F --info-script --new-volume-script "
    "-g --listed-incremental -H --format -I --use-compress-program -K --starting-file -L "
    "--tape-length -N --newer --after-date --newer-mtime -T --files-from -V --label -X "
    "--exclude-from --exclude --transform --xform --owner --group --mode --mtime --sort --level "
    "--strip-components --to-command --checkpoint-action --index-file --rsh-command --rmt-command "
    "--record-size --suffix --backup? --checkpoint? --occurrence? --one-top-level? --warning "
    "--quoting-style --volno-file --add-file --exclude-tag --exclude-tag-under --exclude-tag-all "
    "--exclude-ignore --exclude-ignore-recursive --owner-map --group-map --pax-option "
    "--xattrs-include --xattrs-exclude --no-quote-chars --quote-chars --set-mtime-command "
    "--set-mtime-format"
)
_TAR_STARTS = (
    "-F --info-script --new-volume-script --to-command "
    "--checkpoint-action --rsh-command --rmt-command --set-mtime-command"
).split()


_PACKERS = frozenset("gzip pigz bzip2 pbzip2 lbzip2 xz pxz lzma lzip lzop lz4 zstd".split())


def _tar(argv: Argv) -> Classified:
    said = given(_dashed(argv), _TAR)
    packs = said.values("-I", "--use-compress-program")
    if said.has(*_TAR_STARTS) or any(one.partition(" ")[0] not in _PACKERS for one in packs):
        return destroy("unknown: tar hands what it packs or unpacks to a program")
    if said.has("-x", "--extract", "--get") or HOLE in "".join(argv[1:2]):
        return destroy("tar writes files")
    if said.has("--delete"):
        return destroy("tar --delete removes files from an archive", Aspect.DESTRUCTIVE)
    archives = [*said.values("-f", "--file"), *said.values("-g", "--listed-incremental")]
    writes = "-c -r -u -A --create --append --update --catenate --concatenate".split()
    if said.has("--remove-files"):
        return destroy("tar --remove-files removes what it has packed", Aspect.DESTRUCTIVE)
    if said.has(*writes):
        return written("tar", "writes an archive", [name for name in archives if name != "-"])
    if said.has("--index-file"):
        return change("tar writes a list into a file")
    if said.has("-t", "--list", "-d", "--diff", "--compare", "--test-label", "--version", "--help"):
        return read("tar lists or compares an archive")
    return unknown(argv[:2])


def _dashed(argv: Argv) -> Argv:
    """Write tar's old way (`tar xfC a.tar /dir`) in the one with dashes: values stand in turn."""
    if len(argv) < 2 or argv[1].startswith("-"):
        return argv
    takes = {one[1] for one in _TAR.split() if len(one) == 2}
    rest = iter(argv[2:])
    words = [
        w
        for one in argv[1]
        for w in ([f"-{one}", *islice(rest, 1)] if one in takes else [f"-{one}"])
    ]
    return (argv[0], *words, *rest)


def _writes_with(with_value: str, writes: str) -> Callable[[Argv], Classified]:
    """A program that reads, but for options that name a file to write."""

    def classify(argv: Argv) -> Classified:
        said = given(argv, with_value)
        if files := said.values(*writes.split()):
            return written(argv[0], "writes a file", list(files))
        return read(f"{argv[0]} reads")

    return classify


def _second(with_value: str) -> Callable[[Argv], Classified]:
    """A program that reads its first file and writes its second."""
    takes = frozenset(with_value.split())

    def classify(argv: Argv) -> Classified:
        files = [*positionals(argv, takes)][1:]
        return written(argv[0], "writes a file", files) if files else read(f"{argv[0]} reads")

    return classify


def _yq(argv: Argv) -> Classified:
    said = told(argv, "yq")
    if said.has("-i", "--inplace", "--in-place", "-s", "--split-exp"):
        return written("yq -i", "rewrites files", list(said.names))
    return read("yq reads")


TEXT: dict[str, Callable[[Argv], Classified]] = {
    "awk": _awk,
    "gawk": _awk,
    "mawk": _awk,
    "date": _date,
    "find": _find,
    "less": _writes_with(
        "-b -D -h -j -k -p -P -t -T -x -y -z -o -O -# --log-file --LOG-FILE --lesskey-file",
        "-o -O --log-file --LOG-FILE",
    ),
    "openssl": _openssl,
    "sed": _sed,
    "shuf": _writes_with(TAKES["shuf"], "-o --output"),
    "sort": _sort,
    "tail": _tail,
    "tar": _tar,
    "tree": _writes_with("-L -P -I -H -T -o --filelimit --charset --sort --timefmt", "-o"),
    "uniq": _second("-f --skip-fields -s --skip-chars -w --check-chars"),
    "xxd": _second("-c -cols -g -groupsize -l -len -n -name -o -s -seek -R"),
    "yq": _yq,
}
