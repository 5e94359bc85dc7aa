"""Secret values in, tokens out, and back: the vault that the door uses. Thread-safe.

Only the door holds one. It knows values and the forms in which they show up, not where they lie:
`keep` is called with each new pair, so that a store can seal it.
"""

import base64
import binascii
import html
import json
import re
import secrets
import threading
import urllib.parse
from collections.abc import Callable, Iterator, Mapping

from steadyhand.world.recognised import CONTEXT, recognised

_PREFIX = "stk_"
TOKEN = re.compile(r"stk_[0-9a-f]{24}")
# Shorter values are tokens for the script too, but looking for them would tear up other text.
_SHORTEST = 6
# Secrets that were recognised are looked for like any other; with very many, that would take long.
_MOST_RECOGNISED = 50
_NOT_KEPT = b"(a secret, not shown)"


class Secrets:
    """The secrets of one run. `known` are the pairs that were kept before."""

    def __init__(
        self,
        known: Mapping[str, str] | None = None,
        keep: Callable[[str, str], None] = lambda _token, _value: None,
    ) -> None:
        self._lock = threading.RLock()
        self._keep = keep
        self._values: dict[str, str] = {}
        self._tokens: dict[str, str] = {}
        self._forms: dict[bytes, bytes] = {}
        self._pattern: re.Pattern[bytes] | None = None
        self._recognised = 0
        self.learn(known or {})

    def __bool__(self) -> bool:
        return bool(self._values)

    def __contains__(self, token: object) -> bool:
        return token in self._values

    def learn(self, kept: Mapping[str, str]) -> None:
        """Know pairs that are kept already, as those that another process has made since."""
        with self._lock:
            for token, value in kept.items():
                self._add(token, value)

    def seal(self, value: bytes | str, label: str = "") -> str:
        """Give the value's token; the same one for the same value.

        `label` says for a person what it is. Raises ValueError for bytes that are not text: they
        could stand in no argument anyway.
        """
        try:
            text = value if isinstance(value, str) else value.decode()
        except UnicodeDecodeError:
            raise ValueError(f"{label or 'the secret'} is not text") from None
        with self._lock:
            if TOKEN.fullmatch(text) and text in self._values:
                return text
            token = self._tokens.get(text)
            if token is None:
                token = _PREFIX + secrets.token_hex(12)
                self._keep(token, text)
                self._add(token, text)
                if password := _password_in(text):  # it may be shown without the rest
                    self.seal(password, label)
            return token

    def stand_in(self, found: bytes) -> bytes:
        """Give what is shown for a secret that was recognised: its token, unless there are many."""
        with self._lock:
            known = len(self._values)
            if self._recognised >= _MOST_RECOGNISED:
                text = found.decode("utf-8", "replace")
                return self._tokens[text].encode() if text in self._tokens else _NOT_KEPT
            try:
                token = self.seal(found, "recognised")
            except ValueError:
                return _NOT_KEPT
            self._recognised += len(self._values) - known
            return token.encode()

    def reveal(self, text: str) -> str:
        """Put values where tokens stand, in one pass: no value can bring in another."""
        with self._lock:
            return TOKEN.sub(lambda match: self._values.get(match[0], match[0]), text)

    def holds_token(self, text: str) -> bool:
        """Tell whether a token of these secrets stands in the text."""
        with self._lock:
            return any(match in self._values for match in TOKEN.findall(text))

    def redact(self, chunk: bytes) -> bytes:
        """Put tokens where values stand, in any form. For text that is there as a whole."""
        redactor = Redactor(self)
        return redactor.feed(chunk) + redactor.flush()

    def forms(self) -> tuple[re.Pattern[bytes] | None, Mapping[bytes, bytes]]:
        """Give what to look for, longest first, and the token for each."""
        with self._lock:
            if self._pattern is None and self._forms:
                longest_first = sorted(self._forms, key=len, reverse=True)
                self._pattern = re.compile(b"|".join(map(re.escape, longest_first)))
            return self._pattern, self._forms

    def _add(self, token: str, value: str) -> None:
        self._values[token] = value
        self._tokens.setdefault(value, token)
        # Copied, because a redactor may be reading the old ones.
        self._forms = dict(self._forms)
        for form in _forms_of(value):
            self._forms.setdefault(form, token.encode())
        self._pattern = None


def is_hidden(value: str) -> bool:
    """Tell whether a value is looked for in what is printed: a very short one is in every word."""
    return any(True for _ in _forms_of(value))


def _password_in(text: str) -> str:
    """Give the password of a URL; "" for what is none, or has none that is looked for."""
    try:
        password = urllib.parse.urlsplit(text).password if "://" in text else None
    except ValueError:
        return ""
    found = urllib.parse.unquote(password or "")
    return found if len(found) >= _SHORTEST else ""


def _forms_of(value: str) -> Iterator[bytes]:
    """Give every form in which a value shows up in what programs print."""
    plain = value.encode("utf-8", "surrogateescape")
    forms = [
        plain,
        plain[::-1],
        plain.strip(),
        *_base64(plain),
        binascii.hexlify(plain),
        binascii.hexlify(plain).upper(),
        binascii.hexlify(plain, b":").upper(),
        *(
            form.encode("utf-8", "surrogateescape")
            for quoted in (urllib.parse.quote(plain, safe=""), urllib.parse.quote_plus(plain))
            for form in (quoted, re.sub("%..", lambda m: m[0].lower(), quoted))
        ),
        urllib.parse.quote(plain).encode(),
        *_written(value),
        *_in_lines(plain),
    ]
    for form in forms:
        if len(form) >= _SHORTEST and len(plain.strip()) >= _SHORTEST:
            yield form


