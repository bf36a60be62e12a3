import { describe, expect, it } from "vitest";

import { EnvironmentError, readEnvironment } from "@/lib/environment";

const good = {
  BETTER_AUTH_SECRET: "0123456789abcdef0123456789abcdef",
  BETTER_AUTH_URL: "http://localhost:3000",
  NEXT_PUBLIC_API_URL: "http://localhost:8000",
  DATABASE_URL: "sqlite:.data/app.db",
};

it("reads all variables", () => {
  expect(readEnvironment(good)).toEqual({
    secret: good.BETTER_AUTH_SECRET,
    baseUrl: "http://localhost:3000",
    api: { url: "http://localhost:8000", behind: null, credentials: "token" },
    database: { kind: "sqlite", file: ".data/app.db" },
    trustedProxies: [],
    trials: true,
  });
});

it.each([
  ["http://localhost:3000", true],
  ["http://127.0.0.1:3000", true],
  ["http://[::1]:3000", true],
  ["https://app.example", false],
  ["https://localhost.example", false],
])("BETTER_AUTH_URL=%s: trials of the bridge panel are there: %s", (url, trials) => {
  expect(readEnvironment({ ...good, BETTER_AUTH_URL: url })).toMatchObject({ trials });
});

it.each([
  ["", []],
  ["10.0.0.7", ["10.0.0.7"]],
  [" 10.0.0.7, 10.1.0.0/24 ,fd00::/8,", ["10.0.0.7", "10.1.0.0/24", "fd00::/8"]],
])("TRUSTED_PROXIES=%j", (value, trustedProxies) => {
  expect(readEnvironment({ ...good, TRUSTED_PROXIES: value })).toMatchObject({ trustedProxies });
});

it("takes a slash at the end of a URL away, and leaves the API its path", () => {
  const urls = { BETTER_AUTH_URL: "https://app.example/", NEXT_PUBLIC_API_URL: "https://example.com/bridge/" };
  expect(readEnvironment({ ...good, ...urls })).toMatchObject({
    baseUrl: "https://app.example",
    api: { url: "https://example.com/bridge" },
  });
});

it.each([
  ["/backend", "http://localhost:8000/", { url: "/backend", behind: "http://localhost:8000" }],
  ["/a/b-c/", "https://example.com/bridge", { url: "/a/b-c", behind: "https://example.com/bridge" }],
])("passes what comes to %s on to %s", (path, url, api) => {
  expect(readEnvironment({ ...good, NEXT_PUBLIC_API_URL: path, API_URL: url })).toMatchObject({ api });
});

it.each([
  [undefined, "token"],
  ["", "token"],
  ["token", "token"],
  ["session", "session"],
])("API_CREDENTIALS=%j: %s", (value, credentials) => {
  expect(readEnvironment({ ...good, API_CREDENTIALS: value })).toMatchObject({ api: { credentials } });
});

describe("DATABASE_URL", () => {
  it.each([
    ["sqlite:app.db", { kind: "sqlite", file: "app.db" }],
    ["sqlite:/var/lib/app.db", { kind: "sqlite", file: "/var/lib/app.db" }],
    ["sqlite:///var/lib/app.db", { kind: "sqlite", file: "/var/lib/app.db" }],
    ["postgresql://app@localhost/app", { kind: "postgresql", url: "postgresql://app@localhost/app" }],
    ["postgres://app@localhost/app", { kind: "postgresql", url: "postgres://app@localhost/app" }],
  ])("%s", (value, location) => {
    expect(readEnvironment({ ...good, DATABASE_URL: value }).database).toEqual(location);
  });
});

describe("what cannot work is refused in one line that names the variable", () => {
  it.each([
    ["BETTER_AUTH_SECRET", undefined],
    ["BETTER_AUTH_SECRET", "too short"],
    ["BETTER_AUTH_URL", ""],
    ["BETTER_AUTH_URL", "localhost:3000"],
    ["BETTER_AUTH_URL", "http://localhost:3000/api/auth"],
    ["BETTER_AUTH_URL", "http://user@localhost:3000"],
    ["BETTER_AUTH_URL", "http://:secret@localhost:3000"],
    ["NEXT_PUBLIC_API_URL", undefined],
    ["NEXT_PUBLIC_API_URL", "/"],
    ["NEXT_PUBLIC_API_URL", "//localhost:8000"],
    ["NEXT_PUBLIC_API_URL", "/../backend"],
    ["NEXT_PUBLIC_API_URL", "/backend?x=1"],
    ["NEXT_PUBLIC_API_URL", "/api"],
    ["NEXT_PUBLIC_API_URL", "/api/auth"],
    ["NEXT_PUBLIC_API_URL", "/api/auth/token"],
    ["API_CREDENTIALS", "cookie"],
    ["NEXT_PUBLIC_API_URL", "http://localhost:8000/?x=1"],
    ["DATABASE_URL", undefined],
    ["DATABASE_URL", "mysql://root:secret@localhost/app"],
    ["DATABASE_URL", "sqlite://relative.db"],
    ["DATABASE_URL", "sqlite:"],
    ["TRUSTED_PROXIES", "localhost"],
    ["TRUSTED_PROXIES", "10.0.0.1 10.0.0.2"],
    ["TRUSTED_PROXIES", "10.0.0.0/33"],
    ["TRUSTED_PROXIES", "10.0.0.0/"],
    ["TRUSTED_PROXIES", "::/129"],
  ])("%s: %s", (name, value) => {
    const read = () => readEnvironment({ ...good, API_URL: "http://localhost:8000", [name]: value });
    expect(read).toThrow(EnvironmentError);
    expect(read).toThrow(new RegExp(`^${name} [^\\n]+$`));
    expect(read).not.toThrow(/secret@|root:secret|too short/);
  });

  it.each([undefined, "localhost:8000", "/elsewhere"])("API_URL: %s, with a path for the browser", (value) => {
    const read = () => readEnvironment({ ...good, NEXT_PUBLIC_API_URL: "/backend", API_URL: value });
    expect(read).toThrow(EnvironmentError);
    expect(read).toThrow(/^API_URL [^\n]+$/);
  });
});
