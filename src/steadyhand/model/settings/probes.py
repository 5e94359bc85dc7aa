"""`[probes.NAME]` of steadyhand.toml: what is looked at, how often, and what each look measures.

One class for each kind. Secrets are not written here: a URL or a header that holds one is named by
the variable of the environment that has it. Knows no way to look at anything.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from msgspec import field

from steadyhand.model.recurrence import Recurrence, mistake_in
from steadyhand.model.table import Table


class HttpProbe(Table, frozen=True):
    """A request. `status` () takes any 2xx. `shape` names a step of the document whose expected
    response says the fields and types; `fields` are values that must be there besides, by path.
    `age_of` is the path of a time in the answer: the oldest one gives `age_seconds`.
    """

    kind: Literal["http"]
    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    headers_env: Mapping[str, str] = field(default_factory=dict)  # header → variable
    body: str = ""
    status: tuple[int, ...] = ()
    shape: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    types: Mapping[str, str] = field(default_factory=dict)
    contains: str = ""
    age_of: str = ""
    redirects: int = 5
    verify_tls: bool = True
    authority: str = ""  # file with the certificates of the authorities that are trusted
    interval_seconds: float = 30.0
    timeout_seconds: float = 5.0


class TcpProbe(Table, frozen=True):
    kind: Literal["tcp"]
    host: str
    port: int
    interval_seconds: float = 30.0
    timeout_seconds: float = 5.0


class CertificateProbe(Table, frozen=True):
    """How long the certificate that a server shows is valid still, whoever has signed it."""

    kind: Literal["certificate"]
    host: str
    port: int = 443
    server_name: str = ""
    interval_seconds: float = 3600.0
    timeout_seconds: float = 10.0


class DnsProbe(Table, frozen=True):
    """`server` is host or host:port; "" asks the servers of this machine. `expect` () takes any."""

    kind: Literal["dns"]
    name: str
    record: str = "A"
    server: str = ""
    expect: tuple[str, ...] = ()
    interval_seconds: float = 30.0
    timeout_seconds: float = 5.0


class SqlProbe(Table, frozen=True):
    """A query whose first row's first column is the value. `url_env` holds a PostgreSQL URL."""

    kind: Literal["sql"]
    url_env: str
    query: str = "SELECT 1"
    interval_seconds: float = 30.0
    timeout_seconds: float = 5.0


class RedisProbe(Table, frozen=True):
    """PING, and a field of INFO; `of` is the field that it is a share of, in per cent."""

    kind: Literal["redis"]
    url: str = ""
    url_env: str = ""
    field: str = ""
    of: str = ""
    interval_seconds: float = 30.0
    timeout_seconds: float = 5.0


class KafkaProbe(Table, frozen=True):
    """How many messages of a topic a consumer group has still to read."""

    kind: Literal["kafka"]
    brokers: str
    group: str
    topic: str
    interval_seconds: float = 30.0
    timeout_seconds: float = 10.0


class PrometheusProbe(Table, frozen=True):
    """The series of a metric at a `/metrics` address that have these labels, taken together."""

    kind: Literal["prometheus"]
    url: str
    metric: str
    labels: Mapping[str, str] = field(default_factory=dict)
    together: Literal["sum", "max", "min"] = "sum"
    interval_seconds: float = 15.0
    timeout_seconds: float = 5.0


class HeartbeatProbe(Table, frozen=True):
    """Something that reports by itself: a worker (`every_seconds`) or a task with a schedule.

    `cron` is when the task is due, in `zone`; it may be `grace_seconds` late. With neither, the
    probe is named as a task of the document, and that one's times count.
    """

    kind: Literal["heartbeat"]
    every_seconds: float = 0.0
    cron: str = ""
    zone: str = "UTC"
    grace_seconds: float = 300.0
    interval_seconds: float = 15.0


