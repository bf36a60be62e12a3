"""Each of the app's users may be one of Better Auth's."""

import sqlalchemy as sa
from alembic import op

from drawbridge.sqlalchemy import UserUuid

revision, down_revision = "0003", "0002"


def upgrade() -> None:
    op.alter_column("users", "password_hash", nullable=True)
    op.add_column("users", sa.Column("auth_id", UserUuid, sa.ForeignKey("user.uuid", ondelete="SET NULL"), unique=True))


def downgrade() -> None:
    op.drop_column("users", "auth_id")
    op.execute("DELETE FROM users WHERE password_hash IS NULL")
    op.alter_column("users", "password_hash", nullable=False)
