"""A `psql` argv in, its effect and the reason out. What SQL does stands in `sql.py`."""

from steadyhand.actions.sql import classify_sql
from steadyhand.actions.words import HOLE, Argv, destroy, flag, known, read
from steadyhand.model.effect import Classified

_SHOWS = ("-l", "--list", "-V", "--version", "--help", "-?")


def classify_psql(argv: Argv) -> Classified:
    """Classify a `psql` argv; holes are allowed. Pure."""
    if flag(argv, *_SHOWS):
        return read("psql lists databases or prints its version")
    commands: list[str] = []
    file = False
    for word, following in zip(argv[1:], (*argv[2:], ""), strict=True):
        if word in {"-c", "--command"}:
            commands.append(following)
        elif word.startswith("--command="):
            commands.append(word.partition("=")[2])
        elif word.startswith("-c") and not word.startswith("--"):
            commands.append(word[2:])
        elif word in {"-f", "--file"} or word.startswith(("--file=", "-f")):
            file = True
    if file:
        return destroy("unknown: psql runs a file that nobody here has read")
    if not commands:
        return destroy("psql opens a prompt on the database", interactive=True)
    if not all(known(command) for command in commands):
        partly = [classify_sql(command) for command in commands if HOLE in command]
        return max(partly, key=lambda c: c.effect)
    return max((classify_sql(command) for command in commands), key=lambda c: c.effect)
