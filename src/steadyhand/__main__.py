"""The command line's way in: through the resident where there is one, else done here.

Nothing dear is imported before it is known which.
"""

import gc
import io
import os
import sys

TYPE_CHECKING = False  # `typing` takes a while to import
if TYPE_CHECKING:
    from pathlib import Path

    from steadyhand.api.listen import Listening
    from steadyhand.app.control import Control
    from steadyhand.app.serving.service import Service


def main() -> None:
    """Run the command line."""
    _open_closed()
    # No package beside this one has a say in what is read, and none is looked through for it.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    code = None
    if sys.platform == "linux":
        from steadyhand.resident.client import through

        code = through(sys.argv)
    if code is None:
        gc.set_threshold(50_000)  # modules make that many objects, and none of them is garbage
        from steadyhand.cli import run_program

        code = run_program(_build, _listen)
    sys.exit(code)


def _open_closed() -> None:
    """Open nothing at all for each standard stream that is closed.

    What is opened next would have its number, and be taken for it by every program that is started.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            opened = os.open(os.devnull, os.O_RDWR)
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)
            raw = io.FileIO(number, "w" if number else "r", closefd=False)
            buffer = io.BufferedWriter(raw) if number else io.BufferedReader(raw)
            setattr(sys, name, io.TextIOWrapper(buffer))


def _build(state: "Path", journal_url: str) -> "Control":
    from steadyhand.main import build

    return build(state, journal_url)


def _listen(service: "Service", host: str, port: int) -> "Listening":
    from steadyhand.api.listen import reserve

    return reserve(service, host, port)


if __name__ == "__main__":
    main()
