"""A persistent bash: statements in, output and exit status out; variables and functions stay.

Nothing but shims is on its PATH, which cannot be changed; a program that a statement names by its
path is a function that calls its shim. Knows nothing of steps, approvals or effects.
"""

import contextlib
import errno
import os
import re
import selectors
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from steadyhand.world.door import Sink, Stream
from steadyhand.world.programs.launch import dies_with_us
from steadyhand.world.programs.streams import waiting
from steadyhand.world.programs.walls import within

# A line on IN says that there is a statement in its file; OUT says how each ended. Before that,
# SAVE gets what a later session needs to go on: every variable and function that was not there at
# the start. Which those are is worked out only where the names are others than the last time.
# Who started it may have died before the kernel was told to end bash with it: PPID shows that.
_LOOP = r"""
[[ $PPID == PARENT ]] || exit 1
set -o pipefail
declare -A __steadyhand_base=()
declare -a __steadyhand_new=()
__steadyhand_seen=
declare -r __steadyhand_root=ROOT
cd() { # the way back is first, so that nothing is ever done outside
    local __steadyhand_from=$PWD
    GENUINE cd "$@" || return
    [[ $(pwd -P)/ == "$__steadyhand_root"/* ]] && return
    GENUINE cd -- "$__steadyhand_from"
    printf 'steadyhand: cd %s: outside the directory of the run\n' "$*" >&2
    return 126
}
NAMED
__steadyhand_save() { # without a fork or a truncation, which take longer than all the rest
    local IFS=$'\n' __steadyhand_name __steadyhand_how=-f
    local -i __steadyhand_at
    local -a __steadyhand_names
    { compgen -A function && printf '\n' && compgen -v && printf '\n'; } 1<>NAMES || return
    mapfile -t __steadyhand_names <NAMES
    if [[ ${__steadyhand_names[*]} != "$__steadyhand_seen" ]]; then # the same as last time, mostly
        __steadyhand_seen=${__steadyhand_names[*]} __steadyhand_new=()
        for __steadyhand_name in "${__steadyhand_names[@]}"; do
            [[ -n ${__steadyhand_base[${__steadyhand_name:- }]-} ]] && continue
            case $__steadyhand_how$__steadyhand_name in
                -f) __steadyhand_how=-p ;;
                -p) break ;;
                -p__steadyhand_* | -pBASH*) ;;
                *) __steadyhand_new+=("$__steadyhand_how" "$__steadyhand_name") ;;
            esac
        done
    fi
    for ((__steadyhand_at = 0; __steadyhand_at < ${#__steadyhand_new[@]}; __steadyhand_at += 2)); do
        declare "${__steadyhand_new[@]:__steadyhand_at:2}" 2>/dev/null
    done
    printf 'GENUINE cd -- %q\n%s' "$PWD" 'WHOLE'
}
__steadyhand_end() {
    __steadyhand_save >&SAVE
    printf '%s\n' "$1" >&OUT
}
compgen -A function >NAMES && mapfile -t __steadyhand_new <NAMES || exit
readonly -f "${__steadyhand_new[@]}"
compgen -v >NAMES && mapfile -t -O ${#__steadyhand_new[@]} __steadyhand_new <NAMES || exit
for __steadyhand_name in "${__steadyhand_new[@]}" _ PIPESTATUS FUNCNAME REPLY OPTARG COLUMNS; do
    __steadyhand_base[$__steadyhand_name]=1
done
__steadyhand_new=()
unset __steadyhand_name
readonly PATH HOME FIXED __steadyhand_base BASH_CMDS BASH_ALIASES
enable -n DISABLED enable
RANDOM=$STEADYHAND_SEED
while read -r -u IN __steadyhand_do; do
    source STATEMENT </dev/null IN<&- OUT>&- SAVE>&-
    __steadyhand_end "$?"
done
"""


# They run text as code, act without a process, write files or look past the shims, however their
# name is written. `builtin` and `source` stay, because this loop itself needs them.
_DISABLED = (
    ". eval exec command hash alias unalias trap kill bind ulimit umask history fc disown suspend "
    "logout caller complete compopt pushd popd dirs fg bg"
)
# What a later program or bash itself would take for orders.
_FIXED = "BASH_ENV ENV LD_PRELOAD LD_LIBRARY_PATH LD_AUDIT PROMPT_COMMAND POSIXLY_CORRECT CDPATH"


