"""Sessions, who joins them, polls and responses."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = ("responses", "poll_options", "polls", "participants", "sessions")

UP = (
    """create table sessions (
        id bigserial primary key,
        code char(6) not null unique,
        title text not null,
        status text not null default 'live' check (status in ('live', 'ended')),
        presenter_key_hash char(64) not null,
        participant_count int not null default 0,
        created_at timestamptz not null default now(),
        ended_at timestamptz
    )""",
    """create table participants (
        id bigserial primary key,
        session_id bigint not null references sessions on delete cascade,
        nickname text not null,
        token_hash char(64) not null unique,
        joined_at timestamptz not null default now()
    )""",
    "create index participants_by_session on participants (session_id)",
    """create table polls (
        id bigserial primary key,
        session_id bigint not null references sessions on delete cascade,
        question text not null,
        status text not null default 'draft' check (status in ('draft', 'open', 'closed')),
        response_count int not null default 0,
        created_at timestamptz not null default now()
    )""",
    "create index polls_by_session on polls (session_id)",
    """create table poll_options (
        id bigserial primary key,
        poll_id bigint not null references polls on delete cascade,
        position int not null,
        label text not null,
        unique (poll_id, position)
    )""",
    """create table responses (
        id bigserial primary key,
        poll_id bigint not null references polls on delete cascade,
        participant_id bigint not null references participants on delete cascade,
        option_id bigint not null references poll_options on delete cascade,
        created_at timestamptz not null default now(),
        changed_at timestamptz,
        constraint responses_once unique (poll_id, participant_id)
    )""",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for table in TABLES:
        op.execute(f"drop table {table}")
