// A real HTTP server that gives the answers of a script, in order, and keeps what it was asked.

import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { onTestFinished } from "vitest";

export interface Asked {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface Scripted {
  status: number;
  headers?: Record<string, string>;
  /** Sent as it is when it is a string, else as JSON. */
  body?: unknown;
}

/** An answer, or what makes one of the request; `null` leaves the request without an answer. */
export type Step = Scripted | null | ((asked: Asked, response: ServerResponse) => Scripted | null);

export interface ScriptedServer {
  url: string;
  asked: Asked[];
  /** Puts steps at the end of the script. A request beyond the script is answered 599. */
  script(...steps: Step[]): void;
  /** Resolves when so many requests have come. */
  reached(count: number): Promise<void>;
}

/** Starts a server for the test that runs; it ends with it. */
export async function scriptedServer(...steps: Step[]): Promise<ScriptedServer> {
  const script = [...steps];
  const asked: Asked[] = [];
  const awaited: { count: number; resolve: () => void }[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method = "", url = "", headers } = request;
    const one = { method, url, headers, body: Buffer.concat(chunks).toString() };
    asked.push(one);
    const step = script.length > 0 ? script.shift() : { status: 599, body: "the script is at its end" };
    for (const { count, resolve } of awaited) if (asked.length >= count) resolve();
    const answer = typeof step === "function" ? step(one, response) : step;
    if (answer) send(response, answer);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    script: (...more) => script.push(...more),
    reached: (count) =>
      new Promise((resolve) => {
        if (asked.length >= count) resolve();
        else awaited.push({ count, resolve });
      }),
  };
}

export function send(response: ServerResponse, { status, headers = {}, body }: Scripted): void {
  const text = body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body);
  response.writeHead(status, { "Content-Type": "application/json", "X-Request-Id": "5f0c9a2b0000002a", ...headers });
  response.end(text);
}

/** An answer as Drawbridge gives it for an error. */
export function problem(status: number, code: string, headers: Record<string, string> = {}): Scripted {
  const body = {
    type: `urn:drawbridge:error:${code}`,
    title: `Title of ${code}`,
    status,
    detail: `About ${code}.`,
    code,
  };
  return { status, headers: { "Content-Type": "application/problem+json", ...headers }, body };
}
