"""Better Auth's tables, and the UUID of each user."""

from alembic import op

from drawbridge.alembic import better_auth_tables, hybrid_id

revision, down_revision = "0002", "0001"


def upgrade() -> None:
    better_auth_tables.upgrade(op)
    hybrid_id.upgrade(op)


def downgrade() -> None:
    hybrid_id.downgrade(op)
    better_auth_tables.downgrade(op)
