"""A `jq` argv in, what its compiler says to the program out. Nothing is run.

The compiler is jq's own, 1.8. A program that is known only when the command runs, or that includes
other files, is not judged; neither are functions that older versions had.
"""

import re
from functools import lru_cache

from steadyhand.actions.words import HOLE, Argv

# https://jqlang.org/manual/: how many words an option takes
_TAKES = {
    "--arg": 2, "--argjson": 2, "--slurpfile": 2, "--rawfile": 2, "--argfile": 2,
    "--indent": 1, "-L": 1, "--library-path": 1,
}  # fmt: skip
_NAMED = frozenset(_TAKES) - {"--indent", "-L", "--library-path"}
# Gone in 1.8, and known to the versions before.
_OLDER = re.compile(r"\b(?:leaf_paths|recurse_down|ascii|date|dateadd|datesub)/\d is not defined")
_LONGEST = 10_000
_PATH = re.compile(r"\.|(?:\.[A-Za-z_]\w*(?:\[\d*\])*)+", re.ASCII)  # nothing to be refused


def jq_help(said: str) -> str:
    """Say what to do about the compiler's words. Pure."""
    if re.match(r"\$\w+ is not defined", said):
        return 'hand it in with `--arg name "$NAME"`'
    if "/0 is not defined" in said:
        return 'a key with a dash is written `.["a-b"]`; a text stands in double quotes'
    return "`jq -n 'PROGRAM'` says where it goes wrong"


def check_jq(argv: Argv) -> str:
    """Give the compiler's words about a `jq` command's program; "" where it has none. Pure."""
    program, names = _program(argv)
    if not program or HOLE in program or len(program) > _LONGEST:
        return ""
    if _PATH.fullmatch(program) or re.search(r"\b(?:import|include)\b", program):
        return ""
    return _compiled(program, names)


def _program(argv: Argv) -> tuple[str, tuple[str, ...]]:
    """Find the program, and the names of the variables it is given."""
    program, names = "", []
    words = iter(argv[1:])
    for word in words:
        if word in _TAKES:
            given = [next(words, "") for _ in range(_TAKES[word])]
            if word in _NAMED:
                names.append(given[0])
        elif re.fullmatch(r"-[a-zA-Z]*f[a-zA-Z]*|--from-file", word):
            return "", ()
        elif word.startswith(HOLE):
            return "", ()  # may be options, or the program
        elif (not word.startswith("-") or word == "-") and not program:
            program = word
    return program, tuple(sorted(names))


@lru_cache(maxsize=1024)
def _compiled(program: str, names: tuple[str, ...]) -> str:
    import jq

    if any(HOLE in name for name in names):
        return ""
    try:
        jq.compile(program, args=dict.fromkeys((*names, "ARGS"), ""))
    except ValueError as error:
        said = str(error)
        if _OLDER.search(said):
            return ""
        found = re.search(r"jq: error: (.*?)(?: at <top-level>.*)?$", said, re.MULTILINE)
        return found[1].strip() if found else ""
    return ""
