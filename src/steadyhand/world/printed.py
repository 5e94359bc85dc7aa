"""What a program prints in, redacted and sealed chunks to the sink out.

One `Printed` per call. Knows no program; for sealing it knows what AWS says beside a secret.
"""

import json
from typing import Any

from steadyhand.world.door import Sink, Stream
from steadyhand.world.secrets import Redactor, Secrets

_KEPT = 65536  # bytes of stderr; what went wrong stands at its end

# What AWS says beside a secret: its name and history. Every other value is taken for one, because
# a secret may be JSON itself, with any keys. https://docs.aws.amazon.com/cli/v1/reference/
_HARMLESS_KEYS = frozenset(
    "ARN Arn AssumedRoleId CreateDate CreatedDate DataType EncryptionAlgorithm Expiration "
    "InstanceId InvalidParameters KeyId LastModifiedDate Name PackedPolicySize Status Timestamp "
    "Type UserName Version VersionId VersionStages expiresAt proxyEndpoint".split()
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
        parsed = None
    if not isinstance(parsed, dict | list | str):  # digits are text, too
        return secrets.seal(body, "output").encode() + stdout[len(body) :]
    indent = 4 if b"\n" in body else None
    shaped = json.dumps(_seal(parsed, secrets), indent=indent, ensure_ascii=False)
    return shaped.encode() + stdout[len(body) :]


def _seal(value: Any, secrets: Secrets) -> Any:
    match value:
        case dict():
            return {
                key: inner if key in _HARMLESS_KEYS else _seal(inner, secrets)
                for key, inner in value.items()
            }
        case list():
            return [_seal(inner, secrets) for inner in value]
        case None | bool():
            return value
        case _:
            text = value if isinstance(value, str) else json.dumps(value)
            _seal_inside(text, secrets)
            return secrets.seal(text, "output")


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
