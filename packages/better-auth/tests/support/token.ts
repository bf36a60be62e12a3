import { createPublicKey, type JsonWebKey, verify } from "node:crypto";

type Claims = Record<string, unknown>;

export interface KeySet {
  keys: (JsonWebKey & { kid: string; alg: string })[];
}

function segment(token: string, index: number): Claims {
  return JSON.parse(Buffer.from(token.split(".")[index] ?? "", "base64url").toString());
}

/** The token's header, not verified. */
export function headerOf(token: string): { alg: string; kid: string } {
  return segment(token, 0) as { alg: string; kid: string };
}

/** The claims of a token that one of these keys signed (EdDSA or ES256). Throws where none of them did. */
export function verifiedClaims(token: string, { keys }: KeySet): Claims {
  const { alg, kid } = headerOf(token);
  const key = keys.find((other) => other.kid === kid);
  if (!key) throw new Error(`No key ${kid} among ${keys.map((other) => other.kid)}`);
  const [signed, signature = ""] = [token.slice(0, token.lastIndexOf(".")), token.split(".")[2]];
  const good = verify(
    alg === "EdDSA" ? null : "sha256",
    Buffer.from(signed),
    { key: createPublicKey({ key, format: "jwk" }), dsaEncoding: "ieee-p1363" },
    Buffer.from(signature, "base64url"),
  );
  if (!good) throw new Error("The signature is not this key's");
  return segment(token, 1);
}
