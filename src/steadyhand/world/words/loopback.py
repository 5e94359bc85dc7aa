"""`curl` in the lab: an argv in, one that stays on this machine out, or Refused. Pure.

A name that the lab answers for leads to the lab; any other that is not loopback's is refused. What
only the server decides (a redirect to elsewhere) is caught by `NO_WAY_OUT`.
"""

from collections.abc import Iterator
from urllib.parse import urlsplit

from steadyhand.model.run.target import Target
from steadyhand.world.aws.guard import is_loopback
from steadyhand.world.door import Refused

# For curl, every address that is not on loopback lies behind a proxy that is not there.
NO_WAY_OUT = {
    **dict.fromkeys(
        ("http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY"), "http://127.0.0.1:9"
    ),
}
# Options of one letter that take a value. https://curl.se/docs/manpage.html
_TAKES_VALUE = frozenset("ACDEFHKPQTUXYbcdehmortuwxyz")
_LONG_TAKES_VALUE = frozenset(
    "--header --data --data-raw --data-binary --data-ascii --data-urlencode --json --form "
    "--form-string --request --write-out --output --max-time --connect-timeout --user "
    "--user-agent --referer --cacert --cert --key --retry --retry-delay --retry-max-time "
    "--cookie --cookie-jar --dump-header --range --upload-file --max-redirs --limit-rate "
    "--oauth2-bearer --url-query".split()
)
# They say where to connect to, or read that from a file.
_WAYS_OUT = (
    "-x", "-K", "--proxy", "--preproxy", "--socks", "--connect-to", "--resolve", "--config",
    "--doh", "--dns", "--interface", "--noproxy", "--unix-socket", "--abstract-unix-socket",
    "--haproxy", "--ipfs", "--ftp", "--mail", "--telnet", "--tftp", "--variable", "--expand",
)  # fmt: skip


def curl_in_lab(argv: tuple[str, ...], target: Target) -> tuple[str, ...]:
    """Give a curl that goes nowhere but to the lab. Raises Refused for one that would."""
    plain, tls = dict(target.hosts), dict(target.tls_hosts)
    ways: dict[str, None] = {}
    for url in _urls(argv):
        parts = urlsplit(url if "://" in url else f"http://{url}")
        host, is_tls = parts.hostname or "", parts.scheme == "https"
        lead = (tls if is_tls else plain).get(host)
        if parts.scheme not in {"http", "https"} or "\\" in url or not (lead or _local(host)):
            raise Refused(
                f"the lab never reaches beyond loopback: curl to {host or 'no host'}; "
                "name the lab's own address instead"
            )
        if lead:
            port = parts.port or (443 if is_tls else 80)
            ways[f"{host}:{port}:{lead}"] = None
    words = [word for way in ways for word in ("--connect-to", way)]
    trusted = ["--cacert", target.authority] if ways and target.authority else []
    return (argv[0], *words, *trusted, *argv[1:])


def no_way_out(target: Target) -> dict[str, str]:
    """Variables that keep curl from every address but loopback's and the lab's names."""
    names = ",".join(("127.0.0.1", "localhost", "::1", *(name for name, _ in target.hosts)))
    return {**NO_WAY_OUT, "NO_PROXY": names, "no_proxy": names}


def _local(host: str | None) -> bool:
    return host is not None and is_loopback(host)


def _urls(argv: tuple[str, ...]) -> Iterator[str]:
    words = iter(argv[1:])
    for word in words:
        name, _, value = word.partition("=")
        if word.startswith(_WAYS_OUT) or (
            word.startswith("-") and not word.startswith("--") and _bundled_way_out(word)
        ):
            raise Refused(f"the lab never reaches beyond loopback: curl {word} says where to go")
        if name == "--url":
            yield value or next(words, "")
        elif word in _LONG_TAKES_VALUE or _short_takes_next(word):
            next(words, None)
        elif not word.startswith("-") or word == "-":
            yield word


def _short_takes_next(word: str) -> bool:
    """Tell whether the last letter of a bundle such as `-sSo` waits for the next word."""
    if not word.startswith("-") or word.startswith("--"):
        return False
    for index, letter in enumerate(word[1:], 1):
        if letter in _TAKES_VALUE:
            return index == len(word) - 1
    return False


def _bundled_way_out(word: str) -> bool:
    """Tell whether a bundle such as `-sx` holds `-x` or `-K` before an option with a value."""
    for letter in word[1:]:
        if letter in "xK":
            return True
        if letter in _TAKES_VALUE:
            return False
    return False
