"""What an Alembic revision of your own needs to bring a database to what the bridge needs.

``better_auth_tables`` makes and repairs Better Auth 1.7's tables, ``hybrid_id`` gives ``user`` its column ``uuid``; on
PostgreSQL and on SQLite. After both, the tables are those that ``drawbridge migrate up --with-better-auth`` makes, and
Better Auth's own migration plans nothing::

    from alembic import op
    from drawbridge.alembic import better_auth_tables, hybrid_id

    def upgrade() -> None:
        better_auth_tables.upgrade(op)
        hybrid_id.upgrade(op)

    def downgrade() -> None:
        hybrid_id.downgrade(op)
        better_auth_tables.downgrade(op)

Both look at what is there and add what is missing, so each may be run again, and on a database that Better Auth made.
What they added, and to which table, is written down in the table ``drawbridge_additions``; a downgrade removes that and
nothing else. It takes the ``schema`` and the ``user_table`` that the upgrade had.

``include_object`` and ``render_item`` are for the project's ``env.py``. With the one, ``--autogenerate`` drops no table
that the app has no model for, unless a revision of the app made it; the other writes ``UserUuid`` with its import.
"""

from drawbridge.alembic import better_auth_tables, hybrid_id
from drawbridge.alembic.autogenerate import include_object, render_item
from drawbridge.alembic.refusal import MigrationRefused

__all__ = ["MigrationRefused", "better_auth_tables", "hybrid_id", "include_object", "render_item"]
