"""What the migration of a release to come does, by name: for who runs it, and for who mends it.

Apart from the migration itself, which loads Alembic: the lab does without.
"""

COLUMN = "import_batch"
SUFFIX = "_next"  # of the revision


def index_of(table: str) -> str:
    return f"{table}_{COLUMN}_once"
