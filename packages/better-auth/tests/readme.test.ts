import { execFile, execFileSync, spawn } from "node:child_process";
import { randomBytes, randomInt } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join, relative, resolve } from "node:path";
import { promisify } from "node:util";
import { type BetterAuthOptions, betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import pg from "pg";
import ts from "typescript";
import { afterEach, beforeAll, beforeEach, describe, expect, inject, onTestFinished, test, vi } from "vitest";
import { serve } from "./support/http.js";
import { startKeyService } from "./support/key-service.js";
import { baseURL, newAccount, Visitor } from "./support/visitor.js";

const folder = resolve(import.meta.dirname, "..");
const repository = resolve(folder, "../..");
const readme = readFileSync(join(folder, "README.md"), "utf8");

/**
 * The README's files, by path: blocks of TypeScript that begin with their name. The first of a name is in folder `1`, the
 * next, which is another way to write the same file, in folder `2`. The one line at the top of the README has no name.
 */
const files = new Map<string, string>();
for (const [, text = "", name = ""] of readme.matchAll(/^```tsx?\n(\/\/ (\S+)\n[\s\S]*?)^```$/gm)) {
  let version = 1;
  while (files.has(`${version}/${name}`)) version++;
  files.set(`${version}/${name}`, text);
}

/** What a project that the README is for has in its tsconfig.json, strict throughout. */
const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  jsx: ts.JsxEmit.ReactJSX,
  lib: ["lib.es2023.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
  types: ["node"],
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  esModuleInterop: true,
};

/** What the compiler says of the files, which are not on the disk. */
function typeErrors(): string[] {
  const root = join(folder, "readme");
  const sources = new Map([...files].map(([path, text]) => [join(root, path), text]));
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile } = host;
  host.fileExists = (path) => sources.has(path) || fileExists(path);
  host.readFile = (path) => sources.get(path) ?? readFile(path);
  // Otherwise the compiler does not look for files in folders that are not on the disk.
  host.directoryExists = () => true;
  const program = ts.createProgram([...sources.keys()], { ...options, paths: { "@/*": [`${root}/1/*`] } }, host);
  return ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
    const where = file?.fileName.slice(root.length + 1) ?? "options";
    return `${where}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
  });
}

/** Below the packages that the blocks import. */
const projects = join(repository, "build/readme-better-auth");

/** Writes files, by path, as a project of their own. */
function writeProject(name: string, sources: Record<string, string>): string {
  const root = join(projects, name);
  rmSync(root, { recursive: true, force: true });
  for (const [path, text] of Object.entries(sources)) {
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true });
    // What `paths` is in a project's tsconfig.json.
    writeFileSync(file, text.replaceAll('"@/', `"${relative(dirname(file), root) || "."}/`));
  }
  return root;
}

type Auth = { handler: (request: Request) => Promise<Response>; options: BetterAuthOptions };

const program = process.env.DRAWBRIDGE_BIN ?? join(repository, "build/release/bin/drawbridge");

/** What the program says of the token of somebody who has just signed up: the claims, and who it is. */
async function verifiedTokenOf(name: string, auth: Pick<Auth, "handler">, origin = baseURL, ...options: string[]) {
  return verifiedTokenAt(origin, name, auth, origin, ...options);
}

/** The same of somebody whose browser is at another of Better Auth's hosts than the one that the program expects. */
async function verifiedTokenAt(
  host: string,
  name: string,
  auth: Pick<Auth, "handler">,
  origin: string,
  ...options: string[]
) {
  const visitor = new Visitor(auth, host);
  const { status, body } = await visitor.signUp();
  expect(status, JSON.stringify(body)).toBe(200);
  const token = await visitor.token();
  const keys = join(projects, name, "keys.json");
  writeFileSync(keys, JSON.stringify((await visitor.get("/jwks")).body));
  const addresses = ["--better-auth-url", origin, ...(options.includes("--jwks") ? [] : ["--jwks", keys])];
  // Without blocking: the key service that it asks may be in this very process.
  const verifying = promisify(execFile)(program, ["token", "verify", "--json", ...addresses, ...options], { env: {} });
  verifying.child.stdin?.end(token);
  const { stdout } = await verifying.catch((failed) => expect.unreachable(failed.stdout + failed.stderr));
  const { claims, identity } = JSON.parse(stdout);
  const user = body.user as { uuid?: string; id: string };
  expect(identity.uuid).toBe(user.uuid ?? user.id);
  return { claims, identity };
}

// The blocks are checked against what users get, not against the sources.
beforeAll(() => {
  execFileSync("npm", ["run", "build", "--silent"], { cwd: folder, stdio: "inherit" });
}, 120_000);