def _base64(plain: bytes) -> Iterator[bytes]:
    """Give base64 as it is, and its middle for each place the value can have in a longer text."""
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        yield encode(plain)
        yield encode(plain).rstrip(b"=")
        for before in range(3):
            whole = encode(b"\0" * before + plain)
            # Characters that also hold bits of what stands before or after are not the same ones.
            first = -(-8 * before // 6)
            last = 8 * (before + len(plain)) // 6
            yield whole[first:last]


def _in_lines(plain: bytes) -> Iterator[bytes]:
    """Give base64 as it is wrapped, and each line of a value that has several, such as a key."""
    encoded = base64.b64encode(plain)
    for width in (64, 76):
        lines = [encoded[at : at + width] for at in range(0, len(encoded), width)]
        yield from (end.join(lines) for end in (b"\n", b"\r\n") if len(lines) > 1)
    if b"\n" in plain.strip():
        lines = [line.strip() for line in plain.splitlines()]
        yield from (line for line in lines if len(line) >= 16 and not line.startswith(b"---"))


def _written(value: str) -> Iterator[bytes]:
    """Give the value as JSON, XML and shells write it."""
    written = [
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        json.dumps(value)[1:-1].replace("/", "\\/"),
        json.dumps(json.dumps(value))[3:-3],
        html.escape(value),
        html.escape(value, quote=False),
        repr(value)[1:-1],
        value.replace("'", "'\\''"),
        value.replace("\n", "\r\n"),
    ]
    for form in written:
        yield form.encode("utf-8", "surrogateescape")


class Redactor:
    """Redacts one stream: secrets that are known, and what is recognised as one.

    A secret may be split over any number of chunks.
    """

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets
        self._held = b""
        self._unsure = b""
        self._before = b""  # what stands before it, and was shown

    def feed(self, chunk: bytes) -> bytes:
        """Take a chunk; give what can be shown. What may be the start of a secret is held."""
        return self._known(self._recognised(chunk, more=True))

    def flush(self) -> bytes:
        """Give the rest: the stream is at its end."""
        last = self._known(self._recognised(b"", more=False))
        pattern, forms = self._secrets.forms()
        rest, self._held = self._held, b""
        return last + (rest if pattern is None else pattern.sub(lambda m: forms[m[0]], rest))

    def _recognised(self, chunk: bytes, more: bool) -> bytes:
        """Put tokens where secrets are recognised; hold what may be the start of one."""
        if not chunk and not self._unsure:
            return b""
        text, start = self._before + self._unsure + chunk, len(self._before)
        places, sure = recognised(text, start, more)
        self._before, self._unsure = text[max(sure - CONTEXT, 0) : sure], text[sure:]
        shown, position = list[bytes](), start
        for begins, ends in places:
            shown += [text[position:begins], self._secrets.stand_in(text[begins:ends])]
            position = ends
        return b"".join([*shown, text[position:sure]])

    def _known(self, chunk: bytes) -> bytes:
        pattern, forms = self._secrets.forms()
        if pattern is None:
            return chunk
        text, self._held = self._held + chunk, b""
        shown: list[bytes] = []
        position = 0
        while True:
            safe = _start_of_unfinished(text, position, forms)
            match = pattern.search(text, position)
            if match is None or match.start() >= safe:
                self._held = text[safe:]
                return b"".join([*shown, text[position:safe]])
            shown += [text[position : match.start()], forms[match[0]]]
            position = match.end()


def _start_of_unfinished(text: bytes, position: int, forms: Mapping[bytes, bytes]) -> int:
    """Find where the first form begins that would go on beyond the text's end."""
    first = len(text)
    for form in forms:
        at = text.find(form[:1], max(position, len(text) - len(form) + 1))
        while 0 <= at < first:
            if form.startswith(text[at:]):
                first = at
                break
            at = text.find(form[:1], at + 1)
    return first


class TokenSeen(Exception):
    """A token stands where it would be changed, and a changed token means nothing."""


class Revealer:
    """Puts values where tokens stand in one stream. A token may be split over chunks.

    With `refuse`, for programs that change text, a token raises TokenSeen instead.
    """

    def __init__(self, secrets: Secrets, refuse: bool = False) -> None:
        self._secrets = secrets
        self._refuse = refuse
        self._held = b""

    def feed(self, chunk: bytes) -> bytes:
        """Take a chunk; give what can go on. What may be the start of a token is held."""
        text = self._held + chunk
        unfinished = _UNFINISHED_TOKEN.search(text)
        cut = len(text) if unfinished is None else unfinished.start()
        self._held = text[cut:]
        return self._through(text[:cut])

    def flush(self) -> bytes:
        """Give the rest: the stream is at its end."""
        rest, self._held = self._held, b""
        return self._through(rest)

    def _through(self, text: bytes) -> bytes:
        known = text.decode("utf-8", "surrogateescape")
        if self._refuse:
            if self._secrets.holds_token(known):
                raise TokenSeen
            return text
        return self._secrets.reveal(known).encode("utf-8", "surrogateescape")


_UNFINISHED_TOKEN = re.compile(rb"s(?:t(?:k(?:_[0-9a-f]{0,23})?)?)?\Z")
