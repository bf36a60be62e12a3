// A real Better Auth over HTTP with its data in SQLite, and a browser's cookies for it.

import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { toNodeHandler } from "better-auth/node";
import { onTestFinished } from "vitest";

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

export interface Issuer {
  /** Its origin. */
  url: string;
  /** The paths that it was asked for, without `/api/auth`. */
  asked: string[];
  /** Takes its database away, as an outage does. */
  loseDatabase(): Promise<void>;
  /** Every user's row is as one of before the column is. */
  takeUuids(): Promise<void>;
  /** From now on every answer is of this status. */
  answerWith(status: number): void;
  stop(): Promise<void>;
}

interface Auth {
  auth: Parameters<typeof toNodeHandler>[0] & {
    $context: Promise<{ adapter: { updateMany(change: object): Promise<unknown> } }>;
  };
  close: () => Promise<void>;
}

/** The workspace's own Better Auth for tests, in JavaScript. */
const issuerModule = new URL("../../../../tests/e2e/issuer/auth.mjs", import.meta.url).href;

/** The settings are those of that module, which says what each is. */
export interface IssuerSettings {
  payload?: string;
  jwt?: boolean;
}

/** Starts it for the test that runs; it ends with it. */
export async function startIssuer(settings: IssuerSettings = {}): Promise<Issuer> {
  const { makeAuth } = (await import(issuerModule)) as { makeAuth: (settings: object) => Promise<Auth> };
  const directory = await mkdtemp(join(tmpdir(), "drawbridge-client-"));
  let handle: Handler | undefined;
  let status: number | null = null;
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push((request.url ?? "").replace("/api/auth", ""));
    if (status === null) handle?.(request, response);
    else response.writeHead(status).end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const secret = randomBytes(32).toString("hex");
  const { auth, close } = await makeAuth({
    baseURL: url,
    secret,
    databaseUrl: join(directory, "auth.db"),
    ...settings,
  });
  const answer = toNodeHandler(auth);
  handle = (request, response) => {
    answer(request, response).catch(() => response.writeHead(500).end());
  };
  let closed = false;
  const loseDatabase = async () => {
    if (!closed) await close();
    closed = true;
  };
  const stop = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  onTestFinished(async () => {
    await stop();
    await loseDatabase();
    await rm(directory, { recursive: true });
  });
  return {
    url,
    asked,
    loseDatabase,
    takeUuids: async () => {
      await (await auth.$context).adapter.updateMany({ model: "user", where: [], update: { uuid: "" } });
    },
    answerWith: (value) => {
      status = value;
    },
    stop,
  };
}

/** A browser, as far as Better Auth sees one: it keeps cookies and says where its page is from. */
export class Browser {
  readonly #origin: string;
  readonly #cookies = new Map<string, string>();

  constructor(origin: string) {
    this.#origin = origin;
  }

  /** The header `Cookie`. */
  get cookie(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  readonly fetch: typeof fetch = async (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set("origin", this.#origin);
    if (this.#cookies.size > 0) headers.set("cookie", this.cookie);
    const response = await fetch(input, { ...init, headers });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === "" || /max-age=0/i.test(line)) this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    return response;
  };
}