describe("README.md", () => {
  test("has a block for each file that a project needs", () => {
    expect([...files.keys()].filter((path) => path.startsWith("1/")).sort()).toEqual([
      "1/app/api/auth/[...all]/route.ts",
      "1/app/sign-in/page.tsx",
      "1/instrumentation.ts",
      "1/lib/api.ts",
      "1/lib/auth-client.ts",
      "1/lib/auth.ts",
      "1/next.config.ts",
    ]);
    expect(readme.match(/^```tsx?$/gm)).toHaveLength(files.size + 1);
  });

  test("every block is complete and type-checks", () => {
    expect(typeErrors()).toEqual([]);
  }, 120_000);
});

/** A database of its own on the server of these tests. */
async function createDatabase(): Promise<string> {
  const url = new URL(inject("postgresUrl"));
  const server = new pg.Client({ connectionString: url.href });
  await server.connect();
  url.pathname = `readme_${randomBytes(8).toString("hex")}`;
  await server.query(`CREATE DATABASE ${url.pathname.slice(1)}`);
  await server.end();
  return url.href;
}

/** A fetch as a browser's page has it: it keeps the cookies of its origin and sends them there. */
function fetchOfPage(origin: string): typeof fetch {
  const cookies = new Map<string, string>();
  return async (input, init) => {
    const request = new Request(input, init);
    const isOwn = request.url.startsWith(origin);
    request.headers.set("origin", origin);
    if (isOwn) request.headers.set("cookie", [...cookies].map((pair) => pair.join("=")).join("; "));
    const answer = await ownFetch(request);
    for (const line of isOwn ? answer.headers.getSetCookie() : []) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    return answer;
  };
}
const ownFetch = globalThis.fetch;

/** Of those from which no outgoing connection takes its own: the tests beside this one make many until it is listened on. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(12_000, 20_000);
    const probe = createServer().listen(port, "127.0.0.1");
    const isFree = await once(probe, "listening").then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    await new Promise((resolve) => probe.close(resolve));
    return port;
  }
}

/** `drawbridge serve` with settings, after `drawbridge migrate up`, until the test ends. */
async function startApi(env: Record<string, string>): Promise<string> {
  const host = `127.0.0.1:${await freePort()}`;
  const origin = `http://${host}`;
  const settings = { ...env, DRAWBRIDGE_LISTEN: host };
  execFileSync(program, ["migrate", "up"], { env: settings });
  const api = spawn(program, ["serve"], { env: settings, stdio: "ignore" });
  onTestFinished(async () => {
    api.kill();
    if (api.exitCode === null) await once(api, "exit");
  });
  await vi.waitFor(async () => expect((await ownFetch(`${origin}/readyz`)).status).toBe(200), 20_000);
  return origin;
}

/** The blocks of other documents that make a Better Auth, each as a file that exports it. */
function setUpsOf(document: string): string[] {
  const blocks = readFileSync(join(repository, document), "utf8").matchAll(/^```ts\n([\s\S]*?)^```$/gm);
  return [...blocks]
    .map(([, text = ""]) => text)
    .filter((text) => text.includes("betterAuth({"))
    .map((text) => (text.includes("export const auth") ? text : fragmentAsFile(text)));
}

/** A fragment leaves its imports to who knows where it goes. */
function fragmentAsFile(text: string): string {
  const imports = [
    'import { drawbridge } from "@drawbridge/better-auth";',
    'import { betterAuth } from "better-auth";',
    'import { jwt } from "better-auth/plugins";',
  ];
  return [...imports, text.replace(/^betterAuth\(/m, "export const auth = betterAuth(")].join("\n");
}

describe("who sets Better Auth up by the documents gets tokens that the program takes", () => {
  beforeEach(() => {
    vi.stubEnv("BETTER_AUTH_URL", baseURL);
    vi.stubEnv("BETTER_AUTH_SECRET", randomBytes(32).toString("hex"));
    vi.stubEnv("BETTER_AUTH_TELEMETRY", "0");
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.unstubAllGlobals();
  });

  test.each([
    ["SQLite", "1"],
    ["PostgreSQL", "2"],
  ])("from README.md on %s: lib/auth.ts, the migration at the start, the route", async (kind, version) => {
    const sources = Object.fromEntries([...files].map(([path, text]) => [path.slice(2), text]).reverse());
    const root = writeProject(kind, { ...sources, "lib/auth.ts": files.get(`${version}/lib/auth.ts`) ?? "" });
    vi.stubEnv("NEXT_RUNTIME", "nodejs");
    vi.stubEnv("DATABASE_FILE", join(root, "app.db"));
    vi.stubEnv("DATABASE_URL", await createDatabase());

    await (await import(join(root, "instrumentation.ts"))).register();
    const { GET, POST } = await import(join(root, "app/api/auth/[...all]/route.ts"));
    const handler = (request: Request) => (request.method === "GET" ? GET(request) : POST(request));
    await verifiedTokenOf(kind, { handler });

    const { database } = (await import(join(root, "lib/auth.ts"))).auth.options;
    if (database instanceof pg.Pool) await database.end();
    expect(database instanceof pg.Pool).toBe(kind === "PostgreSQL");
  });

  test("from README.md and from the README above it: pages that call the API", async () => {
    const main = readFileSync(join(repository, "README.md"), "utf8");
    const [, client = ""] = /^```ts\n(import { betterAuthToken[\s\S]*?)^```$/m.exec(main) ?? [];
    const sources = Object.fromEntries([...files].map(([path, text]) => [path.slice(2), text]).reverse());
    const root = join(projects, "pages");
    let handler: Auth["handler"] = async () => new Response();
    const { origin, stop } = await serve((request) => handler(request));
    onTestFinished(stop);
    vi.stubEnv("BETTER_AUTH_URL", origin);
    vi.stubEnv("NEXT_RUNTIME", "nodejs");
    vi.stubEnv("DATABASE_FILE", join(root, "app.db"));
    vi.stubGlobal("fetch", fetchOfPage(origin));
    writeProject("pages", sources);
    await (await import(join(root, "instrumentation.ts"))).register();
    const { GET, POST } = await import(join(root, "app/api/auth/[...all]/route.ts"));
    handler = (request) => (request.method === "GET" ? GET(request) : POST(request));

    const api = await startApi({ BETTER_AUTH_URL: origin, DATABASE_URL: `sqlite://${root}/app.db` });
    vi.stubEnv("NEXT_PUBLIC_API_URL", api);
    const { authClient } = await import(join(root, "lib/auth-client.ts"));
    const { data, error } = await authClient.signUp.email(newAccount());
    expect(error).toBeNull();
    const { whoAmI } = await import(join(root, "lib/api.ts"));
    expect(await whoAmI()).toMatchObject({ uuid: data.user.uuid });

    const page = `${client.replaceAll("http://localhost:8000", api)}\nexport { items };\n`;
    writeFileSync(join(root, "page.ts"), page);
    expect((await import(join(root, "page.ts"))).items).toEqual([]);
  });

  // Most have no database, so that what they write is in memory; and not every one lets people sign up.
  const short = [...files].filter(([path]) => path.endsWith("/lib/auth.ts")).slice(2);
  const elsewhere = ["README.md", "README.ja.md", "docs/hybrid-id.md", "docs/uuid-ids.md"].flatMap((document) =>
    setUpsOf(document).map((text, index) => [`${document} ${index + 1}`, text] as const),
  );

  test.each([...short, ...elsewhere])("from %s", async (path, text) => {
    const name = path.replaceAll(/[^\w.]/g, "-");
    const service = await startKeyService("k");
    onTestFinished(service.stop);
    const root = writeProject(name, { "auth.ts": text.replaceAll("https://keys.example.com", service.origin) });
    vi.stubEnv("DATABASE_FILE", join(root, "app.db"));
    const { options } = (await import(join(root, "auth.ts"))).auth as Auth;
    const auth = betterAuth({ ...options, emailAndPassword: { enabled: true } });
    if (options.database) await (await getMigrations(auth.options)).runMigrations();
    const audience = /audience: "(.*?)"/.exec(text)?.[1];
    const origin = typeof options.baseURL === "string" ? options.baseURL : baseURL;
    const isOfSeveralHosts = text.includes("allowedHosts");
    const { claims, identity } = await verifiedTokenAt(
      isOfSeveralHosts ? "https://preview-1.vercel.app" : origin,
      name,
      auth,
      isOfSeveralHosts ? "https://app.example.com" : origin,
      ...(audience ? ["--audience", audience] : []),
      ...(text.includes("remoteUrl") ? ["--jwks", `${service.origin}/jwks.json`] : []),
    );
    if (text.includes("admin()")) expect(identity.roles).toEqual(["user"]);
    if (text.includes("revocations: true")) expect(claims.fresh).toEqual(expect.any(Number));
    if (text.includes("signedInAt")) expect(claims.signedInAt).toEqual(expect.any(String));
  });

  test("which are all there are", () => {
    expect([...short, ...elsewhere].map(([path]) => path)).toEqual([
      "3/lib/auth.ts",
      "4/lib/auth.ts",
      "5/lib/auth.ts",
      "6/lib/auth.ts",
      "7/lib/auth.ts",
      "8/lib/auth.ts",
      "9/lib/auth.ts",
      "10/lib/auth.ts",
      "11/lib/auth.ts",
      "12/lib/auth.ts",
      "README.md 1",
      "README.ja.md 1",
      "docs/hybrid-id.md 1",
      "docs/hybrid-id.md 2",
      "docs/uuid-ids.md 1",
    ]);
  });
});
