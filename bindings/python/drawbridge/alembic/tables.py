"""What this package knows of Better Auth 1.7's tables, whatever database holds them: which there are, which are in the
database, and how those of another schema generator look."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, text

# In the order in which they can be made.
BETTER_AUTH_TABLES = ("user", "session", "account", "verification", "jwks")

Tables = dict[str, list[str]]
"""The names of columns by the name of their table."""

POSTGRES = text("""
SELECT relname, attname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
WHERE relkind IN ('r', 'p') AND pg_table_is_visible(pg_class.oid) AND relnamespace = current_schema()::regnamespace
  AND attnum > 0 AND NOT attisdropped ORDER BY relname, attnum""")

# SQLite compares names with the case of ASCII letters ignored, so `user` is looked up in Better Auth's spelling.
SQLITE = text("""
SELECT CASE lower(tables.name) WHEN 'user' THEN 'user' ELSE tables.name END, columns.name
FROM sqlite_schema AS tables JOIN pragma_table_info(tables.name) AS columns WHERE tables.type = 'table'""")

POSTGRES_KIND = text("""SELECT relkind::text FROM pg_class WHERE oid = to_regclass('"user"')""")
SQLITE_KIND = text("SELECT type FROM sqlite_schema WHERE name = 'user' COLLATE NOCASE AND type IN ('table', 'view')")

WHAT_TO_DO = (
    'Drawbridge needs the names that Better Auth\'s own migration gives ("user", "emailVerified", "userId"). Make the '
    "tables with getMigrations() of better-auth/db/migration, or rename these and take the mapping of names out of the "
    "Better Auth configuration; then run this again"
)


class Spelling(NamedTuple):
    """A column that Better Auth names in camel case, and how others spell it."""

    table: str
    better_auths: str
    snake_case: str


SPELLINGS = (
    Spelling("user", "emailVerified", "email_verified"),
    Spelling("session", "userId", "user_id"),
    Spelling("session", "expiresAt", "expires_at"),
    Spelling("account", "userId", "user_id"),
    Spelling("jwks", "publicKey", "public_key"),
    Spelling("jwks", "privateKey", "private_key"),
)


def read_tables(connection: Connection) -> Tables:
    """All that are in the schema which new tables go to."""
    tables: Tables = {}
    for table, column in connection.execute(POSTGRES if connection.dialect.name == "postgresql" else SQLITE):
        tables.setdefault(table, []).append(column)
    return tables


def other_generator(connection: Connection, tables: Tables) -> str:
    """One line that says what was found and what to do where these are not Better Auth's tables, or are under names
    that another schema generator gave them: other table names, or columns like email_verified. Empty otherwise."""
    is_postgres = connection.dialect.name == "postgresql"
    kind = connection.scalar(POSTGRES_KIND if is_postgres else SQLITE_KIND)
    if kind not in (None, "r", "p", "table"):
        return '"user" is not a table, as Better Auth\'s is: foreign keys cannot refer to it'
    if "user" not in tables:
        return other_name(tables)
    for table, better_auths, snake_case in SPELLINGS:
        columns = tables.get(table, [])
        if better_auths not in columns and snake_case in columns:
            found = f'table "{table}" has a column {snake_case} where Better Auth has {better_auths}'
            return f"{found}: another schema generator made it. {WHAT_TO_DO}"
    missing = [name for name in ("id", "email", "emailVerified") if name not in tables["user"]]
    if missing:
        return f'table "user" has no column {", ".join(missing)}: it is not Better Auth\'s. {WHAT_TO_DO}'
    return ""


def other_name(tables: Tables) -> str:
    for name, columns in tables.items():
        if "email" in columns and ("emailVerified" in columns or "email_verified" in columns):
            found = f'there is no table "user", but "{name}" looks like Better Auth\'s under another name'
            return f"{found}. {WHAT_TO_DO}"
    return ""
