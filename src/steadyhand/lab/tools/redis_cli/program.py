"""redis-cli: a command line, or lines on standard input, in; replies in its own formats out.

Formats, messages and exit codes are those of redis-cli 6.2 where standard output is no terminal.
https://redis.io/docs/latest/develop/tools/cli/
"""

import time
from collections.abc import Sequence
from dataclasses import replace
from ipaddress import ip_address
from typing import TextIO

from steadyhand.lab.tools.call import Call, Failed, ended
from steadyhand.lab.tools.redis_cli.options import Options, parse
from steadyhand.lab.tools.redis_cli.replies import (
    Closed,
    ErrorReply,
    Reply,
    Server,
    Unbalanced,
    csv,
    formatted,
    raw,
    split_line,
)

VERSION = "redis-cli 6.2.14"
UNSAFE = (
    "Warning: Using a password with '-a' or '-u' option on the command line interface "
    "may not be safe."
)
CLOSED = "Error: Server closed the connection"


# Their reply is text for people, and is printed as it is.
TEXTS = {
    *(("info",), ("lolwut",), ("memory", "doctor"), ("memory", "malloc-stats")),
    *(("cluster", "info"), ("cluster", "nodes"), ("client", "list"), ("latency", "doctor")),
    *(("latency", "graph"), ("debug", "htstats")),
}
NEVER_ENDING = {"monitor", "subscribe", "psubscribe", "ssubscribe"}


@ended
def main(call: Call) -> int:
    if call.words in (("--version",), ("-v",)):
        call.say(VERSION)
        return 0
    options = parse(call.words)
    if options.on_command_line and not options.quiet:
        call.complain(UNSAFE)
    elif not options.password:
        options = replace(options, password=call.env.get("REDISCLI_AUTH", ""))
    if not options.output:
        options = replace(options, output="no-raw" if call.stdout.isatty() else "raw")
    session = Session(call, options)
    try:
        if options.scan:
            return session.scan()
        if options.script:
            return session.evaluate()
        return session.run(options.command) if options.command else session.lines()
    except Closed:
        raise Failed(1, CLOSED) from None
    finally:
        session.close()


