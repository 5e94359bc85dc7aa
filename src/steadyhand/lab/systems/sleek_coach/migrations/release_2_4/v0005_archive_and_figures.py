"""What jobs write: conversations that ended long ago, and the dashboards' hourly figures."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.execute(
        """create table coach_sessions_archive (
            id uuid primary key,
            member_id int not null references members,
            started_at timestamptz not null,
            last_at timestamptz not null,
            messages jsonb not null,
            archived_at timestamptz not null default now()
        )"""
    )
    op.execute(
        """create table metrics_hourly (
            hour timestamptz not null,
            name text not null,
            value double precision not null,
            primary key (hour, name)
        )"""
    )


def downgrade() -> None:
    op.execute("drop table metrics_hourly, coach_sessions_archive")
