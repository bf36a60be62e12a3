import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  export interface ProvidedContext {
    /** A PostgreSQL server of these tests alone, as its superuser. */
    postgresUrl: string;
    /** The version of Better Auth that this project runs over. */
    betterAuth: string;
  }
}

const program = fileURLToPath(new URL("../../../../tests/support/private_postgres", import.meta.url));

/** Starts the server before the first test; the function that it returns stops it after the last. */
export default async function startPostgres(project: TestProject): Promise<() => Promise<void>> {
  const server = spawn(program, { env: { ...process.env, FSYNC: "off" }, stdio: ["pipe", "pipe", "ignore"] });
  for await (const url of createInterface(server.stdout)) {
    project.provide("postgresUrl", url);
    return async () => {
      server.stdin.end();
      await once(server, "exit");
    };
  }
  throw new Error("No PostgreSQL for the tests. Run tests/support/private_postgres by hand: it says why.");
}
