"""How long both ends of a connection to PostgreSQL wait for one that says nothing any more.

A host that is cut off says no goodbye, and its leases (lease.py, alone.py) are locks of sessions:
by the systems' own settings the server would hold them for two hours, and a read wait as long.
"""

from typing import Any

from sqlalchemy import URL

# Asked after 10 seconds of silence, then every 5; given up after 20 to 25 (tcp(7)).
_OURS = {
    "connect_timeout": 5,
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,  # milliseconds
}
# Asked for once connected, not by the parameter `options`: that one is refused by a server that
# does not know a setting, and by poolers. What the URL or PGOPTIONS say there stands.
_THEIRS = """
SELECT set_config(name, wanted, false)
FROM pg_settings JOIN (VALUES
    ('tcp_keepalives_idle', '10'),
    ('tcp_keepalives_interval', '5'),
    ('tcp_keepalives_count', '3'),
    ('tcp_user_timeout', '20000')
) AS ours (name, wanted) USING (name)
WHERE source <> 'client'
"""


def connecting(url: URL) -> dict[str, Any]:
    """Give the settings of this end; what the URL says stands."""
    return {name: value for name, value in _OURS.items() if name not in url.query}


def connected(connection: Any, _record: object) -> None:
    """Give the server's end of a new connection the same settings."""
    connection.cursor().execute(_THEIRS)
    connection.commit()
