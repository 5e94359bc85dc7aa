"""Values become tokens and tokens values; no form of a value gets through, however it is cut."""

import base64
import itertools
import json
import urllib.parse

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steadyhand.world.secrets import TOKEN, Redactor, Revealer, Secrets, TokenSeen

CANARY = "Zq/9+k=L&m'7\"x <é>"
WORD = "correct-horse-battery"


def redacted(secrets: Secrets, *chunks: bytes) -> bytes:
    redactor = Redactor(secrets)
    return b"".join(map(redactor.feed, chunks)) + redactor.flush()


def test_the_same_value_has_the_same_token() -> None:
    secrets = Secrets()
    token = secrets.seal("one value", "label")
    assert TOKEN.fullmatch(token)
    assert secrets.seal(b"one value") == token
    assert secrets.seal("another") != token
    assert secrets.seal(token) == token  # a token is not sealed again


def test_every_new_pair_is_kept_once() -> None:
    kept: list[tuple[str, str]] = []
    secrets = Secrets({"stk_" + "0" * 24: "old value"}, lambda *pair: kept.append(pair))
    token = secrets.seal("new value")
    assert secrets.seal("new value") == token
    assert secrets.seal("old value") == "stk_" + "0" * 24
    assert kept == [(token, "new value")]


def test_known_pairs_are_revealed_in_one_pass() -> None:
    inner, outer = "stk_" + "a" * 24, "stk_" + "b" * 24
    secrets = Secrets({inner: "deep", outer: f"has {inner}"})
    assert secrets.reveal(f"x{outer}y{inner}") == f"xhas {inner}ydeep"
    unknown = "stk_" + "c" * 24
    assert secrets.reveal(unknown) == unknown
    assert secrets.holds_token(f"a {inner}")
    assert not secrets.holds_token(unknown)
    assert secrets
    assert not Secrets()


def test_bytes_that_are_not_text_cannot_be_sealed() -> None:
    with pytest.raises(ValueError, match="the key is not text"):
        Secrets().seal(b"\xff\xfe\xfd\xfc", "the key")


@pytest.mark.parametrize(
    ("url", "password"),
    [
        ("postgresql://app:s3cr3tpw@db:5432/shop", "s3cr3tpw"),
        ("redis://:p%40ssw0rd@cache:6379/0", "p@ssw0rd"),
    ],
)
def test_the_password_of_a_url_is_a_secret_by_itself(url: str, password: str) -> None:
    kept: dict[str, str] = {}
    secrets = Secrets(keep=kept.__setitem__)
    token = secrets.seal(url, "DB_URL")
    assert kept[token] == url
    shown = secrets.redact(f"{password} and {url}".encode()).decode()
    assert (password in shown, url in shown) == (False, False)
    assert secrets.reveal(shown) == f"{password} and {url}"
    assert password in kept.values()


def test_a_short_secret_is_sealed_but_not_looked_for() -> None:
    secrets = Secrets()
    token = secrets.seal("abc")
    assert secrets.reveal(token) == "abc"
    assert secrets.redact(b"abc abcdef") == b"abc abcdef"


def every_form(value: str) -> list[bytes]:
    raw = value.encode()
    return [
        raw,
        base64.b64encode(raw),
        base64.b64encode(raw).rstrip(b"="),
        base64.urlsafe_b64encode(raw),
        urllib.parse.quote(value, safe="").encode(),
        urllib.parse.quote_plus(value).encode(),
        urllib.parse.quote(value, safe="").lower().encode() if value.islower() else raw,
        raw.hex().encode(),
        raw.hex().upper().encode(),
        json.dumps(value)[1:-1].encode(),
        json.dumps(value, ensure_ascii=False)[1:-1].encode(),
        raw[::-1],
    ]


@pytest.mark.parametrize("value", [CANARY, WORD])
@pytest.mark.parametrize("number", range(12))
def test_every_form_is_redacted_at_every_cut(value: str, number: int) -> None:
    secrets = Secrets()
    token = secrets.seal(value).encode()
    form = every_form(value)[number]
    text = b"before " + form + b" after"
    for cut in range(len(text) + 1):
        assert redacted(secrets, text[:cut], text[cut:]) == b"before " + token + b" after", cut
    single = [text[i : i + 1] for i in range(len(text))]
    assert redacted(secrets, *single) == b"before " + token + b" after"


