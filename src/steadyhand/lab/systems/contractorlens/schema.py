"""An empty or older database in, ContractorLens's schema and first rows out. Safe to run again.

DB_HOST DB_PORT DB_NAME DB_USER DB_PASSWORD say where. With an argument: move the schema there
(see `schemas.move`), and write no rows.
"""

from pathlib import Path

from steadyhand.lab.systems import schemas
from steadyhand.lab.systems.contractorlens.seeds import seed

MIGRATIONS = Path(__file__).with_name("migrations")


def main() -> None:
    schemas.bring_up(schemas.configured(MIGRATIONS), seed)


if __name__ == "__main__":
    main()
