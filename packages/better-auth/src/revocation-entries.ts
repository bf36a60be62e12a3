import { createHash } from "node:crypto";

/** What one row of the table revokes, and how long that matters. Times are milliseconds since 1970 (UTC). */
export interface Revocation {
  /** `s:` or `u:` and the hash of the session or of the user: one row for each. */
  entry: string;
  /** Of a session's row the hash of its user, by which a user's rows are counted; else empty. */
  subject: string;
  /** Of a user's row: tokens whose `fresh` is not later are revoked. 0 for a session's row, which revokes all of its tokens. */
  before: number;
  /** When the last token that it could revoke has ended. */
  until: number;
  /** Its place in the feed: about when it was written, and always later than what its writer found in the table. */
  position: number;
}

/** How far apart the clocks of several processes of the issuer may be. */
export const clockMargin = 60_000;

/** So that nobody reads from the feed who signs out: RFC 4648 §5 without padding, 22 characters. */
function hashOf(text: string): string {
  return createHash("sha256").update(text).digest().subarray(0, 16).toString("base64url");
}

export const subjectOf = (userId: string): string => hashOf(`sub:${userId}`);
export const entryOfUser = (userId: string): string => `u:${subjectOf(userId)}`;
export const entryOfSession = (sid: string): string => `s:${hashOf(`sid:${sid}`)}`;

/** As it stands in the feed's answers. */
export function wireForm({ entry, before, until }: Pick<Revocation, "entry" | "before" | "until">): string {
  const hash = entry.slice(2);
  return entry.startsWith("s:")
    ? `{"s":"${hash}","until":${until}}`
    : `{"u":"${hash}","before":${before},"until":${until}}`;
}
