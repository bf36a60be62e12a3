import { describe, expect, it } from "vitest";

import { contentSecurityPolicy, strictTransportSecurity } from "@/lib/security-headers";

/** The policy by its directives. */
function policy(settings: { apiUrl?: string; development?: boolean } = {}): Record<string, string> {
  const text = contentSecurityPolicy({
    nonce: "bm9uY2U=",
    apiUrl: "http://localhost:8000",
    development: false,
    ...settings,
  });
  return Object.fromEntries(
    text.split("; ").map((directive) => [directive.split(" ", 1)[0], directive.replace(/^\S+ /, "")]),
  );
}

describe("the policy", () => {
  it("lets no script run without the nonce", () => {
    expect(policy()["script-src"]).toBe("'self' 'nonce-bm9uY2U=' 'strict-dynamic'");
  });

  it("has nothing evaluated outside of development", () => {
    expect(Object.values(policy()).join()).not.toContain("unsafe-eval");
    expect(policy({ development: true })["script-src"]).toContain("'unsafe-eval'");
  });

  it.each([
    ["http://localhost:8000", "http://localhost:8000"],
    ["https://example.com/bridge", "https://example.com"],
    ["/backend", ""],
  ])("lets the page ask itself and the API at %s", (apiUrl, source) => {
    expect(policy({ apiUrl })["connect-src"]).toBe(`'self' ${source}`.trim());
  });

  it("says for all else that it is the page's own or nothing", () => {
    expect(policy()).toMatchObject({
      "default-src": "'self'",
      "object-src": "'none'",
      "base-uri": "'self'",
      "form-action": "'self'",
      "frame-ancestors": "'none'",
    });
  });
});

it.each([
  ["https://app.example", "max-age=31536000"],
  ["http://localhost:3000", null],
])("browsers of %s are held to https: %s", (baseUrl, header) => {
  expect(strictTransportSecurity(baseUrl)).toBe(header);
});
