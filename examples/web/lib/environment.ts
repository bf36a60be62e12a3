import { isIP } from "node:net";

/** What this front end is told by environment variables; `.env.example` describes them. */
export interface Environment {
  secret: string;
  /** The origin under which the browser sees this front end. */
  baseUrl: string;
  api: ApiSettings;
  database: DatabaseLocation;
  /** IP addresses and CIDR ranges; empty where browsers connect to this front end themselves. */
  trustedProxies: string[];
  /** Whether the bridge panel may make tokens that are refused, and keys: on one's own machine, for requests from there. */
  trials: boolean;
}

export interface ApiSettings {
  /** Where the browser finds it: a URL without a slash at its end, or a path of this front end's own origin. */
  url: string;
  /** Where this front end passes on what comes to that path; null where the browser asks the API itself. */
  behind: string | null;
  /** What requests go by: a token, or the session's cookie. */
  credentials: ApiCredentials;
}

/** What pages know of it: they reach everybody. */
export type ApiOfPages = Pick<ApiSettings, "url" | "credentials"> & Pick<Environment, "trials">;

export type ApiCredentials = "token" | "session";

export type DatabaseLocation = { kind: "sqlite"; file: string } | { kind: "postgresql"; url: string };

/** A variable is missing or cannot work; the message is one line that names it and says what to do. */
export class EnvironmentError extends Error {
  override readonly name = "EnvironmentError";
}

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Reads all variables, when the server runs.
 *
 * `process.env` is taken as a value on purpose: where the source says `process.env.NEXT_PUBLIC_API_URL`, Next.js writes in
 * what it was during the build, and one build could not serve two places.
 *
 * @throws EnvironmentError for the first variable that is missing or cannot work.
 */
export function readEnvironment(variables: Variables = process.env): Environment {
  const secret = required(variables, "BETTER_AUTH_SECRET", "make one with `openssl rand -base64 32`");
  if (secret.length < 32) {
    throw new EnvironmentError(
      `BETTER_AUTH_SECRET has ${secret.length} characters, which can be guessed: make one with \`openssl rand -base64 32\``,
    );
  }
  const baseUrl = httpUrl("BETTER_AUTH_URL", required(variables, "BETTER_AUTH_URL", "such as http://localhost:3000"));
  if (baseUrl.pathname !== "/") {
    throw new EnvironmentError(`BETTER_AUTH_URL has a path (${baseUrl.pathname}): give the origin alone`);
  }
  const database = required(variables, "DATABASE_URL", "such as sqlite:../../.data/drawbridge.db");
  return {
    secret,
    baseUrl: baseUrl.origin,
    api: { ...apiLocation(variables), credentials: apiCredentials(variables.API_CREDENTIALS?.trim() || "token") },
    database: databaseLocation(database),
    trustedProxies: (variables.TRUSTED_PROXIES ?? "")
      .split(",")
      .map(trustedProxy)
      .filter((entry) => entry !== ""),
    trials: ["localhost", "127.0.0.1", "[::1]"].includes(baseUrl.hostname),
  };
}

function apiLocation(variables: Variables): Omit<ApiSettings, "credentials"> {
  const url = required(variables, "NEXT_PUBLIC_API_URL", "such as http://localhost:8000");
  if (!url.startsWith("/")) return { url: withoutSlash(httpUrl("NEXT_PUBLIC_API_URL", url)), behind: null };
  const path = url.replace(/\/$/, "");
  if (!/^(\/[\w-]+)+$/.test(path)) {
    throw new EnvironmentError(`NEXT_PUBLIC_API_URL is no path of this front end (${url}): write it like /backend`);
  }
  // Passwords go there, and the API has no business with them.
  if ("/api/auth/".startsWith(`${path}/`) || path.startsWith("/api/auth/")) {
    throw new EnvironmentError(`NEXT_PUBLIC_API_URL is a path of Better Auth's (${url}): write it like /backend`);
  }
  const behind = required(variables, "API_URL", "where the API behind that path is, such as http://localhost:8000");
  return { url: path, behind: withoutSlash(httpUrl("API_URL", behind)) };
}

const withoutSlash = ({ href }: URL) => href.replace(/\/$/, "");

function apiCredentials(value: string): ApiCredentials {
  if (value === "token" || value === "session") return value;
  throw new EnvironmentError(`API_CREDENTIALS is ${JSON.stringify(value)}: write token or session`);
}

function required(variables: Variables, name: string, example: string): string {
  const value = variables[name]?.trim();
  if (!value) throw new EnvironmentError(`${name} is not set: put it into .env.local or the environment, ${example}`);
  return value;
}

function httpUrl(name: string, value: string): URL {
  const url = URL.canParse(value) ? new URL(value) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new EnvironmentError(`${name} is no http(s) URL (${value}): write it like http://localhost:3000`);
  }
  if (url.username || url.password || url.search || url.hash) {
    throw new EnvironmentError(`${name} has a user, a query or a fragment: leave them out`);
  }
  return url;
}

function trustedProxy(value: string): string {
  const entry = value.trim();
  const [address = "", prefix = "0", ...rest] = entry.split("/");
  const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  if (entry === "" || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= most && rest.length === 0)) return entry;
  throw new EnvironmentError(
    `TRUSTED_PROXIES names ${JSON.stringify(entry)}: write IP addresses or CIDR ranges, such as 10.0.0.7,10.1.0.0/24`,
  );
}

/** The forms that the API takes too, so that both can be given the same value. */
function databaseLocation(value: string): DatabaseLocation {
  if (/^postgres(ql)?:\/\/./.test(value)) return { kind: "postgresql", url: value };
  const absolute = /^sqlite:\/\/(\/.+)$/.exec(value)?.[1];
  if (absolute) return { kind: "sqlite", file: absolute };
  const relative = /^sqlite:(?!\/\/)(.+)$/.exec(value)?.[1];
  if (relative) return { kind: "sqlite", file: relative };
  // The value is not repeated: it may hold a password.
  throw new EnvironmentError(
    "DATABASE_URL is of no known form: write sqlite:relative/path.db, sqlite:///absolute/path.db or postgresql://user@host/database",
  );
}
