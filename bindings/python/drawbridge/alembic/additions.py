"""What upgrades added, written down in the database, so that a downgrade removes that and nothing else."""

from __future__ import annotations

from sqlalchemy import Connection, text

TABLE = "drawbridge_additions"


def record(connection: Connection, name: str, detail: str | None = None) -> None:
    """``name`` was added, for example ``jwks`` or ``user.uuid``; ``detail`` is what else a downgrade must know. What is
    recorded already stays as it is."""
    connection.execute(text(f"CREATE TABLE IF NOT EXISTS {TABLE} (name text NOT NULL PRIMARY KEY, detail text)"))
    connection.execute(
        text(f"INSERT INTO {TABLE} (name, detail) VALUES (:name, :detail) ON CONFLICT DO NOTHING"),
        {"name": name, "detail": detail},
    )


def recorded(connection: Connection) -> dict[str, str | None]:
    """Details by name."""
    if not table_exists(connection):
        return {}
    return {row.name: row.detail for row in connection.execute(text(f"SELECT name, detail FROM {TABLE}"))}


def forget(connection: Connection, name: str) -> None:
    """``name`` is gone again. With the last one the table goes too."""
    connection.execute(text(f"DELETE FROM {TABLE} WHERE name = :name"), {"name": name})
    if not recorded(connection):
        connection.execute(text(f"DROP TABLE {TABLE}"))


def table_exists(connection: Connection) -> bool:
    known = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name = :table"
    if connection.dialect.name == "postgresql":
        known = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND tablename = :table"
    return connection.scalar(text(known), {"table": TABLE}) is not None
