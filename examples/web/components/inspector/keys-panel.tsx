"use client";

import { useQuery } from "@tanstack/react-query";

import { useApi } from "@/lib/api";

import styles from "./inspector.module.css";

/** A public key, as far as it is shown. */
interface PublicKey {
  kid: string;
  kty?: string;
  alg?: string;
  crv?: string;
}

/** The keys that Better Auth publishes; the API fetches the same. */
export function KeysPanel({ signedBy }: { signedBy: string | null }) {
  const { userId } = useApi();
  // A token signed with a key that was not there before means that there is something new to fetch.
  const keys = useQuery({ queryKey: [userId, "jwks", signedBy], queryFn: ({ signal }) => fetchKeys(signal) });
  return (
    <section className={styles.panel}>
      <h3>Keys</h3>
      <p className="hint">
        From <code>/api/auth/jwks</code>, public. The API looks for the token&apos;s <code>kid</code> among them.
      </p>
      {keys.isPending && <p className="hint">Being fetched…</p>}
      {keys.isError && <p className="fault">The keys cannot be fetched now: {keys.error.message}</p>}
      <ul className={styles.keys}>
        {keys.data?.map((key) => (
          <li key={key.kid} data-signed={key.kid === signedBy}>
            <code>{key.kid}</code>
            <span className="hint">
              {[key.kty, key.crv, key.alg].filter(Boolean).join(" · ")}
              {key.kid === signedBy && <strong> signed this token</strong>}
            </span>
          </li>
        ))}
      </ul>
      {keys.data && signedBy !== null && !keys.data.some((key) => key.kid === signedBy) && (
        <p className="fault">The key that signed the token is not among them: the API will refuse it.</p>
      )}
    </section>
  );
}

async function fetchKeys(signal: AbortSignal): Promise<PublicKey[]> {
  const response = await fetch("/api/auth/jwks", { signal });
  if (!response.ok) throw new Error(`Better Auth answered ${response.status}.`);
  const body: unknown = await response.json();
  const keys = typeof body === "object" && body !== null && "keys" in body && Array.isArray(body.keys) ? body.keys : [];
  return keys.filter((key): key is PublicKey => typeof key?.kid === "string");
}
