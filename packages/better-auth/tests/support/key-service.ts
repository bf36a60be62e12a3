import { generateKeyPairSync, sign } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * A service that holds a private key, over HTTP on a free port of this machine until `stop`: `POST /sign` signs the claims
 * that it is sent, `GET /jwks.json` gives the public key.
 */
export async function startKeyService(kid: string) {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const keys = { keys: [{ ...publicKey.export({ format: "jwk" }), kid, alg: "EdDSA" }] };
  const header = Buffer.from(JSON.stringify({ alg: "EdDSA", kid })).toString("base64url");
  let signed = 0;
  const server = createServer(async (request, response) => {
    if (request.url !== "/sign") return response.end(JSON.stringify(keys));
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const token = `${header}.${Buffer.concat(parts).toString("base64url")}`;
    signed += 1;
    return response.end(`${token}.${sign(null, Buffer.from(token), privateKey).toString("base64url")}`);
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    /** How many tokens it has signed. */
    signed: () => signed,
    /** As an app asks it. */
    sign: async (claims: object) =>
      (await fetch(`${origin}/sign`, { method: "POST", body: JSON.stringify(claims) })).text(),
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
