"""Households, what they use and what they want."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

UP = (
    """create table customers (
        id text primary key check (id ~ '^[A-Za-z0-9-]{1,40}$'),
        tariff_id int references tariffs,
        seen_at timestamptz not null default now()
    )""",
    """create table usage_readings (
        customer_id text not null references customers on delete cascade,
        month date not null check (extract(day from month) = 1),
        kwh numeric(9, 2) not null check (kwh >= 0),
        night_kwh numeric(9, 2) not null default 0 check (night_kwh between 0 and kwh),
        constraint usage_readings_pkey primary key (customer_id, month)
    )""",
    """create table preferences (
        customer_id text primary key references customers on delete cascade,
        cost_weight numeric(4, 2) not null,
        renewable_weight numeric(4, 2) not null,
        flexibility_weight numeric(4, 2) not null,
        max_contract_months int not null
    )""",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    op.execute("drop table preferences, usage_readings, customers")
