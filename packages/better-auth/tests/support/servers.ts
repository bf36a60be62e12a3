import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  export interface ProvidedContext {
    /** A PostgreSQL server of these tests alone, as its superuser. */
    postgresUrl: string;
    /** The port of a Redis server of these tests alone. */
    redisPort: number;
    /** The version of Better Auth that this project runs over. */
    betterAuth: string;
    /** Whether that is the newest one. */
    isNewest: boolean;
  }
}

/** Starts a script of tests/support; the first line that it prints, and how to stop it. */
async function start(script: string): Promise<{ line: string; stop: () => Promise<void> }> {
  const program = fileURLToPath(new URL(`../../../../tests/support/${script}`, import.meta.url));
  const server = spawn(program, { env: { ...process.env, FSYNC: "off" }, stdio: ["pipe", "pipe", "ignore"] });
  for await (const line of createInterface(server.stdout)) {
    const stop = async () => {
      server.stdin.end();
      await once(server, "exit");
    };
    return { line, stop };
  }
  throw new Error(`No server for the tests. Run tests/support/${script} by hand: it says why.`);
}

/** Starts the servers before the first test; the function that it returns stops them after the last. */
export default async function startServers(project: TestProject): Promise<() => Promise<void>> {
  const [postgres, redis] = await Promise.all([start("private_postgres"), start("private_redis")]);
  project.provide("postgresUrl", postgres.line);
  project.provide("redisPort", Number(redis.line));
  return async () => {
    await Promise.all([postgres.stop(), redis.stop()]);
  };
}
