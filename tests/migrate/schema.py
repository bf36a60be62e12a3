"""What is in a database, as lines that two databases can be compared by."""

from __future__ import annotations

from database import Database

POSTGRES = (
    """select format('%s.%s %s%s%s', relname, attname, format_type(atttypid, atttypmod),
                     case when attnotnull then ' not null' end, ' default ' || pg_get_expr(adbin, adrelid))
       from pg_class join pg_attribute on attrelid = pg_class.oid
       left join pg_attrdef on adrelid = attrelid and adnum = attnum
       where relnamespace = current_schema()::regnamespace and relkind in ('r', 'v') and attnum > 0 and not attisdropped""",
    """select format('%s: %s %s', relname, conname, pg_get_constraintdef(pg_constraint.oid))
       from pg_constraint join pg_class on conrelid = pg_class.oid where connamespace = current_schema()::regnamespace""",
    "select format('%s: %s', tablename, indexdef) from pg_indexes where schemaname = current_schema()",
    "select pg_get_functiondef(oid) from pg_proc where pronamespace = current_schema()::regnamespace",
    "select pg_get_triggerdef(oid) from pg_trigger where not tgisinternal",
)

# An index that a UNIQUE in CREATE TABLE makes has a name made up by SQLite, with a number.
SQLITE = (
    """select printf('%s.%s %s%s%s%s', tables.name, lower(columns.name), lower(columns.type),
                     iif("notnull", ' not null', ''), iif(pk, ' primary key', ''), coalesce(' default ' || dflt_value, ''))
       from sqlite_schema as tables join pragma_table_xinfo(tables.name) as columns where tables.type in ('table', 'view')""",
    """select printf('%s: index %s on %s%s%s', tables.name, iif(origin = 'c', list.name, origin),
                     (select group_concat(coalesce(name, 'rowid') || iif("desc", ' desc', '')) from pragma_index_xinfo(list.name)
                      where key), iif("unique", ' unique', ''), iif(partial, ' partial', ''))
       from sqlite_schema as tables join pragma_index_list(tables.name) as list where tables.type = 'table'""",
    """select printf('%s: %s references %s(%s) on delete %s', tables.name, "from", "table", "to", on_delete)
       from sqlite_schema as tables join pragma_foreign_key_list(tables.name) as list where tables.type = 'table'""",
    "select sql from sqlite_schema where type = 'trigger'",
    # What the pragmas do not tell of our own: checks.
    "select sql from sqlite_schema where name in ('tasks', 'tags', 'task_tags', 'drawbridge_migrations')",
)


def schema_of(database: Database) -> list[str]:
    queries = SQLITE if database.kind == "sqlite" else POSTGRES
    return sorted(line for query in queries for (line,) in database.execute(query))


def tables_of(database: Database) -> list[str]:
    query = "select name from sqlite_schema where type = 'table'"
    if database.kind == "postgresql":
        query = "select tablename from pg_tables where schemaname = current_schema()"
    return sorted(name for (name,) in database.execute(query))


def columns_of(database: Database) -> set[str]:
    """As table.column; none that is there may ever be missing later."""
    return {first for line in schema_of(database) if (first := line.split()[0]).count(".") == 1}


def contents_of(database: Database) -> dict[str, object]:
    """All that is there: the schema and each row."""
    rows = {table: sorted(map(repr, database.execute(f'select * from "{table}"'))) for table in tables_of(database)}
    return {"schema": schema_of(database), "rows": rows}
