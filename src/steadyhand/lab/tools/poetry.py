"""`poetry run COMMAND …` in, the command run with the lab's own Python out. Installs nothing."""

import shutil
import sys
import tomllib
from pathlib import Path

from steadyhand.lab.tools.call import Call, Failed, ended
from steadyhand.lab.tools.running import run

BINARIES = Path(sys.executable).parent
PYTHONS = {"python", "python3"}
QUIET = {"-q", "--quiet", "-n", "--no-interaction", "--ansi", "--no-ansi"}


@ended
def main(call: Call) -> int:
    words = list(call.words)
    while words and words[0] in QUIET:
        words.pop(0)
    if not words:
        raise Failed(1, "poetry: in the lab only `poetry run COMMAND` is offered")
    if words[0].startswith("-"):
        raise Failed(1, "", f'The option "{words[0]}" does not exist', "")
    if words[0] != "run":
        raise Failed(1, "", f"The requested command {words[0]} does not exist.", "")
    if len(words) == 1:
        raise Failed(1, "", 'Not enough arguments (missing: "args").', "")
    _project(call.cwd)
    return run(call, [*_program(words[1]), *words[2:]], call.env)


def _project(folder: Path) -> Path:
    """Find the project this is called in. Raises Failed."""
    for parent in (folder, *folder.parents):
        file = parent / "pyproject.toml"
        if file.is_file():
            text = tomllib.loads(file.read_text())
            if "poetry" in text.get("tool", {}) or "project" in text:
                return parent
            raise Failed(1, "", f"[tool.poetry] section not found in {file}", "")
    message = f"Poetry could not find a pyproject.toml file in {folder} or its parents"
    raise Failed(1, "", message, "")


def _program(name: str) -> list[str]:
    if name in PYTHONS:
        return [sys.executable]
    # The environment that poetry would make is the lab's own.
    found = shutil.which(name, path=str(BINARIES))
    if found is None:
        raise Failed(1, f"Command not found: {name}")
    return [sys.executable, found] if _is_python(Path(found)) else [found]


def _is_python(program: Path) -> bool:
    with program.open("rb") as file:
        return b"python" in file.readline(200)
