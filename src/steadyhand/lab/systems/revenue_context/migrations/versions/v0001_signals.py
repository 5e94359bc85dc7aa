"""Accounts, the signals that arrived of them, and what their intent is worth now."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute("""
        create table accounts (
            id int primary key,
            name text not null,
            domain text not null unique
        )""")
    op.execute("""
        create table signals (
            id uuid primary key,
            account_id int not null references accounts,
            kind text not null,
            weight double precision not null,
            occurred_at timestamptz not null,
            received_at timestamptz not null default now()
        )""")
    op.execute("create index signals_by_account on signals (account_id, occurred_at desc)")
    op.execute("""
        create table intent_scores (
            account_id int primary key references accounts,
            score double precision not null,
            updated_at timestamptz not null
        )""")


def downgrade() -> None:
    op.execute("drop table intent_scores")
    op.execute("drop table signals")
    op.execute("drop table accounts")
