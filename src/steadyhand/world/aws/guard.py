"""A process that must not leave loopback: every connection and look-up goes through `check`.

Python's audit hooks cannot be taken off again and see what any library does. They do not see other
programs, so under the guard none is started but the one that is named: the lab's own.
"""

import ipaddress
import sys
from collections.abc import Callable
from typing import NoReturn

_STARTS = frozenset({"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn"})


def is_loopback(host: str) -> bool:
    """Tell whether a host's name or address can only mean this machine. Never looks it up."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def beyond(event: str, arguments: tuple[object, ...], program: str = "") -> str | None:
    """Say what an audit event would reach beyond loopback; None when it stays inside. Pure.

    `program` is the name of the one that may be started.
    """
    match event:
        case "socket.connect" | "socket.sendto" | "socket.sendmsg" | "socket.bind":
            return _outside(arguments[-1])
        case "socket.getaddrinfo" | "socket.gethostbyname" | "socket.gethostbyaddr":
            return _host(arguments[0])
        case _ if event in _STARTS:
            return None if program and arguments[0] == program else f"the program {arguments[0]}"
        case _:
            return None


def _outside(address: object) -> str | None:
    # Unix sockets have a path for an address; an unconnected one sends without any.
    if not isinstance(address, tuple) or not address:
        return None
    return _host(address[0])


def _host(host: object) -> str | None:
    text = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    if text is None or text == "" or (isinstance(text, str) and is_loopback(text)):
        return None
    return str(text)


def install(refuse: Callable[[str], NoReturn], program: str = "") -> None:
    """Guard this process and every fork of it, for good. `refuse` gets a message for a person."""

    def check(event: str, arguments: tuple[object, ...]) -> None:
        if (what := beyond(event, arguments, program)) is not None:
            refuse(f"the lab never reaches beyond loopback: {what}")

    sys.addaudithook(check)
