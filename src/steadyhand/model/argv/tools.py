"""What options of common tools take, and what they say. Knows GNU's tools, and BSD's `date`."""

import re
from itertools import pairwise

from steadyhand.model.argv.options import Given, given

# By tool, as `options.given` is told: those with a value, or with one that hangs on them.
TAKES = {
    "awk": "-F --field-separator -v --assign -f --file -i --include -l --load -E --exec -W "
    "-d? --dump-variables? -D? --debug? -o? --pretty-print? -p? --profile?",
    "date": "-d --date -f --file -r --reference -s --set -I? -v",
    "gzip": "-S --suffix -b --bits",
    "sed": "-e --expression -f --file -l --line-length -i? --in-place?",
    "shuf": "-i --input-range -n --head-count -o --output --random-source",
    "sort": "-k --key -t --field-separator -T --temporary-directory -S --buffer-size -o --output "
    "--compress-program --files0-from --random-source --batch-size --parallel",
    "yq": "-I --indent -o --output-format -p --input-format -s --split-exp -f --from-file "
    "--expression",
}


def told(argv: tuple[str, ...], tool: str) -> Given:
    """Read the options of a tool of `TAKES`, by whatever path the argv names it. Pure."""
    return given(argv, TAKES[tool])


def sets_clock(argv: tuple[str, ...]) -> bool:
    """Tell whether a `date` sets the machine's clock. Pure.

    A word that is no format is the time to set, unless BSD's -j says that it is only shown.
    """
    said = told(argv, "date")
    moves = not said.has("-j") and any(not word.startswith("+") for word in said.names)
    return said.has("-s", "--set") or moves


def only_prints(argv: tuple[str, ...]) -> bool:
    """Tell whether a `gzip` or `gunzip` leaves its files as they are. Pure."""
    said = told(argv, "gzip")
    return said.has("-t", "--test", "-l", "--list", "-c", "--stdout", "--to-stdout", "-V", "-h")


def awk_names_files(argv: tuple[str, ...]) -> bool:
    """Tell whether the options of an `awk`, whatever its make, name or write files. Pure."""
    said = told(argv, "awk")
    loads = said.has("-f", "--file", "-i", "--include", "-l", "--load", "-E", "--exec", "-W")
    writes = said.has("-d", "--dump-variables", "-o", "--pretty-print", "-p", "--profile")
    return loads or writes or said.has("-D", "--debug")


def openssl_values(argv: tuple[str, ...], *options: str) -> tuple[str, ...]:
    """Give the values of an `openssl`'s options, written with one dash or two. Pure."""
    pairs = pairwise((*argv[1:], ""))
    return tuple(value for word, value in pairs if re.sub("^--", "-", word) in options)


def openssl_writes(argv: tuple[str, ...]) -> tuple[str, ...]:
    """Name the files that an `openssl` writes. Pure."""
    if openssl_values(argv, "-CAcreateserial"):  # a file of serial numbers, beside the CA's own
        return (*openssl_values(argv, *_OPENSSL_WRITES), *openssl_values(argv, "-CA"))
    return openssl_values(argv, *_OPENSSL_WRITES)


# https://docs.openssl.org/master/man1/
_OPENSSL_WRITES = tuple("-out -keyout -writerand -CAserial -keylogfile -sess_out -msgfile".split())


def openssl_loads(argv: tuple[str, ...]) -> bool:
    """Tell whether an `openssl` loads code that somebody names. Pure."""
    return bool(openssl_values(argv, "-engine", "-provider", "-provider-path", "-config"))


def sed_scripts(argv: tuple[str, ...]) -> tuple[str, ...]:
    """Give the scripts in a `sed`'s own words; those in files are not here. Pure."""
    said = told(argv, "sed")
    if scripts := said.values("-e", "--expression"):
        return scripts
    return () if said.has("-f", "--file") else said.names[:1]
