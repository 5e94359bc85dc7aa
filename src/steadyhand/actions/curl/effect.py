"""What a request of curl does, by its method; what is not on the lists counts as the worst."""

import re

from steadyhand.actions.curl.request import parse_curl
from steadyhand.actions.local.files import outside, written
from steadyhand.actions.words import Argv, change, destroy, read, shown
from steadyhand.model.effect import Aspect, Classified

# https://curl.se/docs/manpage.html: options that do not change what a request does to a server,
# read no further options from a file and load no code.
_HARMLESS = frozenset(
    "header write-out max-time connect-timeout user user-agent referer cacert cert key retry "
    "retry-delay retry-max-time cookie resolve connect-to interface range limit-rate url proxy "
    "url-query oauth2-bearer max-redirs ciphers tls-max speed-limit speed-time time-cond output "
    "dump-header cookie-jar silent show-error fail fail-with-body verbose location insecure "
    "include show-headers globoff ipv4 ipv6 progress-bar compressed no-buffer http1.0 http1.1 "
    "http2 netrc disable tlsv1 sslv2 sslv3 tlsv1.2 tlsv1.3 raw remote-name create-dirs "
    "retry-connrefused retry-all-errors no-progress-meter version help post301 post302 append "
    "junk-session-cookies path-as-is ssl-reqd unix-socket noproxy output-dir remote-header-name "
    "fail-early http3 no-keepalive keepalive-time tcp-nodelay".split()
)
_REQUEST = frozenset(
    "request upload-file head get data data-ascii data-binary data-raw data-urlencode json form "
    "form-string".split()
)


# In these, to read can be to send: https://curl.se/docs/url-syntax.html
_OTHER_PROTOCOL = re.compile(r"(gophers?|telnet|smtps?|imaps?|pop3s?|dict|mqtts?|wss?|scp|sftp):")


def overrides_method(header: str) -> bool:
    """Tell whether a header has some servers take a request for one of another method. Pure."""
    return re.match(r"\s*x-(http-)?method(-override)?\s*:", header, re.IGNORECASE) is not None


_SENT = ("data", "data-raw", "data-binary", "data-ascii", "json")
# What Elasticsearch and OpenSearch lose data by, whatever the method.
# https://www.elastic.co/guide/en/elasticsearch/reference/current/cluster-reroute.html
_LOSES = re.compile(
    r"/_delete_by_query\b|\b(?:allocate_empty_primary|allocate_stale_primary|accept_data_loss)\b"
)


def classify_curl(argv: Argv) -> Classified:
    """Classify a `curl` argv; holes are allowed. Pure."""
    call = parse_curl(argv)
    names = [f"--{name}" for name, _ in call.options if name not in _HARMLESS | _REQUEST]
    if strange := [*call.unknown, *names]:
        return destroy(f"unknown: nobody here knows curl's {strange[0]}")
    if other := [url for url in call.urls if _OTHER_PROTOCOL.match(url)]:
        return destroy(f"unknown: nobody here knows what curl does to {shown((other[0],))}")
    if any(map(overrides_method, call.values("header"))):
        return destroy("unknown: a header of this request asks for another method")
    method = call.method
    match method:
        case "GET" | "HEAD" | "OPTIONS":
            places = call.values("output", "dump-header", "cookie-jar", "output-dir")
            if strange := [place for place in places if outside(place)]:
                return written("curl", "writes what it fetches", strange)
            return read(f"curl {method} reads")
        case "PUT":
            return change("curl PUT changes what is there", repeatable=True)
        case "POST" | "PATCH" if loss := _LOSES.search(
            " ".join((*call.urls, *call.values(*_SENT)))
        ):
            return destroy(f"{loss.group().strip('/')} gives up data", Aspect.DESTRUCTIVE)
        case "POST" | "PATCH":
            return change(f"curl {method} sends something that changes state")
        case "DELETE":
            return destroy("curl DELETE removes something", Aspect.DESTRUCTIVE)
        case _:
            return destroy("unknown: nobody here knows what this HTTP method does")
