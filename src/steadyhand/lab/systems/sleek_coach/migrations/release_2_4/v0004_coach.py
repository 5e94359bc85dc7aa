"""Conversations with the coach, the tools it used, and the rules that were broken."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute(
        """create table coach_sessions (
            id uuid primary key,
            member_id int not null references members,
            started_at timestamptz not null default now(),
            last_at timestamptz not null default now()
        )"""
    )
    op.execute("create index coach_sessions_by_age on coach_sessions (last_at)")
    op.execute(
        """create table coach_messages (
            id bigserial primary key,
            session_id uuid not null references coach_sessions on delete cascade,
            role text not null check (role in ('member', 'coach')),
            content text not null,
            created_at timestamptz not null default now()
        )"""
    )
    op.execute("create index coach_messages_by_session on coach_messages (session_id, id)")
    # It outlives the conversation: what tools cost is asked for by time.
    op.execute(
        """create table ai_tool_call_log (
            id bigserial primary key,
            session_id uuid not null,
            member_id int not null references members,
            tool_name text not null,
            arguments jsonb not null,
            latency_ms double precision not null,
            status text not null check (status in ('ok', 'failed')),
            error text not null default '',
            created_at timestamptz not null default now()
        )"""
    )
    op.execute("create index ai_tool_call_log_by_time on ai_tool_call_log (created_at)")
    op.execute(
        """create table policy_violations (
            id bigserial primary key,
            member_id int not null references members,
            rule text not null,
            said_by text not null check (said_by in ('member', 'coach')),
            created_at timestamptz not null default now()
        )"""
    )


def downgrade() -> None:
    op.execute("drop table policy_violations, ai_tool_call_log, coach_messages, coach_sessions")
