"""A persistent bash: statements in, output and exit status out; variables and functions stay.

Nothing but shims is on its PATH. Knows nothing of steps, approvals or effects.
"""

import contextlib
import os
import re
import selectors
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from steadyhand.world.door import Sink, Stream

# Statements arrive as file names on IN; OUT says how each ended. `save` writes
# what a later session needs to go on: every variable and function that was not there at the start.
# Who started it may have died before the kernel was told to end bash with it: PPID shows that.
_LOOP = r"""
[[ $PPID == PARENT ]] || exit 1
set -o pipefail
declare -A __steadyhand_base=()
__steadyhand_save() {
    local __steadyhand_name
    for __steadyhand_name in $(compgen -A function); do
        [[ $__steadyhand_name == __steadyhand_* ]] || declare -f "$__steadyhand_name"
    done
    for __steadyhand_name in $(compgen -v); do
        [[ $__steadyhand_name == __steadyhand_* || $__steadyhand_name == BASH* ]] && continue
        [[ -n ${__steadyhand_base[$__steadyhand_name]-} ]] && continue
        declare -p "$__steadyhand_name" 2>/dev/null
    done
    return 0
}
: ok | :
for __steadyhand_name in $(compgen -v) _ PIPESTATUS FUNCNAME REPLY OPTARG COLUMNS; do
    __steadyhand_base[$__steadyhand_name]=1
done
RANDOM=$STEADYHAND_SEED
while IFS= read -r -u IN __steadyhand_do; do
    case $__steadyhand_do in
        save\ *) __steadyhand_save > "${__steadyhand_do#save }"; printf '0\n' >&OUT ;;
        *) source "${__steadyhand_do#run }" </dev/null IN<&- OUT>&-; printf '%s\n' "$?" >&OUT ;;
    esac
done
"""


class SessionOver(Exception):
    """Bash is gone: it was ended, or the statement ended it. `code` is its exit status."""

    def __init__(self, code: int) -> None:
        super().__init__(f"the session ended with status {code}")
        self.code = code


class Session:
    """One bash and its directory. Made by `run.perform`; must be closed."""

    def __init__(self, directory: Path, path: Path, seed: int) -> None:
        self.directory = directory
        self._files = directory / ".session"
        self._files.mkdir(parents=True, exist_ok=True)
        bash = shutil.which("bash")
        if bash is None:
            raise FileNotFoundError("bash is not installed; runs need it")
        self.environment = {
            "PATH": str(path),
            "HOME": str(directory),
            "LANG": "C.UTF-8",
            "TERM": "dumb",
            "STEADYHAND_SEED": str(seed),
        }
        commands, self._commands = os.pipe()
        self._results, results = os.pipe()
        loop = self._files / "loop"
        words = {"PARENT": str(os.getpid()), "IN": str(commands), "OUT": str(results)}
        loop.write_text(re.sub("|".join(words), lambda word: words[word[0]], _LOOP))
        self._process = subprocess.Popen(
            [*_dies_with_us(), bash, "--noprofile", "--norc", str(loop)],
            cwd=directory,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=(commands, results),
            start_new_session=True,
        )
        os.close(commands)
        os.close(results)

    def execute(self, text: str, sink: Sink, seconds: float = 3600.0) -> int:
        """Run one statement and return its exit status.

        Raises SessionOver when bash ends meanwhile: by `exit`, by `end`, or because the statement
        took longer than `seconds`.
        """
        file = self._files / "statement"
        file.write_text(text + "\n")
        return self._do(f"run {file}", sink, seconds)

    def save(self) -> str:
        """Say which variables and functions there are, as bash source. Raises SessionOver."""
        file = self._files / "snapshot"
        self._do(f"save {file}", lambda *_: None, 10.0)
        return file.read_text()

    def _do(self, line: str, sink: Sink, seconds: float) -> int:
        try:
            os.write(self._commands, line.encode() + b"\n")
        except BrokenPipeError:
            raise SessionOver(self._process.wait()) from None
        said = self._pump(sink, time.monotonic() + seconds)
        if not said:
            raise SessionOver(self._process.wait())
        return int(said)

    def _pump(self, sink: Sink, deadline: float) -> bytes:
        """Pass output on until the statement's status comes; empty when bash has gone."""
        out, err = self._process.stdout, self._process.stderr
        if out is None or err is None:
            raise AssertionError("the session was started with pipes")
        streams = {out.fileno(): Stream.OUT, err.fileno(): Stream.ERR}
        with selectors.DefaultSelector() as selector:
            for file in (*streams, self._results):
                selector.register(file, selectors.EVENT_READ)
            said: bytes | None = None
            while said is None:
                ready = selector.select(max(0.0, deadline - time.monotonic()))
                if not ready:
                    self.end()
                    deadline += 10.0  # for the pipes to close
                for key, _ in ready:
                    if key.fd == self._results:
                        said = os.read(self._results, 64).strip()
                    elif chunk := os.read(key.fd, 65536):
                        sink(streams[key.fd], chunk)
                    else:
                        selector.unregister(key.fd)
        # What was printed before the status came is in the pipes now.
        for file, stream in streams.items():
            os.set_blocking(file, False)
            with contextlib.suppress(BlockingIOError):
                while chunk := os.read(file, 65536):
                    sink(stream, chunk)
            os.set_blocking(file, True)
        return said

    def end(self) -> None:
        """Kill bash and all that it started. Idempotent, safe from any thread."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def close(self) -> None:
        """End the session and give its files back. Idempotent."""
        self.end()
        self._process.wait()
        for pipe in (self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()
        for descriptor in (self._commands, self._results):
            with contextlib.suppress(OSError):
                os.close(descriptor)
        self._commands = self._results = -1


def exported(environment: Mapping[str, str], session: Mapping[str, str]) -> dict[str, str]:
    """Take from a command's environment what the script itself exported. Pure."""
    own = {"PWD", "OLDPWD", "SHLVL", "_", "STEADYHAND_SEED"}
    return {
        name: value
        for name, value in environment.items()
        if name not in own and session.get(name) != value
    }


def _dies_with_us() -> list[str]:
    """Prefix a command so that the kernel ends it when this process is killed (Linux)."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "KILL"] if setpriv else []
