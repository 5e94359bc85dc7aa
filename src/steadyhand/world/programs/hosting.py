"""A person's terminal and a program's pseudo-terminal in; lines to the one, output to a sink out.

Each line is asked about before the program gets it; tokens are values for the program, and what is
known or recognised as a secret is a token for whoever is asked. Knows no program and no effect.
"""

import contextlib
import os
import pty
import re
import selectors
import termios
import threading
from collections.abc import Callable, Iterator
from fcntl import ioctl
from typing import Any

from steadyhand.world.door import Hosted, Sink, Stream
from steadyhand.world.programs.keyboard import Key, Line
from steadyhand.world.secrets import Secrets

# The kernel cuts a longer line. https://man7.org/linux/man-pages/man3/termios.3.html
_LONGEST = 4000
_NOT_SHOWN = "(a secret, not shown)"
_RECOGNISED = re.compile(
    r"(?i)\b(?:password|passwd|secret|token|identified\s+by|api_?key)\b[\s=:]*'((?:[^']|'')+)'"
)
_BANNER = (
    "── {}: every line is recorded. Ctrl-D ends it, Ctrl-C goes to it, Ctrl-\\ breaks it off.\n"
)
# What a program would keep of the lines, show them with, or tell the terminal beside its text.
ENVIRONMENT = {
    "TERM": "dumb",
    "PAGER": "", "PSQL_PAGER": "", "PSQL_HISTORY": "/dev/null", "HISTFILE": "/dev/null",
    "REDISCLI_HISTFILE": "/dev/null", "MYSQL_HISTFILE": "/dev/null", "LESSHISTFILE": "-",
    "PYTHON_HISTORY": "/dev/null", "NODE_REPL_HISTORY": "", "SQLITE_HISTORY": "/dev/null",
}  # fmt: skip


class Host:
    """One session under way. Made by `hosting`; `slave` is the program's end of its terminal."""

    def __init__(self, hosted: Hosted, secrets: Secrets, sink: Sink) -> None:
        self._hosted = hosted
        self._secrets = secrets
        self._sink = sink
        self._lock = threading.Lock()
        self._line = Line()
        self._printed = 0
        self._asked = False
        self._stop, self._stopping = os.pipe()
        self.master, self.slave = pty.openpty()
        # Waiting for a program that takes nothing now, nobody would read what it prints meanwhile,
        # and it might wait for just that.
        os.set_blocking(self.master, False)
        self._unsent = bytearray()
        self._end: Callable[[], None] | None = None  # ends the program, once it has begun
        self.trouble: Exception | None = None
        self.over = ""  # why it was broken off
        _same_size(hosted.keyboard, self.master)
        attributes = termios.tcgetattr(self.slave)
        attributes[1] &= ~termios.ONLCR  # the record has plain lines
        termios.tcsetattr(self.slave, termios.TCSANOW, attributes)

    def take(self, stream: Stream, chunk: bytes) -> None:
        """Pass on what the program prints, from whichever thread; too much ends it."""
        with self._lock:
            self._printed += len(chunk)
            if self._printed > self._hosted.most:
                if not self.over:
                    self.break_off(f"it printed more than {self._hosted.most} bytes")
                return
            self._sink(stream, chunk)

    def begun(self, end: Callable[[], None]) -> None:
        """Say how the program is ended; it is at once where the session is over already."""
        self._end = end
        if self.over or self.trouble:
            end()

    def break_off(self, why: str) -> None:
        self.over = why
        if self._end is not None:
            self._end()

    def serve(self) -> None:
        """Carry lines and output to and fro until the program has gone, or `stop`."""
        try:
            self._serve()
        except Exception as error:  # nothing may be lost in this thread
            self.trouble = error
            self.break_off("what was typed cannot be written down")

    def _serve(self) -> None:
        with selectors.DefaultSelector() as selector:
            for file in (self.master, self._hosted.keyboard, self._stop):
                selector.register(file, selectors.EVENT_READ)
            while True:
                ways = selectors.EVENT_READ | (selectors.EVENT_WRITE if self._unsent else 0)
                selector.modify(self.master, ways)
                came = {key.fd: which for key, which in selector.select()}
                printed = came.get(self.master, 0) & selectors.EVENT_READ
                if printed and not self._pass_on():
                    return
                if self._stop in came and not printed:
                    return
                self._go_on_sending()
                if self._hosted.keyboard in came:
                    chunk = os.read(self._hosted.keyboard, 4096)
                    if not chunk:  # the person's terminal is gone
                        selector.unregister(self._hosted.keyboard)
                        self.break_off("the terminal is gone")
                    self._typed(chunk)

    def _pass_on(self) -> bool:
        try:
            chunk = os.read(self.master, 65536)
        except BlockingIOError:
            return True
        except OSError:  # nobody has the other end any more
            return False
        if chunk:
            self.take(Stream.OUT, chunk)
        return bool(chunk)

    def _typed(self, chunk: bytes) -> None:
        blind = self._blind()
        self._asked = False
        for came in self._line.feed(chunk, shown=not blind):
            if self._asked:
                return  # what was typed ahead of the question was not meant for it
            match came:
                case bytes():
                    self._show(came)
                case Key.BREAK:
                    self.break_off("it was broken off at the terminal")
                case Key():
                    if came is Key.INTERRUPT:
                        self._drop_unread()
                    self._send(came.value)
                case str():
                    self._one(came, blind or self._blind())

    def _one(self, line: str, blind: bool) -> None:
        if len(line.encode()) > _LONGEST:
            self._show(f"not sent: a line has at most {_LONGEST} bytes\r\n".encode())
            return
        for found in _RECOGNISED.findall(line):
            self._secrets.seal(found, "typed")
        if blind and line:
            self._secrets.seal(line, "typed")
        shown = _NOT_SHOWN if blind else self._secrets.redact(line.encode()).decode()
        why = self._hosted.typed(shown, self._confirm)
        if why:
            self._show(f"not sent: {why}\r\n".encode())
            self._send(b"\n")  # for its prompt
        else:
            self._send(self._secrets.reveal(line).encode() + b"\n")

    def _confirm(self, question: str) -> bool:
        """Ask the person at the keyboard; only `y` means yes, and none that was typed before.

        Nobody answers any more where the program has gone meanwhile.
        """
        self._asked, self._line.text = True, ""
        termios.tcflush(self._hosted.keyboard, termios.TCIFLUSH)
        self._show(f"{question} [y] sends it, every other key does not ".encode())
        with selectors.DefaultSelector() as selector:
            for file in (self._hosted.keyboard, self._stop):
                selector.register(file, selectors.EVENT_READ)
            over = self._stop in {key.fd for key, _ in selector.select()}
        answer = b"" if over else os.read(self._hosted.keyboard, 1)
        self._show(b"\r\n")
        return answer in {b"y", b"Y"}

    def _blind(self) -> bool:
        """Tell whether the program reads a password: whole lines, and shows nothing of them."""
        try:
            flags = termios.tcgetattr(self.master)[3]
        except termios.error:
            return True
        return bool(flags & termios.ICANON) and not flags & termios.ECHO

    def _show(self, text: bytes) -> None:
        with contextlib.suppress(OSError):
            os.write(self._hosted.keyboard, text)

    def _send(self, text: bytes) -> None:
        self._unsent += text
        self._go_on_sending()

    def _drop_unread(self) -> None:
        """Drop what the program has not read, where an interrupt does that.

        The kernel does so when it comes to the key, which stands behind all that it cannot take.
        """
        with contextlib.suppress(termios.error, ValueError):  # it has gone
            flags = termios.tcgetattr(self.master)[3]
            if flags & termios.ISIG and not flags & termios.NOFLSH:
                self._unsent.clear()
                termios.tcflush(self.slave, termios.TCIFLUSH)
                termios.tcflush(self.master, termios.TCOFLUSH)

    def _go_on_sending(self) -> None:
        """Give the program as much of what is for it as it takes now."""
        try:
            while self._unsent:
                del self._unsent[: os.write(self.master, self._unsent)]
        except BlockingIOError:
            return
        except OSError:  # the program has gone
            self._unsent.clear()

    def stop(self) -> None:
        with contextlib.suppress(OSError):
            os.write(self._stopping, b"!")

    def close(self) -> None:
        for file in (self._stop, self._stopping, self.master):
            with contextlib.suppress(OSError):
                os.close(file)
        self.close_slave()

    def close_slave(self) -> None:
        """Let the program's end be the program's alone, so that its going is seen."""
        if self.slave >= 0:
            os.close(self.slave)
            self.slave = -1


