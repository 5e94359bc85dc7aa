"""Progress photos: what lies in S3, and under which key."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute(
        """create table photos (
            id bigserial primary key,
            member_id int not null references members,
            key text not null unique,
            status text not null default 'waiting' check (status in ('waiting', 'ready')),
            content_type text not null,
            size bigint not null check (size > 0),
            taken_on date,
            created_at timestamptz not null default now()
        )"""
    )
    op.execute("create index photos_by_member on photos (member_id, created_at desc)")


def downgrade() -> None:
    op.execute("drop table photos")
