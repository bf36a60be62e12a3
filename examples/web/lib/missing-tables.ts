import { resolve } from "node:path";

import { getAuth } from "@/lib/auth";

const needed = ["tasks", "tags", "task_tags"];

let found = false;

/** Are the API's tables missing from the database? Looked at until they are there, and never again. */
export async function apiTablesAreMissing(): Promise<boolean> {
  if (found) return false;
  const tables = await getAuth().database.db.introspection.getTables();
  const names = new Set(tables.map((table) => table.name));
  found = needed.every((name) => names.has(name));
  return !found;
}

/** The command that makes them. PostgreSQL's URL may hold a password, so it is named and not shown. */
export function migrationCommand(): string {
  const { database } = getAuth().environment;
  const url = database.kind === "sqlite" ? `sqlite://${resolve(database.file)}` : "$DATABASE_URL";
  return `drawbridge migrate up --database-url "${url}"`;
}
