"""What a program prints in, redacted and sealed chunks to the sink out.

One `Printed` per call. Knows no program; for sealing it knows which JSON keys AWS puts secrets in.
"""

import json
from typing import Any

from steadyhand.world.door import Sink, Stream
from steadyhand.world.secrets import Redactor, Secrets

_KEPT = 65536  # bytes of stderr; what went wrong stands at its end

# https://docs.aws.amazon.com/cli/v1/reference/: keys of answers whose value opens something.
_SECRET_KEYS = frozenset(
    "SecretString SecretBinary Value Plaintext PrivateKeyPlaintext RandomPassword PasswordData "
    "SecretAccessKey SessionToken AccessKeyId authorizationToken AuthorizationToken Password "
    "DbPassword KeyMaterial token data".split()
)


class Printed:
    """Passes on what one call prints. With `seal`, stdout is kept and goes on as tokens."""

    def __init__(self, secrets: Secrets, sink: Sink, seal: bool) -> None:
        self._secrets = secrets
        self._sink = sink
        self._redactors = {stream: Redactor(secrets) for stream in Stream}
        self._sealed: list[bytes] | None = [] if seal else None
        self.errors = b""

    def take(self, stream: Stream, chunk: bytes) -> None:
        """Take one chunk, as the program wrote it."""
        if stream is Stream.ERR:
            self.errors = (self.errors + chunk)[-_KEPT:]
        elif self._sealed is not None:
            self._sealed.append(chunk)
            return
        self._show(stream, self._redactors[stream].feed(chunk))

    def finish(self) -> None:
        """Pass on the rest. Raises ValueError when what should be sealed is not text."""
        if self._sealed is not None:
            self._show(Stream.OUT, seal_output(b"".join(self._sealed), self._secrets))
            self._sealed = []
        for stream, redactor in self._redactors.items():
            self._show(stream, redactor.flush())

    def _show(self, stream: Stream, chunk: bytes) -> None:
        if chunk:
            self._sink(stream, chunk)


def seal_output(stdout: bytes, secrets: Secrets) -> bytes:
    """Turn a secret that was printed into tokens: JSON keeps its shape, other text becomes one.

    Raises ValueError when it is not text.
    """
    body = stdout.rstrip(b"\r\n")
    if not body:
        return stdout
    try:
        parsed = json.loads(body)
    except ValueError:
        return secrets.seal(body, "output").encode() + stdout[len(body) :]
    sealed = _seal(parsed, secrets, everything=not _has_secret_key(parsed))
    indent = 4 if b"\n" in body else None
    return json.dumps(sealed, indent=indent, ensure_ascii=False).encode() + stdout[len(body) :]


def _has_secret_key(value: Any) -> bool:
    match value:
        case dict():
            return any(
                (key in _SECRET_KEYS and isinstance(inner, str)) or _has_secret_key(inner)
                for key, inner in value.items()
            )
        case list():
            return any(map(_has_secret_key, value))
        case _:
            return False


def _seal(value: Any, secrets: Secrets, everything: bool) -> Any:
    match value:
        case dict():
            return {
                key: _seal(inner, secrets, everything or key in _SECRET_KEYS)
                for key, inner in value.items()
            }
        case list():
            return [_seal(inner, secrets, everything) for inner in value]
        case None | bool():
            return value
        case _ if everything:
            text = value if isinstance(value, str) else json.dumps(value)
            _seal_inside(text, secrets)
            return secrets.seal(text, "output")
        case _:
            return value


def _seal_inside(text: str, secrets: Secrets) -> None:
    """Know the values in a secret that is JSON itself, so that they are redacted too."""
    try:
        parsed = json.loads(text)
    except ValueError:
        return
    if isinstance(parsed, dict):
        for inner in parsed.values():
            if isinstance(inner, str) and inner:
                secrets.seal(inner, "output")
