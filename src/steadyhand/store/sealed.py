"""Secret values of a run, encrypted at rest; gone with the run.

The key lies in a file of its own (mode 0600), never in the database. Knows tokens and values, not
where either comes from. The cipher is imported where there is a value: most runs have none.
"""

import base64
import binascii
import os
from collections.abc import Container
from pathlib import Path
from typing import TYPE_CHECKING

from steadyhand.model.once import once
from steadyhand.store import keyfile
from steadyhand.store.database import Database, Row, inserting
from steadyhand.store.schema import StoreError

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

_BYTES = 32  # of a key


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

    def __init__(self, database: Database, key: bytes, run: str) -> None:
        self._database = database
        self._key = key
        self._run = run

    @once
    def _box(self) -> "Fernet":
        from cryptography.fernet import Fernet

        return Fernet(self._key)

    def keep(self, token: str, value: str) -> None:
        """Write one value. Keeping the same token again changes nothing."""
        row = {"run": self._run, "token": token, "value": self._box.encrypt(value.encode())}
        there = "SELECT token FROM sealed WHERE run = :run AND token = :token"
        with self._database.writing() as connection:
            if connection.first(there, row) is None:
                connection.run(inserting("sealed", tuple(row)), row)

    def known(self, but: Container[str] = ()) -> dict[str, str]:
        """Read token → value, without those tokens that are known already.

        Raises StoreError when they were sealed with another key; Unavailable.
        """
        if not (rows := [(token, value) for token, value in self._rows() if token not in but]):
            return {}
        from cryptography.fernet import InvalidToken

        try:
            return {token: self._box.decrypt(value).decode() for token, value in rows}
        except InvalidToken:
            raise StoreError(
                f"the key file is not the one that run {self._run} was sealed with; put that one"
                " back (`key` in the state folder, or where STEADYHAND_KEY_FILE says)"
            ) from None

    def forget(self) -> None:
        """Drop every value of the run. Raises Unavailable."""
        if self._rows():  # most runs have none, and nothing is to be written for them
            with self._database.writing() as connection:
                connection.run("DELETE FROM sealed WHERE run = :run", {"run": self._run})

    def _rows(self) -> list[Row]:
        query = "SELECT token, value FROM sealed WHERE run = :run"
        with self._database.reading() as connection:
            return connection.all(query, {"run": self._run})
