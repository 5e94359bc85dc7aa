"""What was recommended last to each household."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""create table recommendations (
        customer_id text primary key references customers on delete cascade,
        plans jsonb not null,
        made_at timestamptz not null default now()
    )""")


def downgrade() -> None:
    op.execute("drop table recommendations")
