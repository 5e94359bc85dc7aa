"""A program and a call in, the program's exit code out: its streams are the call's."""

import subprocess
from collections.abc import Mapping, Sequence
from io import UnsupportedOperation
from pathlib import Path
from typing import TextIO

from steadyhand.lab.tools.call import Call, Failed

HOUR = 3600.0


def run(call: Call, argv: Sequence[str], env: Mapping[str, str]) -> int:
    """Run a program where the call was made. A real file is handed over; other streams are copied.

    A program that a signal ended has 128 and its number, as a shell shows it.
    """
    out, err = _descriptor(call.stdout), _descriptor(call.stderr)
    given = _descriptor(call.stdin)
    try:
        done = subprocess.run(
            list(argv),
            cwd=call.cwd,
            env=dict(env),
            stdin=subprocess.DEVNULL if given is None else given,
            stdout=subprocess.PIPE if out is None else out,
            stderr=subprocess.PIPE if err is None else err,
            timeout=HOUR,
            check=False,
        )
    except FileNotFoundError:
        raise Failed(127, f"{Path(argv[0]).name}: command not found") from None
    except subprocess.TimeoutExpired:
        raise Failed(124, f"{Path(argv[0]).name}: stopped after an hour") from None
    if out is None:
        call.stdout.write(done.stdout.decode(errors="replace"))
    if err is None:
        call.stderr.write(done.stderr.decode(errors="replace"))
    return done.returncode if done.returncode >= 0 else 128 - done.returncode


def _descriptor(stream: TextIO) -> int | None:
    try:
        stream.flush()
        return stream.fileno()
    except (UnsupportedOperation, OSError, ValueError):
        return None