class Session:
    """One invocation: its options, and the connection once there is one."""

    def __init__(self, call: Call, options: Options) -> None:
        self._call = call
        self._options = options
        self._server: Server | None = None

    def close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    def _connected(self) -> Server:
        """Connect, log in, choose the database. Raises Failed, Closed."""
        if self._server is None:
            options = self._options
            self._server = _open(self._call, options.host, options.port)
            if options.password:
                login = [options.user, options.password] if options.user else [options.password]
                self._greet("AUTH failed", "AUTH", *login)
            if options.database:
                told = f"SELECT {options.database} failed"
                self._greet(told, "SELECT", str(options.database))
        return self._server

    def _greet(self, told: str, *words: str) -> None:
        assert self._server is not None
        reply = self._server.ask([word.encode() for word in words])
        if isinstance(reply, ErrorReply):
            raise Failed(1, f"{told}: {reply.text.decode()}")

    def run(self, words: Sequence[str]) -> int:
        """One command, as often as -r says."""
        given = [word.encode(errors="surrogateescape") for word in words]
        if self._options.last_from_stdin:
            given.append(_all(self._call.stdin))
        times = self._options.repeat
        while times:
            if code := self._command(given):
                return code
            times -= 1
            if times and self._options.pause:
                time.sleep(self._options.pause)
        return 0

    def lines(self) -> int:
        """A command a line; what fails is told, and the next line is tried."""
        try:
            self._connected()
        except Failed as failed:
            self._call.complain(*failed.lines)
            self.close()
        for line in self._call.stdin:
            try:
                words = split_line(line)
            except Unbalanced:
                self._call.say("Invalid argument(s)")
                continue
            if not words:
                continue
            if words[0].lower() in (b"quit", b"exit"):
                break
            times = 1
            if len(words) > 1 and words[0].isdigit():
                times, words = int(words[0]), words[1:]
            for _ in range(times):
                self._line(words)
        return 0

    def _line(self, words: list[bytes]) -> None:
        try:
            self._command(words)
        except Failed as failed:
            self._call.complain(*failed.lines)
            self.close()
        except Closed:
            self.close()
            self._call.complain(CLOSED)

    def _command(self, words: list[bytes]) -> int:
        server = self._connected()
        name = words[0].lower().decode(errors="replace")
        if name == "shutdown":
            try:
                reply = server.ask(words)
            except Closed:
                return 0  # that is what was asked for
        else:
            reply = server.ask(words)
        if isinstance(reply, ErrorReply) and self._options.fails:
            self._call.complain(reply.text.decode(errors="replace"))
            return 1
        self._print(reply, _is_text(words))
        while name in NEVER_ENDING and not isinstance(reply, ErrorReply):
            self._print(server.read(), False)
        return 0

    def _print(self, reply: Reply, is_text: bool) -> None:
        options = self._options
        if is_text and not isinstance(reply, ErrorReply):
            _write(self._call.stdout, raw(reply))
        elif options.output == "csv":
            _write(self._call.stdout, f"{csv(reply)}\n".encode())
        elif options.output == "no-raw":
            _write(self._call.stdout, formatted(reply).encode())
        else:
            _write(self._call.stdout, raw(reply, options.within.encode()))
            _write(self._call.stdout, options.between.encode())

    def scan(self) -> int:
        cursor = b"0"
        server = self._connected()
        while True:
            words = [b"SCAN", cursor]
            if self._options.pattern != "*":
                words += [b"MATCH", self._options.pattern.encode(errors="surrogateescape")]
            reply = server.ask(words)
            if isinstance(reply, ErrorReply):
                raise Failed(1, f"ERROR: {reply.text.decode(errors='replace')}")
            assert isinstance(reply, list)
            found, keys = reply
            assert isinstance(found, bytes)
            assert isinstance(keys, list)
            for key in keys:
                if self._options.output == "no-raw":
                    _write(self._call.stdout, formatted(key).encode())
                else:
                    _write(self._call.stdout, raw(key) + b"\n")
            if found == b"0":
                return 0
            cursor = found

    def evaluate(self) -> int:
        """`--eval FILE KEY… , ARGUMENT…`"""
        path = self._call.cwd / self._options.script
        try:
            script = path.read_text()
        except OSError as error:
            told = f"Can't open file '{self._options.script}': {error.strerror}"
            raise Failed(1, told) from None
        given = list(self._options.command)
        keys = given[: given.index(",")] if "," in given else given
        arguments = given[len(keys) + 1 :]
        return self.run(["EVAL", script, str(len(keys)), *keys, *arguments])


def _open(call: Call, host: str, port: int) -> Server:
    """Connect to what the name leads to, on loopback only. Raises Failed."""
    found = "127.0.0.1" if host == "localhost" else call.lab.address(host) or host
    told = f"Could not connect to Redis at {host}:{port}"
    try:
        inside = ip_address(found).is_loopback
    except ValueError:
        raise Failed(1, f"{told}: Name or service not known") from None
    try:
        if not inside:
            raise OSError(0, "Network is unreachable")
        return Server(found, call.lab.port(host, port))
    except TimeoutError:
        raise Failed(1, f"{told}: Operation timed out") from None
    except OSError as error:
        raise Failed(1, f"{told}: {error.strerror}") from None


def _is_text(words: Sequence[bytes]) -> bool:
    names = tuple(word.lower().decode(errors="replace") for word in words[:2])
    return names[:1] in TEXTS or names in TEXTS


def _all(stream: TextIO) -> bytes:
    binary = getattr(stream, "buffer", None)
    if binary is not None:
        return bytes(binary.read())
    return stream.read().encode(errors="surrogateescape")


def _write(stream: TextIO, text: bytes) -> None:
    """Bytes as they are, where the stream takes them."""
    binary = getattr(stream, "buffer", None)
    if binary is None:
        stream.write(text.decode(errors="replace"))
    else:
        stream.flush()
        binary.write(text)
        binary.flush()
