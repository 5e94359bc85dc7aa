"""Suppliers and what they offer."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

UP = (
    """create table suppliers (
        id serial primary key,
        name text not null unique,
        rating numeric(2, 1) not null check (rating between 1 and 5)
    )""",
    """create table tariffs (
        id serial primary key,
        supplier_id int not null references suppliers,
        name text not null,
        kind text not null check (kind in ('fixed', 'variable', 'time_of_use')),
        rate_cents numeric(6, 3) not null check (rate_cents >= 0),
        night_rate_cents numeric(6, 3) check (night_rate_cents >= 0),
        monthly_fee numeric(6, 2) not null default 0,
        renewable_percent int not null check (renewable_percent between 0 and 100),
        contract_months int not null check (contract_months >= 0),
        exit_fee numeric(7, 2) not null default 0,
        withdrawn_at timestamptz,
        unique (supplier_id, name),
        check ((kind = 'time_of_use') = (night_rate_cents is not null))
    )""",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    op.execute("drop table tariffs, suppliers")
