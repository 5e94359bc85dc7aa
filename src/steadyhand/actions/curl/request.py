"""A `curl` argv in, the request it makes out: URLs, method, headers, what curl would refuse.

Knows curl's options up to 8.17, not what a server does.
"""

from collections.abc import Iterator

from msgspec import Struct

from steadyhand.actions.curl.options import FLAGS, SHORT, VALUES
from steadyhand.actions.words import HOLE, Argv, known

# Names that the help does not list any more, or never has.
_OLD_FLAGS = "ftp-ssl ftp-ssl-reqd eprt epsv environment"
_VALUES = frozenset([*VALUES.split(), "krb4", "socks"])
_FLAGS = frozenset([*FLAGS.split(), *_OLD_FLAGS.split()])
_SHORT = {pair[0]: pair[2:] for pair in SHORT.split()}
_OPPOSITES = frozenset(f.removeprefix("no-") for f in _FLAGS if f.startswith("no-"))
_SENDS = frozenset(
    "data data-ascii data-binary data-raw data-urlencode json form form-string".split()
)


class CurlCall(Struct, frozen=True):
    """What a `curl` argv says. `options` are (long name, value) in their order."""

    options: tuple[tuple[str, str], ...]
    urls: Argv
    unknown: Argv = ()  # what curl has no option for, as it is written
    wanting: str = ""  # the option whose value is missing

    def values(self, *names: str) -> Argv:
        return tuple(value for name, value in self.options if name in names)

    def has(self, *names: str) -> bool:
        return any(name in names for name, _ in self.options)

    @property
    def method(self) -> str:
        """The request's method; holes in it where it is known only when the command runs."""
        if self.values("request"):
            return self.values("request")[-1].upper()
        if self.has("head"):
            return "HEAD"
        if self.has("upload-file"):
            return "PUT"
        return "POST" if self.has(*_SENDS) and not self.has("get") else "GET"

    @property
    def authenticates(self) -> bool:
        """Tell whether credentials go with the request."""
        if self.has("user", "oauth2-bearer", "aws-sigv4", "cert", "cookie", "netrc", "netrc-file"):
            return True
        names = [header.partition(":")[0].strip().lower() for header in self.values("header")]
        signs = ("authorization", "cookie", "token", "api-key", "apikey", "secret")
        return any(name.endswith(signs) or not name[:1].isalpha() for name in names)

    @property
    def fails(self) -> bool:
        """Tell whether an HTTP error makes curl's own exit code say so."""
        return self.has("fail", "fail-with-body", "fail-early")


def parse_curl(argv: Argv) -> CurlCall:
    """Read a `curl` argv as curl does; holes are allowed. Pure."""
    options: list[tuple[str, str]] = []
    urls: list[str] = []
    unknown: list[str] = []
    wanting = ""
    words = iter(argv[1:])
    only_urls = False
    for word in words:
        if only_urls or not word.startswith("-") or word == "-":
            urls.append(word)
            continue
        if word == "--":
            only_urls = True
            continue
        for name, value in _read(word):
            if name.startswith("-"):
                unknown.append(name)
            elif name in _VALUES and value is None:
                given = next(words, None)
                wanting = wanting or ("" if given is not None else word)
                options.append((name, given or ""))
            else:
                options.append((name, value or ""))
    urls = [value for name, value in options if name == "url"] + urls
    return CurlCall(tuple(options), tuple(urls), tuple(unknown), wanting)


def _read(word: str) -> Iterator[tuple[str, str | None]]:
    """Give the options of one word by their long names; with its dashes what is none."""
    if not word.startswith("--"):
        yield from _letters(word)
        return
    name, equals, value = word[2:].partition("=")
    if not known(name):
        return
    if (found := _long(name)) is None:
        yield f"--{name}", None
    else:
        yield found, value if equals else None


def _letters(word: str) -> Iterator[tuple[str, str | None]]:
    for index, letter in enumerate(word[1:], 1):
        if letter == HOLE:
            return
        name = _SHORT.get(letter)
        if name is None:
            yield f"-{letter}", None
            return
        if name in _VALUES:
            yield name, word[index + 1 :] or None
            return
        yield name, None


def _long(name: str) -> str | None:
    """Find a long name: as it is, negated, expanded, or as the beginning of one name only."""
    if name in _VALUES or name in _FLAGS or name in _OPPOSITES:
        return name
    if name.startswith("no-") and name[3:] in _FLAGS:
        return name
    if name.startswith("expand-") and name[7:] in _VALUES:
        return name[7:]
    longer = [full for full in _VALUES | _FLAGS if full.startswith(name)]
    return longer[0] if len(longer) == 1 and name else None
