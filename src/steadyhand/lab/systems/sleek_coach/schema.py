"""An empty or older database in, Sleek Coach's schema and first rows out. Safe to run again.

DB_HOST DB_PORT DB_NAME DB_USER DB_PASSWORD say where. With an argument: move the schema there
(see `schemas.move`), and write no rows. Alembic's own commands are run by `alembic`.
"""

import logging
import os
from collections.abc import Sequence
from pathlib import Path

from alembic.config import CommandLine, Config
from alembic.script import ScriptDirectory

from steadyhand.lab.systems import schemas
from steadyhand.lab.systems.sleek_coach.app.logs import say
from steadyhand.lab.systems.sleek_coach.seeds import seed

MIGRATIONS = Path(__file__).with_name("migrations")
# The steps that each release line brings, the oldest first.
RELEASES = {"2.4": "release_2_4", "2.5": "release_2_5"}
FIRST = "2.4"


def configured(config: Config, version: str) -> Config:
    """Let Alembic know the steps that came with this version, and no later ones."""
    line = version.rpartition(".")[0]
    # An image that was built by hand has everything.
    known = [name for name in RELEASES if line not in RELEASES or name <= line]
    folders = os.pathsep.join(str(MIGRATIONS / RELEASES[name]) for name in known)
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("version_locations", folders)
    config.set_main_option("path_separator", "os")
    return config


def alembic(arguments: Sequence[str], version: str) -> int:
    """Run a command of Alembic's, as its own program would: "upgrade head", "downgrade -1"."""
    program = CommandLine(prog="alembic")
    asked = program.parser.parse_args(list(arguments))
    if not hasattr(asked, "cmd"):
        program.parser.error("too few arguments")
    config = configured(Config(cmd_opts=asked), version)
    _say_steps()
    with schemas.connected(schemas.address()) as connection:
        config.attributes["connection"] = connection
        program.run_cmd(config, asked)  # ends the program where it fails
    return 0


def _say_steps() -> None:
    """Let each step be a line of the task's log."""

    class Lines(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            say(record.levelname, f"migration: {record.getMessage()}")

    logger = logging.getLogger("alembic.runtime.migration")
    logger.setLevel(logging.INFO)
    logger.addHandler(Lines())


def main() -> None:
    # A database that an earlier lab took further stays where it is.
    newest = ScriptDirectory.from_config(configured(Config(), f"{FIRST}.0")).get_current_head()
    schemas.bring_up(configured(Config(), ""), seed, newest or "head")


if __name__ == "__main__":
    main()
