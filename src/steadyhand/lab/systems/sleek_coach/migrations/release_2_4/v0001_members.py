"""Members, and what they log: check-ins and meals."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute(
        """create table members (
            id int primary key,
            name text not null,
            email text not null,
            password text
        )"""
    )
    op.execute("create unique index members_by_email on members (lower(email))")
    op.execute(
        """create table check_ins (
            id bigserial primary key,
            member_id int not null references members,
            weight_kg numeric(5, 1) not null,
            energy int not null check (energy between 1 and 10),
            note text not null default '',
            created_at timestamptz not null default now()
        )"""
    )
    op.execute("create index check_ins_by_member on check_ins (member_id, created_at desc)")
    op.execute(
        """create table nutrition_entries (
            id bigserial primary key,
            member_id int not null references members,
            meal text not null,
            calories int not null check (calories >= 0),
            protein_g int not null check (protein_g >= 0),
            created_at timestamptz not null default now()
        )"""
    )
    op.execute("create index nutrition_by_member on nutrition_entries (member_id, created_at desc)")


def downgrade() -> None:
    op.execute("drop table nutrition_entries, check_ins, members")