_one_at_a_time = threading.Lock()  # a keyboard has one reader


@contextlib.contextmanager
def hosting(name: str, hosted: Hosted, secrets: Secrets, sink: Sink) -> Iterator[Host]:
    """Host a session for as long as this lasts. Raises what asking about a line raised."""
    with _one_at_a_time, _each_key(hosted.keyboard):
        host = Host(hosted, secrets, sink)
        with contextlib.suppress(OSError):
            os.write(hosted.keyboard, _BANNER.format(name).encode())
        thread = threading.Thread(target=host.serve, name="keyboard", daemon=True)
        thread.start()
        try:
            yield host
        finally:
            host.close_slave()
            thread.join(_REST)  # what was printed last
            host.stop()
            thread.join()
            host.close()
        if host.trouble is not None:
            raise host.trouble


_REST = 1.0  # seconds; what the program left behind may hold its terminal open for ever


@contextlib.contextmanager
def _each_key(keyboard: int) -> Iterator[None]:
    """Get each key from a terminal as it is pressed, unseen; afterwards it is as it was."""
    before = termios.tcgetattr(keyboard)
    now: list[Any] = [*before]
    now[3] &= ~(termios.ICANON | termios.ECHO | termios.ISIG | termios.IEXTEN)
    now[6] = [*before[6]]
    now[6][termios.VMIN], now[6][termios.VTIME] = 1, 0
    termios.tcsetattr(keyboard, termios.TCSADRAIN, now)
    try:
        yield
    finally:
        with contextlib.suppress(termios.error):
            termios.tcsetattr(keyboard, termios.TCSADRAIN, before)


def _same_size(keyboard: int, terminal: int) -> None:
    with contextlib.suppress(OSError):
        size = ioctl(keyboard, termios.TIOCGWINSZ, b"\0" * 8)
        ioctl(terminal, termios.TIOCSWINSZ, size)
