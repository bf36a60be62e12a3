import type { Crossing } from "./record";
import { partsOf } from "./token";

/** What the API looks at, in its order. */
export const tokenChecks = [
  "form",
  "algorithm",
  "key",
  "signature",
  "times",
  "issuer",
  "audience",
  "ended",
  "path",
] as const;
/** The same of a session's cookie. */
export const sessionChecks = ["cookie", "origin", "path"] as const;

export type CheckName = (typeof tokenChecks)[number] | (typeof sessionChecks)[number];

export interface Check {
  name: CheckName;
  /** `unknown` where the API did not get so far, or gave no answer. */
  verdict: "passed" | "refused" | "unreached" | "unknown";
  /** What was looked at. */
  value: string;
}

/** Which check a code of the API says has failed (docs/errors.md). */
const refusedBy: Record<string, CheckName | undefined> = {
  token_missing: "form",
  token_malformed: "form",
  token_too_large: "form",
  token_type_not_allowed: "form",
  algorithm_not_allowed: "algorithm",
  key_id_missing: "key",
  key_unknown: "key",
  key_unusable: "key",
  signature_invalid: "signature",
  token_expired: "times",
  token_not_yet_valid: "times",
  issuer_mismatch: "issuer",
  audience_mismatch: "audience",
  claim_missing: "audience",
  claim_invalid: "audience",
  token_revoked: "ended",
  user_mismatch: "path",
  credential_malformed: "cookie",
  session_unknown: "cookie",
  origin_not_allowed: "origin",
};

/** One line for each check of a request, as its answer says that it went. */
export function checksOf(crossing: Crossing, bySession: boolean): Check[] {
  const names: readonly CheckName[] = bySession ? sessionChecks : tokenChecks;
  const { code = null, status = null } = crossing.end ?? {};
  const refusal = code === null ? undefined : refusedBy[code];
  const failed = refusal === "form" && bySession ? 0 : names.indexOf(refusal as CheckName);
  // An outage, or a request that is on its way, says nothing about any of them.
  const isJudged = status !== null && status < 500 && crossing.end !== null;
  return names.map((name, place) => ({
    name,
    value: shownOf(name, crossing),
    verdict: !isJudged
      ? "unknown"
      : failed === -1 || place < failed
        ? "passed"
        : place === failed
          ? "refused"
          : "unreached",
  }));
}

function shownOf(name: CheckName, { token, path }: Crossing): string {
  if (name === "path") return userOf(path) ?? "—";
  if (token === null) return "—";
  const parts = partsOf(token);
  if (parts === null) return name === "form" ? `${token.slice(0, 6)}… (${token.length})` : "—";
  const { header, claims } = parts;
  const values: Partial<Record<CheckName, unknown>> = {
    form: `${parts.segments.map(({ length }) => length).join(" . ")}`,
    algorithm: header.alg,
    key: header.kid,
    signature: `${parts.segments[2].slice(0, 12)}…`,
    issuer: claims.iss,
    audience: Array.isArray(claims.aud) ? claims.aud.join(", ") : claims.aud,
    ended: claims.sid,
  };
  return String(values[name] ?? "—");
}

/** The user in a path, or null. */
export function userOf(path: string): string | null {
  return /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i.exec(path)?.[0] ?? null;
}
