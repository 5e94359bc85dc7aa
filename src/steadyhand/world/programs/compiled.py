"""A small program in C in; it, compiled once where there is a compiler and kept, out.

What is written in C is there in another way as well, which takes longer: None where it cannot be
had. Does not know what a program does.
"""

import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from steadyhand.world import caches
from steadyhand.world.programs.environment import SYSTEM_PATH

_SECONDS = 30.0  # for the compiler
# The first that there is and that can. Without a library to load a program starts in half the time;
# with musl in it sooner still: glibc first asks the processor about its caches, which in a virtual
# machine takes longer than all the rest.
_HOW = (
    ("musl-gcc", "-O2", "-s", "-static"),
    ("cc", "-O2", "-s", "-static"),
    ("cc", "-O2", "-s"),
)


def compiled(source: Path) -> Path | None:
    """Give the program, compiled now if it has not been before. They are for Linux alone."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        how = [(found, *flags) for name, *flags in _HOW if (found := _found(name))]
        what = f"{platform.machine()}\0{how}\0{source.read_text()}"
        file = caches.folder() / f"{source.stem}-{sha256(what.encode()).hexdigest()[:16]}"
        if not file.exists() and not _compile(source, file, how):
            return None
        return file if caches.ours(file) else None
    except OSError:
        return None


def _found(compiler: str) -> str:
    return shutil.which(compiler, path=SYSTEM_PATH) or ""


def _compile(source: Path, file: Path, how: Sequence[tuple[str, ...]]) -> bool:
    if not how:
        return False
    caches.make(file.parent)
    with tempfile.TemporaryDirectory(prefix=f"{source.stem}-", dir=file.parent) as beside:
        made = Path(beside) / source.stem
        for words in how:
            if _done((*words, "-o", str(made), str(source)), beside):
                made.chmod(0o700)
                made.replace(file)
                return True
    return False


def _done(command: tuple[str, ...], beside: str) -> bool:
    try:
        done = subprocess.run(
            command,
            env={"PATH": SYSTEM_PATH, "LC_ALL": "C", "TMPDIR": beside},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0