class WorkersProbe(Table, frozen=True):
    """Workers that write down themselves that they get on. In Redis (`keys`, a pattern): a key for
    each, or one sorted set or hash of all; `field` is where in a hash or in JSON the time stands.
    In PostgreSQL: a `query` with two columns, a worker and its last word. `expect` are parts of
    names of which one worker each must be there.
    """

    kind: Literal["workers"]
    url: str = ""
    url_env: str = ""
    keys: str = ""
    field: str = ""
    query: str = ""
    silent_seconds: float = 60.0
    expect: tuple[str, ...] = ()
    interval_seconds: float = 15.0
    timeout_seconds: float = 5.0


class LogPatternProbe(Table, frozen=True):
    """How many events of a log group fit a CloudWatch filter pattern, per minute."""

    kind: Literal["log-pattern"]
    log_group: str
    pattern: str
    interval_seconds: float = 60.0


class BackupProbe(Table, frozen=True):
    """How old the newest backup is: of a database (its newest snapshot, or with `restorable` the
    newest moment that it can be restored to), a cache, or what lies in a bucket."""

    kind: Literal["backup"]
    database: str = ""
    cache: str = ""
    bucket: str = ""
    prefix: str = ""
    restorable: bool = False
    interval_seconds: float = 300.0


class CredentialProbe(Table, frozen=True):
    """How old a credential is: a secret, a parameter, a user's oldest active key; or how long a
    certificate is valid still."""

    kind: Literal["credential"]
    secret: str = ""
    parameter: str = ""
    user: str = ""
    certificate: str = ""  # its ARN
    interval_seconds: float = 3600.0


NetworkProbe = (
    HttpProbe
    | TcpProbe
    | CertificateProbe
    | DnsProbe
    | SqlProbe
    | RedisProbe
    | KafkaProbe
    | PrometheusProbe
    | WorkersProbe
)
CloudProbe = LogPatternProbe | BackupProbe | CredentialProbe
AnyProbe = NetworkProbe | CloudProbe | HeartbeatProbe


