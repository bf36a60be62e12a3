// Tokens with nothing behind their signatures: the client does not verify them.

export const alice = "7d9f3c1e-5a42-4c0b-9f6e-2b8d1a3c4e5f";
export const bob = "0b8a1c9e-4a53-4d6f-9c3e-6f0e3d2b7a11";

/** When tokens of the tests are made, on the issuer's clock: seconds since 1970. */
export const issuedAt = 1_795_255_200;

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** A token of 15 minutes with these claims; `undefined` takes one out. */
export function makeToken(claims: Record<string, unknown> = {}, name = "signature"): string {
  const all = { uuid: alice, sub: "s", iat: issuedAt, exp: issuedAt + 900, ...claims };
  return `${encode({ alg: "EdDSA", kid: "k" })}.${encode(all)}.${Buffer.from(name).toString("base64url")}`;
}

/** A `getToken` that gives these in order, the last one for ever, and counts. */
export function tokensInTurn(...tokens: string[]): { getToken: () => Promise<string>; calls: () => number } {
  let calls = 0;
  return {
    getToken: async () => {
      const token = tokens[Math.min(calls, tokens.length - 1)] ?? "";
      calls += 1;
      return token;
    },
    calls: () => calls,
  };
}
