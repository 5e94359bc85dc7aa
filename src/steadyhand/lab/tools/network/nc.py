"""`nc -z HOST PORT` in, whether something listens there out: a real connection, on loopback only.

The forms are OpenBSD's netcat: https://man.openbsd.org/nc.1
"""

import socket
from ipaddress import ip_address

from steadyhand.lab.tools.call import Call, Failed, ended
from steadyhand.lab.tools.flags import BadFlag, flags, parse_posix

USAGE = (
    "usage: nc [-46CDdFhklNnrStUuvZz] [-I length] [-i interval] [-M ttl]",
    "\t  [-m minttl] [-O length] [-P proxy_username] [-p source_port]",
    "\t  [-q seconds] [-s sourceaddr] [-T keyword] [-V rtable] [-W recvlimit]",
    "\t  [-w timeout] [-X proxy_protocol] [-x proxy_address[:port]]",
    "\t  [destination] [port]",
)
KNOWN = flags(
    "timeout", "scan verbose numeric four six", z="scan", v="verbose", w="timeout", n="numeric"
)
MOST_PORTS = 1024  # of one range; a lab has no more


@ended
def main(call: Call) -> int:
    try:
        given = parse_posix(KNOWN, call.words)
    except BadFlag as bad:
        letter = str(bad).partition("'")[2][:1]
        what = f"nc: invalid option -- '{letter}'" if letter else f"nc: {bad}"
        raise Failed(1, what, *USAGE) from None
    if len(given.operands) != 2:
        raise Failed(1, *USAGE)
    if not given.has("scan"):
        raise Failed(1, "nc: in the lab only -z is offered: no data is sent")
    host, ports = given.operands
    seconds = _seconds(given.last("timeout", "5"))
    results = [_open(call, host, port, seconds, given.has("verbose")) for port in _ports(ports)]
    return 0 if any(results) else 1


def _seconds(word: str) -> float:
    if not word.isdigit() or int(word) == 0:
        raise Failed(1, f"nc: timeout {'too small' if word == '0' else 'invalid'}: {word}")
    return min(float(word), 60.0)


def _ports(word: str) -> range:
    first, dash, last = word.partition("-")
    for part in (first, last) if dash else (first,):
        if not part.isdigit() or not 0 < int(part) < 65536:
            raise Failed(1, f"nc: port number invalid: {part}")
    found = range(int(first), int(last if dash else first) + 1)
    if len(found) > MOST_PORTS:
        raise Failed(1, f"nc: in the lab a range holds {MOST_PORTS} ports at most")
    return found


def _open(call: Call, host: str, port: int, seconds: float, verbose: bool) -> bool:
    address = _address(call, host, port)
    try:
        if address is None:
            raise OSError("Network is unreachable")
        with socket.create_connection((address, call.lab.port(host, port)), seconds):
            pass
    except TimeoutError:
        reason = "Operation timed out"
    except OSError as error:
        reason = error.strerror or str(error)
    else:
        if verbose:
            call.complain(f"Connection to {host} {port} port [tcp/{_service(port)}] succeeded!")
        return True
    if verbose:
        call.complain(f"nc: connect to {host} port {port} (tcp) failed: {reason}")
    return False


def _address(call: Call, host: str, port: int) -> str | None:
    """The address behind a name; None where it is none of the lab's. Raises Failed."""
    found = "127.0.0.1" if host == "localhost" else call.lab.address(host) or host
    try:
        return found if ip_address(found).is_loopback else None
    except ValueError:
        said = f'nc: getaddrinfo for host "{host}" port {port}: Name or service not known'
        raise Failed(1, said) from None


def _service(port: int) -> str:
    try:
        return socket.getservbyport(port, "tcp")
    except OSError:
        return "*"
