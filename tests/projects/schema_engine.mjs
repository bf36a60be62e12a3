#!/usr/bin/env node
// Prisma's own schema engine as npm brings it, in WebAssembly, in the place of the program that `prisma migrate` downloads from a
// server of Prisma's. It speaks what that speaks: JSON-RPC, a line a message. PRISMA_SCHEMA_ENGINE_BINARY names this file.

import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";

import { PrismaLibSql } from "@prisma/adapter-libsql";
import { PrismaPg } from "@prisma/adapter-pg";
import { bindMigrationAwareSqlAdapterFactory } from "@prisma/driver-adapter-utils";
import * as bindings from "@prisma/schema-engine-wasm/schema_engine_bg";
import pg from "pg";

const CHAR = 18; // PostgreSQL's type of one byte in its catalogue, which the adapter does not know
const TEXT = 25;
const INTERNAL_ERROR = 4466;

const { addFields } = pg.Result.prototype;
pg.Result.prototype.addFields = function (fields) {
  for (const field of fields) if (field.dataTypeID === CHAR) field.dataTypeID = TEXT;
  return addFields.call(this, fields);
};

/** The adapter's own shadow database is the real one where there is a connection string, and is not left before it is dropped. */
class Factory extends PrismaPg {
  async connectToShadowDb() {
    const name = `shadow_${randomUUID()}`;
    const shadow = Object.assign(new URL(url), { pathname: name });
    await execute(`CREATE DATABASE "${name}"`);
    const connection = await new PrismaPg({ connectionString: shadow.href }).connect();
    const dispose = connection.dispose.bind(connection);
    connection.dispose = async () => {
      await dispose();
      await execute(`DROP DATABASE "${name}" WITH (FORCE)`);
    };
    return connection;
  }
}

/** What the program does by itself: it takes a missing table of migrations for a database without any, runs scripts whole, and
 * has a SQLite that takes "text" in double quotes for a text. */
class SqliteFactory extends PrismaLibSql {
  async connect() {
    const connection = completed(await super.connect());
    await connection.executeScript(`CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
      "id" TEXT PRIMARY KEY NOT NULL, "checksum" TEXT NOT NULL, "finished_at" DATETIME, "migration_name" TEXT NOT NULL,
      "logs" TEXT, "rolled_back_at" DATETIME, "started_at" DATETIME NOT NULL DEFAULT current_timestamp,
      "applied_steps_count" INTEGER UNSIGNED NOT NULL DEFAULT 0)`);
    return connection;
  }

  async connectToShadowDb() {
    return completed(await super.connectToShadowDb());
  }
}

function completed(connection) {
  const queryRaw = connection.queryRaw.bind(connection);
  const executeRaw = connection.executeRaw.bind(connection);
  connection.queryRaw = (query) => queryRaw({ ...query, sql: query.sql.replace(/ name = "(\w+)";$/, " name = '$1';") });
  connection.executeRaw = async (query) => {
    if (query.args.length > 0) return executeRaw(query);
    await connection.executeScript(query.sql);
    return 0;
  };
  return connection;
}

async function execute(statement) {
  const client = new pg.Client(url);
  await client.connect();
  await client.query(statement);
  await client.end();
}

async function loadEngine() {
  const file = createRequire(import.meta.url).resolve("@prisma/schema-engine-wasm/schema_engine_bg");
  const wasm = readFileSync(file.replace(/\.js$/, ".wasm"));
  const { instance } = await WebAssembly.instantiate(wasm, { "./schema_engine_bg.js": bindings });
  bindings.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
}

const say = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);

async function answer(engine, { id, method, params }) {
  try {
    const result = (await engine[method](params)) ?? null;
    if (result?.stdout) say({ id: -1, method: "print", params: { content: result.stdout } });
    say({ id, result });
  } catch (error) {
    const data = { is_panic: false, message: error.message, meta: null };
    say({ id, error: { code: INTERNAL_ERROR, message: error.message, data } });
  }
}

const { values, positionals } = parseArgs({
  options: { datamodels: { type: "string" }, datasource: { type: "string" } },
  allowPositionals: true,
  strict: false,
});
const url = JSON.parse(values.datasource).url;
const factory = url.startsWith("file:") ? new SqliteFactory({ url }) : new Factory({ connectionString: url });
const adapter = bindMigrationAwareSqlAdapterFactory(factory);
if (positionals[0] === "cli") {
  await adapter.connect(); // can-connect-to-database
  process.exit(0);
}
await loadEngine();
const datamodels = values.datamodels?.split(",").map((file) => [file, readFileSync(file, "utf8")]);
const engine = await bindings.SchemaEngine.new({ datamodels }, () => {}, adapter);
for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line);
  if (message.method) await answer(engine, message);
}
