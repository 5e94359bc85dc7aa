"""`session-manager-plugin`: a session that execute-command opened in, what its command prints out.

The AWS CLI calls it: without words to see that it is there, with the session to join it. Its exit
code says nothing of the command's, as the real one's does not. Input is sent as far as it is there
when the session begins; what a terminal would be asked for is not waited for.
https://docs.aws.amazon.com/systems-manager/latest/userguide/install-plugin-verify.html
"""

import json
import struct
import urllib.error
import urllib.request
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
    given = b"" if call.stdin.isatty() else call.stdin.read().encode()
    request = urllib.request.Request(url, given, {"Authorization": f"Bearer {token}"})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=LONGEST) as answer:
            while len(head := answer.read(HEAD.size)) == HEAD.size:
                kind, size = HEAD.unpack(head)
                content = answer.read(size)
                if kind in (b"o", b"e"):  # a terminal shows both, in the order they came
                    _write(call.stdout, content)
    except (urllib.error.URLError, OSError) as error:
        raise Failed(255, f"Cannot perform start session: {error}") from None


def _write(stream: TextIO, content: bytes) -> None:
    binary: BinaryIO | Any = getattr(stream, "buffer", None)
    if binary is None:
        stream.write(content.decode(errors="replace"))
        return
    stream.flush()
    binary.write(content)
    binary.flush()
