"""A `psql` argv in, what it is given and its effect out. What SQL does stands in `sql.py`."""

from msgspec import Struct

from steadyhand.actions.sql import classify_sql
from steadyhand.actions.words import HOLE, Argv, change, destroy, known, read
from steadyhand.model.effect import Classified

# https://www.postgresql.org/docs/current/app-psql.html
_LONG = {
    "--command": "c", "--dbname": "d", "--file": "f", "--field-separator": "F", "--host": "h",
    "--log-file": "L", "--output": "o", "--port": "p", "--pset": "P", "--record-separator": "R",
    "--table-attr": "T", "--username": "U", "--set": "v", "--variable": "v",
}  # fmt: skip
_WITH_VALUE = frozenset(_LONG.values())
_SHOWS = frozenset("-l --list -V --version --help -?".split())


class PsqlCall(Struct, frozen=True):
    """What a `psql` argv says: options by their letter, each with its values, and the rest."""

    options: dict[str, tuple[str, ...]]
    names: Argv  # database (or connection string) and user, without an option
    shows: bool  # it only lists databases or prints help

    @property
    def commands(self) -> Argv:
        return self.options.get("c", ())


def parse_psql(argv: Argv) -> PsqlCall:
    """Read psql's options, in bundles (`-tAc`) and long. Pure."""
    options: dict[str, tuple[str, ...]] = {}
    names: list[str] = []
    words = iter(argv[1:])
    for word in words:
        name, _, value = word.partition("=")
        if word.startswith("--") and word != "--":
            letter = _LONG.get(_whole(name))
            given = value if "=" in word else next(words, "") if letter else ""
        elif word.startswith("-") and len(word) > 1 and known(word[:2]):
            letter, hanging = _bundle(word)
            given = hanging or (next(words, "") if letter else "")
        else:
            names.append(word)
            continue
        if letter:
            options[letter] = (*options.get(letter, ()), given)
    return PsqlCall(options, tuple(names), bool(_SHOWS.intersection(argv)))


def _whole(name: str) -> str:
    """Write a long option out that was cut short."""
    longer = [one for one in _LONG if one.startswith(name)]
    return longer[0] if len(longer) == 1 else name


def _bundle(word: str) -> tuple[str | None, str]:
    """Give the option of a bundle that takes a value, and the value that hangs on it."""
    at = next((i for i, letter in enumerate(word) if letter in _WITH_VALUE), None)
    return (None, "") if at is None else (word[at], word[at + 1 :])


def classify_psql(argv: Argv) -> Classified:
    """Classify a `psql` argv; holes are allowed. Pure."""
    call = parse_psql(argv)
    if call.shows:
        return read("psql lists databases or prints its version")
    if "f" in call.options:
        return destroy("unknown: psql runs a file that nobody here has read")
    if not call.commands:
        return destroy("psql opens a prompt on the database", interactive=True)
    commands = [text for text in call.commands if not known(text)] or call.commands
    worst = max((classify_sql(text) for text in commands), key=lambda c: c.effect)
    if any(name.startswith(("|", HOLE)) for name in call.options.get("o", ())):
        return destroy("unknown: psql hands its output to a program")
    if "o" in call.options or "L" in call.options:
        return max((worst, change("psql writes a file")), key=lambda c: c.effect)
    return worst
