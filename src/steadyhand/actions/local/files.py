"""A program that writes, moves or removes files in, effect and reason out, by where the files are.

A run has its own folder, and `/tmp` is nobody's: what is written there is a change. What is written
elsewhere is somebody's file, and what stood in it is gone. Knows no disk: a relative path counts as
the run's own, `..` and `~` do not. Bash's own redirections are looked at before bash sees them.
"""

import re
from collections.abc import Callable

from steadyhand.actions.words import Argv, change, destroy, positionals, read
from steadyhand.model.argv.options import given
from steadyhand.model.argv.tools import only_prints, told
from steadyhand.model.effect import Aspect, Classified

_BACK, _GONE, _FELT = Aspect.REVERSIBLE, Aspect.DESTRUCTIVE, Aspect.DISRUPTIVE
_OWN = re.compile(r"/tmp/|/var/tmp/|/dev/(?:null|stdout|stderr|tty|fd/\d+)$")


def outside(path: str) -> bool:
    """Tell whether a path is surely outside of the run's folder. Pure."""
    if path.startswith(("/", "~")):
        return _OWN.match(path) is None or ".." in path.split("/")
    return path.split("/")[0] == ".." or "/../" in path


def written(name: str, does: str, paths: list[str], *aspects: Aspect) -> Classified:
    """Classify a program that writes to these paths. Pure."""
    strange = [path for path in paths if outside(path)]
    if not strange:
        return change(f"{name} {does}", *aspects)
    return destroy(f"{name} {does} outside of the run's folder: {strange[0]}", *aspects)


def _all(does: str, with_value: str = "", *aspects: Aspect) -> Callable[[Argv], Classified]:
    """A program that writes to everything that it names."""
    takes = frozenset(with_value.split())
    return lambda argv: written(argv[0], does, list(positionals(argv, takes)), *aspects)


def _behind_first(does: str, *aspects: Aspect) -> Callable[[Argv], Classified]:
    """A program whose first word is no path: a mode, an owner."""

    def classify(argv: Argv) -> Classified:
        takes = frozenset("--reference --from".split())
        paths = [*positionals(argv, takes)]
        paths = paths if any(w.startswith("--reference") for w in argv) else paths[1:]
        return written(argv[0], does, paths, *aspects)

    return classify


def _last(does: str, with_value: str) -> Callable[[Argv], Classified]:
    """A program whose last path, or `-t`, is where it writes to."""

    def classify(argv: Argv) -> Classified:
        said = given(argv, with_value)
        targets = said.values("-t", "--target-directory")
        directories = argv[0] == "install" and said.has("-d", "--directory")
        named = said.names if directories else said.names[-1:]
        return written(argv[0], does, list(targets or named))

    return classify


def _packs(does: str) -> Callable[[Argv], Classified]:
    """gzip and gunzip: they only read where they test, list, or print what comes out."""

    def classify(argv: Argv) -> Classified:
        if only_prints(argv):
            return read(f"{argv[0]} reads")
        return written(argv[0], does, list(told(argv, "gzip").names), _BACK)

    return classify


def _ends(does: str, *aspects: Aspect) -> Callable[[Argv], Classified]:
    return lambda argv: destroy(f"{argv[0]} {does}", *aspects)


_TO = "-t --target-directory -S --suffix --backup?"
FILES: dict[str, Callable[[Argv], Classified]] = {
    "chgrp": _behind_first("changes a file's group", _BACK),
    "chmod": _behind_first("changes a file's rights", _BACK),
    "chown": _behind_first("changes a file's owner", _BACK),
    "cp": _last("writes a file", _TO),
    "dd": _ends("writes over whatever it is given", _GONE),
    "gunzip": _packs("replaces a file by its content"),
    "gzip": _packs("replaces a file by a packed one"),
    "install": _last("writes a file", f"{_TO} -g --group -m --mode -o --owner"),
    "kill": _ends("ends a process", _FELT),
    "killall": _ends("ends processes", _FELT),
    "ln": _last("makes a link", _TO),
    "mkdir": _all("makes a directory", "-m --mode", _BACK),
    "mv": _ends("moves a file over what may be there"),
    "pkill": _ends("ends processes", _FELT),
    "reboot": _ends("restarts this machine", _FELT),
    "rm": _ends("removes files", _GONE),
    "rmdir": _ends("removes a directory", _BACK),
    "rsync": _ends("writes files and may remove some"),
    "service": _ends("acts on the machine's services"),
    "shred": _ends("destroys a file", _GONE),
    "shutdown": _ends("stops this machine", _FELT),
    "split": _last("writes files", "-a -b -C -l -n -t --suffix-length --bytes --lines"),
    "tee": _all("writes a file"),
    "touch": _all("makes a file", "-d -t -r --date --reference"),
    "truncate": _ends("cuts a file off", _GONE),
    "unlink": _ends("removes files", _GONE),
}
