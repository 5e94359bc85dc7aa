"""The command line's way in. Builds the control plane only for the commands that need one."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from steadyhand.cli import run_program

if TYPE_CHECKING:
    from steadyhand.api.listen import Listening
    from steadyhand.app.control import Control
    from steadyhand.app.serve import Service


def main() -> None:
    """Run the command line."""
    # No package beside this one has a say in what is read, and none is looked through for it.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    sys.exit(run_program(_build, _listen))


def _build(state: Path, journal_url: str) -> "Control":
    from steadyhand.main import build

    return build(state, journal_url)


def _listen(service: "Service", host: str, port: int) -> "Listening":
    from steadyhand.api.listen import reserve

    return reserve(service, host, port)


if __name__ == "__main__":
    main()