class _ByKind:
    """Has pydantic, which only the reader of settings imports, choose the class by `kind`."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        from pydantic import Field

        return handler.generate_schema(Annotated[source, Field(discriminator="kind")])


Probe = Annotated[AnyProbe, _ByKind()]

# What each kind measures; the first is what an alarm takes that names no measure.
MEASURES: Mapping[type, tuple[str, ...]] = {
    HttpProbe: (
        "failed", "up", "latency_seconds", "status", "redirects", "certificate_days", "age_seconds",
    ),
    TcpProbe: ("failed", "up", "latency_seconds"),
    CertificateProbe: ("certificate_days", "failed", "up", "latency_seconds"),
    DnsProbe: ("failed", "up", "latency_seconds", "answers"),
    SqlProbe: ("value", "failed", "up", "latency_seconds"),
    RedisProbe: ("value", "failed", "up", "latency_seconds"),
    KafkaProbe: ("lag", "failed", "up", "latency_seconds"),
    PrometheusProbe: ("value", "failed", "up", "latency_seconds"),
    WorkersProbe: ("silent", "workers", "age_seconds", "failed", "up", "latency_seconds"),
    HeartbeatProbe: ("overdue_seconds", "age_seconds", "failed"),
    LogPatternProbe: ("per_minute", "failed"),
    BackupProbe: ("age_seconds", "failed"),
    CredentialProbe: ("age_days", "certificate_days", "failed"),
}  # fmt: skip
KINDS: Mapping[str, type] = {
    "http": HttpProbe, "tcp": TcpProbe, "certificate": CertificateProbe, "dns": DnsProbe,
    "sql": SqlProbe, "redis": RedisProbe, "kafka": KafkaProbe, "prometheus": PrometheusProbe,
    "workers": WorkersProbe, "heartbeat": HeartbeatProbe, "log-pattern": LogPatternProbe,
    "backup": BackupProbe, "credential": CredentialProbe,
}  # fmt: skip


class Watching(Table, frozen=True):
    """`[watch]`: how much is asked of one target at a time, and of this machine."""

    per_target: int = 20  # looks at one host and port at a time
    at_once: int = 500  # looks at a time

    def mistakes(self) -> Iterator[str]:
        for key in ("per_target", "at_once"):
            if getattr(self, key) < 1:
                yield f"watch.{key}: must be 1 or more"


_LAST_PORT = 65_535


def target_of(probe: AnyProbe) -> str:
    """Name what a probe burdens, for the limits: probes of one target share them."""
    match probe:
        case HttpProbe() | PrometheusProbe():
            return urlsplit(probe.url).netloc
        case TcpProbe() | CertificateProbe():
            return f"{probe.host}:{probe.port}"
        case DnsProbe():
            return f"dns {probe.server}"
        case SqlProbe():
            return f"sql {probe.url_env}"
        case RedisProbe():
            return f"redis {probe.url or probe.url_env}"
        case WorkersProbe():
            return f"workers {probe.url or probe.url_env}"
        case KafkaProbe():
            return f"kafka {probe.brokers}"
        case HeartbeatProbe():
            return "heartbeats"
        case LogPatternProbe() | BackupProbe() | CredentialProbe():
            return "aws"


def probe_mistakes(probe: AnyProbe) -> Iterator[str]:
    """Say what is well-formed and still cannot be."""
    if probe.interval_seconds <= 0:
        yield "interval_seconds must be more than 0"
    if timeout_of(probe) <= 0:
        yield "timeout_seconds: must be more than 0"
    match probe:
        case HttpProbe() | PrometheusProbe():
            yield from _url_mistakes(probe.url)
        case TcpProbe() | CertificateProbe() if not 1 <= probe.port <= _LAST_PORT:
            yield f"port: must be 1 to {_LAST_PORT} (it is {probe.port})"
        case RedisProbe() | WorkersProbe() if bool(probe.url) == bool(probe.url_env):
            yield "give either url or url_env"
        case RedisProbe() if probe.of and not probe.field:
            yield "of needs a field"
        case WorkersProbe() if bool(probe.keys) == bool(probe.query):
            yield "give either keys (of a Redis) or query (of a database)"
        case WorkersProbe() if probe.silent_seconds <= 0:
            yield "silent_seconds must be more than 0"
        case HeartbeatProbe() if probe.every_seconds < 0 or probe.grace_seconds < 0:
            yield "every_seconds and grace_seconds must be 0 or more"
        case HeartbeatProbe() if probe.every_seconds and probe.cron:
            yield "give either every_seconds or cron"
        case HeartbeatProbe() if probe.cron:
            if mistake := mistake_in(Recurrence(probe.cron, probe.zone)):
                yield f"cron: {mistake}"
        case BackupProbe() if sum(map(bool, (probe.database, probe.cache, probe.bucket))) != 1:
            yield "give one of database, cache and bucket"
        case CredentialProbe():
            given = (probe.secret, probe.parameter, probe.user, probe.certificate)
            if sum(map(bool, given)) != 1:
                yield "give one of secret, parameter, user and certificate"
        case _:
            pass


def _url_mistakes(url: str) -> Iterator[str]:
    try:
        address = urlsplit(url)
        host = address.hostname and address.port != 0
    except ValueError as error:  # brackets that do not close, a port beyond the last
        yield f"url: {error}"
        return
    if address.scheme not in {"http", "https"} or not host:
        yield f"url must be http(s)://HOST… (it is {url!r})"
    elif address.password:
        yield "url must not hold a password; put it into headers_env"


def timeout_of(probe: AnyProbe) -> float:
    """Give the seconds after which a look has failed. The world has its own limits beside it."""
    match probe:
        case HeartbeatProbe():
            return 5.0
        case LogPatternProbe() | BackupProbe() | CredentialProbe():
            return 60.0
        case _:
            return probe.timeout_seconds
