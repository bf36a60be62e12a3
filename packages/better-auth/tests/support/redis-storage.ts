import { randomBytes } from "node:crypto";
import { redisStorage } from "@better-auth/redis-storage";
import { Redis } from "ioredis";
import { inject } from "vitest";

let client: Redis | undefined;

/** Better Auth's own storage in a real Redis, with keys of its own. */
export function realStorage() {
  client ??= new Redis({ port: inject("redisPort") });
  return redisStorage({ client, keyPrefix: `${randomBytes(8).toString("hex")}:` });
}

/** Ends the connection, after the last test of a file. */
export function closeRedis(): void {
  client?.disconnect();
  client = undefined;
}