_WHOLE = "# whole"  # ends what is saved: bash does not stop where a disk is full
_QUIET = 0.05  # seconds in which a statement says nothing, after which `quiet` is called


def _nothing() -> None:
    """Do nothing."""


class SessionOver(Exception):
    """Bash is gone: it was ended, or the statement ended it. `code` is its exit status.

    `late` says that it was ended because a statement took too long.
    """

    def __init__(self, code: int, late: bool = False) -> None:
        super().__init__(f"the session ended with status {code}")
        self.code = code
        self.late = late


class Session:
    """One bash and its directory. Made by `run.perform`; must be closed."""

    def __init__(self, directory: Path, path: Path, seed: int, named: Iterable[str] = ()) -> None:
        """`path` holds the shims; `named` are programs that statements name by their path."""
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory.resolve()
        # Not in the run's directory: what bash is told must be out of a statement's reach.
        self._files = Path(tempfile.mkdtemp(prefix="steadyhand-session-"))
        self._over = False
        with contextlib.ExitStack() as undo:
            undo.callback(shutil.rmtree, self._files, ignore_errors=True)
            self._start(path, seed, named, undo)
            undo.pop_all()

    def _start(
        self, path: Path, seed: int, named: Iterable[str], undo: contextlib.ExitStack
    ) -> None:
        """Start bash. `undo` gets how to give back what was opened, should something fail."""
        own = self._files / "tmp"  # where bash puts a long here-document
        own.mkdir()
        statement = self._files / "statement"
        # Both stay open and are never cut to nothing: file systems that fear for what is written
        # anew so are slow at it.
        self._statement = os.open(statement, os.O_RDWR | os.O_CREAT, 0o600)
        undo.callback(os.close, self._statement)
        self._saved = os.open(self._files / "snapshot", os.O_RDWR | os.O_CREAT, 0o600)
        undo.callback(os.close, self._saved)
        bash = shutil.which("bash")
        if bash is None:
            raise FileNotFoundError("bash is not installed; runs need it")
        self.environment = {
            "PATH": str(path),
            "HOME": str(self.directory),
            "LANG": "C.UTF-8",
            "TERM": "dumb",
            "TMPDIR": str(own),
            "STEADYHAND_SEED": str(seed),
        }
        commands, self._commands = os.pipe()
        undo.callback(os.close, self._commands)
        self._results, results = os.pipe()
        undo.callback(os.close, self._results)
        theirs = undo.enter_context(contextlib.ExitStack())
        theirs.callback(os.close, commands)
        theirs.callback(os.close, results)
        loop = self._files / "loop"
        words = {
            "PARENT": str(os.getpid()),
            "IN": str(commands),
            "OUT": str(results),
            "SAVE": str(self._saved),
            "STATEMENT": shlex.quote(str(statement)),
            "NAMES": shlex.quote(str(own / "names")),
            "ROOT": shlex.quote(str(self.directory)),
            "NAMED": "\n".join(map(_by_path, sorted(set(named)))),
            "GENUINE": "builtin",
            "WHOLE": _WHOLE,
            "FIXED": _FIXED,
            "DISABLED": _DISABLED,
        }
        script = re.sub(rf"\b({'|'.join(words)})\b", lambda word: words[word[0]], _LOOP)
        loop.write_bytes(os.fsencode(script))  # a path may be of any bytes
        started = (path.parent.resolve(), Path(sys.executable).resolve(), Path(bash).resolve())
        held = within((self.directory, own), started)
        self._process = subprocess.Popen(
            [*dies_with_us(), *held, bash, "--noprofile", "--norc", str(loop)],
            cwd=self.directory,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=(commands, results, self._saved),
            start_new_session=True,
        )
        theirs.close()
        out, err = self._process.stdout, self._process.stderr
        if out is None or err is None:
            raise AssertionError("it was started with pipes")
        self._streams = {out.fileno(): Stream.OUT, err.fileno(): Stream.ERR}
        self._selector = selectors.DefaultSelector()
        for file in (*self._streams, self._results):
            os.set_blocking(file, False)
            self._selector.register(file, selectors.EVENT_READ)

    def execute(
        self, text: str, sink: Sink, seconds: float = 3600.0, quiet: Callable[[], None] = _nothing
    ) -> int:
        """Run one statement and return its exit status; `quiet` is called in each of its silences,
        after the first 50 ms of it.

        Raises SessionOver when bash ends meanwhile: by `exit`, by `end`, or because the statement
        took longer than `seconds`.
        """
        script = f"{text}\n".encode()
        if os.pwrite(self._statement, script, 0) != len(script):  # half of it must not be run
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.ftruncate(self._statement, len(script))
        os.lseek(self._saved, 0, os.SEEK_SET)  # bash writes through the same open file
        try:
            os.write(self._commands, b"\n")
        except BrokenPipeError:
            raise SessionOver(self._process.wait()) from None
        deadline = time.monotonic() + seconds
        said = self._pump(sink, deadline, quiet)
        if not said:
            raise SessionOver(self._process.wait(), late=time.monotonic() >= deadline)
        return int(said)

    @property
    def at(self) -> str:
        """The directory that bash is in now, where the system tells; else the one it began in."""
        try:
            return os.readlink(f"/proc/{self._process.pid}/cwd")
        except OSError:
            return str(self.directory)

    def saved(self) -> str:
        """Say which variables and functions there were after the last statement, as bash source.

        Raises SessionOver where bash was ended meanwhile, OSError where it could not write all.
        """
        if self._over:
            raise SessionOver(self._process.wait())
        text = os.pread(self._saved, os.lseek(self._saved, 0, os.SEEK_CUR), 0).decode()
        if not text.endswith(_WHOLE):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self._files))
        return text.removesuffix(_WHOLE)

    def _pump(self, sink: Sink, deadline: float, quiet: Callable[[], None]) -> bytes:
        """Pass output on until the statement's status comes; empty when bash has gone."""
        said: bytes | None = None
        while said is None:
            ready = self._selector.select(min(_QUIET, max(0.0, deadline - time.monotonic())))
            if not ready and time.monotonic() < deadline:
                quiet()
                ready = self._selector.select(max(0.0, deadline - time.monotonic()))
            ended = any(key.fd == self._results for key, _ in ready)
            if not ended and time.monotonic() >= deadline:  # also while it goes on printing
                self.end()
                deadline = time.monotonic() + 10.0  # for the pipes to close
            for key, _ in ready:
                if key.fd == self._results:
                    said = os.read(self._results, 64).strip()
                elif chunk := os.read(key.fd, 65536):
                    sink(self._streams[key.fd], chunk)
                else:
                    self._selector.unregister(key.fd)
        # What was printed before the status came is in the pipes now.
        for file, stream in self._streams.items():
            for chunk in waiting(file):
                sink(stream, chunk)
        return said

    def end(self) -> None:
        """Kill bash and all that it started. Idempotent, safe from any thread."""
        self._over = True
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def close(self) -> None:
        """End the session and give its files back. Idempotent."""
        self.end()
        self._process.wait()
        self._selector.close()
        for pipe in (self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()
        for descriptor in (self._commands, self._results, self._statement, self._saved):
            with contextlib.suppress(OSError):
                os.close(descriptor)
        self._commands = self._results = self._statement = self._saved = -1
        shutil.rmtree(self._files, ignore_errors=True)


def _by_path(name: str) -> str:
    """Define the function that stands for a program named by its path."""
    return f'function {name} {{ {BY_PATH} {name} "$@"; }}'


BY_PATH = "steadyhand-by-path"  # the shim whose first argument is the program's name
# What can be the name of a function of bash, and has a slash in it.
PATH_NAME = re.compile(r"[\w./+@:~-]*/[\w./+@:~-]*")


def exported(environment: Mapping[str, str], session: Mapping[str, str]) -> dict[str, str]:
    """Take from a command's environment what the script itself exported. Pure."""
    own = {"PWD", "OLDPWD", "SHLVL", "_", "STEADYHAND_SEED"}
    return {
        name: value
        for name, value in environment.items()
        if name not in own and session.get(name) != value
    }