@pytest.mark.parametrize("before", ["", "u", "us", "use", "user:"])
def test_base64_of_a_text_around_it_is_redacted(before: str) -> None:
    secrets = Secrets()
    secrets.seal(WORD)
    shown = redacted(secrets, base64.b64encode(f"{before}{WORD}!".encode()))
    assert TOKEN.search(shown.decode())
    # At most the characters that share bits with what stands around it are left.
    assert len(TOKEN.sub("", shown.decode())) <= len(before) * 2 + 8


@given(
    pieces=st.lists(
        st.sampled_from([WORD, "correct-horse", "horse-battery-staple", "c", "co", " ", "\n", "é"]),
        max_size=8,
    ),
    cuts=st.lists(st.integers(0, 200), max_size=8),
)
def test_cutting_changes_nothing(pieces: list[str], cuts: list[int]) -> None:
    # Overlapping secrets, one a beginning of another.
    secrets = Secrets()
    for value in (WORD, "correct-horse", "horse-battery-staple"):
        secrets.seal(value)
    text = "".join(pieces).encode()
    places = sorted({0, *(min(cut, len(text)) for cut in cuts), len(text)})
    chunks = [text[a:b] for a, b in itertools.pairwise(places)]
    whole = secrets.redact(text)
    assert redacted(secrets, *chunks) == whole
    assert WORD.encode() not in whole
    assert b"correct-horse" not in whole


@given(value=st.text(min_size=6, max_size=40), cut=st.integers(0, 60))
def test_any_value_is_redacted(value: str, cut: int) -> None:
    secrets = Secrets()
    token = secrets.seal(value)
    if len(value.encode().strip()) < 6 or len(set(value)) < 4:
        return
    text = b"<<" + value.encode() + b">>"
    shown = redacted(secrets, text[:cut], text[cut:])
    assert value.encode() not in shown
    assert token.encode() in shown
    assert secrets.reveal(token) == value


def test_nothing_that_cannot_become_a_secret_is_held() -> None:
    secrets = Secrets()
    secrets.seal(WORD)
    redactor = Redactor(secrets)
    assert redactor.feed(b"a line\n") == b"a line\n"
    assert redactor.feed(b"corr") == b""
    assert redactor.feed(b"ode\n") == b"corrode\n"
    assert Redactor(Secrets()).feed(b"co") == b"co"


def test_a_secret_that_comes_up_meanwhile_is_redacted_from_then_on() -> None:
    secrets = Secrets()
    secrets.seal("something else")
    redactor = Redactor(secrets)
    redactor.feed(b"\n")
    token = secrets.seal(WORD).encode()
    assert redactor.feed(WORD.encode()) == token


def test_tokens_are_revealed_at_every_cut() -> None:
    secrets = Secrets()
    token = secrets.seal(WORD)
    text = f"a stk_ {token}, s st stk_00 {token}stk".encode()
    expected = f"a stk_ {WORD}, s st stk_00 {WORD}stk".encode()
    for cut in range(len(text) + 1):
        revealer = Revealer(secrets)
        got = revealer.feed(text[:cut]) + revealer.feed(text[cut:]) + revealer.flush()
        assert got == expected, cut


def test_a_refusing_revealer_lets_no_token_through() -> None:
    secrets = Secrets()
    token = secrets.seal(WORD).encode()
    for cut in range(1, len(token)):
        revealer = Revealer(secrets, refuse=True)
        assert token[:cut] not in revealer.feed(token[:cut]) or cut == 0
        with pytest.raises(TokenSeen):
            revealer.feed(token[cut:] + b" ")
    plain = Revealer(secrets, refuse=True)
    assert plain.feed(b"no token") + plain.flush() == b"no token"


def test_a_key_of_several_lines_is_redacted_line_by_line() -> None:
    lines = ["-----BEGIN KEY-----", *(f"{n}{'Ab9+' * 15}" for n in range(4)), "-----END KEY-----"]
    secrets = Secrets()
    secrets.seal("\n".join(lines))
    shown = redacted(secrets, *(f"    {line}\n".encode() for line in lines))
    assert not any(line.encode() in shown for line in lines[1:-1])
    assert b"-----BEGIN KEY-----" in shown


@pytest.mark.parametrize("width", [64, 76])
def test_base64_in_lines_is_redacted(width: int) -> None:
    value = "".join(chr(33 + n) for n in range(90))
    encoded = base64.b64encode(value.encode())
    cut = [encoded[at : at + width] for at in range(0, len(encoded), width)]
    secrets = Secrets()
    token = secrets.seal(value).encode()
    assert redacted(secrets, b"\n".join(cut) + b"\n") == token + b"\n"
    assert redacted(secrets, b"\r\n".join(cut)) == token
