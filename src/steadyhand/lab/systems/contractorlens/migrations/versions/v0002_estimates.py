"""Estimates and their lines, as they were priced on the day."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute(
        """create table estimates (
            id bigint generated always as identity primary key,
            room_type text not null,
            length numeric(7, 2) not null,
            width numeric(7, 2) not null,
            height numeric(7, 2) not null,
            zip_code char(5) not null,
            region text not null,
            subtotal numeric(14, 2) not null,
            markup numeric(14, 2) not null,
            tax numeric(14, 2) not null,
            total numeric(14, 2) not null,
            enrichment jsonb not null,
            created_at timestamptz not null default now()
        )"""
    )
    op.execute("create index estimates_by_zip on estimates (zip_code, created_at desc)")
    op.execute(
        """create table estimate_lines (
            estimate_id bigint not null references estimates on delete cascade,
            position int not null,
            assembly text not null,
            description text not null,
            unit text not null,
            quantity numeric(14, 2) not null,
            unit_price numeric(14, 2) not null,
            amount numeric(14, 2) not null,
            primary key (estimate_id, position)
        )"""
    )


def downgrade() -> None:
    op.execute("drop table estimate_lines, estimates")
