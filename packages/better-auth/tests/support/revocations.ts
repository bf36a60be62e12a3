import { createHash } from "node:crypto";
import { expect } from "vitest";
import type { Answer, Visitor } from "./visitor.js";

/** An entry of the feed. */
export interface Entry {
  s?: string;
  u?: string;
  before?: number;
  until: number;
}

export interface Feed {
  cursor: string;
  now: number;
  more: boolean;
  entries: Entry[];
}

const hashOf = (text: string) => createHash("sha256").update(text).digest().subarray(0, 16).toString("base64url");

/** As docs/sign-out.md has it. */
export const ofSession = (sid: unknown) => hashOf(`sid:${sid}`);
export const ofUser = (sub: unknown) => hashOf(`sub:${sub}`);

export function askFeed(visitor: Visitor, after?: string, headers: Record<string, string> = {}): Promise<Answer> {
  return visitor.get(`/drawbridge/revocations${after === undefined ? "" : `?after=${after}`}`, headers);
}

export async function readFeed(visitor: Visitor, after?: string): Promise<Feed> {
  const { status, body } = await askFeed(visitor, after);
  expect([status, body]).toEqual([200, expect.objectContaining({ cursor: expect.any(String) })]);
  return body as unknown as Feed;
}

/** Whether a backend that has these entries refuses a token with these claims. */
export function isRevoked({ sid, sub, fresh }: Record<string, unknown>, entries: Entry[]): boolean {
  return entries.some(
    ({ s, u, before }) =>
      (s !== undefined && s === ofSession(sid)) || (u === ofUser(sub) && Number(fresh) <= Number(before)),
  );
}
