"""A request and what became of it in, its line of a load balancer's access log out. Pure.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from steadyhand.lab.account import ACCOUNT, REGION
from steadyhand.lab.balancer.wire import Message

NOTHING = "-"
DEFAULT_RULE = 0


@dataclass(frozen=True)
class Way:
    """Which way a request took. `seconds` is how long the target took, None where it gave no
    answer; `group` is the end of the target group's ARN."""

    group: str = ""
    target: tuple[str, int] | None = None
    priority: int = DEFAULT_RULE
    dispatched: float = 0.0  # when it was sent to the target; seconds since the epoch
    seconds: float | None = None


@dataclass(frozen=True)
class Client:
    """Who asked, and how. `protocol` and `cipher` are those of TLS; `name` the one asked for."""

    address: tuple[str, int]
    protocol: str = ""
    cipher: str = ""
    name: str = ""
    certificate: str = ""  # its ARN


@dataclass(frozen=True)
class Exchange:
    balancer: str  # the end of its ARN
    client: Client
    request: Message
    response: Message
    way: Way
    trace: str
    began: float  # seconds since the epoch
    ended: float


def line(one: Exchange) -> str:
    """Write it as AWS does, without the end of the line."""
    client, way = one.client, one.way
    status = one.response.first.split(b" ", 2)[1].decode("latin-1")
    target = NOTHING if way.target is None else f"{way.target[0]}:{way.target[1]}"
    answered = way.seconds is not None
    group = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:{way.group}" if way.group else "-"
    fields = (
        "https" if client.protocol else "http",
        _stamp(one.ended),
        one.balancer,
        f"{client.address[0]}:{client.address[1]}",
        target,
        *_times(one),
        status,
        status if answered else NOTHING,
        str(len(one.request.written(()))),
        str(len(one.response.written(()))),
        _quoted(_asked(one)),
        _quoted(one.request.header(b"user-agent").decode("latin-1")),
        client.cipher or NOTHING,
        client.protocol or NOTHING,
        group,
        _quoted(one.trace),
        _quoted(client.name),
        _quoted(client.certificate),
        str(way.priority),
        _stamp(one.began),
        _quoted("forward" if way.group else ""),
        _quoted(""),  # redirect_url
        _quoted(""),  # error_reason: only of actions that the lab's balancers do not have
        _quoted("" if way.target is None else target),
        _quoted(status if answered else ""),
        _quoted(""),  # classification: of requests that HTTP does not allow
        _quoted(""),
        _quoted(""),  # conn_trace_id
    )
    return " ".join(fields)


def _times(one: Exchange) -> tuple[str, str, str]:
    """To the target, in it, and back to the client; -1 where nobody was asked or answered."""
    way = one.way
    if way.target is None:
        return "-1", "-1", "-1"
    before = f"{max(0.0, way.dispatched - one.began):.3f}"
    if way.seconds is None:
        return before, "-1", "-1"
    back = max(0.0, one.ended - way.dispatched - way.seconds)
    return before, f"{way.seconds:.3f}", f"{back:.3f}"


def _asked(one: Exchange) -> str:
    """The request's line, with the whole address that was asked for."""
    method, _, rest = one.request.first.decode("latin-1").partition(" ")
    path, _, version = rest.rpartition(" ")
    scheme, port = ("https", 443) if one.client.protocol else ("http", 80)
    host = one.request.header(b"host").decode("latin-1") or NOTHING
    return f"{method} {scheme}://{host.partition(':')[0]}:{port}{path} {version}"


def _quoted(text: str) -> str:
    """A log has no line ends and no quotes within quotes: they are written as \\xHH."""
    plain = "".join(
        one if " " <= one <= "~" and one != '"' else f"\\x{ord(one):02x}" for one in text
    )
    return f'"{plain or NOTHING}"'


def _plain(one: str) -> bool:
    return " " <= one <= "~" and one != '"'


def _stamp(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
