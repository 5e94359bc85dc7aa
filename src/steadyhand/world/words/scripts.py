"""A command's words and where it is called in; whether all it does is start others, out.

Such a program changes nothing by itself: what it starts comes to the gate. So it may be begun
again where a run goes on. Reads the first line of a file that is called by its path.
"""

import re
from pathlib import Path

from steadyhand.world.words.tools import WRAPPERS, tool_name

_SHELL = re.compile(rb"#!\s*(?:/usr/bin/env\s+(?:-S\s+)?)?(?:/[\w./-]*/)?(bash|sh|dash)\b")
_LONGEST = 1_000_000  # bytes of a script that is read


def script_at(name: str, cwd: str) -> tuple[str, Path] | None:
    """Give the shell and the file of a script that is named by its path; None for all else."""
    if "/" not in name:
        return None
    file = Path(cwd, name)
    try:
        with file.open("rb") as opened:
            found = _SHELL.match(opened.readline(200))
    except OSError:
        return None
    return (found[1].decode(), file) if found else None


def body(file: Path) -> str:
    """Read what a script says, without the line that names its shell and without comments."""
    lines = file.read_bytes()[:_LONGEST].decode(errors="replace").splitlines()[1:]
    return "\n".join(line for line in lines if not line.lstrip().startswith("#"))


def only_starts(argv: tuple[str, ...], cwd: str) -> bool:
    """Tell whether a program's own part is to start others, so that it may be begun again."""
    name = tool_name(argv[0])
    return name in WRAPPERS or script_at(name, cwd) is not None
