"""Items, the assemblies made of them, and what a place does to prices."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute(
        """create table items (
            sku text primary key,
            description text not null,
            unit text not null,
            kind text not null check (kind in ('material', 'labor')),
            price numeric(10, 2) not null check (price >= 0)
        )"""
    )
    op.execute(
        """create table assemblies (
            id int generated always as identity primary key,
            room_type text not null,
            name text not null,
            measure text not null check (
                measure in ('floor', 'ceiling', 'walls', 'perimeter', 'room')),
            unique (room_type, name)
        )"""
    )
    op.execute(
        """create table assembly_items (
            assembly_id int not null references assemblies on delete cascade,
            sku text not null references items,
            quantity numeric(10, 4) not null check (quantity > 0),
            primary key (assembly_id, sku)
        )"""
    )
    op.execute(
        """create table localities (
            zip_prefix text primary key,
            region text not null,
            material_factor numeric(6, 3) not null check (material_factor > 0),
            labor_factor numeric(6, 3) not null check (labor_factor > 0),
            tax_rate numeric(7, 5) not null check (tax_rate between 0 and 1)
        )"""
    )


def downgrade() -> None:
    op.execute("drop table localities, assembly_items, assemblies, items")
