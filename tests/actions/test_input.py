"""A prompt that is fed needs nobody; argv of psql, redis-cli and curl as the tools read them."""

import re
import shlex
import shutil
import subprocess

import pytest

from steadyhand.actions import classify
from steadyhand.actions.curl import parse_curl
from steadyhand.actions.psql import parse_psql
from steadyhand.actions.redis import command_words
from steadyhand.actions.words import HOLE
from steadyhand.compile.shell import parse_statement
from steadyhand.model.effect import Effect


@pytest.mark.parametrize(
    ("text", "interactive", "endless"),
    [
        ("psql", True, False),
        ("psql < dump.sql", False, False),
        ("psql <<EOF\nSELECT 1;\nEOF", False, False),
        ("psql <<< 'SELECT 1'", False, False),
        ("psql > out.txt", True, False),
        ("cat x.sql | psql", False, False),
        ("echo PING | redis-cli", False, False),
        ("ssh host <<EOF\nuptime\nEOF", False, False),
        ("cat x | kubectl exec -i p -- psql", False, False),
        ("cat x | vim -", True, False),
        ("openssl s_client -connect h:443", False, True),
        ("openssl s_client -connect h:443 </dev/null", False, False),
        ("echo | openssl s_client -connect h:443 | openssl x509 -noout", False, False),
        ("echo GET | nc h 80", False, False),
        ("tail -f log < x", False, True),
        ("cat x | xargs tail -f", False, True),
    ],
)
def test_what_is_fed_waits_for_nobody(text: str, interactive: bool, endless: bool) -> None:
    each = [classify(command) for command in parse_statement(text, ()).statement.commands]
    assert any(c.interactive for c in each) is interactive
    assert any(c.endless for c in each) is endless


def test_being_fed_changes_no_effect() -> None:
    (command,) = parse_statement("psql <<EOF\nSELECT 1;\nEOF", ()).statement.commands
    assert classify(command).effect is Effect.DESTROY


@pytest.mark.parametrize(
    ("text", "options", "names"),
    [
        ("psql -h h -U u d", {"h": ("h",), "U": ("u",)}, ("d",)),
        ("psql -tAc 'SELECT 1' -c 'SELECT 2'", {"c": ("SELECT 1", "SELECT 2")}, ()),
        ("psql --command='SELECT 1' --dbname shop", {"c": ("SELECT 1",), "d": ("shop",)}, ()),
        ("psql -hdb -p5433 -f x.sql -v ON_ERROR_STOP=1",
         {"h": ("db",), "p": ("5433",), "f": ("x.sql",), "v": ("ON_ERROR_STOP=1",)}, ()),
        ("psql postgres://h/d -X --no-psqlrc", {}, ("postgres://h/d",)),
        ("psql -c", {"c": ("",)}, ()),
    ],
)  # fmt: skip
def test_psql(text: str, options: dict[str, tuple[str, ...]], names: tuple[str, ...]) -> None:
    call = parse_psql(tuple(shlex.split(text)))
    assert call.options == options
    assert call.names == names
    assert not call.shows


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("redis-cli -h h -p 6379 --tls -a p get k", ("get", "k")),
        ("redis-cli -u redis://h --no-auth-warning --raw XADD s '*' a -1",
         ("XADD", "s", "*", "a", "-1")),
        ("redis-cli -c -n 2 del -h", ("del", "-h")),
        ("redis-cli --scan --pattern a", ()),
        ("redis-cli", ()),
    ],
)  # fmt: skip
def test_the_command_of_redis_cli(text: str, words: tuple[str, ...]) -> None:
    assert command_words(tuple(shlex.split(text))) == words


@pytest.mark.parametrize(
    ("text", "method", "urls"),
    [
        ("curl https://h/", "GET", ["https://h/"]),
        ("curl -sI https://h/ -o /dev/null", "HEAD", ["https://h/"]),
        ("curl --head --url https://h/", "HEAD", ["https://h/"]),
        ("curl -d a=b h -d c=d", "POST", ["h"]),
        ("curl -G -d a=b h", "GET", ["h"]),
        ("curl -XDELETE h", "DELETE", ["h"]),
        ("curl --request=patch h", "PATCH", ["h"]),
        ("curl -T f h", "PUT", ["h"]),
        ("curl -X GET -d @q.json h", "GET", ["h"]),
        ("curl -o a b -- -c", "GET", ["b", "-c"]),
        ("curl --json '{}' h", "POST", ["h"]),
    ],
)
def test_the_request_of_curl(text: str, method: str, urls: list[str]) -> None:
    call = parse_curl(tuple(shlex.split(text)))
    assert (call.method, list(call.urls), call.unknown, call.wanting) == (method, urls, (), "")


@pytest.mark.parametrize(
    ("text", "unknown", "wanting"),
    [
        ("curl --fial h", ("--fial",), ""),
        ("curl -sfx", (), "-sfx"),
        ("curl h -H", (), "-H"),
        ("curl h --max-time", (), "--max-time"),
        ("curl -s! h", ("-!",), ""),
        ("curl --no-such h", ("--no-such",), ""),
        # beginnings of one name, negations, newer spellings
        ("curl --insec --no-progress-meter --no-location --max-t 5 h", (), ""),
        ("curl --pro h", ("--pro",), ""),
        ("curl --variable a@f --expand-url '{{a}}' --max-time=5 --retry=3", (), ""),
        (f"curl -{HOLE} --{HOLE} {HOLE}", (), ""),
        ("curl -w '%{http_code}' -m5 -k4L h", (), ""),
    ],
)
def test_what_curl_refuses(text: str, unknown: tuple[str, ...], wanting: str) -> None:
    call = parse_curl(tuple(shlex.split(text)))
    assert (call.unknown, call.wanting) == (unknown, wanting)


@pytest.mark.parametrize(
    ("text", "authenticates", "fails"),
    [
        ("curl h", False, False),
        ("curl -sf h", False, True),
        ("curl --fail-with-body -u a:b h", True, True),
        ("curl -H 'Authorization: Bearer x' h", True, False),
        ("curl -H 'X-Api-Key: x' h", True, False),
        ("curl -H 'PRIVATE-TOKEN: x' h", True, False),
        ("curl --oauth2-bearer x h", True, False),
        ("curl -b session=1 h", True, False),
        ("curl -H 'Content-Type: application/json' -H 'Accept: */*' h", False, False),
        (f"curl -H {HOLE} h", True, False),
    ],
)
def test_what_goes_with_the_request(text: str, authenticates: bool, fails: bool) -> None:
    call = parse_curl(tuple(shlex.split(text)))
    assert (call.authenticates, call.fails) == (authenticates, fails)


@pytest.mark.skipif(
    shutil.which("curl") is None,
    reason="curl is not installed: its own list of options is what our table is compared with",
)
def test_the_table_is_that_of_the_tool() -> None:
    said = subprocess.run(["curl", "--help", "all"], capture_output=True, text=True, timeout=20)
    rows = re.findall(r"^\s*(?:-(.), )?\s*--(\S+)(?: ([<\[]\S+))?\s", said.stdout, re.MULTILINE)
    assert len(rows) > 200
    for letter, name, value in rows:
        given = (f"--{name}", "x") if value and name != "help" else (f"--{name}",)
        call = parse_curl(("curl", *given, "h"))
        assert (call.unknown, call.urls) == ((), ("x", "h") if name == "url" else ("h",)), name
        if letter:
            short = parse_curl(("curl", f"-{letter}", *given[1:], "h"))
            assert short.options == call.options, letter
