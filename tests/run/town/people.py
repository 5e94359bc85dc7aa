"""People at terminals of their own: each a real process that runs the real command line.

They open the same journal, wait for each other, and begin at the same moment or a drawn time later.
"""

import contextlib
import os
import pwd
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from steadyhand.cli.program import run_program
from tests.run.town.place import SETTINGS, STARTER, Place
from tests.run.town.world import Trouble

LONGEST = 90.0  # seconds of everybody together
# Whoever starts these tests is the starter of the runs.
WHO = f'{SETTINGS}[people.{STARTER}]\nuser = "{pwd.getpwuid(os.getuid()).pw_name}"\n'
Words = tuple[str, ...]


@dataclass(frozen=True)
class Person:
    """What somebody types, one after the other; `later` seconds after everybody has sat down.

    `until` is a word: what is typed is typed again until it is said, or there is no end.
    """

    name: str
    types: tuple[Words, ...]
    later: float = 0.0
    until: str = ""
    slow: float = 0.0  # seconds that each change of this person's world takes


@dataclass(frozen=True)
class Said:
    words: Words
    code: int
    out: str
    err: str


def at_once(where: Path, people: Sequence[Person]) -> dict[str, list[Said]]:
    """Let everybody type at the same time; what each was told, command by command."""
    (wait, go), (seated, seat) = os.pipe(), os.pipe()
    children = {p.name: _child(where, p, (wait, go, seat)) for p in people}
    os.close(seat)
    while os.read(seated, 100):  # until everybody has closed theirs
        pass
    for file in (seated, wait, go):  # now
        os.close(file)
    end = time.monotonic() + LONGEST
    for name, child in children.items():
        while os.waitpid(child, os.WNOHANG) == (0, 0):
            if time.monotonic() > end:
                os.kill(child, 9)
                os.waitpid(child, 0)
                raise AssertionError(f"{name} never comes to an end")
            time.sleep(0.005)
    return {person.name: _read(where / f"said-{person.name}") for person in people}


def _child(where: Path, person: Person, pipes: tuple[int, int, int]) -> int:
    wait, go, seat = pipes
    child = os.fork()
    if child:
        return child
    try:
        os.close(go)
        tempfile.tempdir = str(where)
        os.chdir(where)
        place = Place.open(where, Trouble(wait=lambda: person.slow))
        os.close(seat)
        os.read(wait, 1)
        time.sleep(person.later)
        _type(place, person, where / f"said-{person.name}")
    except BaseException:
        (where / f"said-{person.name}").mkdir(exist_ok=True)
        (where / f"said-{person.name}" / "trouble").write_text(traceback.format_exc())
    finally:
        os._exit(0)


def _type(place: Place, person: Person, folder: Path) -> None:
    folder.mkdir()
    number = 0
    end = time.monotonic() + LONGEST / 2
    while True:
        said = ""
        for words in person.types:
            number += 1
            told = folder / f"{number:03}"
            code = _command(place, words, told)
            told.with_suffix(".end").write_text("\0".join([str(code), *words]))
            said += told.with_suffix(".out").read_text() + told.with_suffix(".err").read_text()
        if not person.until or person.until in said or time.monotonic() > end:
            return


def _command(place: Place, words: Words, told: Path) -> int:
    sys.argv = ["steadyhand", "--state", str(place.folder / "state"), *words]
    with (
        told.with_suffix(".out").open("wb", 0) as out,
        told.with_suffix(".err").open("wb", 0) as err,
        contextlib.ExitStack() as stack,
    ):
        for stream, file in (("stdout", out), ("stderr", err)):
            text = stack.enter_context(open(file.fileno(), "w", closefd=False))
            stack.callback(setattr, sys, stream, getattr(sys, stream))
            setattr(sys, stream, text)
        stack.callback(setattr, sys, "stdin", sys.stdin)
        sys.stdin = stack.enter_context(open(os.devnull))  # nobody types an answer
        return run_program(lambda _state, _url: place.again().control)


def _read(folder: Path) -> list[Said]:
    trouble = folder / "trouble"
    assert not trouble.exists(), trouble.read_text()
    told = []
    for file in sorted(folder.glob("*.end")):
        code, *words = file.read_text().split("\0")
        out, err = (file.with_suffix(end).read_text() for end in (".out", ".err"))
        told.append(Said(tuple(words), int(code), out, err))
    return told
