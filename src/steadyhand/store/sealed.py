"""Secret values of a run, encrypted at rest; gone with the run.

The key lies in a file of its own (mode 0600), never in the database. Knows tokens and values, not
where either comes from. The cipher is imported where there is a value: most runs have none.
"""

import base64
import binascii
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine, delete, insert, select, text

from steadyhand.model.once import once
from steadyhand.store import keyfile
from steadyhand.store.journal import Unavailable
from steadyhand.store.quick import Quick, failures, said
from steadyhand.store.schema import StoreError, sealed, writing

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

_BYTES = 32  # of a key
_KNOWN = Quick(text("SELECT token, value FROM sealed WHERE run = :run"), "run")


def load_key(path: Path) -> bytes:
    """Read the key, or make one where there is none. Raises StoreError when neither works."""
    try:
        if not path.exists():
            # As `Fernet.generate_key` makes one, whose import takes longer than all else here.
            # https://github.com/fernet/spec/blob/master/Spec.md#key-format
            keyfile.make(path, base64.urlsafe_b64encode(os.urandom(_BYTES)))
        key = path.read_bytes().strip()
    except OSError as error:
        raise StoreError(f"cannot use the key file {path}: {error.strerror}") from None
    if not _is_key(key):
        raise StoreError(
            f"the key file {path} is empty or damaged: put back the one that was there, or, where"
            " no run is open, remove it (a new one is made then)"
        )
    return key


def _is_key(text: bytes) -> bool:
    try:
        return len(base64.urlsafe_b64decode(text)) == _BYTES
    except binascii.Error:
        return False


class Sealed:
    """The sealed values of one run."""

    def __init__(self, engine: Engine, key: bytes, run: str) -> None:
        self._engine = engine
        self._key = key
        self._run = run

    @once
    def _box(self) -> "Fernet":
        from cryptography.fernet import Fernet

        return Fernet(self._key)

    def keep(self, token: str, value: str) -> None:
        """Write one value. Keeping the same token again changes nothing."""
        with writing(self._engine) as connection, connection.begin():
            there = connection.execute(
                select(sealed.c.token).where(sealed.c.run == self._run, sealed.c.token == token)
            ).first()
            if there is None:
                row = {"run": self._run, "token": token, "value": self._box.encrypt(value.encode())}
                connection.execute(insert(sealed), [row])

    def known(self) -> dict[str, str]:
        """Read token → value.

        Raises StoreError when they were sealed with another key; Unavailable.
        """
        if not (rows := self._rows()):
            return {}
        from cryptography.fernet import InvalidToken

        try:
            return {token: self._box.decrypt(bytes(value)).decode() for token, value in rows}
        except InvalidToken:
            raise StoreError("the key file is not the one this run was sealed with") from None

    def forget(self) -> None:
        """Drop every value of the run. Raises Unavailable."""
        if self._rows():  # most runs have none, and nothing is to be written for them
            with writing(self._engine) as connection, connection.begin():
                connection.execute(delete(sealed).where(sealed.c.run == self._run))

    def _rows(self) -> Sequence[tuple[str, bytes]]:
        try:
            with self._engine.connect() as connection:
                rows: Sequence[tuple[str, bytes]] = _KNOWN.run(
                    connection, {"run": self._run}
                ).fetchall()
                return rows
        except failures(self._engine)[1] as error:
            raise Unavailable(f"the journal cannot be read: {said(error)}") from None
