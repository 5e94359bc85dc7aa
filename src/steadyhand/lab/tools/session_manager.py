"""`session-manager-plugin`: a session that execute-command opened in, what its command prints out.

The AWS CLI calls it: without words to see that it is there, with the session to join it. Its exit
code says nothing of the command's, as the real one's does not. At a terminal each key goes to the
session as it is pressed; other input is sent as far as it is there when the session begins.
https://docs.aws.amazon.com/systems-manager/latest/userguide/install-plugin-verify.html
"""

import json
import os
import select
import socket
import struct
import termios
import threading
import tty
import urllib.error
import urllib.request
from contextlib import suppress
from http import HTTPStatus
from http.client import HTTPException, HTTPResponse
from typing import Any, BinaryIO, TextIO
from urllib.parse import urlsplit

from steadyhand.lab.tools.asking import is_loopback
from steadyhand.lab.tools.call import Call, Failed, ended

INSTALLED = (
    "The Session Manager plugin was installed successfully. Use the AWS CLI to start a session."
)
VERSION = "1.2.707.0"
HEAD = struct.Struct(">cI")  # a frame: a kind, a length, and that many bytes
LONGEST = 20 * 60.0  # seconds; AWS ends an idle session after twenty minutes


@ended
def main(call: Call) -> int:
    words = call.words
    if not words:
        call.say("", INSTALLED, "")
        return 0
    if words[0] == "--version":
        call.say(VERSION)
        return 0
    try:
        session = json.loads(words[0])
        name, url = str(session["sessionId"]), str(session["streamUrl"])
        token = str(session["tokenValue"])
    except (ValueError, KeyError, TypeError):
        raise Failed(255, "Cannot perform start session: invalid session response") from None
    if not is_loopback(urlsplit(url).hostname or ""):
        raise Failed(255, f"Cannot perform start session: {url} is not in the lab")
    call.say("", f"Starting session with SessionId: {name}")
    call.stdout.flush()
    _join(call, url, token)
    call.say("", "", f"Exiting session with sessionId: {name}.", "")
    return 0


def _join(call: Call, url: str, token: str) -> None:
    if call.stdin.isatty():
        _join_at_a_terminal(call, url, token)
        return
    given = call.stdin.read().encode()
    request = urllib.request.Request(url, given, {"Authorization": f"Bearer {token}"})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=LONGEST) as answer:
            _show(call, answer)
    except (urllib.error.URLError, OSError) as error:
        raise Failed(255, f"Cannot perform start session: {error}") from None


def _join_at_a_terminal(call: Call, url: str, token: str) -> None:
    place, keyboard = urlsplit(url), call.stdin.fileno()
    columns, lines = os.get_terminal_size(keyboard)
    head = (
        f"POST {place.path} HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Length: 0\r\n"
        f"Authorization: Bearer {token}\r\nTerminal: {columns}x{lines}\r\n\r\n"
    )
    before = termios.tcgetattr(keyboard)
    over, end = os.pipe()
    try:
        with socket.create_connection((place.hostname or "", place.port or 80)) as connection:
            connection.sendall(head.encode())
            answer = HTTPResponse(connection)
            answer.begin()
            if answer.status != HTTPStatus.OK:
                raise Failed(255, f"Cannot perform start session: {answer.reason}")
            tty.setraw(keyboard, termios.TCSANOW)  # the session's terminal makes lines of it
            keys = threading.Thread(target=_type, args=(keyboard, over, connection))
            keys.start()
            try:
                _show(call, answer)
            finally:
                os.write(end, b"!")
                keys.join()
    except (HTTPException, OSError) as error:
        raise Failed(255, f"Cannot perform start session: {error}") from None
    finally:
        termios.tcsetattr(keyboard, termios.TCSANOW, before)
        os.close(over)
        os.close(end)


def _type(keyboard: int, over: int, connection: socket.socket) -> None:
    with suppress(OSError):
        while over not in select.select([keyboard, over], [], [])[0]:
            if not (keys := os.read(keyboard, 4096)):
                connection.shutdown(socket.SHUT_WR)  # the terminal is gone
                return
            connection.sendall(keys)


def _show(call: Call, answer: HTTPResponse) -> None:
    """Write what comes in frames until the session is over."""
    while len(head := answer.read(HEAD.size)) == HEAD.size:
        kind, size = HEAD.unpack(head)
        content = answer.read(size)
        if kind in (b"o", b"e"):  # a terminal shows both, in the order they came
            _write(call.stdout, content)


def _write(stream: TextIO, content: bytes) -> None:
    binary: BinaryIO | Any = getattr(stream, "buffer", None)
    if binary is None:
        stream.write(content.decode(errors="replace"))
        return
    stream.flush()
    binary.write(content)
    binary.flush()
