"""Whose estimate it is: the identity provider's name of a user, or nobody's."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute("alter table estimates add column owner text not null default ''")


def downgrade() -> None:
    op.execute("alter table estimates drop column owner")
