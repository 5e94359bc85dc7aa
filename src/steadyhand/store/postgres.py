"""PostgreSQL, by psycopg; and how long both ends of a connection wait for one that says nothing.

A host that is cut off says no goodbye, and its leases (lease.py, alone.py) are locks of sessions:
by the systems' own settings the server would hold them for two hours, and a read wait as long.
"""

import itertools
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from steadyhand.store.database import Row, Unavailable, Values

if TYPE_CHECKING:
    import psycopg

# Asked after 10 seconds of silence, then every 5; given up after 20 to 25 (tcp(7)).
_OURS = {
    "connect_timeout": 5,
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,  # milliseconds
}
_ALWAYS = {"client_encoding": "UTF8"}  # whatever the server, the URL or PGCLIENTENCODING say
# Asked for once connected, not by the parameter `options`: that one is refused by a server that
# does not know a setting, and by poolers. What the URL or PGOPTIONS say there stands.
_THEIRS = b"""
SELECT set_config(name, wanted, false)
FROM pg_settings JOIN (VALUES
    ('tcp_keepalives_idle', '10'),
    ('tcp_keepalives_interval', '5'),
    ('tcp_keepalives_count', '3'),
    ('tcp_user_timeout', '20000')
) AS ours (name, wanted) USING (name)
WHERE source <> 'client'
"""


class PostgreSQL:
    """A server. https://www.psycopg.org/psycopg3/docs/api/connections.html"""

    kind = "postgresql"

    def __init__(self, url: str) -> None:
        """Raises Unavailable without psycopg, and where the URL is none."""
        try:
            import psycopg  # takes longer to import than all that SQLite needs
            from psycopg.conninfo import conninfo_to_dict
        except ImportError:
            install = "pip install 'steadyhand[postgres]'"
            raise Unavailable(f"psycopg is not installed: {install}") from None

        self.error: type[Exception] = psycopg.Error
        self.taken: type[Exception] = psycopg.IntegrityError
        self._url = url
        try:
            said = conninfo_to_dict(url)
        except psycopg.Error as error:
            # It quotes what it does not understand, and that may be a part of the password.
            why = re.sub(r': ".*"', "", str(error), flags=re.DOTALL).strip()
            also = " (is a % in the password written %25?)" if "percent" in why else ""
            raise Unavailable(f"{why}{also}") from None
        if "@" in str(said.get("host", ""))[1:]:  # a socket may have one in front
            raise Unavailable("the host has an @ in it: is the one in the password written %40?")
        self._ours: dict[str, Any] = {n: value for n, value in _OURS.items() if n not in said}
        self._ours |= _ALWAYS
        self._streams = itertools.count()

    def connect(self) -> "psycopg.Connection[Row]":
        import psycopg

        raw = psycopg.connect(self._url, **self._ours)
        # By whatever the server or the database has as its own, what waits for the end of the chain
        # would not see the end.
        raw.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
        try:
            raw.execute(_THEIRS)
            raw.commit()
        except psycopg.Error:
            raw.close()
            raise
        return raw

    def alive(self, raw: "psycopg.Connection[Row]") -> bool:
        try:
            raw.execute(b"SELECT 1")
            raw.rollback()
        except self.error:
            return False
        return True

    def begin(self, raw: object, *, writes: bool) -> None:
        """Nothing: the first statement begins a transaction."""

    def autocommit(self, raw: "psycopg.Connection[Row]", on: bool) -> None:
        raw.autocommit = on

    def written(self, statement: str) -> bytes:
        return _percent(statement)

    def stream(
        self, raw: "psycopg.Connection[Row]", statement: str, values: Values, at_once: int
    ) -> Iterator[Row]:
        # A cursor of the server's; by itself, psycopg reads everything at once.
        with raw.cursor(name=f"stream{next(self._streams)}") as cursor:
            cursor.itersize = at_once
            cursor.execute(_percent(statement), values)
            yield from cursor

    def as_it_lies(self, raw: "psycopg.Connection[Row]") -> None:
        import psycopg

        raw.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ


@lru_cache(500)
def _percent(statement: str) -> bytes:
    """Write `:name` as psycopg has it, `%(name)s`."""
    return re.sub(r"(?<![:\w]):([a-z]\w*)", r"%(\1)s", statement.replace("%", "%%")).encode()
