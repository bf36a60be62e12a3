"""Foreign keys that refer to a table, whoever made them."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, text

# conparentid: that of a partition is named with its table's.
POSTGRES = text("""
SELECT conrelid::regclass::text, format('%s of %s', conname, conrelid::regclass)
FROM pg_constraint WHERE contype = 'f' AND confrelid = to_regclass(format('%I', CAST(:table AS text)))
  AND conparentid = 0 AND conrelid <> confrelid AND (CAST(:column AS text) IS NULL OR EXISTS (
    SELECT FROM pg_attribute WHERE attrelid = confrelid AND attnum = ANY (confkey) AND attname = :column))
ORDER BY 2""")

SQLITE = text("""
SELECT tables.name, printf('%s of %s', list."from", tables.name)
FROM sqlite_schema AS tables JOIN pragma_foreign_key_list(tables.name) AS list
WHERE tables.type = 'table' AND list."table" = :table COLLATE NOCASE AND tables.name <> :table COLLATE NOCASE
  AND (:column IS NULL OR list."to" = :column COLLATE NOCASE)
ORDER BY 2""")


def referring_to(
    connection: Connection, table: str, column: str | None = None, without: Collection[str] = ()
) -> list[str]:
    """Names such as ``tasks_user_id_fkey of tasks``, on SQLite ``user_id of tasks``; of those to that column, or to any
    of the table. Those of the tables ``without`` are left out."""
    query = POSTGRES if connection.dialect.name == "postgresql" else SQLITE
    found = connection.execute(query, {"table": table, "column": column})
    return [name for of_table, name in found if of_table.strip('"') not in without]
