"""A `curl` argv in, its effect and the reason out. Knows options, not what a server does."""

from steadyhand.actions.words import Argv, change, destroy, known, read
from steadyhand.model.effect import Classified

# https://curl.se/docs/manpage.html: options that take a value and do not change the request's kind.
_WITH_VALUE = frozenset(
    "-H --header -w --write-out -m --max-time --connect-timeout -u --user -A --user-agent -e "
    "--referer --cacert --cert -E --key --retry --retry-delay --retry-max-time -b --cookie "
    "--resolve --connect-to --interface -r --range --limit-rate --url -x --proxy --url-query "
    "--oauth2-bearer --max-redirs --ciphers --tls-max -Y -y -z".split()
)
_SENDS = frozenset(
    "-d --data --data-raw --data-binary --data-ascii --data-urlencode --json -F --form "
    "--form-string".split()
)
_WRITES = frozenset("-o --output -D --dump-header -c --cookie-jar".split())
_FLAGS = frozenset(
    "-s --silent -S --show-error -f --fail --fail-with-body -v --verbose -L --location -k "
    "--insecure -i --include -g --globoff -4 -6 -# --progress-bar --compressed -N --no-buffer "
    "--http1.1 --http2 -n -q -0 -1 -2 -3 --tlsv1.2 --tlsv1.3 --raw -O --remote-name "
    "--create-dirs --retry-connrefused --retry-all-errors --no-progress-meter -V --version "
    "-h --help --post301 --post302 --get -G -I --head -a -j --path-as-is --ssl-reqd".split()
)


def classify_curl(argv: Argv) -> Classified:
    """Classify a `curl` argv; holes are allowed. Pure."""
    method, sends, get = "", False, False
    words = iter(argv[1:])
    for raw in words:
        for word, value in _split(raw):
            if word in {"-X", "--request"}:
                method = next(words, "") if value is None else value
            elif word in {"-T", "--upload-file"}:
                sends, method = True, method or "PUT"
                if value is None:
                    next(words, None)
            elif word in _SENDS:
                sends = True
                if value is None:
                    next(words, None)
            elif word in _WITH_VALUE or word in _WRITES:
                if value is None:
                    next(words, None)
            elif word in {"-I", "--head"}:
                method = method or "HEAD"
            elif word in {"-G", "--get"}:
                get = True
            elif word.startswith("-") and word != "-" and word not in _FLAGS:
                return destroy(f"unknown: nobody here knows curl's {word}")
    return _by_method(method or ("POST" if sends and not get else "GET"))


def _split(word: str) -> list[tuple[str, str | None]]:
    """Turn a bundle such as `-sSfXPOST` into its options; a value that hangs on is given."""
    if not word.startswith("-") or word.startswith("--") or not known(word[:2]):
        return [(word, None)]
    found: list[tuple[str, str | None]] = []
    for index, letter in enumerate(word[1:], 1):
        option = "-" + letter
        if option in _WITH_VALUE | _SENDS | _WRITES | {"-X", "-T"}:
            return [*found, (option, word[index + 1 :] or None)]
        found.append((option, None))
    return found or [(word, None)]


def _by_method(method: str) -> Classified:
    match method.upper():
        case "GET" | "HEAD" | "OPTIONS":
            return read(f"curl {method.upper()} reads")
        case "PUT":
            return change("curl PUT changes what is there", repeatable=True)
        case "POST" | "PATCH":
            return change(f"curl {method.upper()} sends something that changes state")
        case "DELETE":
            return destroy("curl DELETE removes something")
        case _:
            return destroy("unknown: nobody here knows what this HTTP method does")
