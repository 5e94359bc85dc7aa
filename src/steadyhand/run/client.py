"""The shims' compiled client: made once where there is a C compiler, and kept for the next time.

It does what the one in Python does, in a tenth of the time. None where it cannot be had.
"""

import os
import platform
import shutil
import stat
import subprocess
import sys
import tempfile
from hashlib import sha256
from pathlib import Path

from steadyhand.world.caches import folder
from steadyhand.world.environment import SYSTEM_PATH

_SOURCE = Path(__file__).with_name("shim.c")
_SECONDS = 30.0  # for the compiler


def compiled() -> Path | None:
    """Give the client, compiled now if it has not been before."""
    if not sys.platform.startswith("linux"):  # it finds the socket by /proc
        return None
    try:
        what = f"{platform.machine()}\0{_SOURCE.read_text()}"
        file = folder() / f"shim-{sha256(what.encode()).hexdigest()[:16]}"
        if not file.exists() and not _compile(file):
            return None
        status = file.stat()
    except OSError:
        return None
    ours = status.st_uid == os.getuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return file if ours else None


def _compile(file: Path) -> bool:
    compiler = shutil.which("cc", path=SYSTEM_PATH)
    if compiler is None:
        return False
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="shim-", dir=file.parent) as beside:
        made = Path(beside) / "shim"
        try:
            done = subprocess.run(
                (compiler, "-O2", "-s", "-o", str(made), str(_SOURCE)),
                env={"PATH": SYSTEM_PATH, "LC_ALL": "C", "TMPDIR": beside},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return False
        if done.returncode:
            return False
        made.chmod(0o700)
        made.replace(file)
    return True
