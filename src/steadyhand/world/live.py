"""The world as it is: a call in, done in the lab or in AWS, what it printed to the sink out.

Puts values where tokens stand on the way out and tokens where values stand on the way in. Knows
programs by name and keeps a lab on loopback; knows no effects and asks nobody.
"""

import contextlib
import os
import shutil
import sys
import tempfile
import threading
import time
import weakref
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from steadyhand.model.run.target import Target
from steadyhand.world.aws.answers import looks_lost, looks_unsent
from steadyhand.world.aws.client import AwsCli
from steadyhand.world.aws.guard import is_loopback
from steadyhand.world.door import Call, Lost, Refused, Sink, Stream
from steadyhand.world.printed import Printed
from steadyhand.world.programs.environment import (
    for_aws_command,
    for_program,
    for_tool,
    from_operator,
)
from steadyhand.world.programs.feeding import Fed, feeding
from steadyhand.world.programs.hosting import ENVIRONMENT, hosting
from steadyhand.world.programs.launch import Launcher, Program, installed
from steadyhand.world.programs.walls import within
from steadyhand.world.secrets import TOKEN, Revealer, Secrets
from steadyhand.world.words.loopback import curl_in_lab, no_way_out
from steadyhand.world.words.past import check_starts, check_wrapper
from steadyhand.world.words.scripts import body, script_at
from steadyhand.world.words.tools import (
    AS_ANOTHER,
    LOCAL,
    SENDERS,
    WRAPPERS,
    changes_tokens,
    check_local,
    check_written,
    files_named,
    reads_stdin,
    tool_name,
)
from steadyhand.world.words.waiting import divided, watched

_ENDED = (128 + 15, 128 + 9)  # what a program says that was ended because its time was over
_LOOKED_AT = 4_000_000  # bytes of a file that is sent
_WATCH_SECONDS = 30.0  # how long `watch` looks when the call has no bound of its own


