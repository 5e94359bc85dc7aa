"""What keeps a member signed in: hashes of tokens, each good once."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute(
        """create table refresh_tokens (
            hash text primary key,
            member_id int not null references members,
            sign_in uuid not null,
            issued_at timestamptz not null default now(),
            expires_at timestamptz not null,
            used_at timestamptz,
            ended_at timestamptz
        )"""
    )
    op.execute("create index refresh_tokens_by_sign_in on refresh_tokens (sign_in)")
    op.execute("create index refresh_tokens_by_expiry on refresh_tokens (expires_at)")


def downgrade() -> None:
    op.execute("drop table refresh_tokens")
