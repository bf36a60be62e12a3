"use client";

import { useEffect, useState } from "react";

import styles from "./bridge.module.css";
import type { Say } from "./texts";
import type { PublicKey } from "./token";

export interface KeySet {
  keys: readonly PublicKey[] | null;
  hasFailed: boolean;
}

/** Milliseconds between two tries while the keys are away. */
const retryEvery = 3_000;

/** The keys that Better Auth publishes; asked for again when a token names another key, and while they are away. */
export function useKeySet(url: string, kid: string | null): KeySet {
  const [set, setSet] = useState<KeySet>({ keys: null, hasFailed: false });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another key is a reason to ask again.
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const controller = new AbortController();
    const ask = async () => {
      try {
        const response = await fetch(url, { signal: controller.signal });
        const { keys } = (await response.json()) as { keys?: unknown };
        if (!response.ok || !Array.isArray(keys)) throw new Error(String(response.status));
        setSet({ keys: keys.filter((key): key is PublicKey => typeof key?.kid === "string"), hasFailed: false });
      } catch {
        if (controller.signal.aborted) return;
        setSet(({ keys }) => ({ keys, hasFailed: true }));
        timer = setTimeout(ask, retryEvery);
      }
    };
    void ask();
    return () => {
      controller.abort();
      clearTimeout(timer);
    };
  }, [url, kid]);
  return set;
}

/** The key set, and which of its keys signed the token. */
export function KeyList({ set, url, kid, say }: { set: KeySet; url: string; kid: string | null; say: Say }) {
  const { keys, hasFailed } = set;
  return (
    <section className={styles.part} aria-labelledby="bridge-keys">
      <h3 id="bridge-keys">{say("bridge.keys")}</h3>
      <p className={styles.hint}>{say("bridge.keys.hint", { url })}</p>
      {hasFailed && <p className={styles.bad}>{say("bridge.keys.failed")}</p>}
      <ul className={styles.keys}>
        {keys?.map((key) => (
          <li key={key.kid} data-signed={key.kid === kid}>
            <code>{key.kid}</code> {[key.kty, key.crv, key.alg].filter(Boolean).join(" · ")}
            {key.kid === kid && <strong> {say("bridge.keys.signed")}</strong>}
          </li>
        ))}
      </ul>
      {keys !== null && kid !== null && !hasFailed && !keys.some((key) => key.kid === kid) && (
        <p className={styles.bad}>{say("bridge.keys.missing")}</p>
      )}
    </section>
  );
}