class LiveWorld:
    """The world of one run. `workdir` is the run's directory: files are written only below it, or,
    without one, below the directory of each call.

    `cli` may be shared by worlds of the same target, and is then closed by whoever made it.
    """

    def __init__(
        self,
        target: Target,
        secrets: Secrets,
        workdir: Path | None = None,
        cli: AwsCli | None = None,
    ) -> None:
        self._target = target
        self._secrets = secrets
        self._root = workdir
        self._owns_cli = cli is None
        self._cli = AwsCli(target) if cli is None else cli
        self._launcher = Launcher()
        self._lock = threading.Lock()
        self._scratch: Path | None = None

    def send(self, call: Call, sink: Sink, stdin: int | None = None) -> int:
        """Do one call; see `door.World`. Raises Refused or Lost."""
        if not call.argv:
            raise Refused("there is no command")
        name = tool_name(call.argv[0])
        printed = Printed(self._secrets, sink, call.secret_output)
        try:
            if name == "aws":
                return self._aws(call, printed, stdin)
            if name in WRAPPERS:
                return self._wrapper(name, call, printed, stdin)
            if name in LOCAL:
                return self._local(name, call, printed, stdin)
            if (script := script_at(name, call.cwd)) is not None:
                return self._script(*script, call, printed, stdin)
            return self._other(name, call, printed, stdin)
        finally:
            _finish(printed, call)

    def close(self) -> None:
        """End every process this world started. Idempotent."""
        self._launcher.end_all()
        if self._owns_cli:
            self._cli.close()

    # --- the AWS CLI --------------------------------------------------------------------------

    def _aws(self, call: Call, printed: Printed, stdin: int | None) -> int:
        self._check_aws(call.argv)
        env = {k: self._secrets.reveal(v) for k, v in for_aws_command(call.env).items()}
        if call.once:
            env["AWS_MAX_ATTEMPTS"] = "1"
        self._check_files(call)
        argv = tuple(map(self._revealed, call.argv))
        if call.hosted is not None:
            with hosting("aws", call.hosted, self._secrets, printed.take) as host:
                at = (argv, call.cwd, env, host.slave, host.take, call.timeout)
                return self._cli.run(*at, begun=host.begun)
        with self._fed("aws", call, stdin) as fed:
            code = self._cli.run(argv, call.cwd, env, fed, printed.take, call.timeout)
        if code and call.once:
            self._judge(code, call, printed.errors)
        return code

    def _judge(self, code: int, call: Call, errors: bytes) -> None:
        """Say of a change that failed what is known: it did not leave, or nobody knows."""
        words = self._secrets.redact(errors).decode("utf-8", "replace").split("\n")
        why = next((line for line in reversed(words) if line.strip()), "it said nothing").strip()
        if looks_lost(errors):
            raise Lost(why)
        if call.timeout is not None and code in _ENDED:
            raise Lost(f"it took longer than {call.timeout:g} s and was ended")
        if looks_unsent(errors):
            raise Refused(why)

    def _check_aws(self, argv: tuple[str, ...]) -> None:
        """A target is named once: no command may mean another account or endpoint."""
        for word, following in zip(argv[1:], (*argv[2:], ""), strict=True):
            option, _, value = word.partition("=")
            value = value or following
            if _abbreviates(option, "--endpoint-url"):
                host = urlsplit(value).hostname or ""
                if not (self._target.is_lab and is_loopback(host)):
                    raise Refused(f"{word} {following}: the target {self._target.name} names it")
            elif _abbreviates(option, "--profile") and not (
                self._target.is_lab or f"aws:{value}" == self._target.name
            ):
                raise Refused(f"--profile {value}: the target is {self._target.name}")

    # --- programs on this machine -----------------------------------------------------------------

    def _local(self, name: str, call: Call, printed: Printed, stdin: int | None) -> int:
        """Run a text tool. It sees tokens, never values."""
        check_local(name, call.argv, call.cwd, self._roots(call))
        if changes_tokens(name, call.argv) and any(map(self._secrets.holds_token, call.argv)):
            raise Refused(_TOKEN_CHANGED.format(name))
        argv = call.argv
        if name == "sleep" and self._target.is_lab:
            argv = (name, *(divided(word, self._target.factor) for word in argv[1:]))
        if name == "sed":  # its commands that start programs and name files are errors then
            argv = (name, "--sandbox", *argv[1:])
        held = self._alone(name, call, argv[1:])
        program = Program(held, call.cwd, self._env(call), call.timeout)
        with self._fed(name, call, stdin) as fed:
            return self._launcher.run(program, printed.take, fed)

    def _alone(self, name: str, call: Call, words: Iterable[str]) -> tuple[str, ...]:
        """Write a command so that the kernel lets it write the run's files only, and start nothing.

        Its words were looked at; this holds whatever they did not show. A tool that is a script
        starts others to do its work, so of such a one only the writing is held.
        """
        path = installed(name)
        if path is None:
            return (name, *words)
        return (*within(self._roots(call), (_startable(Path(path)),)), path, *words)

    def _wrapper(self, name: str, call: Call, printed: Printed, stdin: int | None) -> int:
        """Run a program that starts others. All it can find are the gate's shims."""
        if not call.path:
            raise Refused(f"`{name}` would start programs that do not come to the gate")
        check_wrapper(call.argv)
        check_written(name, call.argv, call.cwd, self._roots(call))
        env = {**self._env(call), "PATH": call.path}
        if name == "watch":
            return self._watch(call, env, printed)
        program = Program(self._held(name, call, call.argv[1:]), call.cwd, env, call.timeout)
        return self._launcher.run(program, printed.take, stdin)

    def _held(self, name: str, call: Call, words: Iterable[str]) -> tuple[str, ...]:
        """Write a command so that the kernel keeps what it starts to the gate's shims."""
        path = installed(name)
        if path is None:
            raise Refused(f"`{name}` is not installed here")
        started = (Path(call.path).resolve().parent, Path(sys.executable), Path(path))
        held = within(self._roots(call), (one.resolve() for one in started))
        return (*held, path if held else name, *words)

    def _script(
        self, shell: str, file: Path, call: Call, printed: Printed, stdin: int | None
    ) -> int:
        """Run a script of the run's directory. What it starts comes to the gate by itself."""
        root = (self._root or Path(call.cwd)).resolve()
        if not call.path:
            raise Refused(f"{call.argv[0]}: it would start programs that do not come to the gate")
        if not file.resolve().is_relative_to(root):
            raise Refused(f"{call.argv[0]}: it is outside the run's directory")
        check_wrapper(("script", body(file)))
        env = {**self._env(call), "PATH": call.path}
        program = Program(self._held(shell, call, call.argv), call.cwd, env, call.timeout)
        return self._launcher.run(program, printed.take, stdin)

    def _watch(self, call: Call, env: dict[str, str], printed: Printed) -> int:
        """Look again and again, as plain text, until the time is over."""
        seconds, text = watched(call.argv)
        pause = seconds / (self._target.factor if self._target.is_lab else 1.0)
        end = time.monotonic() + (call.timeout or _WATCH_SECONDS)
        while True:
            left = max(0.1, end - time.monotonic())
            program = Program(self._held("sh", call, ("-c", text)), call.cwd, env, left)
            self._launcher.run(program, printed.take)
            if time.monotonic() + pause >= end:
                return 0
            time.sleep(pause)

    def _other(self, name: str, call: Call, printed: Printed, stdin: int | None) -> int:
        if name in AS_ANOTHER and name not in self._target.tools:
            raise Refused(f"`{name}` would run it with a path of its own, past the gate")
        env = self._env(call)
        self._check_files(call)
        check_starts(name, call.argv)
        check_written(name, call.argv, call.cwd, self._roots(call))
        path = str(Path(call.cwd, name)) if "/" in name else name
        argv = (path, *map(self._revealed, call.argv[1:]))
        if self._target.is_lab:
            argv, more = self._in_lab(name, argv)
            env |= more
        else:
            env |= {k: v for k, v in from_operator().items() if k != "HOME"}
        env = {key: self._secrets.reveal(value) for key, value in env.items()}
        if call.hosted is not None:
            return self._hosted(name, argv, env, call, printed)
        with self._fed(name, call, stdin) as fed:
            return self._launcher.run(Program(argv, call.cwd, env, call.timeout), printed.take, fed)

    def _hosted(
        self, name: str, argv: tuple[str, ...], env: dict[str, str], call: Call, printed: Printed
    ) -> int:
        """Run a program at a terminal of its own, which a person types at."""
        if call.hosted is None:
            raise AssertionError("somebody has to sit there")
        env = env | ENVIRONMENT
        with hosting(name, call.hosted, self._secrets, printed.take) as host:
            program = Program(argv, call.cwd, env, call.timeout, os.ttyname(host.slave))
            code = self._launcher.at_terminal(program, host.begun)
        if host.over:
            printed.take(Stream.ERR, f"steadyhand: {name}: {host.over}\n".encode())
        return code

    def _in_lab(self, name: str, argv: tuple[str, ...]) -> tuple[tuple[str, ...], dict[str, str]]:
        """Give the lab's way of doing it: its own stand-in, or a curl that stays on loopback."""
        target = self._target
        if name == "curl":
            return curl_in_lab(argv, target), no_way_out(target)
        if name not in target.tools:
            raise Refused(_NO_STAND_IN.format(name))
        stand_in = (sys.executable, "-m", "steadyhand.lab.tools", name, *argv[1:])
        return stand_in, {**for_tool(target), **no_way_out(target)}

    def _revealed(self, word: str) -> str:
        """Put values where tokens stand; Refused for one that stands for nothing here."""
        text = self._secrets.reveal(word)
        if (unknown := TOKEN.search(text)) is not None:
            raise Refused(
                f"{unknown[0]} stands for a secret that is not this run's, or is not kept any more;"
                " give the value itself"
            )
        return text

    def _check_files(self, call: Call) -> None:
        """Refuse to send a file in which a token stands: nobody would put the value there."""
        for path in files_named(call.argv, call.cwd) if self._secrets else ():
            with contextlib.suppress(OSError):
                if self._secrets.holds_token(path.read_bytes()[:_LOOKED_AT].decode("latin-1")):
                    raise Refused(
                        f"{path.name} holds a token that stands for a secret; give the "
                        "value in an argument or on stdin, where it is put in"
                    )

    def _roots(self, call: Call) -> tuple[Path, ...]:
        return (self._root or Path(call.cwd), self._home())

    def _env(self, call: Call) -> dict[str, str]:
        home = self._home()
        return {"TMPDIR": str(home), **for_program(home, call.env)}

    def _home(self) -> Path:
        """Make a directory for what programs leave behind; it goes with this world."""
        with self._lock:
            if self._scratch is None:
                self._scratch = Path(tempfile.mkdtemp(prefix="steadyhand-home-"))
                weakref.finalize(self, shutil.rmtree, self._scratch, ignore_errors=True)
            return self._scratch

    @contextlib.contextmanager
    def _fed(self, name: str, call: Call, stdin: int | None) -> Iterator[int | None]:
        """Give a program its stdin, through the vault where a token may stand in it."""
        sends = name in SENDERS or name not in LOCAL
        changes = not sends and changes_tokens(name, call.argv)
        if stdin is None or not self._secrets or not (sends or changes):
            yield stdin
            return
        if not reads_stdin(name, call.argv):
            yield stdin
            return
        fed: Fed
        with feeding(stdin, Revealer(self._secrets, refuse=changes)) as fed:
            yield fed.file
        if fed.token_seen:
            raise Refused(_TOKEN_CHANGED.format(name))


_TOKEN_CHANGED = (
    "`{0}` was given a token that stands for a secret, and would make something else of it"
)
_NO_STAND_IN = (
    "the lab has no stand-in for `{0}` yet, and nothing in the lab reaches beyond it: "
    "leave this step out, or do it by hand and sign it"
)


def _startable(program: Path) -> Path:
    """Give what has to be startable for a program to run: itself; everything, for a script."""
    with program.open("rb") as file:
        return Path("/") if file.read(2) == b"#!" else program.resolve()


def _finish(printed: Printed, call: Call) -> None:
    try:
        printed.finish()
    except ValueError as error:
        raise Refused(f"`{' '.join(call.argv)}`: {error}, so it cannot be kept as one") from None


def _abbreviates(option: str, name: str) -> bool:
    """The AWS CLI takes any beginning of an option's name that fits only one."""
    return len(option) > 5 and name.startswith(option)
