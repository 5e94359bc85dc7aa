"""What is proposed to be done, and what a person decided about it."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute("""
        create table actions (
            id bigserial primary key,
            account_id int not null references accounts,
            kind text not null check (kind in ('call', 'email')),
            subject text not null,
            body text not null,
            score double precision not null,
            status text not null default 'proposed'
                check (status in ('proposed', 'approved', 'rejected')),
            created_at timestamptz not null default now(),
            decided_at timestamptz,
            decided_by text
        )""")
    # One account has one proposal at a time, however many workers make them.
    op.execute("""
        create unique index actions_proposed on actions (account_id)
        where status = 'proposed'""")
    op.execute("create index actions_by_time on actions (created_at desc)")
    op.execute("create index actions_by_account on actions (account_id, created_at desc)")


def downgrade() -> None:
    op.execute("drop table actions")
