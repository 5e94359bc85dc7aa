"""Faults of the database, from a lock that is held to a server that is gone."""

from steadyhand.lab.faults.database.data.data_loss import DATA_LOSS
from steadyhand.lab.faults.database.data.database_corruption import DATABASE_CORRUPTION
from steadyhand.lab.faults.database.load.disk_low import DISK_LOW
from steadyhand.lab.faults.database.load.missing_index import MISSING_INDEX
from steadyhand.lab.faults.database.load.slow_query import SLOW_QUERY
from steadyhand.lab.faults.database.load.too_many_connections import TOO_MANY_CONNECTIONS
from steadyhand.lab.faults.database.locks.idle_in_transaction import IDLE_IN_TRANSACTION
from steadyhand.lab.faults.database.locks.lock import LOCK
from steadyhand.lab.faults.database.locks.pool_exhausted import POOL_EXHAUSTED
from steadyhand.lab.faults.database.servers.database_down import DATABASE_DOWN
from steadyhand.lab.faults.database.servers.database_failover import DATABASE_FAILOVER
from steadyhand.lab.faults.database.servers.replica_lag import REPLICA_LAG
from steadyhand.lab.faults.fault import Fault

DATABASE: tuple[Fault, ...] = (
    POOL_EXHAUSTED,
    IDLE_IN_TRANSACTION,
    LOCK,
    SLOW_QUERY,
    MISSING_INDEX,
    TOO_MANY_CONNECTIONS,
    DISK_LOW,
    DATABASE_FAILOVER,
    DATABASE_DOWN,
    REPLICA_LAG,
    DATA_LOSS,
    DATABASE_CORRUPTION,
)
