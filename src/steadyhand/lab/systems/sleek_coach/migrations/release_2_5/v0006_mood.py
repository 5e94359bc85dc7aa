"""A member's mood with each check-in; earlier ones have none."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.execute(
        "alter table check_ins add column mood_score int check (mood_score between 1 and 10)"
    )


def downgrade() -> None:
    op.execute("alter table check_ins drop column mood_score")
