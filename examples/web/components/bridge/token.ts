/** A token's parts. Nothing of it is verified by decoding it. */
export interface TokenParts {
  /** As they stand in the token. */
  segments: readonly [string, string, string];
  header: Record<string, unknown>;
  claims: Record<string, unknown>;
}

/** A public key as a key set has it (RFC 7517). */
export interface PublicKey extends JsonWebKey {
  kid: string;
}

/** Null for what is not a JWT. */
export function partsOf(token: string): TokenParts | null {
  const [header = "", claims = "", signature = "", ...rest] = token.split(".");
  if (rest.length > 0 || signature === "") return null;
  try {
    return { segments: [header, claims, signature], header: decode(header), claims: decode(claims) };
  } catch {
    return null;
  }
}

function decode(segment: string): Record<string, unknown> {
  return JSON.parse(new TextDecoder().decode(bytesOf(segment)));
}

function bytesOf(segment: string): Uint8Array<ArrayBuffer> {
  const binary = atob(segment.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

/** The same token but for one bit of its signature. */
export function withOneBitFlipped(token: string): string {
  const [header, claims, signature = ""] = token.split(".");
  const bytes = bytesOf(signature);
  bytes[0] = (bytes[0] ?? 0) ^ 1;
  const text = btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
  return `${header}.${claims}.${text}`;
}

/** Algorithms by their names in a token's header (RFC 7518, RFC 8037), as WebCrypto wants to hear of them. */
const algorithms: Record<string, Algorithm & Record<string, unknown>> = {
  EdDSA: { name: "Ed25519" },
  ES256: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
  RS256: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
  PS256: { name: "RSA-PSS", hash: "SHA-256", saltLength: 32 },
};

/**
 * Checks the signature here, with the browser's own cryptography.
 *
 * @returns null where this browser, or this page, which is not on https, cannot
 */
export async function isSignedBy(
  token: string,
  { kid: _, alg: __, use: ___, ...key }: PublicKey,
): Promise<boolean | null> {
  const [header = "", claims = "", signature = ""] = token.split(".");
  const algorithm = algorithms[String(partsOf(token)?.header.alg)];
  if (algorithm === undefined || globalThis.crypto?.subtle === undefined) return null;
  try {
    const publicKey = await crypto.subtle.importKey("jwk", key, algorithm, false, ["verify"]);
    const signed = new TextEncoder().encode(`${header}.${claims}`);
    return await crypto.subtle.verify(algorithm, publicKey, bytesOf(signature), signed);
  } catch {
    return null;
  }
}
