"""Questions and answers: what the audience asks, and who votes for it."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

UP = (
    "alter table sessions add column feed bigint not null default 0",
    """create table questions (
        id bigserial primary key,
        session_id bigint not null references sessions on delete cascade,
        participant_id bigint not null references participants on delete cascade,
        body text not null,
        upvotes int not null default 0,
        answered boolean not null default false,
        changed bigint not null,
        created_at timestamptz not null default now()
    )""",
    "create index questions_by_change on questions (session_id, changed)",
    """create table question_votes (
        question_id bigint not null references questions on delete cascade,
        participant_id bigint not null references participants on delete cascade,
        primary key (question_id, participant_id)
    )""",
)
DOWN = (
    "drop table question_votes",
    "drop table questions",
    "alter table sessions drop column feed",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
